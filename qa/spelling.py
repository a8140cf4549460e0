"""Spelling: a question with its misspelt words set right, so that the words it means can be found and read.

A word is misspelt that neither English (the word lists of pyspellchecker and symspellpy) nor the texts know. It gives
way to a word one letter away (Damerau 1964: four in five misspellings are), one of the texts if possible. A name, or
what may be one, only gives way to a word of the texts, and only behind its first letter.

The other way round, `with_slip` misspells a question as people do, to measure what that costs.

Scope: words. Grammar, and words that are right but not those meant, are left alone.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from random import Random
from typing import TYPE_CHECKING, Protocol

from qa.fusion import QUESTION_WORDS

if TYPE_CHECKING:
    from spellchecker import SpellChecker

SHORTEST = 4  # letters; too many words are one letter away from a shorter one
SHORTEST_NAME = 6
_WORD = re.compile(r"(?<![\w'’.@/-])[A-Za-z]+(?![\w@/-]|['’.]\w)")
_TWICE = re.compile(r"(.)\1")
_SLIPPED = 5  # letters from which on a word is misspelt on purpose


class Vocabulary(Protocol):
    """The words of the texts, asked for in letters and digits."""

    def holds(self, word: str) -> bool:
        """Whether they have the word in one of its forms."""

    def spells(self, word: str) -> bool:
        """Whether they have it as it is written."""


def corrected(question: str, texts: Vocabulary) -> str:
    """The question with its misspelt words replaced; every other character stays as it is.

    One of which most words are unknown is in another language, and left alone.
    """
    asked = [word.lower() for word in _WORD.findall(question)]
    unknown = {word for word in asked if word not in _english() and not texts.spells(word)}
    if not unknown or 2 * sum(word in unknown for word in asked) > len(asked):
        return question

    def correct(match: re.Match[str]) -> str:
        word = match[0]
        name = not word.islower() and bool(question[: match.start()].strip())
        found = _meant(word.lower(), texts, name=name) if word.lower() in unknown else None
        return word if found is None else _cased(found, word)

    return _WORD.sub(correct, question)


def with_slip(question: str, random: Random) -> str:
    """The question with one of its longer words misspelt, no name; as it is where it has none."""
    found = [match for match in _WORD.finditer(question) if len(match[0]) >= _SLIPPED and match[0].islower()]
    if not found:
        return question
    slip = random.choice(found)
    return question[: slip.start()] + misspelt(slip[0], random) + question[slip.end() :]


def misspelt(word: str, random: Random) -> str:
    """The word, of three letters or more, with one left out, doubled, or in the place of the next one."""
    at = random.randrange(1, len(word) - 1)
    return random.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        )
    )


def _meant(word: str, texts: Vocabulary, *, name: bool) -> str | None:
    """The word meant by one that is misspelt; None where nothing is near enough."""
    if len(word) < (SHORTEST_NAME if name else SHORTEST):
        return None
    candidates = [near for near in _english().edit_distance_1(word) if near.isascii() and near.isalpha()]
    held = [near for near in candidates if near in QUESTION_WORDS or texts.holds(near)]
    names = [near for near in held if near[0] == word[0] and len(word) >= SHORTEST_NAME]
    english = [near for near in candidates if near in _english()]
    choice = names if name else [near for near in held if near in english] or names or english
    return max(choice, key=lambda near: (_likeliness(word, near), _english()[near], near), default=None)


def _likeliness(typed: str, meant: str) -> tuple[bool, int]:
    """Of two words that may be meant the likelier one's is greater: how people misspell."""
    if sorted(typed) == sorted(meant) or _TWICE.sub(r"\1", typed) == _TWICE.sub(r"\1", meant):
        kind = 2  # letters changed places, or one was doubled or should have been
    else:
        kind = int(len(typed) != len(meant))  # one left out or put in, rather than another one
    return typed[0] == meant[0], kind


def _cased(found: str, word: str) -> str:
    if len(word) > 1 and word.isupper():
        return found.upper()
    return found.capitalize() if word[0].isupper() else found


@cache
def _english() -> SpellChecker:
    """American words, and British ones besides ("colour", "organise"), which the first list lacks."""
    from spellchecker import SpellChecker

    english = SpellChecker(language="en", distance=1)
    lines = files("symspellpy").joinpath("frequency_dictionary_en_82_765.txt").read_text(encoding="utf-8-sig")
    english.word_frequency.load_words(line.split(" ")[0] for line in lines.splitlines())
    return english
