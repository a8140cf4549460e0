"""The page in a real browser, served by `python app.py` as a user starts it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
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
    """The page as opened; fails the test on a script error or a request to anywhere else."""
    tab = browser.new_page()
    tab.set_default_timeout(PATIENCE)
    errors, outside = [], []
    tab.on("dialog", lambda dialog: (errors.append(f"a script ran: {dialog.message}"), dialog.dismiss()))
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.on("request", lambda request: outside.append(request.url) if foreign(request.url, server) else None)
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
        ("/add", [" "], "holds no text"),
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


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "app.py", "corpus/kazakhstan-unrest.txt", "%2e%2e/%2e%2e/etc/passwd", "{index}/passages.db"],
)
def test_no_file_of_the_machine_can_be_read(server: Server, path: str):
    path = path.format(index=server.folder / "index")
    answer = httpx.get(f"{server.address}/gradio_api/file={path}")
    assert answer.status_code in (403, 404)


def test_a_forged_upload_adds_nothing(server: Server, client: Client):
    before = client.predict(api_name="/documents")
    forged = {"path": "/etc/hostname", "meta": {"_type": "gradio.FileData"}}
    for event in httpx.get(f"{server.address}/config").json()["dependencies"]:
        if any(name == "upload" for _, name in event["targets"]):
            call = {"fn_index": event["id"], "session_hash": "forged", "data": [[forged], ""]}
            assert httpx.post(f"{server.address}/gradio_api/run/predict", json=call).status_code >= 400
    assert client.predict(api_name="/documents") == before


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("closed"), "--read-only", "--auth", "ann:secret") as started:
        yield started


def test_read_only_refuses_changes_also_by_api(closed: Server):
    client = Client(closed.address, auth=("ann", "secret"), verbose=False)
    assert client.predict("who did Tokayev appoint?", api_name="/ask")["answer"] == "Alikhan Smailov"
    document = client.predict(api_name="/documents")[0]["id"]
    for endpoint, arguments in (("/add", ["Some text."]), ("/remove", [document])):
        with pytest.raises(AppError, match="read-only"):
            client.predict(*arguments, api_name=endpoint)
    login = httpx.Client(base_url=closed.address)
    login.post("/login", data={"username": "ann", "password": "secret"})
    assert login.post("/gradio_api/upload", files={"files": ("a.txt", b"some text")}).status_code == 413
    targets = [name for event in login.get("/config").json()["dependencies"] for _, name in event["targets"]]
    assert "upload" not in targets
    assert "like" not in targets


def test_without_login_nothing_is_told(closed: Server):
    assert httpx.get(f"{closed.address}/gradio_api/info").status_code == 401
    answer = httpx.post(f"{closed.address}/gradio_api/call/ask", json={"data": ["who did Tokayev appoint?"]})
    assert answer.status_code == 401


@pytest.mark.parametrize("flags", [["--auth", "nobody"], ["--auth", "ann:secret", "--mcp"]])
def test_wrong_flags_end_with_status_2(flags: list[str]):
    done = subprocess.run([sys.executable, "app.py", *flags], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("error: --")
