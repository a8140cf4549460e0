"""Render: answers and their evidence as HTML.

The HTML holds no line breaks: the chat passes it through Markdown, which leaves a block of HTML alone up to the
first empty line. What comes from texts and questions goes through `marks`.

Pure functions, strings out; nothing here knows the page library.
"""

from __future__ import annotations

import math

from qa.answers import Answer, Evidence
from qa.page.marks import Mark, clip, escaped, link, marked, name_of, passage_place, place

LONGEST_OTHER = 80  # characters of another candidate that are shown
CLIP = 300  # characters of a sentence kept on each side of the answer: a text without full stops is one sentence
EVIDENCE_HINT = (
    "Best first, by the score and by how surely the search found the passage. The score says how much better the words "
    "marked fit as an answer than “no answer here” does: above 0, the passage answers the question."
)
CONFIDENCE = ((0.85, "very sure"), (0.65, "fairly sure"), (0.4, "unsure"), (0.0, "a guess"))


def confidence_words(confidence: float) -> str:
    """A probability in words, with the number: "very sure (93%)"."""
    words = next(words for least, words in CONFIDENCE if confidence >= least)
    return f"{words} ({percent(confidence)})"


def percent(probability: float) -> str:
    """Rounded, but never to certainty: the reader has none."""
    if probability < 0.005:
        return "under 1%"
    return "over 99%" if probability >= 0.995 else f"{probability:.0%}"


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


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
