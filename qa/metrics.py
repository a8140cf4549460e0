"""Metrics: how good answers, rankings and confidences are. Pure functions.

Exact match and F1 follow the official SQuAD scripts (https://rajpurkar.github.io/SQuAD-explorer/), to the letter
where they are peculiar: articles go, ASCII punctuation goes, white space is joined, case is folded; the
best-scoring gold answer counts; golds of which nothing is left ("The") are passed over, and where no gold is left
only an empty prediction is right.

All scores lie between 0 and 1. Scope: numbers; running a data set is in `qa.evaluation`.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

_ARTICLES = re.compile(r"\b(a|an|the)\b", re.UNICODE)
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalise(text: str) -> str:
    """Lower case, no ASCII punctuation, no English articles, single spaces: what answers are compared by."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact_match(prediction: str | None, golds: Sequence[str]) -> float:
    """1.0 if the normalised prediction equals one of the golds, else 0.0.

    None or "" means no answer, which is right when there are no golds, that is, when there is no answer.
    """
    return _best(prediction, golds, lambda found, gold: float(found == gold))


def f1(prediction: str | None, golds: Sequence[str]) -> float:
    """The harmonic mean of precision and recall over words shared with the gold answer that suits best."""
    return _best(prediction, golds, _shared_words)


def _best(prediction: str | None, golds: Sequence[str], score: Callable[[str, str], float]) -> float:
    found = normalise("" if prediction is None else prediction)
    kept = [gold for gold in map(normalise, golds) if gold] or [""]
    return max(score(found, gold) for gold in kept)


def _shared_words(found: str, gold: str) -> float:
    found_words, gold_words = found.split(), gold.split()
    if not found_words or not gold_words:
        return float(found_words == gold_words)
    shared = sum((Counter(found_words) & Counter(gold_words)).values())
    return 2 * shared / (len(found_words) + len(gold_words))


class Threshold(NamedTuple):
    """Answer when the score is at least `value`; `mean` is the best mean gain reached so."""

    value: float
    mean: float


def best_threshold(scores: Sequence[float], gains: Sequence[float], impossible: Sequence[bool]) -> Threshold:
    """The threshold on `scores` for answering that makes the mean highest, as the official 2.0 script finds it.

    `scores`: how much the system wants to answer, higher for more. `gains`: EM or F1 of the answer it would
    give. `impossible`: whether abstaining is right, which counts 1. Of equal thresholds the highest is taken.
    A value of infinity means that never answering is best. Raises ValueError for no or unequal numbers of values.
    """
    _same_length(scores, gains, impossible)
    total = float(sum(impossible))
    best = Threshold(float("inf"), total)
    order = sorted(range(len(scores)), key=lambda i: -scores[i])
    for place, i in enumerate(order):
        total += -1.0 if impossible[i] else gains[i]
        last_of_equals = place + 1 == len(order) or scores[order[place + 1]] < scores[i]
        if last_of_equals and total > best.mean:
            best = Threshold(float(scores[i]), total)
    return Threshold(best.value, best.mean / len(scores))


def balanced_threshold(scores: Sequence[float], impossible: Sequence[bool]) -> float:
    """The threshold on `scores` at which as large a share is refused of what is possible as is answered of what is not.

    This is the equal error rate of detection (as in NIST's speaker recognition evaluations). Unlike
    `best_threshold` it does not hang on how many of the questions are impossible, nor on a few of them near a flat
    best. `scores` and `impossible` as there. Raises ValueError when all or none are impossible, or for unequal
    numbers of values.
    """
    _same_length(scores, impossible)
    without = sum(impossible)
    if not 0 < without < len(scores):
        raise ValueError(f"{without} of {len(scores)} are impossible: expected some that are and some that are not")
    refused = [0, 0]
    best = (float("inf"), float(min(scores)))
    order = sorted(range(len(scores)), key=lambda i: scores[i])
    for place, i in enumerate(order):
        if place == 0 or scores[i] > scores[order[place - 1]]:
            missed = refused[0] / (len(scores) - without)
            wrong = 1 - refused[1] / without
            best = min(best, (abs(missed - wrong), float(scores[i])))
        refused[impossible[i]] += 1
    return best[1]


