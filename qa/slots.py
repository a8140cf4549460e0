"""Slot: a word or two of a question that stand for something said before: "he", "there", "that alliance".

"Who did she appoint?" has one; "What did Ida Holt say when she resigned?" has none, for there "she" stands for what the
question itself names. Scope: English, finding them. What fills them is the business of followups.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa.lexicon import AUXILIARIES, FUNCTION_WORDS, PREPOSITIONS, vocabulary, words
from qa.mentions import agreement, noun_phrases

_PRONOUNS = {
    "he": "he", "him": "he", "his": "he", "himself": "he",
    "she": "she", "her": "she", "hers": "she", "herself": "she",
    "it": "it", "its": "it", "itself": "it",
    "they": "they", "them": "they", "their": "they", "theirs": "they", "themselves": "they",
    "there": "there",
}  # fmt: skip
_OWNING = vocabulary("his her its their")
_OBJECTS = vocabulary("him her it them")
_CLAUSES = vocabulary(
    "that when where while because after before since until if and but who which whether although to for as than say "
    "says said saying claim claimed claims think thinks thought believe believed argue argued deny denied announce "
    "announced"
)
_DOING = vocabulary("do did done doing")
_TIMELESS = vocabulary("year month week day days time night morning evening century moment period decade")
_TEXTS = vocabulary("article text document passage")  # what is asked, not what it speaks of
_NO_REFERENCE = re.compile(
    r"\bit (?:is |was )?(?:true|possible|that|raining|necessary|likely|important|clear|known|about|like to|seems?)\b"
    r"|\bit (?:take|cost|mean)s?\b|\btime is it\b|\b(?:is|was) it (?:a|an|the|not)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Slot:
    """A word or two of a question that stand for something said before: [start, end) and what may stand there."""

    start: int
    end: int
    group: str  # slots of one group mean the same
    owning: bool
    pronoun: str
    noun: str = ""


def slots_of(question: str, context: str) -> list[Slot]:
    """What in the question stands for something said before, and not for something in the question itself."""
    matches = words(question)
    lowered = [match[0].lower().replace("’", "'") for match in matches]
    slots = []
    for place, match in enumerate(matches):
        word = lowered[place].removesuffix("'s")
        before = lowered[place - 1] if place else ""
        after = lowered[place + 1] if place + 1 < len(lowered) else ""
        if word in ("this", "that", "these", "those"):
            slot = _demonstrative(matches, lowered, place)
            if slot is not None:
                slots.append(slot)
            continue
        if word not in _PRONOUNS:
            continue
        kind = _PRONOUNS[word]
        owning = word in _OWNING and bool(after) and (word != "her" or after not in FUNCTION_WORDS)
        if word == "there" and not _is_locative(lowered, place):
            continue
        if kind == "it" and (_NO_REFERENCE.search(question) or _is_deed(before, after)):
            continue
        if _is_bound(question, matches, lowered, place, kind, context, owning):
            continue
        aim = word in _OBJECTS and not owning and before not in AUXILIARIES
        end = match.end() - (2 if lowered[place].endswith("'s") else 0)
        slots.append(Slot(match.start(), end, f"{kind} {aim}" if kind in ("he", "she") else kind, owning, kind))
    return slots


def _is_deed(before: str, after: str) -> bool:
    """Whether "it" or "that" is what was done, as in "who did it?", which no name stands for."""
    return before in _DOING and (not after or (before != "did" and after in PREPOSITIONS))


def _is_locative(lowered: list[str], place: int) -> bool:
    """Whether "there" is a place, as in "who lives there?" and not in "are there any?"."""
    if place == len(lowered) - 1 and lowered[0] == "who":
        return True
    before, after = lowered[place - 1], lowered[place + 1 : place + 2]
    exists = (AUXILIARIES - _DOING) | {"if", "that", "because"}
    return place > 0 and before not in exists and not set(after) & AUXILIARIES


def _demonstrative(matches: list[re.Match[str]], lowered: list[str], place: int) -> Slot | None:
    word = lowered[place].removesuffix("'s")
    before = lowered[place - 1] if place else ""
    after = [*(["is"] if word != lowered[place] else []), *lowered[place + 1 : place + 3]]
    if _is_deed(before, after[0] if after else ""):
        return None
    many = word in ("these", "those")
    if after and after[0] not in FUNCTION_WORDS:
        if after[0] in _TIMELESS | _TEXTS:
            return None
        alone = before in ("do", "does", "did") and len(after) == 1 and word != "those"
        governed = before in AUXILIARIES | PREPOSITIONS or place + 2 == len(lowered) or word != "that"
        if not alone:
            if not governed:
                return None
            noun = after[0]
            end = matches[place + 1].end()
            return Slot(matches[place].start(), end, f"that {noun}", False, "they" if many else "it", noun)
    elif (after and after[0] not in AUXILIARIES | PREPOSITIONS) or (
        word == "that" and before and before not in AUXILIARIES | PREPOSITIONS
    ):
        return None
    return Slot(matches[place].start(), matches[place].end(), "that", False, "they" if many else "it")


def _is_bound(
    question: str, matches: list[re.Match[str]], lowered: list[str], place: int, kind: str, context: str, owning: bool
) -> bool:
    """Whether the pronoun stands for something that the question itself names before it.

    Within one clause an object is not the same as the subject: "Why did Tokayev dismiss him?".
    """
    if place and lowered[place - 1] in AUXILIARIES and not _CLAUSES & set(lowered[2 : place - 1]):
        return False  # what stands before the auxiliary is what is asked for: "How many troops did they send?"
    before = question[: matches[place].start()]
    mentions = [m for m in noun_phrases(before, context) if (agreement(m, kind) or -1) > 0]
    if not mentions:
        return False
    last = mentions[-1]
    start = before.rfind(last.text) + len(last.text)
    between = {word for word, match in zip(lowered, matches, strict=True) if start <= match.start() < len(before)}
    is_object = lowered[place] in _OBJECTS and not owning and lowered[place - 1] not in AUXILIARIES
    return not is_object or bool(between & _CLAUSES)
