"""Dialogues: measures how well follow-up questions are understood.

Three kinds of files:
- JSON lines of `turns`, each with a question `q` and the answers `a` that are right (none: to be refused), asked
  over the present index;
- JSON lines of `context`, `history` ([[question, answer], ...]), `question` and `answers`, the form of CoQA (Reddy
  et al. 2019): the context is read directly, and the history is taken as given;
- JSON of `History`, `Question` and `Rewrite`, the form of CANARD (Elgohary et al. 2019): nothing is read; it is
  counted how many of the questions that stand alone, and of those that do not, would be changed.

With `history=False` every question is asked as if it were the first, for comparison.
"""

from __future__ import annotations

import gzip
import json
import lzma
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from qa.answers import Answer, Evidence, choose
from qa.antecedents import Said
from qa.assistant import Assistant, calibration_of
from qa.calibration import Calibration
from qa.contexts import Context, contexts, stretch
from qa.documents import Document
from qa.ellipsis import for_more
from qa.followups import understood, versions
from qa.hits import given
from qa.metrics import normalise
from qa.outcomes import Outcome, outcome_of, summarise
from qa.questions import is_lines, read_lines
from qa.reader import TOP_K, Reader, Reading
from qa.reading import THOROUGH_SPANS
from qa.squad import Question
from qa.votes import SURE, leaning, pick

TOGETHER = 32  # turns read in one batch


def evaluate_dialogues(
    file: str | Path,
    *,
    index: str | Path = "index",
    reader: str | None = None,
    skip: int = 0,
    limit: int | None = None,
    history: bool = True,
    progress: bool = False,
) -> dict[str, Any]:
    """Measures of a file of dialogues; `skip` and `limit` count its entries. Rates and scores are in percent.

    Raises ValueError for a file of another form, FileNotFoundError when there is none.
    """
    path = Path(file)
    if not path.is_file():
        raise FileNotFoundError(
            f"no file {str(file)!r}: expected dialogues as JSON lines, or JSON in the form of CANARD"
        )
    rows = list(read_lines(path)) if is_lines(path) else _read_json(path)
    rows = rows[skip:][:limit]
    if rows and all(_holds(row, History=list, Question=str, Rewrite=str) for row in rows):
        return {"mode": "conversation", "questions": len(rows), **_rewriting(rows)}
    if rows and all(_holds(row, turns=list) for row in rows):
        outcomes = _over_index(rows, Assistant.open(index, reader=reader), history)
        extra = {"right": 100 * sum(map(_is_right, outcomes)) / len(outcomes)}
    elif rows and all(_holds(row, context=str, history=list, question=str, answers=list) for row in rows):
        outcomes, literal = _over_contexts(rows, Reader.open(reader), history, progress)
        extra = {f"{name}_without_history": summarise(literal)[name] for name in ("exact_match", "f1")}
    else:
        raise ValueError(
            f'{file} holds no dialogues: expected lines of {{"turns": [{{"q", "a"}}]}} or of {{"context", "history", '
            '"question", "answers"}, or JSON of {"History", "Question", "Rewrite"}'
        )
    changed = [outcome.answer.question != outcome.question.question for outcome in outcomes]
    share = 100 * sum(changed) / len(changed)
    measures = {**summarise(outcomes), **extra, "changed": share}
    return {"mode": "conversation", "questions": len(outcomes), "history": history, **measures}


def _read_json(path: Path) -> list[Any]:
    opener: Any = {".gz": gzip.open, ".xz": lzma.open}.get(path.suffix, open)
    with opener(path, "rt", encoding="utf-8") as file:
        try:
            rows = json.load(file)
        except json.JSONDecodeError as error:
            raise ValueError(f"{path} is not JSON: {error}") from None
    return rows if isinstance(rows, list) else [rows]


def _holds(row: Any, **fields: type) -> bool:
    return isinstance(row, dict) and all(isinstance(row.get(name), kind) for name, kind in fields.items())


def _is_right(outcome: Outcome) -> bool:
    """Whether a right answer was given, or is all but an article or two of what was given."""
    return outcome.exact_match > 0 or outcome.f1 >= 0.8


def _over_index(rows: Sequence[dict[str, Any]], assistant: Assistant, history: bool) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for number, row in enumerate(rows, start=1):
        talk = assistant.conversation()
        for place, turn in enumerate(row["turns"]):
            answers = tuple(turn.get("a") or ())
            question = Question(f"{number}.{place}", turn["q"], "", answers, (0,) * len(answers))
            answer = talk.ask(turn["q"]) if history else assistant.ask(turn["q"])
            outcomes.append(outcome_of(question, answer))
    return outcomes


def _over_contexts(
    rows: Sequence[dict[str, Any]], reader: Reader, history: bool, progress: bool
) -> tuple[list[Outcome], list[Outcome]]:
    """The outcomes, and those of the questions as they were typed, which are read in any case."""
    from tqdm import tqdm

    calibration = calibration_of(reader)
    outcomes: list[Outcome] = []
    literal: list[Outcome] = []
    with tqdm(total=len(rows), desc="reading", unit="turn", disable=not progress) as bar:
        for begin in range(0, len(rows), TOGETHER):
            part = rows[begin : begin + TOGETHER]
            for row, (answer, plain) in zip(part, answered(part, reader, calibration, history=history), strict=True):
                answers = tuple(row["answers"])
                name = str(row.get("id", len(outcomes)))
                question = Question(name, row["question"], row["context"], answers, (0,) * len(answers))
                outcomes.append(outcome_of(question, answer))
                literal.append(outcome_of(question, plain))
            bar.update(len(part))
    return outcomes, literal


