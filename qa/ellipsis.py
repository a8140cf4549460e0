"""Ellipsis: a question that leaves out what the one before it said ("and when?"), made whole from that one.

"Who did Tokayev appoint?", "Alikhan Smailov", "To which post?" make "To which post did Tokayev appoint Alikhan
Smailov?". The question before is taken apart into question words, auxiliary and rest; the new question words take
the place of the old, and where these asked for a thing, its name goes back to where it was missing.

Scope: English, rules over word order. What a pronoun stands for is the business of followups.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from qa.clauses import Clause, is_verb, joined, taken_apart, without_opening
from qa.lexicon import (
    AUXILIARIES,
    DETERMINERS,
    FUNCTION_WORDS,
    PREPOSITIONS,
    PRONOUNS,
    QUESTION_WORDS,
    vocabulary,
    words,
)
from qa.mentions import Mention, describe, noun_phrases

LONGEST_FRAGMENT = 6  # words; what is longer says enough to be asked as it is
LONGEST_FILLER = 8  # words of an answer that are put into a question
_MEASURES = vocabulary("many much long far old often big large high deep fast soon come so not exactly precisely")
_BE = vocabulary("is are was were isn't aren't wasn't weren't")
_DO = vocabulary("do does did don't doesn't didn't")
_SAY = vocabulary("say says said")
# "When was that?" asks when what was spoken of happened, not when a thing of the answer did.
_EVENT = re.compile(
    r"^\W*(?:(?:and|but|so|ok|okay|well)\W+)*"
    r"(?P<asked>(?:[a-z]+ )?(?:when|where|why|how(?: long)?|what (?:day|year|time))) "
    r"(?:was|did|were|has|is|had) (?:all )?(?:that|this)"
    r"(?: (?:been )?(?:happen(?:ed|ing)?|occur(?:red)?|take place|done|so))?\W*$",
    re.IGNORECASE,
)
_HELD = re.compile(r"the (?:[^\W_]+ ){0,2}?[^\W_]+(?= of )", re.IGNORECASE)
_MORE = re.compile(
    r"^\W*(?:(?:and|but|so|ok|okay|well)\W+)*"
    r"(?:(?:any(?:thing|one|body|where)?|what|who|whom|where) (?:else|more)|any others?|another(?: one)?"
    r"|(?:any |what |which )?other (?:ones?|examples?))\W*$",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"^\W*(?:(?:and|but|so|ok|okay|well)\W+)*(?:what|how)\s+about\s+", re.IGNORECASE)


def is_elliptic(question: str) -> bool:
    """Whether the question lacks a verb, so that it can only be a part of what it means."""
    about = _ABOUT.match(question)
    if about is not None:
        return not _goes_on(question[about.end() :])
    if for_more(question):
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
    if told[asking] not in ("which", "what", "whose") or len(content) > 2 or any(is_verb(word) for word in content):
        return False
    return len(content) == 1 or not content[1].endswith("s") or content[0].endswith("s")


def _goes_on(named: str) -> bool:
    """Whether what is asked about is followed by a whole question: "What about Almaty: how many were arrested?".

    After a comma it may be a part of the name instead: "What about the mayor, who was injured?".
    """
    mark = re.search(r"(?:[:;?]|\s[-–—])\s", named)
    rest = "" if mark is None else named[mark.end() :]
    told = words(rest)
    return bool(told) and told[0][0].lower() in QUESTION_WORDS and not is_elliptic(rest)


def of_event(question: str) -> str | None:
    """The question words of one such as "And when did that happen?"; None for another question."""
    match = _EVENT.match(question)
    return None if match is None else match["asked"]


def for_more(question: str) -> bool:
    """Whether it only asks for another answer than the one before: "Anything else?", "Who else?"."""
    return bool(_MORE.match(question))


def asked_with(question: str) -> str:
    """What a question asks with, "To which post" or "How many people"; empty for one without question words."""
    parts = taken_apart(question)
    return "" if parts is None else parts.asked


def counting(question: str, before: str) -> str | None:
    """ "How many were injured?" with what is counted, after "How many soldiers were killed?"; None for others."""
    own, other = taken_apart(question), taken_apart(before)
    if own is None or other is None or own.asked.lower() not in ("how many", "how much"):
        return None
    counted = other.asked.lower().startswith(f"{own.asked.lower()} ")
    return joined(other.asked, own.auxiliary, own.rest) if counted and own.rest else None


def completed(question: str, before: str, answer: str | None, text: str = "") -> list[str]:
    """Whole questions that an elliptic one may mean after the question `before`, likeliest first; perhaps none.

    `answer` is the one given to `before`, `text` what it was found in.
    """
    about = _ABOUT.sub("", question)
    fragment = (without_opening(question) if about == question else about).strip().rstrip("?!. ")
    parts = taken_apart(before)
    told = [match[0].lower() for match in words(fragment)]
    if parts is None or not told:
        return []
    if for_more(question):
        if not parts.asked:
            return []
        asked = parts.asked if "else" in parts.rest.lower().split() else _with_else(parts.asked, told)
        return [joined(asked, parts.auxiliary, parts.rest)]
    if not QUESTION_WORDS & set(told):
        return _with_other(_as_written(fragment, text), before, parts)
    new = Clause(fragment, parts.auxiliary, parts.rest)
    if new.for_thing and (left := _without(told[-1], parts.rest)) is not None:
        parts = replace(parts, rest=left)
    elif new.for_thing and parts.for_thing:
        return [joined(_with_noun(fragment, parts, answer), parts.auxiliary, parts.rest)]
    filled = _filled(parts, _filler(answer, parts), text) if parts.for_thing else (parts.auxiliary, parts.rest)
    return [joined(fragment, *filled)]


def _with_else(asked: str, told: Sequence[str]) -> str:
    """ "Who" as "Who else", "Which towns" as "Which other towns"; "what else?" asks with its own question word."""
    matches = words(asked)
    lowered = [match[0].lower() for match in matches]
    people = {"who", "whom"}
    if told[0] in QUESTION_WORDS and told[-1] == "else" and not (told[0] in people and people & set(lowered)):
        return " ".join(told)
    if {"else", "other"} & set(lowered) or "how" in lowered:
        return asked
    if len(matches) == 1 or lowered[-1] in QUESTION_WORDS:
        return f"{asked} else"
    asking = next((match for match in matches if match[0].lower() in QUESTION_WORDS), None)
    return asked if asking is None else f"{asked[: asking.end()]} other{asked[asking.end() :]}"


def _filler(answer: str | None, parts: Clause) -> str:
    """What the question before asked for: its answer, or where there is none what it called it."""
    asked = words(parts.asked)
    noun = " ".join(match[0] for match in asked if match[0].lower() not in FUNCTION_WORDS | _MEASURES)
    if answer is None or len(words(answer)) > LONGEST_FILLER:
        if noun or "what" in parts.asked.lower():
            return f"the {noun}" if noun else "it"
        return "" if parts.auxiliary else "someone"
    first = words(answer)[0][0].lower() if words(answer) else ""
    answer = f"{answer[:1].lower()}{answer[1:]}" if first in DETERMINERS else answer
    counted = "many" in parts.asked.lower() and noun and noun.lower() not in answer.lower()
    return f"{answer} {noun}" if counted and not words(answer)[-1][0].isalpha() else answer


def _filled(parts: Clause, filler: str, text: str) -> tuple[str, str]:
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


def _with_noun(fragment: str, parts: Clause, answer: str | None) -> str:
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


def _with_other(fragment: str, before: str, parts: Clause) -> list[str]:
    """The question before with a fragment ("in Mangistau", "the injured") instead of what it matches."""
    first = words(fragment)[0][0].lower()
    body = before.strip().rstrip("?!. ")
    if first in PREPOSITIONS:
        same = re.search(rf"\b{re.escape(first)}\s+(?:(?:the|a|an)\s+)?\S+(?:\s+[A-Z]\S*)*", body, re.IGNORECASE)
        whole = f"{body[: same.start()]}{fragment}{body[same.end() :]}?" if same else f"{body} {fragment}?"
        return [whole]
    owned = _owned(body) if first in DETERMINERS else None
    if owned is not None and len(words(fragment)) > 1:  # "Almaty's police chief", "its mayor"
        return [f"{body[: owned[0]]}{fragment[words(fragment)[0].end() :]}{body[owned[1] :]}?"]
    meant = describe(fragment)
    if meant.kind == "person" and not meant.text[:1].isupper() and (held := _HELD.match(parts.rest)):
        return [joined(parts.asked, parts.auxiliary, f"{fragment}{parts.rest[held.end() :]}")]
    asked = words(parts.asked)
    versions = []
    mentions = [mention for mention in noun_phrases(body) if mention.text.lower() not in parts.asked.lower()]
    alike = [m for m in mentions if (m.kind, m.plural) == (meant.kind, meant.plural)]
    if meant.text[:1].isupper():
        alike = alike or [m for m in mentions if m.text[:1].isupper()]
    versions += [_instead(fragment, mention, body) for mention in alike[-1:]]
    # "Gas" takes the place of the oil in "how much oil does Kazakhstan export", not of Kazakhstan.
    common = len(asked) > 1 and asked[-2][0].lower() == "much" and not (alike or first in DETERMINERS)
    if (meant.plural or common) and asked and asked[-1][0].lower() not in QUESTION_WORDS | _MEASURES:
        start = next((m for m in asked if m[0].lower() not in FUNCTION_WORDS | _MEASURES), asked[-1]).start()
        versions.append(joined(f"{parts.asked[:start]}{fragment}", parts.auxiliary, parts.rest))
    last = words(body)[-1]
    if is_verb(first) and is_verb(last[0].lower()):
        versions.append(f"{body[: last.start()]}{fragment}?")
    if not versions and mentions:
        versions.append(_instead(fragment, mentions[-1], body))
    told = words(parts.rest)
    ended = len(told) == 2 and parts.auxiliary != ""  # "was rice grown"
    if not versions and len(told) > 1 and (ended or is_verb(told[1][0])):
        versions.append(joined(parts.asked, parts.auxiliary, f"{fragment}{parts.rest[told[0].end() :]}"))
    return versions


def _owned(body: str) -> tuple[int, int] | None:
    """Where what belongs to somebody, the " police chief" of "Almaty's police chief", begins and ends."""
    matches = words(body)
    owner = next((place for place, match in enumerate(matches[:-1]) if re.search(r"['’]s$", match[0])), None)
    if owner is None:
        return None
    end = owner + 1
    while end < len(matches) and matches[end][0].lower() not in FUNCTION_WORDS and not is_verb(matches[end][0].lower()):
        end += 1
    return (matches[owner].end(), matches[end - 1].end()) if end > owner + 1 else None


def _instead(fragment: str, mention: Mention, body: str) -> str:
    """The body with the fragment where it last says the mention, with an "of emergency" that belongs to it."""
    start = body.rindex(mention.text)
    end = start + len(mention.text)
    belonging = re.compile(r" of [a-z][\w-]*").match(body, end)
    return f"{body[:start]}{fragment}{body[end if belonging is None else belonging.end() :]}?"
