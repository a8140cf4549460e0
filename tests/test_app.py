"""The page in a real browser, served by `python app.py` as a user starts it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from serving import ARGUMENTS, ROOT, Server, find_browser, serving

PATIENCE = 60_000  # milliseconds that the browser waits: the machine may be busy
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script> **bold** $$x^2$$ {{this}} ${alert(3)} @children"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("served"), "--mcp") as started:
        yield started


@pytest.fixture(scope="module")
def browser() -> Iterator:
    program = find_browser()
    if program is None:
        message = "no Chromium found: install it to run the browser tests (apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser, server: Server) -> Iterator:
    """The page as opened; fails the test on a script error or a request to anywhere else, which gets no answer."""
    tab = browser.new_page()
    tab.set_default_timeout(PATIENCE)
    errors, outside = [], []
    tab.on("dialog", lambda dialog: (errors.append(f"a script ran: {dialog.message}"), dialog.dismiss()))
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.route(
        lambda url: foreign(url, server), lambda route: (outside.append(route.request.url), route.abort("failed"))
    )
    tab.goto(server.address)
    yield tab
    tab.close()
    assert not errors
    assert not outside


def foreign(url: str, server: Server) -> bool:
    return not url.startswith((server.address, "data:", "blob:"))


def ask(page, question: str) -> str:
    """Types the question; returns the text of the new answer."""
    answers = page.locator("#chat .answer")
    before = answers.count()
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")
    answers.nth(before).wait_for()
    return answers.nth(before).inner_text()


def test_the_first_start_builds_the_index_and_says_so(server: Server):
    assert "kazakhstan-unrest.txt" in server.log.read_text()
    assert re.search(r"1 texts?, \d+ passages", server.log.read_text())
    assert (server.folder / "index" / "passages.db").is_file()


def test_an_answer_stands_bold_in_its_sentence_with_source_and_confidence(page):
    answer = ask(page, "who did Tokayev appoint?")
    assert page.locator("#chat .answer b.best").inner_text() == "Alikhan Smailov"
    assert "as acting prime minister" in answer
    assert "Kazakhstan unrest" in answer
    assert re.search(r"Confidence: [\w ]+ \(\d+%\)", answer)
    assert page.locator("#passages mark.best").first.inner_text() == "Alikhan Smailov"


def test_what_the_texts_do_not_say_is_refused_with_the_closest_passage(page):
    answer = ask(page, "Who won the football world cup in 1998?")
    assert "The texts do not say" in answer
    assert "Closest passage: Kazakhstan unrest" in answer


def test_a_citation_opens_the_text_scrolled_to_the_answer(page):
    ask(page, "who did Tokayev appoint?")
    page.locator("#chat .answer").get_by_role("button", name="Kazakhstan unrest").click()
    mark = page.locator("#document mark.best")
    mark.wait_for()
    assert mark.inner_text() == "Alikhan Smailov"
    page.wait_for_function("document.activeElement.matches('#document mark')")
    assert mark.evaluate("e => { const r = e.getBoundingClientRect(); return r.top > 0 && r.bottom < innerHeight }")


def test_a_follow_up_is_understood_and_the_question_as_understood_shown(page):
    assert "Tokayev" in ask(page, "Who is the president of Kazakhstan?")
    answer = ask(page, "Who did he appoint?")
    assert page.locator("#chat .answer b.best").last.inner_text() == "Alikhan Smailov"
    understood = page.locator("#chat .understood")
    assert understood.count() == 1
    assert re.search("Understood as: .*Tokayev.* appoint", understood.inner_text())
    assert understood.inner_text() in answer


def test_small_talk_gets_a_reply_and_a_summary_quotes_with_links_to_their_places(page):
    assert "Confidence" not in ask(page, "Hello!")
    ask(page, "Summarise the article")
    sentences = page.locator("#chat .answer").last.locator("blockquote")
    assert sentences.count() > 1
    page.locator("#chat .answer").last.locator("button.open").first.click()
    page.locator("#document mark").wait_for()
    assert sentences.first.inner_text().strip() == page.locator("#document mark").inner_text().strip()


def test_other_candidates_are_one_click_away_and_open_the_text_at_their_words(page):
    ask(page, "How many people were arrested?")
    page.locator("#chat summary").click()
    candidate = page.locator("#chat details button.open").first
    words = candidate.inner_text()
    candidate.click()
    page.locator("#document mark.best").wait_for()
    assert page.locator("#document mark.best").inner_text() == words


def test_settings_change_how_many_passages_are_read_and_when_an_answer_is_given(page):
    page.get_by_role("button", name="Settings").click()
    page.get_by_label("number input for Passages to read").fill("2")
    page.get_by_label("number input for How sure it must be to answer").fill("0")
    page.keyboard.press("Tab")
    answer = ask(page, "Who won the football world cup in 1998?")
    assert "The texts do not say" not in answer
    assert page.locator("#passages li").count() == 2


def test_the_keyboard_alone_is_enough(page):
    question = page.get_by_label("Your question")
    question.wait_for()
    page.wait_for_function("document.activeElement.tagName === 'TEXTAREA'")
    page.keyboard.type("who did Tokayev appoint?")
    page.keyboard.press("Enter")
    page.locator("#chat .answer").wait_for()
    page.keyboard.press("Shift+Tab")
    for _ in range(8):
        if page.evaluate("document.activeElement.matches('#chat button.open')"):
            break
        page.keyboard.press("Shift+Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.matches('#document mark')")
    page.get_by_role("tab", name="Chat", exact=True).focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Kazakhstan unrest").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.matches('#reading article')")


NAMELESS = """
() => [...document.querySelectorAll('button, input, textarea, select, [role=tab], [role=button]')]
  .filter(e => e.checkVisibility() && e.type !== 'hidden' && e.type !== 'file')
  .filter(e => !(e.getAttribute('aria-label') || e.title || e.innerText?.trim() || [...(e.labels || [])].length))
  .map(e => e.outerHTML.slice(0, 200))
