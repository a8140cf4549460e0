"""Questions: the files that an evaluation asks, SQuAD JSON or JSON lines.

A line holds `question` and `answers`, a list of texts that are right, empty where the texts do not say; `context`
is the text to read, where there is one, and `id` names the question. Lines of dialogues hold `turns` of `q` and
`a` instead, or `history` as well. Everything is checked here, before an evaluation of hours begins.
"""

from __future__ import annotations

import gzip
import json
import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qa.squad import Question, read_squad

_OPENERS: dict[str, Any] = {".gz": gzip.open, ".xz": lzma.open}


def read_questions(file: str | Path) -> list[Question]:
    """Questions of a SQuAD file, or of JSON lines (`.jsonl`), packed with gzip or xz or not.

    Raises FileNotFoundError when there is none, ValueError, with the place in the file, for what is no question.
    """
    path = Path(file)
    if not path.is_file():
        raise FileNotFoundError(f"no file {str(file)!r}: expected SQuAD JSON or JSON lines of questions")
    rows = read_squad(path) if not is_lines(path) else [question for place in _lines(path) for question in place]
    if not rows:
        raise ValueError(f"{file} holds no questions")
    for row in rows:
        if not any(character.isalnum() for character in row.question):
            raise ValueError(f"{file}: the question {row.id!r} is {row.question!r}, expected some words")
    return rows


def is_lines(path: Path) -> bool:
    """Whether the name is that of a JSON lines file, packed or not."""
    return ".jsonl" in path.suffixes


def holds_dialogues(path: Path) -> bool:
    """Whether the file's first line has turns or a history."""
    first: Any = next(read_lines(path), {}) if is_lines(path) else {}
    return isinstance(first, dict) and ("turns" in first or "history" in first)


def read_lines(path: Path) -> Iterator[Any]:
    """What the lines of a JSON lines file hold. Raises ValueError, with the line, for one that is not JSON."""
    try:
        with _OPENERS.get(path.suffix, open)(path, "rt", encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield _json(line, f"{path}, line {number}")
    except (UnicodeDecodeError, EOFError, lzma.LZMAError, gzip.BadGzipFile) as error:
        raise ValueError(f"{path} is not readable as text: {error}") from error


def _json(line: str, where: str) -> Any:
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"{where} is not JSON: {error}") from error


def _lines(path: Path) -> Iterator[list[Question]]:
    for number, row in enumerate(read_lines(path), start=1):
        try:
            if "turns" in row:
                turns = enumerate(row["turns"])
                yield [_question(f"{number}.{place}", turn["q"], "", turn.get("a") or []) for place, turn in turns]
            else:
                name = str(row.get("id", number))
                yield [_question(name, row["question"], row.get("context") or "", row["answers"])]
        except (KeyError, TypeError, AttributeError):
            expected = '{"question": text, "answers": [text, ...]}'
            raise ValueError(f"{path}, entry {number}: expected {expected}, got {str(row)[:80]}") from None


def _question(name: str, question: Any, context: Any, answers: Any) -> Question:
    if not (isinstance(question, str) and isinstance(context, str) and isinstance(answers, list)):
        raise TypeError
    if not all(isinstance(answer, str) for answer in answers):
        raise TypeError
    kept = tuple(answer for answer in answers if answer.strip())
    return Question(name, question, context, kept, tuple(max(0, context.find(answer)) for answer in kept))
