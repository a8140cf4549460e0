"""Judge: how well a model reads dev questions with their paragraph given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qa.metrics import best_threshold, exact_match, f1
from qa.reader import Reader
from qa.squad import Question


@dataclass(frozen=True)
class Scores:
    """Percentages, and the threshold on best span minus null score that gave them, the best for F1.

    None where all questions have an answer: then the best span is always given, as in SQuAD 1.1.
    """

    exact_match: float
    f1: float
    threshold: float | None

    def __str__(self) -> str:
        at = "" if self.threshold is None else f" at threshold {self.threshold:.2f}"
        return f"EM {self.exact_match:.1f}, F1 {self.f1:.1f}{at}"


def judge(model: str | Path, questions: Sequence[Question]) -> Scores:
    """Reads the questions with the model in a folder. A dev figure: its threshold is fitted to the same questions."""
    readings = Reader.open(model).read([(question.question, question.context) for question in questions], top_k=1)
    margins, answers = [], []
    for reading in readings:
        best = reading.spans[0] if reading.spans else None
        margins.append(float("-inf") if best is None else best.score - reading.null_score)
        answers.append(None if best is None else best.text)
    gains = [f1(answer, question.answers) for answer, question in zip(answers, questions, strict=True)]
    impossible = [question.impossible for question in questions]
    threshold = best_threshold(margins, gains, impossible).value if any(impossible) else None
    if threshold is not None:
        answers = [answer if m >= threshold else None for answer, m in zip(answers, margins, strict=True)]
    pairs = list(zip(answers, questions, strict=True))
    return Scores(
        100 * sum(exact_match(answer, question.answers) for answer, question in pairs) / len(pairs),
        100 * sum(f1(answer, question.answers) for answer, question in pairs) / len(pairs),
        threshold,
    )
