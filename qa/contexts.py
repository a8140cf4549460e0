"""Contexts: a question behind the turns before it, as the reader has learnt to read it.

Rules make a question stand alone (see followups). The reader can also take it as it was typed, behind turns that
were answered: in what the search finds for that, and once more in nothing but the stretch of text around the answer
before, since those who ask on mostly go on from where they are (Reddy et al. 2019, section 3.3).

Scope: what is read. How much the answers count is the business of votes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa.antecedents import Said
from qa.followups import behind
from qa.sentences import sentences

READ_BEHIND = (1, 2)  # turns
STRETCH = (2, 5)  # sentences before and after that of the answer before
_REACH = 2_000  # characters on each side of an answer in which its neighbouring sentences are looked for


@dataclass(frozen=True)
class Context:
    """A question behind that many turns, read in what is found for it or, if `near`, around the answer before."""

    text: str
    turns: int
    near: bool = False


def contexts(question: str, found: Sequence[str], turns: Sequence[Said]) -> tuple[Context, ...]:
    """The question behind the last turn that was answered and behind the last two, this also near the answer before.

    Without those where there is no room for a turn, and without what is in `found`, the versions of the question that
    are read already.
    """
    answered = [turn for turn in turns if turn.answer is not None]
    texts: dict[str, int] = {}
    for count in READ_BEHIND if answered else ():
        texts.setdefault(behind(question, answered[-count:]), count)
    texts.pop(question, None)
    far = [Context(text, count) for text, count in texts.items() if text not in found]
    return (*far, *(Context(text, count, near=True) for text, count in [*texts.items()][-1:]))


def around(turn: Said, *, before: int, after: int) -> tuple[int, int]:
    """The characters of the turn's text from `before` sentences before that of its answer to `after` behind it."""
    begin = max(0, turn.start - _REACH)
    spans = sentences(turn.text[begin : turn.start + _REACH])
    if not spans:
        return 0, 0
    place = next((n for n, (_, end) in enumerate(spans) if turn.start - begin < end), 0)
    return begin + spans[max(0, place - before)][0], begin + spans[min(len(spans) - 1, place + after)][1]


def stretch(turns: Sequence[Said]) -> tuple[Said, int, int] | None:
    """The last turn that was answered, and the characters of its text around the answer; None if none was."""
    last = next((turn for turn in reversed(turns) if turn.answer is not None), None)
    if last is None:
        return None
    start, end = around(last, before=STRETCH[0], after=STRETCH[1])
    return (last, start, end) if start < end else None
