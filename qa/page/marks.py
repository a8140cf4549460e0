"""Marks: texts as HTML, with stretches of them marked.

Every word of a document, a question or a file name goes through `escaped`, so that it is shown and never run. Text
carries dir="auto", so that each script runs in its own direction.

Pure functions, strings out; nothing here knows the page library, or what an answer is.
"""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass

from qa.documents import Document

WHOLE = 1_000_000  # characters of a document that are shown at once: more makes browsers slow


@dataclass(frozen=True)
class Mark:
    """A stretch of a text to be highlighted; `kind` becomes its class."""

    start: int
    end: int
    kind: str


def escaped(text: str) -> str:
    """The text as HTML that shows it, on one line."""
    lines = text.replace("\0", "\ufffd").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "<br>".join(html.escape(line) for line in lines)


def link(text: str, target: str) -> str:
    """A button that opens a text; the page gets `target` when it is pressed."""
    return f'<button class="open" type="button" value="{escaped(target)}"><bdi>{escaped(text)}</bdi></button>'


def clip(text: str, length: int) -> str:
    """The beginning of a text, cut between words where it is too long."""
    text = text.strip()
    if len(text) <= length:
        return text
    cut = text.rfind(" ", length // 2, length)
    return f"{text[: length if cut < 0 else cut].rstrip()} …"


def name_of(document: Document) -> str:
    return document.title or document.source or "untitled text"


def place(document: Document, offset: int) -> str:
    """Where in the document: "page 3", or "paragraph 12" for one without pages."""
    page = document.page(offset)
    if page is not None:
        return f"page {page}"
    return f"paragraph {_paragraph(document, offset)}"


def passage_place(document: Document, start: int, end: int) -> str:
    """`place` of a stretch of the text: "pages 3 to 4", "paragraph 12"."""
    first, last = place(document, start), place(document, max(start, end - 1))
    if first == last:
        return first
    what, number = first.split()
    return f"{what}s {number} to {last.split()[1]}"


def document_html(document: Document, marks: Iterable[Mark] = ()) -> str:
    """The whole document as paragraphs; of a very long one the part around the first mark."""
    marks = list(marks)
    focus = marks[0].start if marks else 0
    start = 0 if len(document.text) <= WHOLE else max(0, focus - WHOLE // 2)
    end = min(len(document.text), start + WHOLE)
    parts = [
        '<article class="pane" tabindex="0" aria-label="Whole text"><a class="back" href="#chat">Back to the chat</a>'
        f'<h2 dir="auto">{escaped(name_of(document))}</h2>'
    ]
    about = " · ".join(part for part in (document.source, document.date or "", document.address) if part)
    parts.append(f'<p class="facts" dir="auto">{escaped(about)}</p>')
    if (start, end) != (0, len(document.text)):
        parts.append(f'<p class="facts">Characters {start:,} to {end:,} of {len(document.text):,}</p>')
    for begin, stop in _paragraphs(document.text, start, end):
        parts.append(f'<p dir="auto">{marked(document.text, begin, stop, marks)}</p>')
    parts.append("</article>")
    return "".join(parts)


def _paragraph(document: Document, offset: int) -> int:
    """The number, from 1, of the paragraph that the offset is in."""
    return sum(1 for _ in _paragraphs(document.text, 0, offset + 1))


def _paragraphs(text: str, start: int, end: int) -> Iterable[tuple[int, int]]:
    while start < end:
        stop = text.find("\n\n", start, end)
        stop = end if stop < 0 else stop
        if text[start:stop].strip():
            yield start, stop
        start = stop + 2


def marked(text: str, start: int, end: int, marks: Iterable[Mark], *, tag: str = "mark") -> str:
    """text[start:end] with the marks, given in characters of `text`, that lie in it.

    Of marks that overlap the first one given is kept: marks do not nest.
    """
    kept: list[Mark] = []
    for mark in marks:
        clipped = Mark(max(mark.start, start), min(mark.end, end), mark.kind)
        free = all(clipped.end <= other.start or other.end <= clipped.start for other in kept)
        if clipped.start < clipped.end and free:
            kept.append(clipped)
    parts, done = [], start
    for mark in sorted(kept, key=lambda mark: mark.start):
        parts.append(escaped(text[done : mark.start]))
        parts.append(f'<{tag} class="{mark.kind}">{escaped(text[mark.start : mark.end])}</{tag}>')
        done = mark.end
    parts.append(escaped(text[done:end]))
    return "".join(parts)
