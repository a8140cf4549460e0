"""What the page does to the texts of an index, and how it is told."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from qa import changes
from qa.changes import Changes, Progress
from qa.documents import Skipped
from qa.encoder import Encoder
from qa.index import Index
from qa.page import edits
from qa.page.edits import add_uploads, changes_html, progress_html, rebuild, remove_texts, share


@pytest.fixture
def uploads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "uploads"
    folder.mkdir()
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(folder))
    return folder


@pytest.fixture
def index(tmp_path: Path, corpus: Path, encoder: Encoder) -> Index:
    return Index.build(corpus, tmp_path / "index", encoder=encoder)


def ignore(step: Progress) -> None:
    """What is done when nobody watches."""


def sources(index: Index) -> set[str]:
    return {record.source for record in index.documents()}


def test_an_upload_is_kept_when_its_file_is_gone(index: Index, uploads: Path):
    file = uploads / "note.txt"
    file.write_text("The ferry leaves at noon.")
    assert add_uploads(index, [file], ignore).added == ("note.txt",)
    assert not file.exists()
    index.sync()
    assert "note.txt" in sources(index)


def test_each_bad_file_is_reported_and_the_good_ones_go_in(
    index: Index, uploads: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(edits, "MAX_UPLOAD_BYTES", 100)
    for name, content in (("good.txt", "A text."), ("large.txt", "x" * 101), ("tool.exe", "MZ"), ("empty.txt", "")):
        (uploads / name).write_text(content)
    outside = tmp_path / "outside.txt"
    outside.write_text("Not uploaded.")
    link = uploads / "link.txt"
    link.symlink_to(outside)
    done = add_uploads(index, [*sorted(uploads.iterdir()), outside], ignore)
    assert done.added == ("good.txt",)
    reasons = {skipped.source: skipped.reason for skipped in done.skipped}
    assert "larger than" in reasons["large.txt"]
    assert "'.exe'" in reasons["tool.exe"]
    assert "empty" in reasons["empty.txt"]
    assert "not uploaded" in reasons["outside.txt"]
    assert "not uploaded" in reasons["link.txt"]


def test_files_beyond_the_limit_are_reported(index: Index, uploads: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(edits, "MAX_FILES", 2)
    files = [uploads / f"{number}.txt" for number in range(3)]
    for file in files:
        file.write_text(f"Text number {file.stem}.")
    done = add_uploads(index, files, ignore)
    assert len(done.added) == 2
    assert [skipped.source for skipped in done.skipped] == ["2.txt"]


def test_rebuilding_keeps_exactly_the_texts_of_the_folders(index: Index, uploads: Path, corpus: Path):
    file = uploads / "note.txt"
    file.write_text("The ferry leaves at noon.")
    add_uploads(index, [file], ignore)
    index.remove(next(record.id for record in index.documents() if record.source == "comet.txt"))
    rebuild(index, ignore)
    assert sources(index) == {"bakery.txt", "bridge.txt", "comet.txt"}
    shutil.rmtree(corpus)
    assert "folder" in rebuild(index, ignore).skipped[0].reason
    assert sources(index) == {"bakery.txt", "bridge.txt", "comet.txt"}


def test_the_report_names_everything_and_escapes_it():
    report = changes_html(
        Changes(added=("<b>.txt",), repeated=("c.txt",), unchanged=2, skipped=(Skipped("<i>", "<u>", "<s>"),))
    )
    assert "1 text added: <bdi>&lt;b&gt;.txt</bdi>" in report
    assert "1 text there already under another name: <bdi>c.txt</bdi>" in report
    assert "2 texts as before" in report
    assert "&lt;i&gt;</bdi></b>: &lt;u&gt;; &lt;s&gt;" in report
    assert "Nothing changed" in changes_html(Changes())


def test_progress_grows_from_file_to_file_and_within_a_long_one(
    index: Index, uploads: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(edits, "TOGETHER", 2)
    monkeypatch.setattr(changes, "BATCH", 4)
    files = [uploads / f"{number}.txt" for number in range(5)]
    for file in files:
        words = [f"Ferry {file.stem} number {number} leaves the harbour at noon." for number in range(100)]
        file.write_text(" ".join(words))
    steps: list[Progress] = []
    add_uploads(index, files, steps.append)
    shares = [share(step) for step in steps]
    assert shares == sorted(shares)
    assert len(set(shares)) > 2 * len(files)
    assert shares[-1] == 1
    assert {step.files_total for step in steps} == {5}
    assert not any(file.exists() for file in files)


def test_a_file_that_was_not_uploaded_is_not_deleted(index: Index, uploads: Path, corpus: Path):
    add_uploads(index, [corpus / "comet.txt"], ignore)
    assert (corpus / "comet.txt").is_file()


def test_what_cannot_be_stored_is_told(index: Index, uploads: Path, tmp_path: Path):
    (uploads / "note.txt").write_text("The ferry leaves at noon.")
    with closing(sqlite3.connect(tmp_path / "index" / "passages.db", isolation_level=None)) as other:
        other.execute("DROP TABLE keywords")
    told = add_uploads(index, [uploads / "note.txt"], ignore)
    assert told.skipped[0].source == "the index"
    assert "nothing more was added" in changes_html(told)


def test_removing_tells_of_each_text(index: Index):
    ids = [record.id for record in index.documents()]
    steps: list[Progress] = []
    done = remove_texts(index, [ids[0], "nothing", ids[1]], steps.append)
    assert len(done.removed) == 2
    assert [skipped.source for skipped in done.skipped] == ["nothing"]
    assert [step.files for step in steps] == [0, 1, 2]
    assert len(index.documents()) == 1


def test_progress_is_shown_with_its_file_name_as_text():
    shown = progress_html(Progress("<b>.txt", 1, 4, bytes=15, bytes_total=40))
    assert "Reading <bdi>&lt;b&gt;.txt</bdi> (1 of 4 files), 38%" in shown
    assert 'value="0.375"' in shown