def answered(
    rows: Sequence[dict[str, Any]],
    reader: Reader,
    calibration: Calibration,
    *,
    history: bool = True,
    threshold: float | None = 0.0,
) -> Iterator[tuple[Answer, Answer]]:
    """For each row of `context`, `history` and `question` the answer to the question, and that to its words alone.

    Never refused, unless a `threshold` says so, as in `answers.choose`. All rows are read at once.
    """
    asked = [_Asked.of(row, history) for row in rows]
    readings = iter(reader.read([pair for item in asked for pair in item.pairs], top_k=THOROUGH_SPANS))
    for item in asked:
        hit = given(Question("", item.question, item.context))
        spans = THOROUGH_SPANS if for_more(item.question) else TOP_K  # as in a conversation over the index
        evidence = [
            Evidence(hit, _moved(replace(reading, spans=reading.spans[:spans]), offset))
            for reading, offset in zip(islice(readings, len(item.pairs)), item.offsets, strict=True)
        ]
        plain = choose(item.question, evidence[:1], calibration, threshold=threshold)
        settled = plain.text is None or plain.confidence >= SURE  # as in a conversation over the index
        if len(evidence) == 1 or (len(item.found) == 1 and settled):
            yield plain, plain
            continue
        answers = [
            choose(text, [leaning(one, item.turns, question=item.question)], calibration, threshold=threshold)
            for text, one in zip(item.shown, evidence, strict=True)
        ]
        if len(item.found) == 1:
            answers[0] = plain  # as ever
        behind = list(zip(item.contexts, answers[len(item.found) :], strict=True))
        own = answers[: len(item.found)]
        yield pick(own, calibration=calibration, threshold=threshold, in_context=behind), plain


def _moved(reading: Reading, offset: int) -> Reading:
    """The reading of a stretch that starts at the offset, in characters of the whole text."""
    spans = (replace(span, start=span.start + offset, end=span.end + offset) for span in reading.spans)
    return replace(reading, spans=tuple(spans))


@dataclass(frozen=True)
class _Asked:
    """A question of a dialogue, and all that is read for it."""

    question: str
    context: str
    turns: Sequence[Said]
    found: Sequence[str]  # its versions
    contexts: Sequence[Context]

    @classmethod
    def of(cls, row: dict[str, Any], history: bool) -> _Asked:
        turns = told(row["context"], row["history"]) if history else []
        found = versions(row["question"], turns)
        return cls(row["question"], row["context"], turns, found, contexts(row["question"], found, turns))

    @property
    def pairs(self) -> Sequence[tuple[str, str]]:
        """What is read, and in which text."""
        start, end = self._stretch
        near = self.context[start:end]
        behind = [(each.text, near if each.near else self.context) for each in self.contexts]
        return [*((text, self.context) for text in self.found), *behind]

    @property
    def offsets(self) -> Sequence[int]:
        """Where these texts start in the context."""
        start, _ = self._stretch
        return [*[0] * len(self.found), *(start if each.near else 0 for each in self.contexts)]

    @property
    def shown(self) -> Sequence[str]:
        """What each is shown as: behind turns, as the likeliest version."""
        likeliest = self.found[min(1, len(self.found) - 1)]
        return [*self.found, *[likeliest] * len(self.contexts)]

    @property
    def _stretch(self) -> tuple[int, int]:
        found = stretch(self.turns)
        return (0, len(self.context)) if found is None else found[1:]


def told(context: str, history: Sequence[Sequence[str]]) -> list[Said]:
    """The turns that a given history makes, each question understood by the rules alone.

    The file gives the words of the answers and not their places. Of several the one next to the answer before is
    taken, rather behind it than before; an answer in other words than the text's ("yes") leaves the place as it was.
    """
    turns: list[Said] = []
    name = Document(text=context).id
    place = 0
    for question, answer in history:
        found = [match.start() for match in re.finditer(re.escape(answer), context, re.IGNORECASE)] if answer else []
        place = min(found, key=lambda start: (start - place) * (1 if start >= place else -2), default=place)
        turns.append(Said(question, understood(question, turns), answer or None, context, place, 0, name))
    return turns


def _rewriting(rows: Sequence[dict[str, Any]]) -> dict[str, float]:
    """How many questions that stand alone, and how many that do not, are given another version."""
    changed: dict[bool, list[bool]] = {True: [], False: []}
    for row in rows:
        earlier = row["History"]
        turns: list[Said] = []
        for question, answer in zip(earlier[::2], earlier[1::2], strict=False):
            turns.append(Said(question, understood(question, turns), answer, answer))
        alone = normalise(row["Question"]) == normalise(row["Rewrite"])
        changed[alone].append(len(versions(row["Question"], turns)) > 1)
    return {
        "standing_alone": len(changed[True]),
        "standing_alone_changed": 100 * sum(changed[True]) / max(1, len(changed[True])),
        "leaning": len(changed[False]),
        "leaning_changed": 100 * sum(changed[False]) / max(1, len(changed[False])),
    }
