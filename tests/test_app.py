"""The chat in a real browser, served by `python app.py` as a user starts it."""

from __future__ import annotations

import json
import re
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from browsing import PATIENCE, ask
from playwright.sync_api import expect
from serving import Server


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
    expect(mark).to_have_text("Alikhan Smailov", timeout=PATIENCE)
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
    expect(page.locator("#document mark")).to_have_text(sentences.first.inner_text().strip(), timeout=PATIENCE)


def test_other_candidates_are_one_click_away_and_open_the_text_at_their_words(page):
    ask(page, "When did the protests start?")
    page.locator("#chat summary").click()
    candidate = page.locator("#chat details button.open").first
    words = candidate.inner_text()
    candidate.click()
    expect(page.locator("#document mark.best")).to_have_text(words, timeout=PATIENCE)


def test_settings_change_how_many_passages_are_read_and_when_an_answer_is_given(page):
    page.get_by_role("button", name="Settings").click()
    page.get_by_label("number input for Passages to read").fill("2")
    page.get_by_label("number input for How sure it must be to answer").fill("0")
    page.keyboard.press("Tab")
    answer = ask(page, "Who won the football world cup in 1998?")
    assert "The texts do not say" not in answer
    assert page.locator("#passages li").count() == 2


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


def test_example_questions_come_from_the_texts_and_are_answered(page):
    examples = page.locator("#chat .example")
    examples.first.wait_for()
    assert examples.count() == 4
    examples.first.click()
    answer = page.locator("#chat .answer")
    answer.wait_for()
    assert "Confidence" in answer.inner_text()


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


def test_users_do_not_see_each_other(browser, page, server: Server):
    ask(page, "who did Tokayev appoint?")
    other = browser.new_page()
    other.set_default_timeout(PATIENCE)
    other.goto(server.address)
    assert "Smailov" in page.locator("#chat").inner_text()
    other.get_by_label("Your question").wait_for()
    assert "Smailov" not in other.locator("#chat").inner_text()
    other.close()
