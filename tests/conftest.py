"""Shared by tests: the shipped models, opened once, an index of the first text, and the page in a browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import PATIENCE, foreign
from serving import ARGUMENTS, Server, find_browser, serving

from qa.assistant import Assistant
from qa.encoder import Encoder
from qa.index import Index
from qa.reader import Reader

ROOT = Path(__file__).parent.parent
ARTICLE = ROOT / "corpus" / "kazakhstan-unrest.txt"


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return Encoder.open()


@pytest.fixture(scope="session")
def reader() -> Reader:
    return Reader.open()


@pytest.fixture(scope="session")
def assistant(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder, reader: Reader) -> Assistant:
    """On an index of the article alone. Not to be changed by a test."""
    folder = tmp_path_factory.mktemp("article")
    (folder / "corpus").mkdir()
    shutil.copy(ARTICLE, folder / "corpus")
    index = Index.build(folder / "corpus", folder / "index", encoder=encoder)
    return Assistant.open(index, reader=reader)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A folder of three short texts that a test may change."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "bridge.txt").write_text(
        "The old bridge over the Lune was built in 1684 by Hannah Moss.", encoding="utf-8"
    )
    (folder / "bakery.txt").write_text("Omar Lindqvist opened a bakery in Harbour Street last May.", encoding="utf-8")
    (folder / "comet.txt").write_text("The comet will be visible from Lisbon on 4 March.", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("served"), "--mcp") as started:
        yield started


@pytest.fixture(scope="session")
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


@pytest.fixture(scope="session")
def client(server: Server):
    """What a program uses; its import takes longer than most tests."""
    from gradio_client import Client

    return Client(server.address, verbose=False)
