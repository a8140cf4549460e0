"""Passage: a stretch of a document, of whole sentences, that is found and read as one.

Neighbouring passages share a sentence or two, so that what one says of the other is found in either.
`passage.text == document.text[passage.start:passage.end]`, and every character of the document but white space
is in a passage.

Scope: where to cut. Which passages matter is the business of the index.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from qa.documents import Document
from qa.sentences import sentences

# In UTF-8 bytes. Passages of 950 have 162 tokens on average and 207 at the 95th percentile of the paragraphs of
# SQuAD, so that an encoder of 256 tokens takes them whole with the title, and a reader of 320 with the question.
# Other scripts have more tokens in a character, and more bytes.
SIZE = 950
OVERLAP = 240
SMALLEST = 40  # the least size, and the least piece that a sentence without end is cut into


@dataclass(frozen=True)
class Passage:
    """Characters [start, end) of a document; `number` counts from 0 in the order of the text."""

    document_id: str
    number: int
    start: int
    end: int
    text: str


def split(document: Document, *, size: int = SIZE, overlap: int = OVERLAP) -> list[Passage]:
    """Passages of at most `size` UTF-8 bytes, of which at most `overlap` repeat the end of the one before.

    A paragraph of up to `size` bytes is whole in a passage, and so is a sentence. A longer sentence is cut between
    words, or where it has no spaces between characters. Raises `ValueError` for sizes that make no passages.
    """
    if size < SMALLEST or not 0 <= overlap < size:
        raise ValueError(f"size {size} and overlap {overlap} given; size must be {SMALLEST} or more, overlap less")
    text = document.text
    spans: list[tuple[int, int]] = []
    held: list[tuple[int, int]] = []
    for group in _groups(text, size, max(overlap, SMALLEST)):
        if held and _width(text, held[0][0], group[-1][1]) > size:
            spans.append((held[0][0], held[-1][1]))
            held = _tail(text, held, group[-1][1], size, overlap)
        held += group
    if held:
        spans.append((held[0][0], held[-1][1]))
    return [Passage(document.id, n, start, end, text[start:end]) for n, (start, end) in enumerate(spans)]


def _groups(text: str, size: int, piece: int) -> Iterator[list[tuple[int, int]]]:
    """What a passage takes or leaves as one: a paragraph, or if that is too long a sentence or piece of one."""
    for paragraph in _paragraphs(text):
        if _width(text, paragraph[0][0], paragraph[-1][1]) <= size:
            yield paragraph
            continue
        for start, end in paragraph:
            whole = _width(text, start, end) <= size
            yield from ([span] for span in ([(start, end)] if whole else _pieces(text, start, end, piece)))


def _paragraphs(text: str) -> Iterator[list[tuple[int, int]]]:
    """The sentences of each paragraph; a blank line parts paragraphs."""
    paragraph: list[tuple[int, int]] = []
    for start, end in sentences(text):
        if paragraph and text.count("\n", paragraph[-1][1], start) > 1:
            yield paragraph
            paragraph = []
        paragraph.append((start, end))
    if paragraph:
        yield paragraph


def _tail(text: str, held: list[tuple[int, int]], end: int, size: int, overlap: int) -> list[tuple[int, int]]:
    """The last sentences of a full passage that the next one, which goes on to `end`, repeats."""
    first = len(held)
    while (
        first > 1  # a passage that only repeats says nothing new
        and _width(text, held[first - 1][0], held[-1][1]) <= overlap
        and _width(text, held[first - 1][0], end) <= size
    ):
        first -= 1
    return held[first:]


def _pieces(text: str, start: int, end: int, limit: int) -> Iterator[tuple[int, int]]:
    """A sentence longer than any passage in pieces of at most `limit` bytes."""
    while start < end:
        stop = min(end, start + limit)
        while (excess := _width(text, start, stop) - limit) > 0:
            stop -= -(-excess // 4)  # no character has more than 4 bytes
        if stop < end:
            stop = _cut(text, start, stop)
        stop = max(stop, start + 1)
        if piece := text[start:stop].strip():
            begin = text.index(piece, start)
            yield begin, begin + len(piece)
        start = stop


def _cut(text: str, start: int, stop: int) -> int:
    """The last place to cut in the second half of [start, stop]: after white space, else between characters."""
    middle = start + (stop - start) // 2
    for at in range(stop, middle, -1):
        if text[at - 1].isspace() or text[at].isspace():
            return at
    for at in range(stop, middle, -1):
        if not _joined(text[at - 1], text[at]):
            return at
    return stop


def _joined(left: str, right: str) -> bool:
    """Whether two characters belong to one that is seen: combining marks, variation selectors, joined emoji."""
    joiner = "\u200d"
    return (
        right == joiner
        or left == joiner
        or unicodedata.category(right) in ("Mn", "Mc", "Me")
        or "\U0001f3fb" <= right <= "\U0001f3ff"  # skin tones
        or ("\U0001f1e6" <= left <= "\U0001f1ff" and "\U0001f1e6" <= right <= "\U0001f1ff")  # flags
    )


def _width(text: str, start: int, end: int) -> int:
    return end - start if text.isascii() else len(text[start:end].encode("utf-8", errors="surrogatepass"))
