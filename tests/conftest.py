"""Shared by all tests: the shipped models, opened once, and an index of the first text."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

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
