"""Antecedents: the turns of a conversation, and what was spoken of in them that a later question may mean.

Names and phrases of the questions before, of their answers, and of the sentences these stand in, weighed by how
lately and where they were said, in the manner of Lappin and Leass (1994). Scope: English. Which of them a pronoun
stands for is the business of followups.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa.answers import Answer
from qa.lexicon import FUNCTION_WORDS, PREPOSITIONS, words
from qa.mentions import Mention, describe, noun_phrases
from qa.sentences import sentences

LOOK_BACK = 6  # turns in which a mention is looked for
LONGEST_ANSWER = 8  # words of an answer that may be put in the place of a pronoun
CONTEXT = 10_000  # characters of a document, on each side of an answer, that mentions are looked up in


@dataclass(frozen=True)
class Said:
    """One turn: the question as typed and as understood, its answer, and the text the answer stands in.

    `text` is the part of its document, from `offset` on, that the answer stands in, at `start` of the part; where
    there is no answer, it is the closest passage.
    """

    asked: str
    question: str
    answer: str | None = None
    text: str = ""
    start: int = 0
    offset: int = 0
    document_id: str = ""


def said(asked: str, answer: Answer) -> Said:
    """The turn that an answer makes."""
    if answer.document is not None and answer.start is not None:
        left = max(0, answer.start - CONTEXT)
        text = answer.document.text[left : answer.start + CONTEXT]
        return Said(asked, answer.question, answer.text, text, answer.start - left, left, answer.document.id)
    text = answer.evidence[0].hit.passage.text if answer.evidence else ""
    return Said(asked, answer.question, None, text)


def candidates(turns: Sequence[Said]) -> list[tuple[float, Mention]]:
    """(weight, mention) of everything spoken of in the last turns, each once."""
    best: dict[str, tuple[float, Mention]] = {}

    def add(weight: float, mention: Mention) -> None:
        key = mention.key
        if mention.kind == "time" or not key or key in FUNCTION_WORDS:
            return
        if key not in best:
            best[key] = (weight, mention)
            return
        old, known = best[key]
        # Said again, it is more likely meant; of two names of a person the one that tells more is kept.
        kept = mention if (mention.kind, known.kind) == ("person", "name") else known
        best[key] = (max(old, weight) + 0.3, kept)

    for distance, turn in enumerate(reversed(turns[-LOOK_BACK:])):
        recent = -0.8 * distance
        typed = turn.asked.lower()
        for place, mention in enumerate(noun_phrases(turn.question, turn.text)):
            meant = 1.5 if mention.text.lower() not in typed else 0.0  # a pronoun stood for it: the thread's topic
            add(recent + (2.5 if place == 0 else 2.0) + meant, mention)
        if turn.answer is None:
            continue
        if len(words(turn.answer)) <= LONGEST_ANSWER:
            for mention in _answered(turn):
                add(recent + 3.0, mention)
        for weight, mention in _around(turn):
            add(recent + weight, mention)
    return sorted(best.values(), key=lambda entry: -entry[0])


def _answered(turn: Said) -> tuple[Mention, ...]:
    """The answer as a mention of what was asked for: "who" for a person, "which city" for a place.

    Two where the word lists do not tell: the answer to "which site" may look like a person, that to "which
    politician" be one.
    """
    assert turn.answer is not None
    mention = describe(turn.answer, turn.text)
    asked = [match[0].lower() for match in words(turn.question)[:3]]
    noun = _asked_for(turn.question)
    if "who" in asked or "whom" in asked:
        if mention.kind in ("name", "place") or (mention.kind == "thing" and not mention.plural):
            return (replace(mention, kind="person"),)
    elif asked[:1] == ["how"] and not mention.plural:
        return (replace(mention, kind="time"),)
    elif noun and mention.kind != "time" and not mention.plural:
        kind = describe(f"the {noun}").kind
        if kind in ("person", "place", "group"):
            return (replace(mention, kind=kind),)
        if kind == "thing" and mention.kind == "person" and not mention.male:
            return replace(mention, kind="thing"), mention
    elif "where" in asked and mention.kind in ("name", "thing", "person") and not (mention.plural or mention.male):
        return (replace(mention, kind="place", text=_without_preposition(mention.text)),)
    return (mention,)


def _asked_for(question: str) -> str:
    """ "site" of "Which site is the oldest?"; empty for a question that names nothing to be found."""
    match = re.match(r"\W*(?:which|what) ([a-z]+) (?:is|was|did|has|does)\b", question, re.IGNORECASE)
    return "" if match is None else match[1]


def _without_preposition(text: str) -> str:
    first = words(text)[:1]
    return text[first[0].end() :].strip() if first and first[0][0].lower() in PREPOSITIONS else text


def _around(turn: Said) -> list[tuple[float, Mention]]:
    """Mentions in the answer's sentence and the two before it."""
    spans = sentences(turn.text[: turn.start + 400])
    place = next((n for n, (_, end) in enumerate(spans) if turn.start < end), None)
    if place is None:
        return []
    begin, end = spans[place]
    found = [
        (1.2 if number == 0 else 0.7, mention)
        for number, mention in enumerate(noun_phrases(turn.text[begin:end], turn.text))
    ]
    for back in (1, 2):
        if place >= back:
            begin, end = spans[place - back]
            found += [
                (0.5 / back, mention)
                for mention in noun_phrases(turn.text[begin:end], turn.text)
                if mention.text[0].isupper()
            ]
    return found
