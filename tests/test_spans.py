"""Span search against a search that tries every pair."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from qa.spans import best_spans

# Few distinct values, so that ties are common; -inf is a token that no span may start or end at.
LOGITS = st.sampled_from([-np.inf, -2.0, -0.5, 0.0, 0.25, 1.0, 3.0])


def _every_pair(start: np.ndarray, end: np.ndarray, top_k: int, max_tokens: int) -> list[tuple[int, int, float]]:
    spans = [
        (first, last, float(start[first] + end[last]))
        for first in range(len(start))
        for last in range(first, min(first + max_tokens, len(start)))
    ]
    spans = [span for span in spans if span[2] > -np.inf]
    return sorted(spans, key=lambda span: (-span[2], span[0], span[1]))[:top_k]


@given(st.lists(st.tuples(LOGITS, LOGITS), max_size=24), st.integers(1, 12), st.integers(1, 30))
def test_the_search_finds_what_trying_every_pair_finds(
    logits: list[tuple[float, float]], top_k: int, max_tokens: int
) -> None:
    start = np.array([pair[0] for pair in logits], dtype=np.float32)
    end = np.array([pair[1] for pair in logits], dtype=np.float32)
    found = best_spans(start, end, top_k=top_k, max_tokens=max_tokens)
    assert found == _every_pair(start, end, top_k, max_tokens)


@given(st.lists(st.tuples(LOGITS, LOGITS, st.booleans()), max_size=24), st.integers(1, 12), st.integers(1, 30))
def test_no_span_goes_from_one_part_into_the_next(
    tokens: list[tuple[float, float, bool]], top_k: int, max_tokens: int
) -> None:
    start = np.array([token[0] for token in tokens], dtype=np.float32)
    end = np.array([token[1] for token in tokens], dtype=np.float32)
    parts = np.cumsum([token[2] for token in tokens]).astype(np.int64)
    whole = _every_pair(start, end, len(tokens) ** 2, max_tokens)
    expected = [span for span in whole if parts[span[0]] == parts[span[1]]][:top_k]
    assert best_spans(start, end, top_k=top_k, max_tokens=max_tokens, parts=parts) == expected


def test_the_end_never_stands_before_the_start() -> None:
    # Chosen apart, the best start is token 3 and the best end token 0.
    start = np.array([1.0, 0.0, 0.0, 9.0], dtype=np.float32)
    end = np.array([9.0, 0.0, 0.0, 2.0], dtype=np.float32)
    assert best_spans(start, end, top_k=2, max_tokens=4) == [(3, 3, 11.0), (0, 0, 10.0)]


def test_no_span_is_longer_than_allowed() -> None:
    start = np.array([9.0, 0.0, 0.0], dtype=np.float32)
    end = np.array([0.0, 0.0, 9.0], dtype=np.float32)
    assert best_spans(start, end, top_k=1, max_tokens=3) == [(0, 2, 18.0)]
    assert best_spans(start, end, top_k=1, max_tokens=2) == [(0, 0, 9.0)]
