"""Reading: the passages found for a question, read best first, until none that is unread can be expected to win.

An answer far above the null score of its passage is rarely beaten by a passage that the search found far less
like the question. So the standing that the best answer so far must reach falls with the search score of the next
passage.

Scope: which passages are read. What is chosen from them is the business of answers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from qa.answers import Evidence
from qa.hits import Hit
from qa.reader import TOP_K, Reader

# The best standing at which reading stops, given the search score (0 to 1) of the best unread passage. On 826 questions
# of six articles over 3,000 paragraphs of SQuAD, 8 passages found for each: 3.0 of them were read and F1 was 82.7; all
# read, 82.9. 4 answers differed.
LEAST_STANDING = -4.0  # where the score is 0
STANDING_PER_SCORE = 16.0
THOROUGH_SPANS = 20  # the best few mostly have one place in common


def settled(standing: float, unread: Hit) -> bool:
    """Whether an answer of this standing is good enough to leave the passage, and all found after it, unread."""
    return standing >= LEAST_STANDING + STANDING_PER_SCORE * unread.score


def read(
    reader: Reader, questions: Sequence[str], found: Sequence[Sequence[Hit]], *, thorough: bool = False
) -> list[list[Evidence]]:
    """For each question the passages that had to be read of those found for it, in their order.

    `thorough`, for a question whose best answer may be put aside, reads all of them and keeps more spans of each.

    What is read ahead to keep the reader's threads busy, and turns out not to be needed, is left out: the result
    is the same on any number of cores, and for a question alone or among others.
    """
    evidence: list[list[Evidence]] = [[] for _ in questions]
    best = [-math.inf] * len(questions)
    unsettled = [number for number, hits in enumerate(found) if hits]
    spans = THOROUGH_SPANS if thorough else TOP_K
    while unsettled:
        ahead = max(1, reader.workers // len(unsettled))
        wave = [(number, hit) for number in unsettled for hit in _next(found[number], evidence[number], ahead)]
        readings = reader.read([(questions[number], hit.passage.text) for number, hit in wave], top_k=spans)
        open_ = dict.fromkeys(unsettled)
        for (number, hit), reading in zip(wave, readings, strict=True):
            if number not in open_:
                continue
            evidence[number].append(Evidence(hit, reading))
            best[number] = max(best[number], evidence[number][-1].standing)
            rest = _next(found[number], evidence[number], 1)
            if not rest or (not thorough and settled(best[number], rest[0])):
                del open_[number]
        unsettled = list(open_)
    return evidence


def _next(hits: Sequence[Hit], read_already: Sequence[Evidence], count: int) -> Sequence[Hit]:
    return hits[len(read_already) : len(read_already) + count]
