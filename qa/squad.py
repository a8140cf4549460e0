"""SQuAD-format files, in and out: questions with their context and answers, and predictions by question id.

Reads version 1.1 and 2.0 (https://rajpurkar.github.io/SQuAD-explorer/), plain or packed with gzip or xz. The two
differ only in that 2.0 has questions without an answer. Every answer is checked to stand at its offset, because
one that does not would teach or measure the wrong thing in silence.

Scope: the file format. Scoring is in `qa.metrics`.
"""

from __future__ import annotations

import gzip
import json
import logging
import lzma
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)
_OPENERS: dict[str, Any] = {".gz": gzip.open, ".xz": lzma.open}


@dataclass(frozen=True)
class Question:
    """One question on one context. `context[start : start + len(answer)] == answer` for every gold answer."""

    id: str
    question: str
    context: str
    answers: tuple[str, ...] = ()  # as annotated, repeats included: how many people gave one is information
    starts: tuple[int, ...] = ()  # the character offset of each answer in the context
    title: str = ""  # the article the context is from

    @property
    def impossible(self) -> bool:
        """Whether the context does not answer the question."""
        return not self.answers


def read_squad(path: str | Path) -> list[Question]:
    """Every question of a SQuAD file (`.json`, `.json.gz`, `.json.xz`), in the order of the file.

    Raises ValueError, naming the file and the place in it, when the file is not SQuAD-formatted or an answer does
    not stand where the file says; OSError when it cannot be opened.
    """
    path = Path(path)
    opener = _OPENERS.get(path.suffix.lower(), open)
    try:
        with opener(path, "rt", encoding="utf-8") as file:
            content = json.load(file)
    except (json.JSONDecodeError, UnicodeDecodeError, EOFError, lzma.LZMAError, gzip.BadGzipFile) as error:
        raise ValueError(f"{path} is not readable as JSON: {error}") from error
    if not isinstance(content, dict) or not isinstance(content.get("data"), list):
        raise ValueError(f'{path} is not SQuAD-formatted: expected an object with a list named "data"')
    questions = []
    for a, article in enumerate(content["data"]):
        try:
            for p, paragraph in enumerate(article["paragraphs"]):
                for q, entry in enumerate(paragraph["qas"]):
                    where = f"data[{a}].paragraphs[{p}].qas[{q}]"
                    found = _question(entry, paragraph["context"], article.get("title", ""), f"{path}: {where}")
                    if found is not None:
                        questions.append(found)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{path}: data[{a}] is not SQuAD-formatted: {error!r}") from error
    return questions


def _question(entry: Mapping[str, Any], context: str, title: str, where: str) -> Question | None:
    given = [] if entry.get("is_impossible", False) else entry["answers"]
    answers = [answer for answer in given if answer["text"].strip()]
    if given and not answers:
        log.warning("%s is left out: its only answer is empty", where)
        return None
    for answer in answers:
        start, text = answer["answer_start"], answer["text"]
        if context[start : start + len(text)] != text:
            found = context[start : start + len(text)]
            raise ValueError(f"{where}: the answer {text!r} does not stand at {start}, where {found!r} stands")
    return Question(
        id=str(entry["id"]),
        question=entry["question"],
        context=context,
        answers=tuple(answer["text"] for answer in answers),
        starts=tuple(answer["answer_start"] for answer in answers),
        title=title,
    )


def write_squad(path: str | Path, questions: Iterable[Question]) -> None:
    """The questions as a plain SQuAD 2.0 file; those with one context next to each other share a paragraph."""
    data: list[dict[str, Any]] = []
    for question in questions:
        if not data or data[-1]["title"] != question.title:
            data.append({"title": question.title, "paragraphs": []})
        paragraphs = data[-1]["paragraphs"]
        if not paragraphs or paragraphs[-1]["context"] != question.context:
            paragraphs.append({"context": question.context, "qas": []})
        paragraphs[-1]["qas"].append(
            {
                "id": question.id,
                "question": question.question,
                "answers": [
                    {"text": text, "answer_start": start}
                    for text, start in zip(question.answers, question.starts, strict=True)
                ],
                "is_impossible": question.impossible,
            }
        )
    _write_json(Path(path), {"version": "v2.0", "data": data})


def write_predictions(path: str | Path, predictions: Mapping[str, str | None]) -> None:
    """Answers by question id in the form the official SQuAD scripts read; None, no answer, becomes `""`."""
    _write_json(Path(path), {id: "" if answer is None else answer for id, answer in predictions.items()})


def _write_json(path: Path, content: Any) -> None:
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    os.replace(temporary, path)
