"""The page in a real browser, served by `python app.py` as a user starts it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
SECONDS = 60_000  # milliseconds that the browser waits: the machine may be busy


@dataclass(frozen=True)
class Server:
    address: str
    folder: Path  # holds corpus/ and index/
    log: Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def serve(folder: Path, *flags: str) -> Iterator[Server]:
    """`python app.py` on a copy of the corpus, until the test lets go."""
    shutil.copytree(ROOT / "corpus", folder / "corpus", dirs_exist_ok=True)
    port, log = free_port(), folder / f"log{len(flags)}.txt"
    command = [sys.executable, "app.py", "--index", str(folder / "index"), "--port", str(port), *flags]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "OMP_NUM_THREADS": "1"}
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, env=environment)
    try:
        address = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 120
        while address not in log.read_text():
            assert process.poll() is None, f"app.py stopped:\n{log.read_text()}"
            assert time.monotonic() < deadline, f"app.py did not start in time:\n{log.read_text()}"
            time.sleep(0.1)
        yield Server(address, folder, log)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    yield from serve(tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="module")
def browser() -> Iterator:
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
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
    tab.set_default_timeout(SECONDS)
    errors, outside = [], []
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
    page.get_by_role("button", name="Open the source").click()
    mark = page.locator("#document mark.best")
    mark.wait_for()
    assert mark.inner_text() == "Alikhan Smailov"
    page.wait_for_function("document.activeElement.matches('#document mark')")
    assert mark.evaluate("e => { const r = e.getBoundingClientRect(); return r.top > 0 && r.bottom < innerHeight }")
