"""Turns: real conversations about texts, each turn learnt as it will be read, behind those before it.

Files are JSON lines of `context`, `history` ([[question, answer], ...]), `question` and `answers`, as for
`qa.dialogues`, and here with `starts` as well, the offsets of the answers; no answers where the context has none.
Answers in the history need not stand in the context ("yes"); turns that had none are left out of it.

What rules make of single questions is in `qa.training.history`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from qa.antecedents import Said
from qa.contexts import stretch
from qa.dialogues import told
from qa.followups import TURNS, behind
from qa.questions import read_lines
from qa.squad import Question
from qa.training.augment import cropped

NEAR = 0.2  # share read in nothing but the text around the answer before, as in a conversation
TYPED = 0.4  # share behind turns as they were typed, the others as rules understand them
_EXPECTED = (
    '{"context": text, "history": [[question, answer], ...], "question": text, "answers": [...], "starts": [...]}'
)


@dataclass(frozen=True)
class Turn:
    """A question as it was asked, and the turns before it that were answered."""

    question: Question
    before: tuple[Said, ...]


def read_turns(path: str | Path) -> list[Turn]:
    """Every turn of a file (`.jsonl`, `.jsonl.gz`, `.jsonl.xz`).

    Raises ValueError, naming the line, for one of another form or an answer that does not stand where it says;
    OSError when it cannot be opened.
    """
    turns = []
    for number, row in enumerate(read_lines(Path(path)), start=1):
        try:
            turns.append(_turn(row, str(row.get("id", number))))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ValueError(f"{path}, entry {number}: expected {_EXPECTED}, got {str(row)[:80]} ({error})") from None
    return turns


def _turn(row: dict[str, Any], name: str) -> Turn:
    context, asked = row["context"], row["question"]
    if not (isinstance(context, str) and isinstance(asked, str) and isinstance(row["answers"], list)):
        raise TypeError("fields of other types")
    answers, starts = tuple(row["answers"]), tuple(row["starts"])
    for answer, start in zip(answers, starts, strict=True):
        if not answer or start < 0 or context[start : start + len(answer)] != answer:
            raise ValueError(f"{answer!r} does not stand at {start}")
    before = told(context, [(question, answer) for question, answer in row["history"] if answer])
    return Turn(Question(name, asked, context, answers, starts), tuple(before))


def drawn(turn: Turn, random: Random, *, longest: int) -> Question:
    """The turn's question behind one to `TURNS` of those before it, in its text cut to `longest` or near the last.

    Near the last answer there may be none to this one, and then it has none.
    """
    question, before = turn.question, turn.before[-random.randint(1, TURNS) :]
    if random.random() < TYPED:
        before = tuple(replace(said, question=said.asked) for said in before)
    asked = replace(question, question=behind(question.question, before))
    found = stretch(before)
    if found is not None and random.random() < NEAR:
        return _within(asked, *found[1:])
    return cropped(asked, random, characters=longest)


def _within(question: Question, begin: int, end: int) -> Question:
    """The question on a stretch of its context, with those answers that are in it."""
    kept = [
        (answer, start - begin)
        for answer, start in zip(question.answers, question.starts, strict=True)
        if begin <= start and start + len(answer) <= end
    ]
    answers, starts = tuple(answer for answer, _ in kept), tuple(start for _, start in kept)
    return replace(question, context=question.context[begin:end], answers=answers, starts=starts)


def repeated(turns: Sequence[Turn], passes: int, random: Random, *, longest: int) -> list[Question]:
    """Every turn `passes` times, drawn anew each time."""
    return [drawn(turn, random, longest=longest) for _ in range(passes) for turn in turns]
