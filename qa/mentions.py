"""Mention: a person, place, group or thing that a text speaks of, and which pronouns can stand for it.

Rules over letter case, titles, endings and small word lists: a follow-up needs to know no more than that "she" is
not Mr Hall and "there" is not Thursday. What the words leave open stays open, and the reader decides.

Scope: English. Finding what a pronoun stands for is the business of followups.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from qa.lexicon import (
    AUXILIARIES,
    DETERMINERS,
    FEMALE,
    FUNCTION_WORDS,
    GROUPS,
    HER_NAMES,
    HIS_NAMES,
    LINKS,
    MALE,
    MANY,
    NOUNS,
    PASTS,
    PEOPLE,
    PLACES,
    PREPOSITIONS,
    PRONOUNS,
    QUESTION_WORDS,
    ROLES,
    TIMES,
    WORD,
    is_plural,
    words,
)
from qa.names import POSSESSIVE, name_spans
from qa.sentences import sentences

REACH = 250  # characters after a name in which a pronoun tells its gender


@dataclass(frozen=True)
class Mention:
    """`kind` is person, place, group, thing, time, or name: a name of what is not known.

    `male` runs from -1, surely female, to 1, surely male.
    """

    text: str
    kind: str
    male: float = 0.0
    plural: bool = False

    @property
    def key(self) -> str:
        """Equal for the same thing said alike; a person goes by the last name."""
        words = [word.lower() for word in WORD.findall(POSSESSIVE.sub("", self.text))]
        words = [word for word in words if word not in DETERMINERS] or words
        return words[-1] if words and self.kind in ("person", "name") else " ".join(words)


def agreement(mention: Mention, pronoun: str) -> float | None:
    """How well a pronoun ("he", "it", "they", "there") suits a mention; None when it cannot stand for it."""
    kind, plural = mention.kind, mention.plural
    if kind == "time":
        return None
    if pronoun in ("he", "she"):
        male = mention.male if pronoun == "he" else -mention.male
        if plural or male <= -1 or kind not in ("person", "name"):
            return None
        return (2.0 if kind == "person" else 0.5) + male
    if pronoun == "it":
        if plural or kind == "person":
            return None
        return {"thing": 1.5, "group": 1.5, "name": 0.5, "place": 1.0}[kind]
    if pronoun == "they":
        if plural:
            return 2.0
        return {"group": 1.0, "person": -0.5, "name": 0.0}.get(kind)
    if plural or kind in ("person", "group"):
        return None
    return {"place": 2.0, "name": 0.5, "thing": -1.0}[kind]


@lru_cache(maxsize=64)
def names(text: str) -> tuple[Mention, ...]:
    """The names in the text, in its order, each as often as it stands there."""
    found = []
    for begin, end in sentences(text):
        found += [_named(text, start, stop) for start, stop in name_spans(text, begin, end)]
    return tuple(found)


def describe(phrase: str, context: str = "") -> Mention:
    """The mention that a phrase is (an answer, say), as far as its words and the text it stands in tell."""
    phrase = phrase.strip(" \n\t.,;:!?\"'“”")
    lowered = [match[0].lower() for match in words(phrase)]
    if not lowered:
        return Mention(phrase, "time")
    head = _head(lowered)
    if phrase[:1].isdigit() or head in TIMES or (lowered[0] in TIMES and lowered[0] != "may"):
        many = is_plural(head) and head not in TIMES and not head[0].isdigit()
        return Mention(phrase, "thing" if many else "time", plural=many)
    if any(char.isupper() for char in phrase):
        spans = list(name_spans(phrase, 0, len(phrase)))
        if spans and spans[-1][1] - spans[0][0] >= len(phrase) * 0.6 and len(spans) > 1 and " and " in phrase:
            return Mention(phrase, "thing", plural=True)
        if spans and not (lowered[0] in ("a", "an") or (head in ROLES and phrase.islower())):
            start, stop = spans[0]
            if stop - start >= len(phrase) * 0.5:
                return _named_in(phrase[start:stop], before=phrase[:start], context=context)
    return _common(phrase, lowered, head)


def noun_phrases(text: str, context: str = "") -> Iterator[Mention]:
    """Names and phrases such as "the state of emergency" and "protesters" in a question or sentence.

    Where a phrase ends can be seen only where `context` holds it; otherwise it is a word long.
    """
    lower_context = context.lower()
    taken = 0
    matches = words(text)
    named = dict(name_spans(text, 0, len(text), context))
    for place, match in enumerate(matches):
        if match.start() < taken:
            continue
        word = match[0].lower()
        if match.start() in named:
            taken = named[match.start()]
            before = text[: match.start()]
            yield _named_in(text[match.start() : taken], before=before, context=context)
        elif word in DETERMINERS and word not in ("this", "that", "these", "those"):
            taken = _phrase_end(text, matches, place, lower_context)
            if taken > match.end():
                yield describe(text[match.start() : taken])
        elif word not in FUNCTION_WORDS | TIMES and is_plural(word) and (not context or word in lower_context):
            taken = match.end()
            start = match.start()
            verb = place > 1 and matches[place - 2][0].lower() in QUESTION_WORDS  # "who sent engineers?"
            if place and not verb and matches[place - 1][0].lower() not in FUNCTION_WORDS:
                both = text[matches[place - 1].start() : taken]
                start = matches[place - 1].start() if both.lower() in lower_context else start
            yield Mention(text[start:taken], "thing", plural=True)


def _phrase_end(text: str, matches: list[re.Match[str]], place: int, lower_context: str) -> int:
    """Where the phrase that begins with the determiner at `place` ends."""
    first = matches[place].end()
    best = 0
    for number, match in enumerate(matches[place + 1 : place + 7], start=1):
        gap = text[matches[place + number - 1].end() : match.start()]
        word = match[0].lower()
        if gap.strip() or word in AUXILIARIES | QUESTION_WORDS | PRONOUNS or word in ("and", "or", "but"):
            break
        if best and match[0][0].isupper() and matches[place + number - 1][0].islower():
            break  # "the unrest prompted Tokayev"
        if word in PREPOSITIONS or word in DETERMINERS:
            if word not in ("of", "for", "the") or not best:
                break
            continue
        if best and (word.endswith("ed") or word in PASTS - NOUNS):
            break
        if not best or _holds(lower_context, text[first : match.end()].strip().lower()):
            best = match.end()
        else:
            break
    return best


def _holds(lower_context: str, phrase: str) -> bool:
    """Whether the phrase stands there in whole words."""
    return phrase in lower_context and bool(re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", lower_context))


def _named(text: str, start: int, end: int) -> Mention:
    return _named_in(text[start:end], before=text[max(0, start - 40) : start], context=text)


@lru_cache(maxsize=4096)
def _named_in(name: str, *, before: str, context: str) -> Mention:
    lowered = [match[0].lower() for match in words(name)]
    before_words = [match[0].lower() for match in words(before)][-2:]
    near = set(before_words[-1:]) | ({before_words[0]} if before.rstrip().endswith(",") and before_words else set())
    male = 0.0
    if near & MALE or lowered[0] in HIS_NAMES:
        male = 1.0
    elif near & FEMALE or lowered[0] in HER_NAMES:
        male = -1.0
    mention = Mention(name, "name", male)
    if set(lowered) & GROUPS or (name.isupper() and len(name) > 1):
        return replace(mention, kind="group", male=0.0)
    if male or near & PEOPLE:
        kind = "person"
    elif set(lowered) & PLACES or _is_placed(name, context):
        return replace(mention, kind="place")
    else:
        fuller = _fuller(name, context)
        kind = "person" if (len(lowered) in (2, 3) and not set(lowered) & LINKS) or fuller else "name"
    if not male:
        male = _gender_told(name, context)
    return replace(mention, kind=kind, male=male)


def _is_placed(name: str, context: str) -> bool:
    """Whether the text says "in Almaty" or "Mangistau Province"."""
    places = "|".join(PLACES)
    escaped = re.escape(name)
    if re.search(rf"\b{escaped}(?i: (?:{places})\b)", context):
        return True
    ruled = r"(?:mayor|governor|king|queen|president|city|town|capital|republic|people) of"
    return bool(re.search(rf"\b(?:in|at|near|across|throughout|(?i:{ruled}))\s+{escaped}\b", context))


def _fuller(name: str, context: str) -> bool:
    """Whether a single name is the last one of someone whom the text calls by two."""
    return " " not in name and bool(re.search(rf"\b[A-Z][\w'’-]+ {re.escape(name)}\b", context))


def _gender_told(name: str, context: str) -> float:
    """From the pronouns that follow the name in the text: weak, for they may mean another."""
    told = 0
    for match in re.finditer(re.escape(name), context):
        after = re.search(r"\b(he|him|his|she|her|hers)\b", context[match.end() : match.end() + REACH])
        told += 0 if after is None else 1 if after[0].startswith("h") and after[0] not in ("her", "hers") else -1
    return 0.5 * ((told > 0) - (told < 0))


def _head(lowered: list[str]) -> str:
    """The word that says what the phrase is: the last one before a preposition or the like."""
    for place, word in enumerate(lowered):
        if place and word in PREPOSITIONS | AUXILIARIES | QUESTION_WORDS and lowered[place - 1] not in FUNCTION_WORDS:
            return lowered[place - 1]
    return lowered[-1]


def _common(phrase: str, lowered: list[str], head: str) -> Mention:
    plural = is_plural(head) or (" and " in phrase and len(lowered) < 8 and lowered[0] not in ("a", "an"))
    if head in PEOPLE and not plural:
        return Mention(phrase, "person", (head in MALE) - (head in FEMALE))
    if plural and head.rstrip("s") in PEOPLE:
        return Mention(phrase, "thing", plural=True)
    if head in GROUPS:
        return Mention(phrase, "group", plural=head in MANY)
    place = head in PLACES and not plural and "state of" not in phrase.lower()
    return Mention(phrase, "place" if place else "thing", plural=plural)