"""


def test_everything_has_a_name_for_a_screen_reader_and_answers_are_announced(page):
    ask(page, "who did Tokayev appoint?")
    assert page.locator("#chat [role=log][aria-live=polite] .answer").count() == 1
    assert page.locator("#chat [aria-label*='<']").count() == 0
    page.get_by_role("button", name="Settings").click()
    assert page.evaluate(NAMELESS) == []
    page.get_by_role("tab", name="Texts").click()
    page.locator("#texts td").first.wait_for()
    assert page.evaluate(NAMELESS) == []


CONTRASTS = """
() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const layers = element => {
    const found = [];
    for (let e = element; e; e = e.parentElement) found.unshift(getComputedStyle(e).backgroundColor);
    return found;
  };
  const luminance = colours => {
    canvas.fillStyle = 'white';
    canvas.fillRect(0, 0, 1, 1);
    for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map(v => v / 255)
      .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const words = '.said, .answer p, .answer blockquote, b.best, .facts, .hint, summary, button.open, mark, li p, td, th';
  return [...document.querySelectorAll(words)].filter(e => e.checkVisibility() && e.innerText.trim()).map(e => {
    const behind = layers(e);
    const [a, b] = [luminance(behind), luminance([...behind, getComputedStyle(e).color])].sort((x, y) => x - y);
    return [(b + 0.05) / (a + 0.05), `${e.tagName}.${e.className} ${e.innerText.slice(0, 30)}`];
  });
}
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_what_is_behind_them(browser, server: Server, scheme: str):
    tab = browser.new_page(color_scheme=scheme)
    tab.set_default_timeout(PATIENCE)
    tab.goto(server.address)
    ask(tab, "who did Tokayev appoint?")
    ask(tab, "Who won the football world cup in 1998?")
    contrasts = tab.evaluate(CONTRASTS)
    assert len(contrasts) > 10
    assert [each for each in contrasts if each[0] < 4.5] == []  # the WCAG's least, level AA
    dark = tab.evaluate("matchMedia('(prefers-color-scheme: dark)').matches && document.body.matches('.dark')")
    assert dark == (scheme == "dark")
    tab.close()


def test_a_text_of_any_script_is_shown_right(page, tmp_path: Path):
    hebrew = "ראש העיר של זנתיה הוא יעקב לוי (נולד ב-1961)."
    arabic = "عاصمة زنتيا هي مدينة النور."
    mixed = "Zanthia 👩🏽‍🚀 e\u0301tude 漢字 ไทย हिन्दी 𝒳."
    (tmp_path / "scripts.txt").write_text(f"{hebrew}\n\n{arabic}\n\n{mixed}", encoding="utf-8")
    upload(page, tmp_path / "scripts.txt")
    page.get_by_role("button", name="Scripts").click()
    page.locator("#reading article").wait_for()
    paragraphs = page.locator("#reading article p[dir=auto]")
    assert paragraphs.all_inner_texts()[-3:] == [hebrew, arabic, mixed]
    directions = paragraphs.evaluate_all("all => all.map(each => getComputedStyle(each).direction)")
    assert directions[-3:] == ["rtl", "rtl", "ltr"]
    remove(page, "Scripts")


