"""Feedback: what readers think of answers, one JSON object a line, and made into SQuAD questions for training.

A thumb up on an answer makes a question with that answer; on a refusal, a question without one. A thumb down
says only that the answer is wrong, not what is right, so it is kept but not exported.
"""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from pathlib import Path

from qa.answers import Answer
from qa.squad import Question, write_squad

FILE = "feedback.jsonl"


class Feedback:
    """A file of opinions, only ever appended to. Safe to use from several threads."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._lock = threading.Lock()

    def record(self, answer: Answer, *, good: bool, asked: str) -> None:
        """Appends one opinion. Offsets point into the document; the passage is kept to survive its removal."""
        passage = answer.passage or (answer.evidence[0].hit.passage if answer.evidence else None)
        document = answer.document or (answer.evidence[0].hit.document if answer.evidence else None)
        line = {
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "good": good,
            "asked": asked,
            "question": answer.question,
            "answer": answer.text,
            "confidence": round(answer.confidence, 4),
            "document": None if document is None else {"id": document.id, "title": document.title},
            "start": answer.start,
            "end": answer.end,
            "passage": None if passage is None else {"start": passage.start, "text": passage.text},
        }
        with self._lock, self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def export(self, path: str | Path) -> int:
        """Writes what was found good as a SQuAD 2.0 file; returns the number of its questions.

        The last opinion on a question and answer counts.
        """
        latest: dict[tuple, Question | None] = {}
        for number, line in enumerate(self._lines()):
            latest[line["question"], line["answer"], line["start"]] = _question(number, line)
        questions = [question for question in latest.values() if question is not None]
        write_squad(path, questions)
        return len(questions)

    def _lines(self) -> list[dict]:
        if not self.path.is_file():
            return []
        with self._lock:
            text = self.path.read_text(encoding="utf-8")
        # A line that a killed process left half-written is passed over.
        return [json.loads(line) for line in text.split("\n") if line.endswith("}")]


def _question(number: int, line: dict) -> Question | None:
    if not line["good"] or line["passage"] is None:
        return None
    name, context, title = f"feedback-{number}", line["passage"]["text"], line["document"]["title"]
    if line["answer"] is None:
        return Question(name, line["question"], context, title=title)
    start = line["start"] - line["passage"]["start"]
    if context[start : start + len(line["answer"])] != line["answer"]:
        return None  # across the border of a passage
    return Question(name, line["question"], context, (line["answer"],), (start,), title)
