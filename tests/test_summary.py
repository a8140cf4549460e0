"""Central sentences: in their places, word for word, and central by the measure that is named."""

from __future__ import annotations

import numpy as np

from qa.documents import Document
from qa.encoder import Encoder
from qa.passages import split
from qa.sentences import sentences
from qa.summary import central_sentences, centrality, distinct

TEXT = (
    "The bridge\n\nThe stone bridge over the river Lune was built by Hannah Moss in the year 1684. "
    "Hannah Moss used stone from the quarry near the river to build the bridge. "
    "It stood for two hundred years before the great flood. "
    "My neighbour's cat dislikes the taste of fresh cucumbers. "
    "The flood of 1884 destroyed the stone bridge that Hannah Moss had built over the river."
)


def units(rows: list[list[float]]) -> np.ndarray:
    array = np.array(rows, dtype=np.float32)
    return array / np.linalg.norm(array, axis=1, keepdims=True)


def test_centrality_is_the_stationary_distribution_of_the_likeness_walk() -> None:
    vectors = units(np.abs(np.random.default_rng(3).normal(size=(7, 5))).tolist())
    likeness = np.clip(vectors @ vectors.T, 0, None).astype(float)
    np.fill_diagonal(likeness, 0)
    walk = 0.85 * likeness / likeness.sum(axis=1, keepdims=True) + 0.15 / 7
    values, rows = np.linalg.eig(walk.T)
    oracle = np.real(rows[:, np.argmax(np.real(values))])
    np.testing.assert_allclose(centrality(vectors), oracle / oracle.sum(), atol=1e-6)


def test_what_is_like_nothing_is_least_central() -> None:
    ranks = centrality(units([[1, 0.1, 0], [1, 0.2, 0], [0.9, 0.1, 0], [0, 0, 1]]))
    assert int(ranks.argmin()) == 3
    assert len(centrality(np.zeros((0, 3), dtype=np.float32))) == 0


def test_the_second_pick_is_not_a_copy_of_the_first() -> None:
    vectors = units([[1, 0, 0], [1, 0, 0], [0.6, 0.8, 0], [0.6, 0.7, 0.1]])
    picked = distinct(vectors, np.array([0.3, 0.29, 0.25, 0.16]), 2)
    assert picked == [0, 2]


def test_a_summary_quotes_whole_sentences_in_order(encoder: Encoder) -> None:
    document = Document(text=TEXT)
    passages = split(document)
    vectors = encoder.passage_embed([passage.text for passage in passages])
    spans = central_sentences(document, passages, vectors, encoder, count=2)
    assert spans == sorted(spans)
    assert set(spans) <= set(sentences(TEXT))
    quoted = [TEXT[start:end] for start, end in spans]
    assert len(quoted) == 2
    assert all("bridge" in quote and "cat" not in quote for quote in quoted)
    assert "The bridge\n" not in quoted


def test_a_text_without_sentences_is_quoted_as_it_is(encoder: Encoder) -> None:
    document = Document(text="Reykjavik")
    passages = split(document)
    vectors = encoder.passage_embed([passage.text for passage in passages])
    assert central_sentences(document, passages, vectors, encoder) == [(0, 9)]
    assert central_sentences(document, [], np.zeros((0, 384), dtype=np.float32), encoder) == []