def test_files_are_dropped_on_the_page(page):
    page.get_by_role("tab", name="Texts").click()
    files = page.evaluate_handle(
        """() => {
          const dropped = new DataTransfer();
          for (const name of ['one', 'two'])
            dropped.items.add(new File([`Dropped was the text named ${name}.`], `${name}.txt`, {type: 'text/plain'}));
          return dropped;
        }"""
    )
    page.dispatch_event("#upload button", "drop", {"dataTransfer": files})
    page.locator("#report [role=alert]").wait_for()
    assert "2 texts added: one.txt, two.txt" in page.locator("#report").inner_text()
    remove(page, "one")
    remove(page, "two")


def test_questions_are_answered_while_a_large_text_is_added_and_its_progress_shown(page, tmp_path: Path):
    lines = [f"Barge {n} carried {n * 7} barrels of herring to pier {n % 90} of the fish market." for n in range(3500)]
    (tmp_path / "barges.txt").write_text(" ".join(lines))
    page.get_by_role("tab", name="Texts").click()
    page.evaluate(
        """() => {
          window.seen = [];
          new MutationObserver(() => {
            const bar = document.querySelector('#report progress[value]');
            if (bar) window.seen.push(bar.value);
          }).observe(document.body, {subtree: true, childList: true, attributes: true});
        }"""
    )
    page.set_input_files("#upload input[type=file]", str(tmp_path / "barges.txt"))
    page.locator("#report progress").wait_for()
    page.get_by_role("tab", name="Chat", exact=True).click()
    assert "Alikhan Smailov" in ask(page, "who did Tokayev appoint?")
    assert page.locator("#report [role=alert]").count() == 0
    page.get_by_role("tab", name="Texts").click()
    page.locator("#report [role=alert]").wait_for()
    assert "1 text added: barges.txt" in page.locator("#report").inner_text()
    seen = page.evaluate("seen")
    assert seen == sorted(seen)
    assert any(0 < share < 1 for share in seen)
    remove(page, "Barges")


def test_what_is_wrong_with_the_index_is_told_in_the_chat(page, server: Server):
    with closing(sqlite3.connect(server.folder / "index" / "passages.db", isolation_level=None)) as other:
        other.execute("ALTER TABLE keywords RENAME TO gone")
        try:
            answer = ask(page, "who did Tokayev appoint?")
        finally:
            other.execute("ALTER TABLE gone RENAME TO keywords")
    assert "no such table" in answer
    assert "Traceback" not in page.locator("body").inner_text()
    assert "Alikhan Smailov" in ask(page, "who did Tokayev appoint?")


def upload(page, *files: Path) -> str:
    """Uploads in the texts tab; returns the report."""
    page.get_by_role("tab", name="Texts").click()
    page.locator("#report [role=alert]").evaluate_all("all => all.forEach(e => e.remove())")
    page.set_input_files("#upload input[type=file]", [str(file) for file in files])
    report = page.locator("#report [role=alert]")
    report.wait_for()
    return report.inner_text()


def remove(page, title: str) -> str:
    page.get_by_role("tab", name="Texts").click()
    page.locator("#report [role=alert]").evaluate_all("all => all.forEach(e => e.remove())")
    page.get_by_label(re.compile(f"^Tick .*{title}", re.IGNORECASE)).first.check()
    page.get_by_role("button", name="Remove the ticked texts").click()
    report = page.locator("#report [role=alert]")
    report.wait_for()
    return report.inner_text()


def test_example_questions_come_from_the_texts_and_are_answered(page):
    examples = page.locator("#chat .example")
    examples.first.wait_for()
    assert examples.count() == 4
    examples.first.click()
    answer = page.locator("#chat .answer")
    answer.wait_for()
    assert "Confidence" in answer.inner_text()


