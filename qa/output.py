"""Output: an answer as plain data for programs, answers and measures as lines of text for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qa.answers import Answer


def answer_json(answer: Answer, *, seconds: float | None = None) -> dict[str, Any]:
    """The answer as plain data, with the time it took where that is given."""
    document = answer.document
    result = {
        "question": answer.question,
        "answer": answer.text,
        "confidence": round(answer.confidence, 4),
        "document": None
        if document is None
        else {"id": document.id, "title": document.title, "source": document.source},
        "start": answer.start,
        "end": answer.end,
        "passage": None if answer.passage is None else answer.passage.text,
        "alternatives": [
            {
                "answer": other.text,
                "confidence": round(other.confidence, 4),
                "document": other.document and other.document.id,
                "start": other.start,
                "end": other.end,
            }
            for other in answer.alternatives
        ],
    }
    return result if seconds is None else {**result, "seconds": round(seconds, 4)}


def answer_text(answer: Answer, *, mark: str = "**", unmark: str = "**") -> str:
    """The answer, its sentence with the answer between the marks, its source and the confidence."""
    if answer.text is None or answer.document is None or answer.sentence is None:
        lines = [f"The texts do not say. (confidence {answer.confidence:.0%})"]
        if answer.evidence:
            hit = answer.evidence[0].hit
            lines.append(f"Closest passage: {hit.document.title or hit.document.source}")
        else:
            lines.append("The index holds no texts: put some in corpus/ or run python -m qa index PATH")
        return "\n".join(lines)
    start, end = answer.sentence
    text = answer.document.text
    sentence = f"{text[start : answer.start]}{mark}{answer.text}{unmark}{text[answer.end : end]}"
    page = "" if answer.page is None else f", page {answer.page}"
    return "\n".join(
        [
            answer.text,
            f"  {' '.join(sentence.split())}",
            f"  {answer.document.title} ({answer.document.source}{page})",
            f"  confidence {answer.confidence:.0%}",
        ]
    )


def measures_text(result: Mapping[str, Any]) -> str:
    """The numbers of an evaluation by name, then the table by question word; lists of points are left out."""
    lines = []
    for name, value in result.items():
        if isinstance(value, float):
            lines.append(f"{name:24} {value:.3f}")
        elif isinstance(value, str | int):
            lines.append(f"{name:24} {value}")
    if table := result.get("by_question_word"):
        lines.append(f"\n{'':10} {'questions':>9} {'EM':>6} {'F1':>6}")
        for word, row in table.items():
            lines.append(f"{word:10} {row['questions']:9} {row['exact_match']:6.1f} {row['f1']:6.1f}")
    return "\n".join(lines)
