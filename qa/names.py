"""Name: a run of capitalised words that names something, and where it starts and ends in a text.

Scope: English, by letter case. What is named is the business of mentions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from qa.lexicon import FUNCTION_WORDS, LINKS, PEOPLE, TIMES, WORD, is_plural, vocabulary

POSSESSIVE = re.compile(r"['’]s?$")
_CONTRACTED = re.compile(r"['’](?:m|s|re|ve|ll|d)$", re.IGNORECASE)
_OPENERS = vocabulary(
    "like unlike first second third last next finally suddenly eventually initially originally apparently recently "
    "really only early being having hold wait look come let listen maybe perhaps inside outside out up down back off "
    "nothing everything nobody everybody everyone none hello hi hey goodbye thanks thank sorry sure ok okay oh well"
)


def name_spans(text: str, begin: int, end: int, context: str = "") -> Iterator[tuple[int, int]]:
    """(start, end) of each run of capitalised words of one sentence; `context` is more of the text, or none."""
    run: list[re.Match[str]] = []
    matches = list(WORD.finditer(text, begin, end))
    for place, match in enumerate(matches):
        word = match[0]
        gap = text[run[-1].end() : match.start()] if run else ""
        joined = bool(run) and not gap.strip(" \u00a0.") and not POSSESSIVE.search(run[-1][0])
        plain = _CONTRACTED.sub("", word).lower()
        capital = word[0].isupper() and not (plain in FUNCTION_WORDS and (place == 0 or plain == "i"))
        if place == 0 and capital and _is_common_opening(context or text, match, matches):
            capital = False
        if capital and word.lower() not in TIMES - {"may"}:
            if run and not joined:
                yield from _closed(run)
                run = []
            run.append(match)
        elif run and joined and word.lower() in LINKS - {"and"} and _goes_on(text, matches, place):
            run.append(match)
        else:
            yield from _closed(run)
            run = []
    yield from _closed(run)


def _is_common_opening(text: str, match: re.Match[str], matches: list[re.Match[str]]) -> bool:
    """Whether the capital of a sentence's first word says nothing: the text writes the word small as well."""
    if match[0].lower() in _OPENERS:
        return True
    if len(matches) > 1 and matches[1][0][0].isupper():
        return False
    word = POSSESSIVE.sub("", match[0]).lower()
    if word.endswith(("ly", "ing")) and not re.search(rf"[\w,;] {re.escape(match[0])}\b", text):
        return True  # "Gradually", "Running"; of Sally the text speaks within a sentence as well
    return is_plural(word) or word in PEOPLE or bool(re.search(rf"\b{re.escape(word)}\b", text))


def _goes_on(text: str, matches: list[re.Match[str]], place: int) -> bool:
    following = matches[place + 1 : place + 3]
    return any(match[0][0].isupper() for match in following[:1]) or (
        len(following) > 1 and following[0][0].lower() == "the" and following[1][0][0].isupper()
    )


def _closed(run: list[re.Match[str]]) -> Iterator[tuple[int, int]]:
    """The run's place, without a possessive and without the titles before a person's name."""
    if not run:
        return
    start, end = run[0].start(), run[-1].end()
    possessive = POSSESSIVE.search(run[-1][0])
    end -= len(possessive[0]) if possessive else 0
    for match in run[:-1]:
        if match[0].lower().rstrip(".") in PEOPLE:
            start = run[run.index(match) + 1].start()
    if start < end:
        yield start, end
