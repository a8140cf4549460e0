"""The vectors of a store: the same whether fetched, followed or read from the cache; and lists that miss little."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from qa.documents import Document
from qa.passages import Passage
from qa.store import Store
from qa.vectors import RECALL, Vectors

DIMENSION = 32
SMALL = 1_000  # passages from which on these tests make lists


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "passages.db", create=True)
    yield opened
    opened.close()


def fill(store: Store, name: str, count: int, *, seed: int = 0) -> None:
    """A document with that many passages, whose vectors lie in groups as those of texts do."""
    draw = np.random.default_rng(seed)
    centres = draw.normal(size=(20, DIMENSION))
    rows = centres[draw.integers(0, 20, count)] + 0.5 * draw.normal(size=(count, DIMENSION))
    document = Document(f"{name} " * count, source=name)
    width = len(name) + 1
    passages = [Passage(document.id, n, n * width, n * width + width - 1, name) for n in range(count)]
    with store.change():
        store.add(document, passages, rows / np.linalg.norm(rows, axis=1, keepdims=True))


def recall(vectors: Vectors, store: Store) -> float:
    queries = store.embeddings(store.passage_ids()[::7]) + 0.05
    exact = Vectors.build(store, DIMENSION, flat_up_to=10**9).search(queries, 10)
    pairs = zip(vectors.search(queries, 10), exact, strict=True)
    return float(np.mean([len({n for n, _ in a} & {n for n, _ in b}) / 10 for a, b in pairs]))


def test_flat_vectors_find_what_a_product_of_all_finds(store: Store) -> None:
    fill(store, "a", 300)
    vectors = Vectors.build(store, DIMENSION)
    ids = store.passage_ids()
    rows = store.embeddings(ids)
    assert vectors.kind == "flat"
    for query, found in zip(rows[:20], vectors.search(rows[:20], 5), strict=True):
        order = np.argsort(-(rows @ query))[:5]
        assert [number for number, _ in found] == ids[order].tolist()
        assert [score for _, score in found] == pytest.approx((rows @ query)[order].tolist(), abs=1e-5)


def test_many_vectors_get_lists_that_find_nearly_all(store: Store) -> None:
    fill(store, "a", 2 * SMALL)
    vectors = Vectors.build(store, DIMENSION, flat_up_to=SMALL)
    assert vectors.kind.startswith("inverted file")
    assert 1 <= vectors._index.nprobe < vectors._index.nlist  # else it is slower than one by one
    assert vectors.agree(store)
    assert recall(vectors, store) > RECALL - 0.03
    vectors._index.nprobe = 1
    assert recall(vectors, store) < RECALL - 0.03  # so it is the choice of lists that does it


def test_lists_follow_the_store(store: Store) -> None:
    fill(store, "a", 2 * SMALL)
    vectors = Vectors.build(store, DIMENSION, flat_up_to=SMALL)
    fill(store, "b", 50, seed=1)
    first = next(record.id for record in store.documents() if record.source == "a")
    assert vectors.refresh(store)
    assert vectors.agree(store)
    assert vectors._trained == 2 * SMALL
    fill(store, "c", 5 * SMALL, seed=2)
    vectors.refresh(store)
    assert vectors.agree(store)
    assert vectors._trained == 7 * SMALL + 50  # made anew
    assert recall(vectors, store) > RECALL - 0.03
    with store.change():
        store.remove(first)
    vectors.refresh(store)
    assert vectors.agree(store)
    assert not vectors.refresh(store)
    with store.change():
        for record in store.documents():
            if record.source == "c":
                store.remove(record.id)
    vectors.refresh(store)
    assert (vectors.kind, len(vectors)) == ("flat", 50)
    assert vectors.agree(store)


@pytest.mark.parametrize("flat_up_to", [10 * SMALL, SMALL // 2], ids=["flat", "lists"])
def test_the_cache_gives_back_what_was_saved(store: Store, tmp_path: Path, flat_up_to: int) -> None:
    path = tmp_path / "vectors.faiss"
    fill(store, "a", SMALL)
    vectors = Vectors.build(store, DIMENSION, flat_up_to=flat_up_to)
    vectors.save(path, store)
    again = Vectors.open(path, store, DIMENSION, flat_up_to=flat_up_to)
    assert (again.kind, again._unsaved) == (vectors.kind, 0)
    assert again.agree(store)
    whole = path.read_bytes()
    damaged = bytearray(whole)
    damaged[len(whole) // 2] ^= 1
    for content in (bytes(damaged), whole[:-9], whole[:3], b""):
        path.write_bytes(content)
        opened = Vectors.open(path, store, DIMENSION, flat_up_to=flat_up_to)
        assert opened._unsaved  # it was not taken from there
        assert opened.agree(store)


def test_a_few_changes_are_not_worth_a_new_cache(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "vectors.faiss"
    fill(store, "a", SMALL)
    vectors = Vectors.build(store, DIMENSION)
    vectors.save(path, store)
    written = path.read_bytes()
    for name, count, kept in (("b", 3, True), ("c", 300, False)):
        fill(store, name, count)
        vectors.refresh(store)
        vectors.save(path, store)
        assert (path.read_bytes() == written) is kept
        assert Vectors.open(path, store, DIMENSION).agree(store)