def test_an_uploaded_text_is_answered_from_and_removed_again(page, tmp_path: Path):
    (tmp_path / "lighthouse.txt").write_text("The lighthouse of Vardholm was built in 1896 by Ida Berg.")
    (tmp_path / "empty.txt").write_text("   ")
    report = upload(page, tmp_path / "lighthouse.txt", tmp_path / "empty.txt")
    assert "1 text added: lighthouse.txt" in report
    assert "empty.txt: it holds no text" in report
    page.get_by_role("tab", name="Chat").click()
    assert "1896" in ask(page, "When was the lighthouse of Vardholm built?")
    assert "1 text removed: lighthouse.txt" in remove(page, "lighthouse")
    assert page.locator("#texts").get_by_text("lighthouse.txt").count() == 0
    page.get_by_role("tab", name="Chat").click()
    assert "Ida" not in ask(page, "When was the lighthouse of Vardholm built?")


def test_hostile_texts_names_and_questions_are_shown_as_text(page, tmp_path: Path):
    file = tmp_path / "<img src=x onerror=alert(4)>.txt"
    file.write_text(f"{HOSTILE} The secret harbour of Zanthia is called {HOSTILE} by Omar Lind.\n\n{HOSTILE}")
    upload(page, file)
    page.get_by_role("tab", name="Chat").click()
    ask(page, f"What is the secret harbour of Zanthia called? {HOSTILE}")
    said = page.locator("#chat .said").first
    assert HOSTILE in said.inner_text()
    page.locator("#chat .answer button.open").first.click()
    page.locator("#document article").wait_for()
    assert page.locator("#document article").inner_text().count(HOSTILE) >= 2
    for place in ("#chat .said", "#chat .answer", "#passages", "#document", "#texts", "#report"):
        assert page.locator(f"{place} img[src=x], {place} script, {place} .katex").count() == 0, place
    remove(page, "img")


def test_a_conversation_is_saved_as_markdown(page):
    ask(page, "who did Tokayev appoint?")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as Markdown").click()
    assert download.value.suggested_filename == "conversation.md"
    assert "appointed **Alikhan Smailov** as" in Path(download.value.path()).read_text(encoding="utf-8")


def test_a_thumb_is_written_down(page, server: Server):
    ask(page, "who did Tokayev appoint?")
    page.get_by_role("button", name="Like", exact=True).click()
    file = server.folder / "index" / "feedback.jsonl"
    page.wait_for_timeout(100)
    deadline = time.monotonic() + 30
    while not file.is_file() and time.monotonic() < deadline:
        time.sleep(0.1)
    opinion = json.loads(file.read_text(encoding="utf-8").splitlines()[-1])
    assert opinion["good"] is True
    assert opinion["answer"] == "Alikhan Smailov"
    page.get_by_role("tab", name="Feedback").click()
    page.get_by_role("button", name="Make the SQuAD file").click()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("feedback|KB|B$")).first.click()
    made = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    answers = [answer for entry in made["data"] for text in entry["paragraphs"] for answer in text["qas"]]
    assert answers[-1]["answers"][0]["text"] == "Alikhan Smailov"


def test_it_fits_a_phone_and_needs_no_mouse(browser, server: Server):
    phone = browser.new_page(viewport={"width": 375, "height": 700}, color_scheme="dark")
    phone.set_default_timeout(PATIENCE)
    phone.goto(server.address)
    phone.get_by_label("Your question").focus()
    phone.keyboard.type("who did Tokayev appoint?")
    phone.keyboard.press("Enter")
    phone.locator("#chat .answer b.best").wait_for()
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert phone.locator("#chat [role=log][aria-live=polite]").count() == 1
    source = phone.locator("#chat .answer").get_by_role("button", name="Kazakhstan unrest")
    source.focus()
    phone.keyboard.press("Enter")
    phone.locator("#document mark.best").wait_for()
    phone.close()


def test_users_do_not_see_each_other(browser, page, server: Server):
    ask(page, "who did Tokayev appoint?")
    other = browser.new_page()
    other.set_default_timeout(PATIENCE)
    other.goto(server.address)
    assert "Smailov" in page.locator("#chat").inner_text()
    other.get_by_label("Your question").wait_for()
    assert "Smailov" not in other.locator("#chat").inner_text()
    other.close()


@pytest.fixture(scope="module")
def client(server: Server) -> Client:
    return Client(server.address, verbose=False)


