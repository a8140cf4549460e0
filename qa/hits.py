"""Hit: a passage found for a question; and the choice of hits that do not repeat each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa.documents import Document
from qa.fusion import Ranked
from qa.passages import Passage
from qa.squad import Question
from qa.store import Store

NEAR_DUPLICATE = 0.8  # share of common shingles from which on a passage repeats another


@dataclass(frozen=True)
class Hit:
    """A passage found for a question, with its place, from 1, in each ranking that it stands in."""

    passage: Passage
    document: Document
    score: float  # fused, from 0 to 1: first in both rankings
    dense_rank: int | None
    keyword_rank: int | None


def distinct(ranked: Sequence[Ranked], store: Store, top_k: int) -> list[Hit]:
    """The best hits; a passage that nearly repeats a better one says nothing new and is left out."""
    hits: list[Hit] = []
    seen: list[frozenset[str]] = []
    for entry in ranked:
        if len(hits) == top_k:
            break
        passage, document = store.passages([entry.id])[entry.id]
        shingles = _shingles(passage.text)
        if all(_alike(shingles, other) < NEAR_DUPLICATE for other in seen):
            seen.append(shingles)
            hits.append(Hit(passage, document, entry.score, entry.dense_rank, entry.keyword_rank))
    return hits


def _shingles(text: str) -> frozenset[str]:
    """Every three words in a row, by which texts are compared (Broder 1997); shorter texts are one shingle."""
    words = text.lower().split()
    return frozenset(" ".join(words[i : i + 3]) for i in range(max(1, len(words) - 2)))


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other)


def given(question: Question) -> Hit:
    """The question's own context, as if it had been found."""
    document = Document(text=question.context, title=question.title, source=question.id)
    passage = Passage(document.id, 0, 0, len(question.context), question.context)
    return Hit(passage, document, 1.0, 1, 1)
