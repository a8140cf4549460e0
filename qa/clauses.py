"""Clause: a question taken apart into question words, auxiliary and rest, and put together again.

Scope: English, by word order alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.lexicon import AUXILIARIES, PASTS, PREPOSITIONS, QUESTION_WORDS, vocabulary, words

_OPENINGS = vocabulary("and but so then or also well ok okay plus ah oh")
_THING_WORDS = vocabulary("who whom what which whose")
_CLEFT = re.compile(r" it that\b", re.IGNORECASE)


@dataclass(frozen=True)
class Clause:
    """ "To whom" "did" "he appeal": `asked`, `auxiliary` and `rest`; one of "who resigned" has no auxiliary."""

    asked: str
    auxiliary: str
    rest: str

    @property
    def for_thing(self) -> bool:
        """Whether a thing or its number is asked for, so that it is missing in the rest."""
        first = [match[0].lower() for match in words(self.asked)]
        counted = "how" in first and ("many" in first or "much" in first)
        governed = first[:1] == ["according"] or bool(PREPOSITIONS & set(first[:1]))
        return bool(first) and not governed and (counted or bool(_THING_WORDS & set(first)))


def without_opening(question: str) -> str:
    """The question without an "and" or "so" before it."""
    matches = words(question)
    place = 0
    while place < len(matches) - 1 and matches[place][0].lower() in _OPENINGS:
        place += 1
    return question[matches[place].start() :] if place else question.strip()


def taken_apart(question: str) -> Clause | None:
    """The question's parts, without an "and" before it; None for one that begins with no question word or auxiliary."""
    question = without_opening(question).strip().rstrip("?!. ")
    matches = words(question)
    if not matches:
        return None
    lowered = [match[0].lower() for match in matches]
    if lowered[0] in AUXILIARIES:
        return Clause("", lowered[0], question[matches[0].end() :].strip())
    asking = next((place for place, word in enumerate(lowered[:3]) if word in QUESTION_WORDS), None)
    if asking is None:
        return None
    helper = next((place for place in range(asking + 1, len(lowered)) if lowered[place] in AUXILIARIES), None)
    if helper is None or helper > asking + 5:
        end = matches[_asked_end(lowered, asking)].end()
        return Clause(question[:end], "", question[end:].strip())
    asked = question[: matches[helper].start()].strip()
    end = matches[helper].end()
    if cleft := _CLEFT.match(question, end):  # one that was completed before
        end = cleft.end()
    return Clause(asked, question[matches[helper].start() : end], question[end:].strip())


def _asked_end(lowered: Sequence[str], asking: int) -> int:
    """The last word asked with where no auxiliary follows: "which countries" sent troops, "how many people" came."""
    if lowered[asking] not in ("which", "what", "whose", "how"):
        return asking
    verb = next((n for n in range(asking + 2, min(len(lowered), asking + 6)) if is_verb(lowered[n])), asking + 1)
    return asking if PREPOSITIONS & set(lowered[asking:verb]) else verb - 1


def joined(asked: str, auxiliary: str, rest: str) -> str:
    """The question that the parts make."""
    whole = " ".join(part for part in (asked, auxiliary, rest) if part)
    return f"{whole[:1].upper()}{whole[1:]}?"


def is_verb(word: str) -> bool:
    """Whether it looks like a verb: "injured", "began"."""
    return (word.endswith("ed") and len(word) > 3) or word in PASTS
