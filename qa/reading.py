"""Reading: the passages found for a question, read best first, until none that is unread can be expected to win.

An answer far above the null score of its passage is rarely beaten by a passage that the search found far less
like the question. So what the best answer so far must reach falls with the search score of the next passage.

Scope: which passages are read. What is chosen from them is the business of answers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from qa.answers import Evidence
from qa.hits import Hit
from qa.reader import Reader

# The best margin at which reading stops, given the search score (0 to 1) of the best unread passage. On 400 questions
# over 511 paragraphs of six articles of SQuAD 1.1 train and 2.0 dev, 8 passages found for each: 2.7 of them were read
# and F1 was 80.9; all read, F1 was 79.4. 12 answers differed. Without the search score (one margin for all), reading
# 3.9 passages changed 14 answers.
LEAST_MARGIN = -2.0  # where the score is 0
MARGIN_PER_SCORE = 12.0


def settled(margin: float, unread: Hit) -> bool:
    """Whether an answer of this margin is good enough to leave the passage, and all found after it, unread."""
    return margin >= LEAST_MARGIN + MARGIN_PER_SCORE * unread.score


def read(reader: Reader, questions: Sequence[str], found: Sequence[Sequence[Hit]]) -> list[list[Evidence]]:
    """For each question the passages that had to be read of those found for it, in their order.

    What is read ahead to keep the reader's threads busy, and turns out not to be needed, is left out: the result
    is the same on any number of cores, and for a question alone or among others.
    """
    evidence: list[list[Evidence]] = [[] for _ in questions]
    best = [-math.inf] * len(questions)
    unsettled = [number for number, hits in enumerate(found) if hits]
    while unsettled:
        ahead = max(1, reader.workers // len(unsettled))
        wave = [(number, hit) for number in unsettled for hit in _next(found[number], evidence[number], ahead)]
        readings = reader.read([(questions[number], hit.passage.text) for number, hit in wave])
        open_ = dict.fromkeys(unsettled)
        for (number, hit), reading in zip(wave, readings, strict=True):
            if number not in open_:
                continue
            evidence[number].append(Evidence(hit, reading))
            best[number] = max(best[number], evidence[number][-1].margin)
            rest = _next(found[number], evidence[number], 1)
            if not rest or settled(best[number], rest[0]):
                del open_[number]
        unsettled = list(open_)
    return evidence


def _next(hits: Sequence[Hit], read_already: Sequence[Evidence], count: int) -> Sequence[Hit]:
    return hits[len(read_already) : len(read_already) + count]
