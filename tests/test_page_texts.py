"""Uploads as the server takes them, and what is told about a change."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from qa.changes import Changes
from qa.documents import Skipped
from qa.encoder import Encoder
from qa.index import Index
from qa.page import texts
from qa.page.texts import add_uploads, changes_html, rebuilt


@pytest.fixture
def uploads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "uploads"
    folder.mkdir()
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(folder))
    return folder


@pytest.fixture
def index(tmp_path: Path, corpus: Path, encoder: Encoder) -> Index:
    return Index.build(corpus, tmp_path / "index", encoder=encoder)


def sources(index: Index) -> set[str]:
    return {record.source for record in index.documents()}


def test_an_upload_is_kept_when_its_file_is_gone(index: Index, uploads: Path):
    file = uploads / "note.txt"
    file.write_text("The ferry leaves at noon.")
    assert add_uploads(index, [file], free=1).added == ("note.txt",)
    file.unlink()
    index.sync()
    assert "note.txt" in sources(index)


def test_each_bad_file_is_reported_and_the_good_ones_go_in(
    index: Index, uploads: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(texts, "MAX_UPLOAD_BYTES", 100)
    for name, content in (("good.txt", "A text."), ("large.txt", "x" * 101), ("tool.exe", "MZ"), ("empty.txt", "")):
        (uploads / name).write_text(content)
    outside = tmp_path / "outside.txt"
    outside.write_text("Not uploaded.")
    link = uploads / "link.txt"
    link.symlink_to(outside)
    changes = add_uploads(index, [*sorted(uploads.iterdir()), outside], free=10)
    assert changes.added == ("good.txt",)
    reasons = {skipped.source: skipped.reason for skipped in changes.skipped}
    assert "larger than" in reasons["large.txt"]
    assert "'.exe'" in reasons["tool.exe"]
    assert "empty" in reasons["empty.txt"]
    assert "not uploaded" in reasons["outside.txt"]
    assert "not uploaded" in reasons["link.txt"]


def test_files_beyond_the_limit_are_reported(index: Index, uploads: Path):
    files = [uploads / f"{number}.txt" for number in range(3)]
    for file in files:
        file.write_text(f"Text number {file.stem}.")
    changes = add_uploads(index, files, free=2)
    assert len(changes.added) == 2
    assert [skipped.source for skipped in changes.skipped] == ["2.txt"]


def test_rebuilding_keeps_exactly_the_texts_of_the_folders(index: Index, uploads: Path, corpus: Path):
    file = uploads / "note.txt"
    file.write_text("The ferry leaves at noon.")
    add_uploads(index, [file], free=1)
    index.remove(next(record.id for record in index.documents() if record.source == "comet.txt"))
    rebuilt(index, lambda progress: None)
    assert sources(index) == {"bakery.txt", "bridge.txt", "comet.txt"}
    shutil.rmtree(corpus)
    with pytest.raises(FileNotFoundError, match="folder"):
        rebuilt(index, lambda progress: None)
    assert sources(index) == {"bakery.txt", "bridge.txt", "comet.txt"}


def test_the_report_names_everything_and_escapes_it():
    report = changes_html(Changes(added=("<b>.txt",), unchanged=2, skipped=(Skipped("<i>", "<u>", "<s>"),)))
    assert "1 text added: <bdi>&lt;b&gt;.txt</bdi>" in report
    assert "2 texts as before" in report
    assert "&lt;i&gt;</bdi></b>: &lt;u&gt;; &lt;s&gt;" in report
    assert "Nothing changed" in changes_html(Changes())
