"""Fusion: one ranking out of a dense and a keyword ranking.

Reciprocal rank fusion (Cormack, Clarke and Buettcher 2009) needs no scores on a common scale: a passage earns
1 / (K + rank) from each ranking it stands in. Scope: ranks in, ranks out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

K = 60  # the constant of the paper


@dataclass(frozen=True)
class Ranked:
    """A passage id with its fused score and its place, from 1, in each ranking that it stands in."""

    id: int
    score: float
    dense_rank: int | None
    keyword_rank: int | None


def fuse(dense: Sequence[int], keyword: Sequence[int], *, dense_weight: float = 0.5) -> list[Ranked]:
    """The union of two rankings of ids (best first), best first; the best possible score is 1."""
    dense_ranks = {number: rank for rank, number in enumerate(dense, start=1)}
    keyword_ranks = {number: rank for rank, number in enumerate(keyword, start=1)}

    def score(number: int) -> float:
        total = 0.0
        if number in dense_ranks:
            total += dense_weight * (K + 1) / (K + dense_ranks[number])
        if number in keyword_ranks:
            total += (1 - dense_weight) * (K + 1) / (K + keyword_ranks[number])
        return total

    ranked = [
        Ranked(number, score(number), dense_ranks.get(number), keyword_ranks.get(number))
        for number in dict.fromkeys((*dense, *keyword))
    ]
    return sorted(ranked, key=lambda entry: -entry.score)


# Words that nearly every question holds: they cost time and rank nothing.
_QUESTION_WORDS = """
    a an and any are as at be been by can could did do does for from had has have he her him his how i in is it its
    me my of on or our she so some tell that the their them then there these they this those to us was we were what
    when where which who whom whose why will with would you your
"""
QUESTION_WORDS = frozenset(_QUESTION_WORDS.split())


def telling_words(question: str) -> list[str]:
    """The question's words in lower case, each once, without those that nearly every question holds."""
    words = dict.fromkeys(re.findall(r"[^\W_]+", question.lower()))
    return [word for word in words if word not in QUESTION_WORDS] or list(words)


def keyword_query(question: str) -> str:
    """An FTS5 query that matches any of the question's telling words; empty when it has no words.

    Each word is quoted, so no character of a question is ever read as an operator.
    """
    return " OR ".join(f'"{word}"' for word in telling_words(question))
