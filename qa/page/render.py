"""Render: answers, evidence and documents as HTML.

Every word of a question, a document or a file name goes through `escaped`, so that it is shown and never run.
The HTML holds no line breaks: the chat passes it through Markdown, which leaves a block of HTML alone up to
the first empty line. Text carries dir="auto", so that each script runs in its own direction.

Pure functions, strings out; nothing here knows the page library.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable
from dataclasses import dataclass

from qa.answers import Answer, Evidence
from qa.documents import Document

CLIP = 300  # characters of a sentence kept on each side of the answer: a text without full stops is one sentence
WHOLE = 1_000_000  # characters of a document that are shown at once: more makes browsers slow
CONFIDENCE = ((0.85, "very sure"), (0.65, "fairly sure"), (0.4, "unsure"), (0.0, "a guess"))


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


def confidence_words(confidence: float) -> str:
    """A probability in words, with the number: "very sure (93%)"."""
    words = next(words for least, words in CONFIDENCE if confidence >= least)
    return f"{words} ({confidence:.0%})"


def name_of(document: Document) -> str:
    return document.title or document.source or "untitled text"


def place(document: Document, offset: int) -> str:
    """Where in the document: "page 3", or "paragraph 12" for one without pages."""
    page = document.page(offset)
    if page is not None:
        return f"page {page}"
    return f"paragraph {sum(1 for _ in _paragraphs(document.text, 0, offset + 1))}"


def citation(answer: Answer) -> str:
    """The answer's source as plain text: title and place."""
    if answer.document is None or answer.start is None:
        return ""
    return f"{name_of(answer.document)}, {place(answer.document, answer.start)}"


def said(text: str) -> str:
    """What the user typed."""
    return f'<div class="said" dir="auto">{escaped(text)}</div>'


def note(text: str) -> str:
    """What the page itself has to say to a question."""
    return f'<div class="answer note" dir="auto">{escaped(text)}</div>'


def answer_html(answer: Answer, *, asked: str | None = None) -> str:
    """The answer in its sentence, with source and confidence; or that the texts do not say.

    `asked` is the question as typed: where the answer is to another one, that is shown.
    """
    parts = ['<div class="answer">']
    if asked is not None and answer.question.strip() != asked.strip():
        parts.append(f'<p class="understood" dir="auto">Understood as: <i>{escaped(answer.question)}</i></p>')
    if answer.document is None or answer.sentence is None or answer.start is None or answer.end is None:
        parts.append('<p class="refusal"><b>The texts do not say.</b></p>')
        parts.append(f'<p class="facts">Confidence that they do not: {confidence_words(answer.confidence)}</p>')
        parts.append(_closest(answer))
    else:
        text = answer.document.text
        start = max(answer.sentence[0], answer.start - CLIP)
        end = min(answer.sentence[1], answer.end + CLIP)
        quote = marked(text, start, end, [Mark(answer.start, answer.end, "best")], tag="b")
        before = "… " if start > answer.sentence[0] else ""
        after = " …" if end < answer.sentence[1] else ""
        parts.append(f'<blockquote dir="auto">{before}{quote}{after}</blockquote>')
        parts.append(
            f'<p class="facts"><span dir="auto">{escaped(citation(answer))}</span> · '
            f"Confidence: {confidence_words(answer.confidence)}</p>"
        )
    parts.append("</div>")
    return "".join(parts)


def _closest(answer: Answer) -> str:
    if not answer.evidence:
        return '<p class="facts">There are no texts to read yet: add some under “Texts”.</p>'
    hit = answer.evidence[0].hit
    source = f"{name_of(hit.document)}, {place(hit.document, hit.passage.start)}"
    shown = hit.passage.text[:CLIP].strip()
    more = " …" if len(hit.passage.text.strip()) > CLIP else ""
    return (
        f'<p class="facts">Closest passage: <span dir="auto">{escaped(source)}</span></p>'
        f'<blockquote class="closest" dir="auto">{escaped(shown)}{more}</blockquote>'
    )


def evidence_html(answer: Answer) -> str:
    """The passages that were read, best first, with the spans found in them marked."""
    if not answer.evidence:
        return '<p class="hint">Nothing was read for this question.</p>'
    items = "".join(_evidence(number, item, answer) for number, item in enumerate(answer.evidence))
    return f'<ol class="pane" tabindex="0" aria-label="Passages read, best first">{items}</ol>'


def _evidence(number: int, item: Evidence, answer: Answer) -> str:
    hit = item.hit
    begin = hit.passage.start
    marks = []
    if answer.document is not None and answer.document.id == hit.document.id:
        assert answer.start is not None
        assert answer.end is not None
        if begin <= answer.start and answer.end <= hit.passage.end:
            marks.append(Mark(answer.start, answer.end, "best"))
    marks += [Mark(begin + span.start, begin + span.end, "other") for span in item.reading.spans[:3]]
    text = marked(hit.document.text, begin, hit.passage.end, marks)
    margin = f"{item.margin:+.1f}" if math.isfinite(item.margin) else "none"
    found = " and ".join(
        f"{how} (place {rank})"
        for how, rank in (("by meaning", hit.dense_rank), ("by words", hit.keyword_rank))
        if rank is not None
    )
    return (
        f'<li><button class="open" data-number="{number}"><bdi>{escaped(name_of(hit.document))}</bdi>, '
        f"{place(hit.document, begin)}</button>"
        f'<p class="facts">Answer score {margin} · found {found or "otherwise"}</p>'
        f'<p dir="auto">{text}</p></li>'
    )


def document_html(document: Document, marks: Iterable[Mark] = ()) -> str:
    """The whole document as paragraphs; of a very long one the part around the first mark."""
    marks = list(marks)
    focus = marks[0].start if marks else 0
    start = 0 if len(document.text) <= WHOLE else max(0, focus - WHOLE // 2)
    end = min(len(document.text), start + WHOLE)
    parts = [
        f'<article class="pane" tabindex="0" aria-label="Whole text"><h2 dir="auto">{escaped(name_of(document))}</h2>'
    ]
    about = " · ".join(part for part in (document.source, document.date or "", document.address) if part)
    parts.append(f'<p class="facts" dir="auto">{escaped(about)}</p>')
    if (start, end) != (0, len(document.text)):
        parts.append(f'<p class="facts">Characters {start:,} to {end:,} of {len(document.text):,}</p>')
    for begin, stop in _paragraphs(document.text, start, end):
        parts.append(f'<p dir="auto">{marked(document.text, begin, stop, marks)}</p>')
    parts.append("</article>")
    return "".join(parts)


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
