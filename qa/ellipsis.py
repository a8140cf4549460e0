"""Ellipsis: a question that leaves out what the one before it said ("and when?"), made whole from that one.

"Who did Tokayev appoint?", "Alikhan Smailov", "To which post?" make "To which post did Tokayev appoint Alikhan
Smailov?". The question before is taken apart into question words, auxiliary and rest; the new question words take
the place of the old, and where these asked for a thing, its name goes back to where it was missing.

Scope: English, rules over word order. What a pronoun stands for is the business of followups.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from qa.lexicon import (
    AUXILIARIES,
    DETERMINERS,
    FUNCTION_WORDS,
    PASTS,
    PREPOSITIONS,
    PRONOUNS,
    QUESTION_WORDS,
    vocabulary,
    words,
)
from qa.mentions import describe, noun_phrases

LONGEST_FRAGMENT = 6  # words; what is longer says enough to be asked as it is
LONGEST_FILLER = 8  # words of an answer that are put into a question
_OPENINGS = vocabulary("and but so then or also well ok okay plus ah oh")
_MEASURES = vocabulary("many much long far old often big large high deep fast soon come so not exactly precisely")
_BE = vocabulary("is are was were isn't aren't wasn't weren't")
_DO = vocabulary("do does did don't doesn't didn't")
_SAY = vocabulary("say says said")
_THING_WORDS = vocabulary("who whom what which whose")
# "When was that?" asks when what was spoken of happened, not when a thing of the answer did.
_EVENT = re.compile(
    r"^\W*(?:(?:and|but|so|ok|okay|well)\W+)*"
    r"(?P<asked>(?:[a-z]+ )?(?:when|where|why|how(?: long)?|what (?:day|year|time))) "
    r"(?:was|did|were|has|is|had) (?:all )?(?:that|this)"
    r"(?: (?:been )?(?:happen(?:ed|ing)?|occur(?:red)?|take place|done|so))?\W*$",
    re.IGNORECASE,
)
_CLEFT = re.compile(r" it that\b", re.IGNORECASE)
_ABOUT = re.compile(r"^\W*(?:(?:and|but|so|ok|okay|well)\W+)*(?:what|how)\s+about\s+", re.IGNORECASE)


@dataclass(frozen=True)
class _Parts:
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


def is_elliptic(question: str) -> bool:
    """Whether the question lacks a verb, so that it can only be a part of what it means."""
    if _ABOUT.match(question):
        return True
    opened = [match[0].lower() for match in words(question)]
    told = [match[0].lower() for match in words(without_opening(question))]
    if not told or len(told) > LONGEST_FRAGMENT or set(told) & (AUXILIARIES | _SAY):
        return False
    told = told[1:] if told[:2] == ["according", "to"] else told
    asking = next((place for place, word in enumerate(told) if word in QUESTION_WORDS), None)
    if asking is None:
        # Key words stand alone; a fragment shows that it goes on.
        return told[0] in PREPOSITIONS - {"to", "because"} or opened[0] in ("and", "or", "but")
    if asking > 1 or (asking == 1 and told[0] not in PREPOSITIONS):
        return False
    content = [word for word in told[asking + 1 :] if word not in FUNCTION_WORDS | _MEASURES]
    if not content:
        return True
    if told[asking + 1 : asking + 2] in (["many"], ["much"]):
        return len(content) == 1
    if told[asking] not in ("which", "what", "whose") or len(content) > 2 or any(_is_verb(word) for word in content):
        return False
    return len(content) == 1 or not content[1].endswith("s") or content[0].endswith("s")


def of_event(question: str) -> str | None:
    """The question words of one such as "And when did that happen?"; None for another question."""
    match = _EVENT.match(question)
    return None if match is None else match["asked"]


def asked_with(question: str) -> str:
    """What a question asks with, "To which post" or "How many people"; empty for one without question words."""
    parts = _taken_apart(question)
    return "" if parts is None else parts.asked


def completed(question: str, before: str, answer: str | None, text: str = "") -> list[str]:
    """Whole questions that an elliptic one may mean after the question `before`, likeliest first; perhaps none.

    `answer` is the one given to `before`, `text` what it was found in.
    """
    about = _ABOUT.sub("", question)
    fragment = (without_opening(question) if about == question else about).strip().rstrip("?!. ")
    parts = _taken_apart(before)
    told = [match[0].lower() for match in words(fragment)]
    if parts is None or not told:
        return []
    if not QUESTION_WORDS & set(told):
        return _with_other(_as_written(fragment, text), before, parts)
    if "else" in told and len(told) <= 2:
        return [_joined(fragment, parts.auxiliary, parts.rest)]
    new = _Parts(fragment, parts.auxiliary, parts.rest)
    if new.for_thing and (left := _without(told[-1], parts.rest)) is not None:
        parts = replace(parts, rest=left)
    elif new.for_thing and parts.for_thing:
        return [_joined(_with_noun(fragment, parts, answer), parts.auxiliary, parts.rest)]
    filled = _filled(parts, _filler(answer, parts), text) if parts.for_thing else (parts.auxiliary, parts.rest)
    return [_joined(fragment, *filled)]


def _taken_apart(question: str) -> _Parts | None:
    question = without_opening(question).strip().rstrip("?!. ")
    matches = words(question)
    if not matches:
        return None
    lowered = [match[0].lower() for match in matches]
    if lowered[0] in AUXILIARIES:
        return _Parts("", lowered[0], question[matches[0].end() :].strip())
    asking = next((place for place, word in enumerate(lowered[:3]) if word in QUESTION_WORDS), None)
    if asking is None:
        return None
    helper = next((place for place in range(asking + 1, len(lowered)) if lowered[place] in AUXILIARIES), None)
    if helper is None or helper > asking + 5:
        return _Parts(question[: matches[asking].end()], "", question[matches[asking].end() :].strip())
    asked = question[: matches[helper].start()].strip()
    end = matches[helper].end()
    if cleft := _CLEFT.match(question, end):  # one that was completed before
        end = cleft.end()
    return _Parts(asked, question[matches[helper].start() : end], question[end:].strip())


def _filler(answer: str | None, parts: _Parts) -> str:
    """What the question before asked for: its answer, or where there is none what it called it."""
    asked = words(parts.asked)
    noun = " ".join(match[0] for match in asked if match[0].lower() not in FUNCTION_WORDS | _MEASURES)
    if answer is None or len(words(answer)) > LONGEST_FILLER:
        if noun or "what" in parts.asked.lower():
            return f"the {noun}" if noun else "it"
        return "" if parts.auxiliary else "someone"
    counted = "many" in parts.asked.lower() and noun and noun.lower() not in answer.lower()
    return f"{answer} {noun}" if counted and not words(answer)[-1][0].isalpha() else answer


def _filled(parts: _Parts, filler: str, text: str) -> tuple[str, str]:
    """Auxiliary and rest with the thing that was asked for in its place."""
    if not filler:
        return parts.auxiliary, parts.rest
    helper = parts.auxiliary.lower()
    if not helper:  # "Who resigned?" asks for the subject
        return "was it that", f"{filler} {parts.rest}"
    first = words(parts.rest)[:1]
    has_subject = bool(first) and (
        first[0][0].lower() in DETERMINERS | PRONOUNS or first[0][0][0].isupper() or describe(first[0][0], text).plural
    )
    if helper in _DO or (has_subject and helper not in _BE):
        return parts.auxiliary, _placed(parts.rest, filler)
    return parts.auxiliary, f"{filler} {parts.rest}"


def _without(noun: str, rest: str) -> str | None:
    """The rest without what it says of the noun, for "which troops?" asks for it; None where it says nothing."""
    found = [mention.text for mention in noun_phrases(rest) if mention.text.lower().split()[-1:] == [noun]]
    if not found or noun in FUNCTION_WORDS:
        return None
    return " ".join(re.sub(rf"\b(?:(?:the|a|an)\s+)?{re.escape(found[-1])}\b", "", rest).split())


def _placed(rest: str, filler: str) -> str:
    """The object put behind the verb: before a trailing "as prime minister", else at the end."""
    match = re.search(r"\s(?:as|during|after|before|because|when|while)\s", rest)
    return f"{rest} {filler}" if match is None else f"{rest[: match.start()]} {filler}{rest[match.start() :]}"


def _with_noun(fragment: str, parts: _Parts, answer: str | None) -> str:
    """ "How many?" with the things that are to be counted."""
    told = [match[0].lower() for match in words(fragment)]
    if told[-1] not in ("many", "much", "which", "what"):
        return fragment
    noun = " ".join(match[0] for match in words(parts.asked) if match[0].lower() not in FUNCTION_WORDS | _MEASURES)
    if not noun and answer is not None and len(words(answer)) <= 3 and told[-1] in ("many", "much"):
        noun = answer
    return f"{fragment} {noun}" if noun else fragment


def _as_written(fragment: str, text: str) -> str:
    """The fragment with the capitals that the text writes it with, where the text never writes it as it was typed."""
    if fragment in text:
        return fragment
    match = re.search(rf"(?<!\w){re.escape(fragment)}(?!\w)", text, re.IGNORECASE)
    return fragment if match is None else match[0]


def _with_other(fragment: str, before: str, parts: _Parts) -> list[str]:
    """The question before with a fragment ("in Mangistau", "the injured") instead of what it matches."""
    first = words(fragment)[0][0].lower()
    body = before.strip().rstrip("?!. ")
    if first in PREPOSITIONS:
        same = re.search(rf"\b{re.escape(first)}\s+(?:(?:the|a|an)\s+)?\S+(?:\s+[A-Z]\S*)*", body, re.IGNORECASE)
        whole = f"{body[: same.start()]}{fragment}{body[same.end() :]}?" if same else f"{body} {fragment}?"
        return [whole]
    told = describe(fragment)
    asked = words(parts.asked)
    versions = []
    mentions = [mention for mention in noun_phrases(body) if mention.text.lower() not in parts.asked.lower()]
    alike = [m for m in mentions if (m.kind, m.plural) == (told.kind, told.plural)]
    if told.text[:1].isupper():
        alike = alike or [m for m in mentions if m.text[:1].isupper()]
    versions += [f"{fragment.join(body.rsplit(mention.text, 1))}?" for mention in alike[-1:]]
    if told.plural and asked and asked[-1][0].lower() not in QUESTION_WORDS | _MEASURES:
        start = next((m for m in asked if m[0].lower() not in FUNCTION_WORDS | _MEASURES), asked[-1]).start()
        versions.append(_joined(f"{parts.asked[:start]}{fragment}", parts.auxiliary, parts.rest))
    last = words(body)[-1]
    if _is_verb(first) and _is_verb(last[0].lower()):
        versions.append(f"{body[: last.start()]}{fragment}?")
    if not versions and mentions:
        versions.append(f"{fragment.join(body.rsplit(mentions[-1].text, 1))}?")
    return versions


def _joined(asked: str, auxiliary: str, rest: str) -> str:
    whole = " ".join(part for part in (asked, auxiliary, rest) if part)
    return f"{whole[:1].upper()}{whole[1:]}?"


def _is_verb(word: str) -> bool:
    """Whether it looks like a verb: "injured", "began"."""
    return (word.endswith("ed") and len(word) > 3) or word in PASTS
