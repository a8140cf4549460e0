"""The store keeps whole changes or none, and counts them."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import numpy as np
import pytest

from qa.documents import Document
from qa.passages import Passage, split
from qa.store import FileRecord, Store


def vectors(passages: list[Passage]) -> np.ndarray:
    rows = np.random.default_rng(len(passages)).normal(size=(len(passages), 4))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def put(store: Store, document: Document) -> np.ndarray:
    passages = split(document)
    rows = vectors(passages)
    with store.change():
        store.add(document, passages, rows)
    return rows


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "passages.db", create=True)


def test_a_document_comes_back_as_it_went_in(store: Store) -> None:
    text = "A\x00B. Zażółć gęślą jaźń. \U0001f600 e\u0301 " + "A sentence of no import follows. " * 60
    document = Document(
        text=text, title="T", source="a.txt", date="2022-01-06", pages=(0, 90), address="https://a.example/b"
    )
    rows = put(store, document)
    assert store.document(document.id) == document
    ids = store.passage_ids()
    found = store.passages(ids.tolist())
    assert [found[i] for i in ids.tolist()] == [(passage, document) for passage in split(document)]
    assert np.abs(store.embeddings(ids) - rows).max() < 1e-3
    assert (store.embeddings(ids[::-1]) == store.embeddings(ids)[::-1]).all()


def test_a_change_that_fails_leaves_nothing(store: Store) -> None:
    before = store.generation()
    document = Document(text="One. Two.", source="a.txt")

    def fail_half_way() -> None:
        with store.change():
            store.add(document, split(document), vectors(split(document)))
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        fail_half_way()
    assert store.documents() == []
    assert store.keywords.search('"one"', 5) == []
    assert store.generation() == before


def test_removing_takes_passages_and_keywords_along(store: Store) -> None:
    keep, drop = Document(text="The heron waits.", source="a"), Document(text="The heron flies.", source="b")
    odd = Document(text="The heron\x00 dives, \U0001f600 e\u0301.", source="c")
    put(store, odd)
    put(store, keep)
    put(store, drop)
    with store.change():
        store.remove(drop.id)
        store.remove(odd.id)
    assert [record.id for record in store.documents()] == [keep.id]
    found = store.passages([number for number, _ in store.keywords.search('"heron"', 5)])
    assert [passage.text for passage, _ in found.values()] == [keep.text]
    with sqlite3.connect(store.path) as connection:  # raises when index and texts disagree
        connection.execute("INSERT INTO keywords (keywords, rank) VALUES ('integrity-check', 1)")


def test_passage_ids_are_never_used_twice(store: Store) -> None:
    first, second = Document(text="First."), Document(text="Second.")
    put(store, first)
    old = store.passage_ids().tolist()
    with store.change():
        store.remove(first.id)
    put(store, second)
    assert set(old).isdisjoint(store.passage_ids().tolist())


def test_files_are_remembered_and_outlive_a_removed_document(store: Store) -> None:
    document = Document(text="One.", source="a.txt")
    put(store, document)
    with store.change():
        store.record_file(FileRecord("../a.txt", "a.txt", document.id, 4, 99))
        store.record_file(FileRecord("../b.pdf", "b.pdf", None, 5, 98, "encrypted", "open it and save it anew"))
    with store.change():
        store.remove(document.id)
    assert {record.path: record.document_id for record in store.files()} == {"../a.txt": None, "../b.pdf": None}


def test_a_long_text_takes_no_more_time_for_each_passage_than_a_short_one(store: Store) -> None:
    seconds = []
    for length in (200, 6_400):
        document = Document(text="\n\n".join(f"Line {n} of {length}. " * 40 for n in range(length)), source=str(length))
        passages = split(document)
        begun = time.process_time()
        with store.change():
            store.add(document, passages, vectors(passages))
        with store.change():
            store.remove(document.id)
        seconds.append((time.process_time() - begun) / len(passages))
    assert seconds[1] < 5 * seconds[0]
