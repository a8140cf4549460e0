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

LONGEST_OTHER = 80  # characters of another candidate that are shown
CLIP = 300  # characters of a sentence kept on each side of the answer: a text without full stops is one sentence
WHOLE = 1_000_000  # characters of a document that are shown at once: more makes browsers slow
EVIDENCE_HINT = (
    "Best first. The score says how much better the words marked fit as an answer than “no answer here” does: "
    "above 0, the passage answers the question."
)
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
    return f"{words} ({percent(confidence)})"


def percent(probability: float) -> str:
    """Rounded, but never to certainty: the reader has none."""
    if probability < 0.005:
        return "under 1%"
    return "over 99%" if probability >= 0.995 else f"{probability:.0%}"


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


def citation(answer: Answer) -> str:
    """The answer's source as plain text: title and place."""
    if answer.document is None or answer.start is None:
        return ""
    return f"{name_of(answer.document)}, {place(answer.document, answer.start)}"


def waiting() -> str:
    return '<div class="waiting">Reading the texts …</div>'


def said(text: str) -> str:
    """What the user typed."""
    return f'<div class="said" dir="auto">{escaped(text)}</div>'


def note(text: str) -> str:
    """What the page itself has to say to a question."""
    return f'<div class="answer note" dir="auto">{escaped(text)}</div>'


def link(text: str, target: str) -> str:
    """A button that opens a text; the page gets `target` when it is pressed."""
    return f'<button class="open" type="button" value="{escaped(target)}"><bdi>{escaped(text)}</bdi></button>'


def reply_html(answer: Answer, *, turn: int = 0) -> str:
    """What is said to small talk, or to the wish for a summary with its sentences, each with a link to its place.

    The links open "`turn` quote 0", the first of the sentences.
    """
    parts = ['<div class="answer note" dir="auto">', f"<p>{escaped(answer.reply or '')}</p>"]
    for number, quote in enumerate(answer.quotes):
        source = link(citation(quote), f"{turn} quote {number}")
        parts.append(f'<blockquote dir="auto">{escaped(quote.text or "")}</blockquote><p class="facts">{source}</p>')
    return "".join([*parts, "</div>"])


def answer_html(answer: Answer, *, turn: int = 0, asked: str | None = None) -> str:
    """The answer in its sentence, with source, confidence and the other answers; or that the texts do not say.

    `asked` is the question as typed: where the answer is to another one, that is shown. The links open
    "`turn` source" and "`turn` other 0", the first of the other answers.
    """
    if answer.reply is not None:
        return reply_html(answer, turn=turn)
    parts = ['<div class="answer">']
    if asked is not None and answer.question.strip() != asked.strip():
        parts.append(f'<p class="understood" dir="auto">Understood as: <i>{escaped(answer.question)}</i></p>')
    if answer.document is None or answer.sentence is None or answer.start is None or answer.end is None:
        sure = f'<span class="facts">Confidence: {confidence_words(answer.confidence)}</span>'
        parts.append(f'<p class="refusal"><b>The texts do not say.</b> {sure}</p>')
        parts.append(_closest(answer, turn))
    else:
        text = answer.document.text
        start = max(answer.sentence[0], answer.start - CLIP)
        end = min(answer.sentence[1], answer.end + CLIP)
        quote = marked(text, start, end, [Mark(answer.start, answer.end, "best")], tag="b")
        before = "… " if start > answer.sentence[0] else ""
        after = " …" if end < answer.sentence[1] else ""
        parts.append(f'<blockquote dir="auto">{before}{quote}{after}</blockquote>')
        parts.append(
            f'<p class="facts">{link(citation(answer), f"{turn} source")} '
            f'<span class="sure">Confidence: {confidence_words(answer.confidence)}</span></p>'
        )
    parts.append(_others(answer, turn))
    parts.append("</div>")
    return "".join(parts)


def _others(answer: Answer, turn: int) -> str:
    """The other candidates, folded away; after a refusal they are what was refused."""
    items = []
    for number, other in enumerate(answer.alternatives):
        shown = clip(other.text or "", LONGEST_OTHER)
        sure = f'<span class="facts">{percent(other.confidence)}</span>'
        items.append(f"<li>{link(shown, f'{turn} other {number}')} {sure}</li>")
    if not items:
        return ""
    what = "Other candidates" if answer.text is not None else "Candidates, all too unlikely"
    return f"<details><summary>{what} ({len(items)})</summary><ul>{''.join(items)}</ul></details>"


def clip(text: str, length: int) -> str:
    """The beginning of a text, cut between words where it is too long."""
    text = text.strip()
    if len(text) <= length:
        return text
    cut = text.rfind(" ", length // 2, length)
    return f"{text[: length if cut < 0 else cut].rstrip()} …"


def _closest(answer: Answer, turn: int) -> str:
    if not answer.evidence:
        return '<p class="facts">There are no texts to read yet: add some under “Texts”.</p>'
    hit = answer.evidence[0].hit
    where = passage_place(hit.document, hit.passage.start, hit.passage.end)
    source = link(f"{name_of(hit.document)}, {where}", f"{turn} passage 0")
    return (
        f'<p class="facts">Closest passage: {source}</p>'
        f'<blockquote class="closest" dir="auto">{escaped(clip(hit.passage.text, CLIP))}</blockquote>'
    )


def evidence_html(answer: Answer, *, turn: int = 0) -> str:
    """The passages that were read, best first, with the spans found in them marked."""
    if not answer.evidence:
        return '<p class="hint">Nothing was read for this question.</p>'
    items = "".join(_evidence(number, item, answer, turn) for number, item in enumerate(answer.evidence))
    hint = f'<p class="hint">{EVIDENCE_HINT}</p>'
    return f'<div class="pane" tabindex="0" role="region" aria-label="Passages read">{hint}<ol>{items}</ol></div>'


def _evidence(number: int, item: Evidence, answer: Answer, turn: int) -> str:
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
        f"{how} ({_ordinal(rank)})"
        for how, rank in (("by meaning", hit.dense_rank), ("by words", hit.keyword_rank))
        if rank is not None
    )
    source = f"{name_of(hit.document)}, {passage_place(hit.document, begin, hit.passage.end)}"
    return (
        f"<li>{link(source, f'{turn} passage {number}')}"
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


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


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