def test_programs_get_plain_data(client: Client):
    answer = client.predict("who did Tokayev appoint?", api_name="/ask")
    assert answer["answer"] == "Alikhan Smailov"
    assert answer["document"]["source"] == "kazakhstan-unrest.txt"
    hits = client.predict("who did Tokayev appoint?", 2, api_name="/search")
    assert any("Alikhan Smailov" in hit["text"] for hit in hits)
    added = client.predict("The comet was seen by Ida Berg.", "Comet", api_name="/add")
    assert added["id"] in [document["id"] for document in client.predict(api_name="/documents")]
    assert client.predict(added["id"][:12], api_name="/remove")["removed"]["title"] == "Comet"


@pytest.mark.parametrize(
    ("endpoint", "arguments", "message"),
    [
        ("/ask", ["???"], "expected some words"),
        ("/ask", ["why " * 5000], "20,000 characters"),
        ("/ask", ["why?", 0], "top_k is 0"),
        ("/ask", ["why?", 8, 7.0], "threshold is 7"),
        ("/remove", ["nothing"], "0 documents"),
        ("/ask", ["why?", 8, "high"], "threshold is 'high'"),
        ("/ask", [["why?"]], "list.*expected a text"),
        ("/add", [" "], "holds no text"),
        ("/add", [7], "int.*expected a text"),
        ("/remove", [None], "expected a text"),
    ],
)
def test_wrong_use_by_programs_is_explained(client: Client, endpoint: str, arguments: list, message: str):
    with pytest.raises(AppError, match=message):
        client.predict(*arguments, api_name=endpoint)


def test_the_endpoints_are_tools_for_mcp_clients(server: Server):
    async def use() -> tuple[list[str], str]:
        from mcp import ClientSession
        from mcp.client.streamable_http import streamable_http_client

        address = f"{server.address}/gradio_api/mcp/"
        async with streamable_http_client(address) as (reading, writing, _), ClientSession(reading, writing) as session:
            await session.initialize()
            tools = (await session.list_tools()).tools
            answer = await session.call_tool("ask", {"question": "who did Tokayev appoint?"})
            return [tool.name for tool in tools], answer.content[0].text

    with ThreadPoolExecutor(1) as aside:  # the browser's driver keeps an event loop running in this thread
        names, answer = aside.submit(asyncio.run, use()).result()
    assert names == ["ask", "search", "documents", "add", "remove"]
    assert "Alikhan Smailov" in answer


def test_the_example_of_the_readme_runs(server: Server):
    code = (ROOT / "README.md").read_text(encoding="utf-8").split("## For programs")[1].split("```")[1]
    names: dict = {}
    exec(code.removeprefix("python").replace("http://127.0.0.1:7860", server.address), names)
    assert names["answer"]["answer"] == "Alikhan Smailov"
    assert names["hits"][0].keys() >= {"text", "start", "end", "document", "score"}
    assert names["added"]["id"] in [text["id"] for text in names["texts"]]


def test_a_running_page_picks_up_what_the_terminal_changes(server: Server, client: Client, tmp_path: Path):
    def terminal(*arguments: str) -> dict:
        command = [sys.executable, "-m", "qa", *arguments, "--index", str(server.folder / "index"), "--json"]
        return json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)

    text = tmp_path / "lighthouse.txt"
    text.write_text("The lighthouse of Skerry Point was built by Ingrid Halvorsen.", encoding="utf-8")
    assert terminal("index", str(text))["added"]
    answer = client.predict("Who built the lighthouse of Skerry Point?", api_name="/ask")
    assert answer["answer"] == "Ingrid Halvorsen"
    terminal("remove", answer["document"]["id"])
    assert client.predict("Who built the lighthouse of Skerry Point?", api_name="/ask")["answer"] != "Ingrid Halvorsen"


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "app.py", "corpus/kazakhstan-unrest.txt", "%2e%2e/%2e%2e/etc/passwd", "{index}/passages.db"],
)
def test_no_file_of_the_machine_can_be_read(server: Server, path: str):
    path = path.format(index=server.folder / "index")
    for before in (
        "/gradio_api/file=",
        "/file=",
        "/gradio_api/file/",
        "/static/",
        "/assets/",
        "/gradio_api/upload/../",
    ):
        answer = httpx.get(f"{server.address}{before}{path}")
        assert answer.status_code >= 400, before


