"""Outcomes: what was answered beside what is right, and what many of them say together.

What a refusal counts as:
- exact match and F1: right if the question has no answer, as in the official SQuAD 2.0 evaluation;
- calibration: the same; its confidence is the probability that refusing is right;
- risk and coverage: how good the ranking by confidence is must not hang on the threshold. So a refused question
  counts with the answer that was refused and the confidence of that answer; at full coverage every question is
  answered, those without an answer wrongly. Where no span was found at all, confidence is 0 and the answer wrong.

Scope: one set of outcomes to numbers; how they come about is in `qa.evaluation`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from qa.answers import Answer
from qa.metrics import (
    best_threshold,
    calibration_error,
    exact_match,
    f1,
    reliability,
    risk_coverage,
    risk_coverage_area,
)
from qa.squad import Question

POINTS = 100  # at most about so many of the risk-coverage curve are given
_WORDS = {word: word for word in ("who", "what", "when", "where", "why", "how", "which")}
_WORDS |= {"whom": "who", "whose": "who"}
OTHER = "other"


@dataclass(frozen=True)
class Outcome:
    """One question with what was answered and how that compares."""

    question: Question
    answer: Answer
    exact_match: float
    f1: float

    @property
    def right(self) -> bool:
        return self.exact_match > 0

    @property
    def unrefused(self) -> Answer | None:
        """What was answered, or would have been if it had not been refused; None where nothing was found."""
        if self.answer.text is not None:
            return self.answer
        return self.answer.alternatives[0] if self.answer.alternatives else None


def outcome_of(question: Question, answer: Answer) -> Outcome:
    """Without the answer's evidence: that of thousands would not fit in memory."""
    golds = question.answers
    return Outcome(question, replace(answer, evidence=()), exact_match(answer.text, golds), f1(answer.text, golds))


def summarise(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Measures of at least one outcome, rates and scores in percent; errors and areas from 0 to 1.

    Numbers by name; and by name lists of points (see metrics): `reliability` of answers and of refusals,
    `risk_coverage`, with `by_question_word` a table.
    """
    answered = [outcome for outcome in outcomes if outcome.answer.text is not None]
    result: dict[str, Any] = {
        "exact_match": _percent(outcome.exact_match for outcome in outcomes),
        "f1": _percent(outcome.f1 for outcome in outcomes),
        **_with_and_without_answer(outcomes),
        "answered": 100 * len(answered) / len(outcomes),
        "wrong_of_answered": _percent(not outcome.right for outcome in answered),
        "calibration_error": calibration_error(*_judged(outcomes)),
    }
    curve = _risk_coverage(outcomes)
    result["risk_coverage_area"] = risk_coverage_area(curve)
    refused = [outcome for outcome in outcomes if outcome.answer.text is None]
    result["by_question_word"] = _by_question_word(outcomes)
    result["reliability"] = {
        name: [list(point) for point in reliability(*_judged(part))] if part else []
        for name, part in (("answers", answered), ("refusals", refused))
    }
    step = max(1, len(curve) // POINTS)
    result["risk_coverage"] = [list(point) for point in [*curve[step - 1 : -1 : step], curve[-1]]]
    return result


def _with_and_without_answer(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Nothing where all questions have an answer, or none has: the numbers over all say it then."""
    answerable = [outcome for outcome in outcomes if not outcome.question.impossible]
    impossible = [outcome for outcome in outcomes if outcome.question.impossible]
    if not answerable or not impossible:
        return {}
    best = [None if (found := outcome.unrefused) is None else found.text for outcome in outcomes]
    threshold = best_threshold(
        [outcome.answer.answerable for outcome in outcomes],
        [f1(text, outcome.question.answers) for text, outcome in zip(best, outcomes, strict=True)],
        [outcome.question.impossible for outcome in outcomes],
    )
    return {
        "answerable_exact_match": _percent(outcome.exact_match for outcome in answerable),
        "answerable_f1": _percent(outcome.f1 for outcome in answerable),
        "answerable_answered": _percent(outcome.answer.text is not None for outcome in answerable),
        "unanswerable_refused": _percent(outcome.answer.text is None for outcome in impossible),
        # With the threshold that suits this very set best: says how much a better threshold could still give.
        "f1_at_best_threshold": 100 * threshold.mean,
    }


def _judged(outcomes: Sequence[Outcome]) -> tuple[list[float], list[bool]]:
    return [outcome.answer.confidence for outcome in outcomes], [outcome.right for outcome in outcomes]


def _risk_coverage(outcomes: Sequence[Outcome]) -> Any:
    best = [outcome.unrefused for outcome in outcomes]
    return risk_coverage(
        [0.0 if found is None else found.confidence for found in best],
        [
            0.0 if found is None else exact_match(found.text, outcome.question.answers)
            for found, outcome in zip(best, outcomes, strict=True)
        ],
    )


def question_word(question: str) -> str:
    """The first of who, what, when, where, why, how and which in it ("whom" and "whose" are "who"), or "other"."""
    words = re.findall(r"[a-z]+", question.lower())
    return next((_WORDS[word] for word in words if word in _WORDS), OTHER)


def _by_question_word(outcomes: Sequence[Outcome]) -> dict[str, dict[str, float]]:
    table = {}
    for word in (*dict.fromkeys(_WORDS.values()), OTHER):
        asked = [outcome for outcome in outcomes if question_word(outcome.question.question) == word]
        if asked:
            table[word] = {
                "questions": len(asked),
                "exact_match": _percent(outcome.exact_match for outcome in asked),
                "f1": _percent(outcome.f1 for outcome in asked),
            }
    return table


def _percent(values: Iterable[float]) -> float:
    values = list(values)
    return 100.0 * sum(values) / len(values) if values else 0.0
