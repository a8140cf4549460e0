"""Swaps: answerable questions made unanswerable, the paragraph staying the same.

One name, number or opposite is exchanged, or the question is negated, so that the paragraph seems to answer it and
does not; the ways are those in which people wrote such questions for SQuAD 2.0 (Rajpurkar et al. 2018, table 1).
By rule, without a parser: some results are odd and a few are still answerable, which training bears.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from random import Random

from qa.squad import Question

_NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")
_CAPITALISED = r"[A-ZÀ-ÖØ-Þ][\w'’-]*"
_NAME = re.compile(rf"\b{_CAPITALISED}(?:\s+(?:of\s+|de\s+|the\s+)?{_CAPITALISED})*")
_NOT_NAMES = (  # words that open a question or sentence with a capital and name nothing
    "a an and are as at but by can did do does for from had has have he her his how if in is it its many most no "
    "not of on one or she since some that the their there these they this those to was we were what when where "
    "which while who whom whose why will with"
)
NOT_NAMES = frozenset(_NOT_NAMES.split())
_OPPOSITES = (
    "first last|earliest latest|oldest newest|older younger|oldest youngest|largest smallest|larger smaller|"
    "biggest smallest|bigger smaller|highest lowest|higher lower|longest shortest|longer shorter|most least|more less|"
    "more fewer|best worst|better worse|before after|above below|over under|inside outside|increase decrease|"
    "increased decreased|increases decreases|increasing decreasing|rise fall|rose fell|north south|east west|"
    "northern southern|eastern western|win lose|won lost|begin end|began ended|start end|started ended|"
    "start stop|started stopped|male female|men women|man woman|boys girls|father mother|son daughter|brother sister|"
    "husband wife|king queen|buy sell|bought sold|strong weak|stronger weaker|early late|old new|"
    "positive negative|public private|legal illegal|possible impossible|common rare|same different|maximum minimum|"
    "allowed prohibited|allow prevent|allows prevents|support oppose|supported opposed|supporters opponents|"
    "accepted rejected|accept reject|attack defend|attacked defended|enter leave|entered left|arrive depart|"
    "arrived departed|internal external|major minor|majority minority|wide narrow|rich poor|good bad|"
    "true false|hot cold|heavy light|fast slow|faster slower|open closed|opened closed|import export|"
    "included excluded|include exclude|includes excludes|created destroyed|built demolished|gained lost|"
    "allies enemies|friend enemy|ancient modern|urban rural|domestic foreign|primary secondary|active inactive|"
    "always never|often rarely|usually rarely|easy difficult|successful unsuccessful|success failure|"
    "advantage disadvantage|founded dissolved|joined left|appointed dismissed|born buried|discovered lost"
)
OPPOSITES: dict[str, tuple[str, ...]] = {}
for _pair in _OPPOSITES.split("|"):
    _one, _other = _pair.split()
    OPPOSITES[_one] = (*OPPOSITES.get(_one, ()), _other)
    OPPOSITES[_other] = (*OPPOSITES.get(_other, ()), _one)
_AUXILIARY = re.compile(r"\b(is|are|was|were|did|does|do|can|could|has|have|had|would|will|should)\b", re.IGNORECASE)


def swapped(question: Question, random: Random, *, others: Sequence[str] = ()) -> Question | None:
    """The question made unanswerable by exchanging or negating one thing in it; None where nothing offers itself.

    A name or number gives way to another one from the context, or else from `others`, further paragraphs of the
    same article. What the context says in its place is then about something else.
    """
    methods = [_with_other_name, _with_other_number, _with_opposite, _negated]
    order = random.choices(methods, weights=(5, 3, 4, 1), k=6)
    for method in dict.fromkeys(order):
        text = method(question, random, others)
        if text is not None and text.lower() != question.question.lower():
            return replace(question, question=text, answers=(), starts=())
    return None


def names(text: str) -> list[tuple[int, int]]:
    """Character spans of what look like names: runs of capitalised words, common sentence openers left out."""
    spans = []
    for match in _NAME.finditer(text):
        start, end = match.span()
        while start < end:
            word = re.match(r"[\w'’-]+", text[start:end])
            if word is None or word.group().lower() not in NOT_NAMES:
                break
            start += word.end()
            start += len(text[start:end]) - len(text[start:end].lstrip())
        if end - start > 1:
            spans.append((start, end))
    return spans


def _exchange(text: str, span: tuple[int, int], candidates: Sequence[str], random: Random) -> str | None:
    old = text[span[0] : span[1]]
    words = set(old.lower().split())
    fresh = [
        new
        for new in dict.fromkeys(candidates)
        if new.lower() not in text.lower() and not words & set(new.lower().split())
    ]
    return text[: span[0]] + random.choice(fresh) + text[span[1] :] if fresh else None


def _with_other_name(question: Question, random: Random, others: Sequence[str]) -> str | None:
    spans = names(question.question)
    if not spans:
        return None
    span = random.choice(spans)
    size = len(question.question[span[0] : span[1]].split())
    gold = " ".join(question.answers).lower()
    for text in (question.context, *random.sample(list(others), min(3, len(others)))):
        found = [text[a:b] for a, b in names(text)]
        alike = [name for name in found if abs(len(name.split()) - size) <= 1 and name.lower() not in gold]
        result = _exchange(question.question, span, alike, random)
        if result is not None:
            return result
    return None


def _with_other_number(question: Question, random: Random, others: Sequence[str]) -> str | None:
    spans = [match.span() for match in _NUMBER.finditer(question.question)]
    if not spans:
        return None
    span = random.choice(spans)
    old = question.question[span[0] : span[1]]
    gold = " ".join(question.answers)
    found = [number for number in _NUMBER.findall(question.context) if len(number) == len(old)]
    found = [number for number in found if number not in gold]
    if not found or random.random() < 0.3:
        digits = [random.choice([d for d in "123456789" if d != c]) if c.isdigit() else c for c in old]
        # A changed last digit is the nearest miss; the century of a year stays.
        found = [old[:-1] + digits[-1], old[:-2] + "".join(digits[-2:])]
        found = [number for number in found if number not in question.context]
    return _exchange(question.question, span, found, random)


def _with_opposite(question: Question, random: Random, others: Sequence[str]) -> str | None:
    found = [match for match in re.finditer(r"[A-Za-z]+", question.question) if match.group().lower() in OPPOSITES]
    if not found:
        return None
    match = random.choice(found)
    new = random.choice(OPPOSITES[match.group().lower()])
    return question.question[: match.start()] + new + question.question[match.end() :]


def _negated(question: Question, random: Random, others: Sequence[str]) -> str | None:
    match = _AUXILIARY.search(question.question)
    if match is None or re.search(r"\bnot\b|n't\b|\bnever\b", question.question, re.IGNORECASE):
        return None
    word = match.group()
    if word.lower() in ("can", "will") or random.random() < 0.4:
        return question.question[: match.end()] + " not" + question.question[match.end() :]
    return question.question[: match.end()] + "n't" + question.question[match.end() :]