def forge(http: httpx.Client, event: int, data: list) -> str:
    """Sends an event of the page as a browser would, and returns all that the server says to it."""
    call = {"fn_index": event, "session_hash": f"forged{event}", "data": data, "event_data": {"value": data}}
    joined = http.post("/gradio_api/queue/join", json=call)
    told = joined.text
    if joined.status_code == 200:
        with http.stream("GET", "/gradio_api/queue/data", params={"session_hash": f"forged{event}"}) as stream:
            for line in stream.iter_lines():
                told += line
                if '"process_completed"' in line or '"close_stream"' in line:
                    break
    return told


def events(http: httpx.Client, kind: str = "") -> list[dict]:
    found = http.get("/config").json()["dependencies"]
    return [event for event in found if not kind or any(name == kind for _, name in event["targets"])]


def test_uploads_are_checked_on_the_server(server: Server, client: Client):
    before = client.predict(api_name="/documents")
    http = httpx.Client(base_url=server.address, timeout=60)
    large = http.post("/gradio_api/upload", files={"files": ("large.txt", b"a" * 50_000_001)})
    assert large.status_code == 413
    sent = http.post(
        "/gradio_api/upload",
        files=[("files", ("tool.exe", b"MZ some text")), ("files", ("../../../climbed.txt", b"some text"))],
    )
    program, climbed = sent.json()
    assert not list(server.folder.glob("*climbed.txt"))
    assert Path(climbed).is_relative_to(server.folder)
    (adding,) = events(http, "upload")
    for path in ("/etc/hostname", str(server.folder / "corpus" / "kazakhstan-unrest.txt"), program):
        told = forge(http, adding["id"], [[{"path": path, "meta": {"_type": "gradio.FileData"}}], ""])
        assert '"success":false' in told or "are not known" in told, told
    assert client.predict(api_name="/documents") == before
    assert (server.folder / "corpus" / "kazakhstan-unrest.txt").is_file()


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(
        tmp_path_factory.mktemp("closed"), "--read-only", "--auth", "ann:secret", "--host", "0.0.0.0"
    ) as started:
        yield started


def test_read_only_refuses_changes_also_by_api_and_forged_events(closed: Server):
    client = Client(closed.address, auth=("ann", "secret"), verbose=False)
    assert client.predict("who did Tokayev appoint?", api_name="/ask")["answer"] == "Alikhan Smailov"
    before = stored(closed)
    document = client.predict(api_name="/documents")[0]["id"]
    for endpoint, arguments in (("/add", ["Some text."]), ("/remove", [document])):
        with pytest.raises(AppError, match="read-only"):
            client.predict(*arguments, api_name=endpoint)
    assert httpx.get(f"{closed.address}/config").status_code == 401
    http = httpx.Client(base_url=closed.address, timeout=60)
    http.post("/login", data={"username": "ann", "password": "secret"})
    assert http.post("/gradio_api/upload", files={"files": ("a.txt", b"some text")}).status_code == 413
    targets = [name for event in events(http) for _, name in event["targets"]]
    assert "upload" not in targets
    assert "like" not in targets
    for event in events(http):
        if event["backend_fn"]:
            forge(http, event["id"], [[document] for _ in event["inputs"]])
            forge(http, event["id"], [document for _ in event["inputs"]])
    assert stored(closed) == before
    assert not (closed.folder / "index" / "feedback.jsonl").exists()


@pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux answers at every address from 127.0.0.1 to 127.255.255.254"
)
def test_other_addresses_are_served_only_with_host(server: Server, closed: Server):
    assert httpx.get(closed.address.replace("127.0.0.1", "127.0.0.2")).status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.address.replace("127.0.0.1", "127.0.0.2"))


def stored(server: Server) -> tuple:
    """All that a change of the texts would change."""
    with closing(sqlite3.connect(server.folder / "index" / "passages.db")) as store:
        return (
            store.execute("SELECT * FROM manifest ORDER BY key").fetchall(),
            store.execute("SELECT id, title, added FROM documents").fetchall(),
            store.execute("SELECT * FROM files").fetchall(),
        )


@pytest.mark.parametrize("flags", [["--auth", "nobody"], ["--auth", "ann:secret", "--mcp"]])
def test_wrong_flags_end_with_status_2(flags: list[str]):
    done = subprocess.run([sys.executable, "app.py", *flags], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("error: --")
