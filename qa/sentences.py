"""Sentences: where each sentence of a text stands, by rules that serve most scripts in one linear pass.

A sentence ends at `.` `!` `?` and their like in other scripts, with the quotes and brackets that close it, when
white space follows and the word before is no abbreviation; at a CJK full stop even without a space; and at the
end of a paragraph, heading, verse or list entry. A line break inside wrapped prose ends nothing.

Rules of our own, because offsets must be exact in any language and a book must take no more than a second or two:
pysbd 0.3.4, the light library for this, reads 0.12 MB a second, these rules 12. A border more or less costs little:
passages overlap, and what is shown around an answer is a sentence more or less. Of 36,666 answers in SQuAD
training paragraphs, 49 reach across a border set here; most of those are of several sentences.
"""

from __future__ import annotations

import re
from bisect import bisect_right

_STOPS = ".!?‽…؟۔।॥։"
_CLOSERS = "\"'”’»›)\\]}」』）】》〉"
# Each alternative can begin at one place of a run only and never gives back, so a run of any length is read once.
_BORDER = re.compile(
    rf"(?<![{_STOPS}])[{_STOPS}]++[{_CLOSERS}]*+(?=\s)|[。！？｡]++[{_CLOSERS}]*+|\n(?:[^\S\n]*+\n\s*+)?"
)


def _words(line: str) -> frozenset[str]:
    return frozenset(line.split())


_ABBREVIATIONS = _words(
    "mr mrs ms mx dr prof st sr jr rev fr hon gen col lt sgt capt cmdr adm maj pres gov sen rep amb supt messrs mmes "
    "mt ft no nos vol vols pp p fig figs ed eds ch sec art al vs v cf viz ca approx e.g i.e etc inc ltd co corp bros "
    "dept univ est ave blvd rd op opp rs para eq app ver jan feb mar apr jun jul aug sep sept oct nov dec ph.d "
    "bzw z.b d.h usw nr hr bd abb vgl mme mlle sra núm г ул им т.е т.д т.п тыс"
)
_DOTTED = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")  # initials and the like: "J", "U.S", "p.m"
# After an abbreviation a capital may begin a sentence or go on with a name; these words seldom go on.
_STARTERS = _words(
    "the a an this that these those there here he she it they we you i his her its their our my in on at by for from "
    "with as after before when while if since but and or so yet however although meanwhile then now what who how why "
    "der die das ein eine er sie es le la les un une il elle el los las en"
)
_WITH_NAME = _words(
    "mr mrs ms mx dr prof st rev fr hon gen col lt sgt capt cmdr adm maj pres gov sen rep amb supt messrs mmes mt "
    "e.g i.e vs cf z.b d.h hr vgl mme mlle sra"
)
_LIST_MARK = re.compile(r"\s*(?:[-*+•·◦▪–—>|]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)])\s")
_WORD = re.compile(r"[^\W\d_]+")
WRAPPED = 40, 120  # characters of a line of wrapped prose; shorter ones are headings, verses, entries
REACH = 2_000  # characters that `sentence_at` looks to either side


def sentences(text: str) -> list[tuple[int, int]]:
    """(start, end) of every sentence, in order, without the white space around it; they cover all else."""
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _BORDER.finditer(text):
        if match[0] == "\n":
            if _is_wrapped(text, start, match.start()):
                continue
        elif match[0][0] in _STOPS:
            following = _next_word(text, match.end())
            if following[:1].islower():
                continue  # "forces... were sent", '"Really?" he asked'
            if match[0] == "." and _is_abbreviation(text, start, match.start(), following):
                continue
        _append(spans, text, start, match.end())
        start = match.end()
    _append(spans, text, start, len(text))
    return spans


def sentence_at(text: str, start: int, end: int) -> tuple[int, int]:
    """(start, end) of the sentence, or run of sentences, around the characters [start, end).

    Of a sentence that is longer, `REACH` characters to either side. Raises `ValueError` for a span outside the text.
    """
    if not 0 <= start <= end <= len(text):
        raise ValueError(f"span {start}:{end} is not within a text of {len(text)} characters")
    left = max(text.rfind("\n\n", max(0, start - REACH), start), start - REACH, 0)
    right = text.find("\n\n", end, end + REACH)
    spans = sentences(text[left : end + REACH if right < 0 else right])
    if not spans:
        return start, end
    starts = [left + begin for begin, _ in spans]
    first = max(0, bisect_right(starts, start) - 1)
    last = max(first, bisect_right(starts, max(start, end - 1)) - 1)
    return min(start, starts[first]), max(end, left + spans[last][1])


def _append(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    begin, stop = start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
    if begin < stop:
        spans.append((begin, stop))


def _next_word(text: str, at: int) -> str:
    """The word that begins the text after `at`, past opening quotes; "" when a digit or sign comes first."""
    word = _WORD.match(text[at : at + 40].lstrip().lstrip("\"'“‘«([¿¡"))
    return word[0] if word else ""


def _is_abbreviation(text: str, start: int, at: int, following: str) -> bool:
    """Whether the full stop at `at`, in a sentence that begins at `start`, belongs to the word before it."""
    before = text[max(start, at - 24) : at].split()
    if not before:
        return False
    word = before[-1].lstrip("\"'“‘«([{").lower()
    if word.isdigit() and not text[start : at - len(word)].strip():
        return True  # the number of a list entry
    if word in _WITH_NAME:
        return True
    if word in _ABBREVIATIONS or (_DOTTED.fullmatch(word) and before[-1] != "I"):
        return following.lower() not in _STARTERS
    return False


def _is_wrapped(text: str, start: int, at: int) -> bool:
    """Whether the sentence that begins at `start` goes on after the line break at `at`."""
    line = text[max(text.rfind("\n", start, at) + 1, start) : at].strip()
    following = text[at + 1 : at + 40]
    if not line or _LIST_MARK.match(following):
        return False
    return following.lstrip()[:1].islower() or WRAPPED[0] <= len(line) <= WRAPPED[1]
