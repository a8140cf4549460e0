"""Texts in, passages out: adding, updating, removing, syncing, and finding."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hashing import HashingEncoder

from qa.changes import Progress
from qa.documents import Document
from qa.encoder import Encoder
from qa.index import Index, IndexMismatch
from qa.passages import split
from qa.schema import StoreError


def touch(path: Path, text: str) -> None:
    """Writes the text with a time of change that differs from the last one even on coarse clocks."""
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(before + 10**9, before + 10**9))


def sources(index: Index) -> list[str]:
    return [record.source for record in index.documents()]


def consistent(index: Index) -> None:
    """Store, vectors and keywords hold the same passages, each with the vector of its own text."""
    with index._store.snapshot():
        vectors = index._current()
        ids = index._store.passage_ids()
        assert np.array_equal(np.sort(vectors._ids), ids)
        if len(ids):
            assert np.allclose(vectors.held(ids), index._store.embeddings(ids), atol=1e-6)
        for number in ids.tolist():
            [(passage, document)] = index._store.passages([number]).values()
            assert document.text[passage.start : passage.end] == passage.text
        index._store.rows("INSERT INTO keywords (keywords, rank) VALUES ('integrity-check', 1)")


@pytest.fixture
def index(corpus: Path, tmp_path: Path) -> Index:
    return Index.build(corpus, tmp_path / "index", encoder=HashingEncoder())


def test_what_was_built_is_found_and_opens_again(corpus: Path, tmp_path: Path, encoder: Encoder) -> None:
    Index.build(corpus, tmp_path / "index", encoder=encoder).close()
    index = Index.open(tmp_path / "index")
    assert index.encoder_name == encoder.name
    assert sources(index) == ["bakery.txt", "bridge.txt", "comet.txt"]
    [hit, *_] = index.search("Who constructed the crossing?", top_k=2)
    assert hit.document.source == "bridge.txt"
    assert hit.document.text[hit.passage.start : hit.passage.end] == hit.passage.text
    assert hit.dense_rank == 1
    assert hit.keyword_rank is None  # no word in common: only the meaning finds it
    consistent(index)


def test_the_title_of_a_document_helps_to_find_its_passages(tmp_path: Path) -> None:
    index = Index.open(tmp_path / "index", encoder=HashingEncoder(), create=True)
    index.add(
        [
            Document(text="It was built in 1684.", title="Lune bridge", source="a"),
            Document(text="It was built.", source="b"),
        ]
    )
    assert index.search("bridge over the Lune")[0].document.source == "a"


def test_sync_adds_updates_and_drops(index: Index, corpus: Path) -> None:
    touch(corpus / "comet.txt", "The comet was not seen from Porto.")
    touch(corpus / "new.txt", "A new text.")
    (corpus / "bakery.txt").unlink()
    changes = index.sync(corpus)
    assert (changes.added, changes.updated, changes.removed) == (("new.txt",), ("comet.txt",), ("bakery.txt",))
    assert changes.unchanged == 1
    assert sources(index) == ["bridge.txt", "comet.txt", "new.txt"]
    assert index.search("Porto")[0].document.source == "comet.txt"
    assert not any("Lisbon" in hit.passage.text for hit in index.search("Lisbon"))
    consistent(index)


def test_files_that_did_not_change_are_not_read_again(index: Index, corpus: Path) -> None:
    times = (corpus / "comet.txt").stat()
    size = times.st_size
    (corpus / "comet.txt").write_bytes(b"x" * size)
    os.utime(corpus / "comet.txt", ns=(times.st_atime_ns, times.st_mtime_ns))
    assert not index.sync(corpus)
    assert "Lisbon" in index.search("Lisbon")[0].passage.text


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may open every folder")
def test_a_folder_that_cannot_be_opened_keeps_its_documents(index: Index, corpus: Path) -> None:
    (corpus / "deep").mkdir()
    touch(corpus / "deep" / "fox.txt", "The fox sleeps.")
    index.sync(corpus)
    (corpus / "deep").chmod(0)
    try:
        changes = index.sync(corpus)
    finally:
        (corpus / "deep").chmod(0o700)
    assert [item.source for item in changes.skipped] == ["deep"]
    assert "deep/fox.txt" in sources(index)


def test_the_same_text_twice_is_one_document(index: Index, corpus: Path) -> None:
    shutil.copy(corpus / "comet.txt", corpus / "copy.txt")
    index.sync(corpus)
    assert sources(index) == ["bakery.txt", "bridge.txt", "comet.txt"]
    (corpus / "comet.txt").unlink()
    index.sync(corpus)
    assert len(index.documents()) == 3  # the copy still has it
    (corpus / "copy.txt").unlink()
    index.sync(corpus)
    assert sources(index) == ["bakery.txt", "bridge.txt"]


def test_the_same_text_twice_in_one_go_has_its_passages_once(corpus: Path, tmp_path: Path) -> None:
    for name in ("one.txt", "two.txt"):
        touch(corpus / name, "The tide rises twice a day at the old quay. " * 100)
    index = Index.build(corpus, tmp_path / "index", encoder=HashingEncoder())
    [record] = [record for record in index.documents() if record.source in ("one.txt", "two.txt")]
    document = index.document(record.id)
    assert document is not None
    assert record.passages == len(split(document)) > 1


def test_progress_tells_of_files_bytes_and_passages(corpus: Path, tmp_path: Path) -> None:
    touch(corpus / "long.txt", "\n\n".join(f"Paragraph {number} tells of the tide. " * 30 for number in range(300)))
    told: list[Progress] = []
    index = Index.build(corpus, tmp_path / "index", encoder=HashingEncoder(), progress=told.append)
    total = sum(path.stat().st_size for path in corpus.iterdir())
    assert {step.bytes_total for step in told} == {total}
    assert (told[-1].files, told[-1].files_total, told[-1].bytes) == (4, 4, total)
    assert told[-1].passages == len(index)
    assert [step.bytes for step in told] == sorted(step.bytes for step in told)
    assert len({step.bytes for step in told}) > 3  # also within one long text


def test_a_bad_file_is_reported_each_time_and_stops_nothing(index: Index, corpus: Path) -> None:
    touch(corpus / "picture.png", "\x89PNG")
    touch(corpus / "new.txt", "A new text.")
    for _ in range(2):
        changes = index.sync(corpus)
        assert [item.source for item in changes.skipped] == ["picture.png"]
        assert changes.skipped[0].reason
        assert changes.skipped[0].advice
    assert "new.txt" in sources(index)


def test_what_was_removed_stays_removed_until_its_file_changes(index: Index, corpus: Path) -> None:
    [record] = [record for record in index.documents() if record.source == "comet.txt"]
    assert index.remove(record.id[:10]) == record
    assert index.search("Lisbon comet visible")[0].document.source != "comet.txt"
    assert not index.sync(corpus)
    assert "comet.txt" not in sources(index)
    touch(corpus / "comet.txt", "The comet is back over Faro.")
    index.sync(corpus)
    assert "comet.txt" in sources(index)
    consistent(index)


def test_removing_needs_an_id_that_is_there(index: Index) -> None:
    with pytest.raises(KeyError, match="'zzz'"):
        index.remove("zzz")
    with pytest.raises(KeyError, match="3 documents"):
        index.remove("")
    assert len(index.documents()) == 3


def test_documents_files_and_folders_are_added_together(index: Index, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "deep").mkdir(parents=True)
    touch(other / "deep" / "fox.txt", "The fox sleeps.")
    touch(tmp_path / "owl.txt", "The owl wakes.")
    changes = index.add([Document(text="The elk runs.", source="elk"), tmp_path / "owl.txt", str(other)])
    assert changes.added == ("elk", "owl.txt", "deep/fox.txt")
    assert index.add(Document(text="The elk rests.", source="elk")).updated == ("elk",)
    assert [hit.passage.text for hit in index.search("elk", top_k=1)] == ["The elk rests."]


def test_what_was_added_from_elsewhere_survives_a_sync_but_not_a_build(index: Index, corpus: Path) -> None:
    index.add(Document(text="The elk runs.", source="elk"))
    index.sync(corpus)
    assert "elk" in sources(index)
    Index.build(corpus, index.folder, encoder=HashingEncoder())
    assert "elk" not in sources(index)


def test_a_missing_path_is_an_error_before_anything_is_added(index: Index, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere\.txt"):
        index.add([Document(text="The elk runs.", source="elk"), tmp_path / "nowhere.txt"])
    assert "elk" not in sources(index)
    with pytest.raises(NotADirectoryError, match="gone"):
        index.sync(tmp_path / "gone")
    with pytest.raises(ValueError, match="no text"):
        index.add(Document(text=" \n", source="blank"))


def test_an_empty_folder_makes_an_empty_index(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    index = Index.build(tmp_path / "corpus", tmp_path / "index", encoder=HashingEncoder())
    assert (len(index), index.documents(), index.search("anything?")) == (0, [], [])


def test_a_project_folder_can_be_moved(index: Index, tmp_path: Path) -> None:
    index.close()
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    shutil.move(tmp_path / "corpus", moved / "corpus")
    shutil.move(tmp_path / "index", moved / "index")
    opened = Index.open(moved / "index", encoder=HashingEncoder())
    assert opened.folders == [moved / "corpus"]
    assert not opened.sync()


def test_another_encoder_is_refused_and_a_build_replaces_it(index: Index, corpus: Path) -> None:
    other = HashingEncoder("other", 32)
    with pytest.raises(IndexMismatch, match=r"'hashing'.*'other'.*Index\.build"):
        Index.open(index.folder, encoder=other)
    index.search("comet")
    rebuilt = Index.build(corpus, index.folder, encoder=other)
    assert rebuilt.encoder_name == "other"
    assert sorted(path.name for path in index.folder.iterdir() if "-" not in path.name) == [
        "build.lock",
        "passages.db",
        "vectors.faiss",
    ]
    assert rebuilt.search("comet Lisbon")[0].document.source == "comet.txt"
    consistent(rebuilt)


def test_the_cache_is_made_again_when_torn_or_missing_or_stale(index: Index) -> None:
    cache = index.folder / "vectors.faiss"
    whole = cache.read_bytes()
    index.add(Document(text="The elk runs.", source="elk"))
    for content in (whole, whole[: len(whole) // 2], b"", b"{}\n", None):
        if content is None:
            cache.unlink()
        else:
            cache.write_bytes(content)
        opened = Index.open(index.folder, encoder=HashingEncoder())
        assert opened.search("elk runs")[0].document.source == "elk"
        consistent(opened)


def test_no_index_and_a_damaged_one_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="python -m qa index"):
        Index.open(tmp_path)
    (tmp_path / "passages.db").write_bytes(b"scribble " * 1000)
    with pytest.raises(StoreError, match="build it again"):
        Index.open(tmp_path)


def test_an_open_index_follows_another_process(index: Index, corpus: Path) -> None:
    assert index.search("elk")[0].document.source != "elk"
    other = Index.open(index.folder, encoder=HashingEncoder())
    other.add(Document(text="The elk runs.", source="elk"))
    assert index.search("elk")[0].document.source == "elk"


def test_threads_search_while_one_changes(index: Index) -> None:
    problems: list[BaseException] = []
    stop = threading.Event()

    def search() -> None:
        try:
            while not stop.is_set():
                for hit in index.search("Who opened the bakery?"):
                    assert hit.document.text[hit.passage.start : hit.passage.end] == hit.passage.text
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(20):
        index.add(Document(text=f"Text number {number} of the bakery.", source="changing"))
    stop.set()
    for thread in threads:
        thread.join()
    assert problems == []
    consistent(index)


BUILDER = """
import sys
sys.path[:0] = [{tests!r}, {root!r}]
from hashing import HashingEncoder
import qa.changes
qa.changes.GROUP = 4
from qa.index import Index
print("ready", flush=True)
Index.build({corpus!r}, {index!r}, encoder=HashingEncoder())
"""


def test_a_killed_build_goes_on_where_it_was(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number in range(300):
        (corpus / f"{number:03}.txt").write_text(f"Text {number} tells of item {number}. " * 40, encoding="utf-8")
    tests = Path(__file__).parent
    code = BUILDER.format(tests=str(tests), root=str(tests.parent), corpus=str(corpus), index=str(tmp_path / "index"))
    counts = []
    for delay in (0.0, 0.05, 0.2, 0.4):
        child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(delay)
        child.kill()
        child.wait()
        child.stdout.close()
        if (tmp_path / "index" / "passages.db").exists():
            index = Index.open(tmp_path / "index", encoder=HashingEncoder())
            consistent(index)
            counts.append(len(index.documents()))
            index.close()
    assert counts == sorted(counts)
    index = Index.build(corpus, tmp_path / "index", encoder=HashingEncoder())
    assert len(index.documents()) == 300
    assert len(index) == sum(record.passages for record in index.documents())
    consistent(index)


def test_a_folder_that_cannot_be_locked_is_told_and_left_as_it_was(index: Index, corpus: Path) -> None:
    lock = index.folder / "build.lock"
    lock.unlink(missing_ok=True)
    lock.mkdir()
    (corpus / "bridge.txt").unlink()
    with pytest.raises(StoreError, match="may write to the folder"):
        Index.build(corpus, index.folder, encoder=index.encoder)
    assert len(index.documents()) == 3