def recall_at(k: int, ranks: Sequence[int | None]) -> float:
    """The share of questions whose first right passage stands among the first `k`.

    `ranks` count from 1; None: not found. Raises ValueError for `k` or a rank below 1, or no ranks.
    """
    _check_ranks(ranks)
    if k < 1:
        raise ValueError(f"k is {k}, expected 1 or more")
    return sum(rank is not None and rank <= k for rank in ranks) / len(ranks)


def mean_reciprocal_rank(ranks: Sequence[int | None]) -> float:
    """The mean of 1 / rank of the first right passage, 0 where none was found."""
    _check_ranks(ranks)
    return sum(0.0 if rank is None else 1 / rank for rank in ranks) / len(ranks)


class Bin(NamedTuple):
    """Answers of like confidence: how sure the system was on average, and how often it was right."""

    confidence: float
    accuracy: float
    size: int


def reliability(confidences: Sequence[float], outcomes: Sequence[float], *, bins: int = 15) -> list[Bin]:
    """The non-empty ones of `bins` equally wide bins of confidence, lowest first: a reliability diagram's points.

    `outcomes`: 1 for right, 0 for wrong, or a share such as F1. Raises ValueError for a confidence outside [0, 1].
    """
    _same_length(confidences, outcomes)
    for confidence in confidences:
        if not 0 <= confidence <= 1:
            raise ValueError(f"a confidence is {confidence}, expected a probability between 0 and 1")
    grouped: dict[int, list[int]] = {}
    for i, confidence in enumerate(confidences):
        grouped.setdefault(min(int(confidence * bins), bins - 1), []).append(i)
    return [
        Bin(
            sum(confidences[i] for i in members) / len(members),
            sum(outcomes[i] for i in members) / len(members),
            len(members),
        )
        for _, members in sorted(grouped.items())
    ]


def calibration_error(confidences: Sequence[float], outcomes: Sequence[float], *, bins: int = 15) -> float:
    """Expected calibration error (Guo et al. 2017): how far accuracy is from confidence, on average over answers."""
    points = reliability(confidences, outcomes, bins=bins)
    return sum(point.size * abs(point.accuracy - point.confidence) for point in points) / len(confidences)


class Risk(NamedTuple):
    """Answering only questions with at least `confidence`: the share answered, and the share of those wrong."""

    confidence: float
    coverage: float
    risk: float


def risk_coverage(confidences: Sequence[float], outcomes: Sequence[float]) -> list[Risk]:
    """Risk against coverage (El-Yaniv & Wiener 2010), one point for each distinct confidence, highest first."""
    _same_length(confidences, outcomes)
    order = sorted(range(len(confidences)), key=lambda i: -confidences[i])
    points: list[Risk] = []
    wrong = 0.0
    for place, i in enumerate(order, start=1):
        wrong += 1 - outcomes[i]
        if place == len(order) or confidences[order[place]] < confidences[i]:
            points.append(Risk(float(confidences[i]), place / len(order), wrong / place))
    return points


def risk_coverage_area(points: Sequence[Risk]) -> float:
    """The area under such a curve, which is the mean risk over all coverages (Geifman et al. 2019, AURC).

    From 0, no wrong answer, to 1; questions of equal confidence count with the risk of all of them. A perfect ranking
    of wrong answers behind right ones still has the area that the wrong ones cannot but leave.
    """
    before = [0.0, *(point.coverage for point in points)]
    return sum(point.risk * (point.coverage - start) for point, start in zip(points, before, strict=False))


def _same_length(*columns: Sequence[float]) -> None:
    lengths = [len(column) for column in columns]
    if len(set(lengths)) > 1 or lengths[0] == 0:
        raise ValueError(f"expected equally many values, at least one; got {lengths}")


def _check_ranks(ranks: Sequence[int | None]) -> None:
    if not ranks:
        raise ValueError("no ranks: there is nothing to average")
    if low := [rank for rank in ranks if rank is not None and rank < 1]:
        raise ValueError(f"a rank is {low[0]}, expected 1 or more, or None for not found")
