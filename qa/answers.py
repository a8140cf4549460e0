"""Answer: the exact words that answer a question, chosen among the spans of all passages, or none.

A span's margin is its score minus the null score of its passage: how much better than "not here" it is. That
puts spans of different passages on one scale, which raw scores, normalised within a passage, do not share
(Clark and Gardner 2018). The search has its say in the standing: a passage it found less like the question has to
hold a better answer. Spans of the same place or of the same words are one answer. The best answer's margin, with
its lead over the next, is turned into two probabilities (see calibration): that the words are right, and
that the texts answer the question at all, by which it is decided whether to answer or to abstain.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa.calibration import LONGEST_LEAD, Agreement, Calibration, Features
from qa.documents import Document
from qa.fusion import telling_words
from qa.hits import Hit
from qa.metrics import normalise
from qa.passages import Passage
from qa.reader import Reading
from qa.sentences import sentence_at

# Of the logarithm of a passage's search score beside the margin. On 826 questions of six articles over 3,000 paragraphs
# of SQuAD, 8 passages read for each, F1 is 81.6 with 0, 82.4 with 1, 82.9 with 2.5 and 3, 82.6 with 5.
RETRIEVAL_WEIGHT = 2.5
ALTERNATIVES = 4
STEM = 5  # letters by which words are compared: enough to tell them apart, few enough to leave endings out


@dataclass(frozen=True)
class Evidence:
    """A passage that was read, and what the reader found in it."""

    hit: Hit
    reading: Reading

    @property
    def margin(self) -> float:
        """Of the best span; minus infinity where there is none."""
        best = self.reading.spans[:1]
        return best[0].score - self.reading.null_score if best else -math.inf

    @property
    def standing(self) -> float:
        """Of the best span: its margin, lowered the less likely the search found its passage."""
        return self.margin + self.prior

    @property
    def prior(self) -> float:
        """0 for a passage that the search is sure of, else negative."""
        return RETRIEVAL_WEIGHT * math.log(max(self.hit.score, 1e-6))


@dataclass(frozen=True)
class Answer:
    """`document.text[start:end] == text`; or all of these None, when the texts do not say.

    `confidence` is the probability that `text` is right or, when it is None, that abstaining is.
    """

    question: str  # as understood
    text: str | None
    confidence: float
    answerable: float = 0.0  # the probability that the texts hold an answer, whether or not it was found
    document: Document | None = None
    start: int | None = None
    end: int | None = None
    passage: Passage | None = None
    alternatives: tuple[Answer, ...] = ()  # other answers, best first; after a refusal, what was refused too
    evidence: tuple[Evidence, ...] = ()  # the passages read, best first
    features: Features | None = None  # of the best span, by which it was judged
    agreement: Agreement | None = None  # of the readings of a follow-up, by which its answer was judged
    reply: str | None = None  # what is said where no question was asked of the texts; `text` is None then
    quotes: tuple[Answer, ...] = ()  # sentences that the reply rests on, in the order of their texts

    @property
    def sentence(self) -> tuple[int, int] | None:
        """Where the sentence (or sentences) around the answer starts and ends in the document."""
        if self.document is None or self.start is None or self.end is None:
            return None
        return sentence_at(self.document.text, self.start, self.end)

    @property
    def page(self) -> int | None:
        """The page the answer stands on, from 1, where the document has pages."""
        return None if self.document is None or self.start is None else self.document.page(self.start)


@dataclass(frozen=True)
class _Candidate:
    hit: Hit
    start: int  # in the document
    end: int
    margin: float
    standing: float

    @property
    def text(self) -> str:
        return self.hit.document.text[self.start : self.end]


def choose(
    question: str,
    evidence: Sequence[Evidence],
    calibration: Calibration,
    *,
    threshold: float | None = None,
    passages: int | None = None,
) -> Answer:
    """The answer that the evidence gives to the question.

    `threshold` is the least probability that the texts hold an answer at which one is given: 0 always answers
    (where any span was found), 1 hardly ever does. None takes the calibration's own. `passages` is how many were
    found, where reading stopped before the last: those left unread were judged not to win, as if they had been read.
    """
    if threshold is not None and not 0 <= threshold <= 1:
        raise ValueError(f"threshold is {threshold}, expected a probability from 0 to 1")
    least = calibration.threshold if threshold is None else threshold
    ordered = tuple(sorted(evidence, key=lambda item: -item.standing))
    ranked = _merged(_candidates(evidence))
    if not ranked:
        return Answer(question, None, 1.0, evidence=ordered)
    considered = len(evidence) if passages is None else passages
    judged = [_judge(question, ranked, place, considered) for place in range(min(len(ranked), ALTERNATIVES + 1))]
    answerable = calibration.probability_answerable(judged[0])
    answers = [
        Answer(
            question,
            candidate.text,
            calibration.probability_right(features),
            answerable,
            candidate.hit.document,
            candidate.start,
            candidate.end,
            candidate.hit.passage,
        )
        for candidate, features in zip(ranked, judged, strict=False)
    ]
    if answerable < least:
        none = Answer(question, None, 1 - answerable, answerable)
        return replace(none, alternatives=tuple(answers), evidence=ordered, features=judged[0])
    return replace(answers[0], alternatives=tuple(answers[1:]), evidence=ordered, features=judged[0])


def _candidates(evidence: Sequence[Evidence]) -> list[_Candidate]:
    """Every span of every passage, in characters of its document, best first."""
    candidates = []
    for item in evidence:
        passage = item.hit.passage
        for span in item.reading.spans:
            margin = span.score - item.reading.null_score
            start, end = passage.start + span.start, passage.start + span.end
            candidates.append(_Candidate(item.hit, start, end, margin, margin + item.prior))
    return sorted(candidates, key=lambda candidate: -candidate.standing)


def _merged(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """The best candidate of each answer: what overlaps a better one or says the same words is left out."""
    kept: list[_Candidate] = []
    for candidate in candidates:
        if not any(_same(candidate, better) for better in kept):
            kept.append(candidate)
    return kept


def _same(one: _Candidate, other: _Candidate) -> bool:
    if one.hit.document.id == other.hit.document.id and one.start < other.end and other.start < one.end:
        return True
    return _words(one.text) == _words(other.text)


def _words(text: str) -> str:
    """Equal for equal answers; a text that normalising would empty stands for itself."""
    return normalise(text) or text


def _judge(question: str, ranked: Sequence[_Candidate], place: int, passages: int) -> Features:
    """The features of one candidate; a lower one trails the best, so its lead is negative."""
    rival = ranked[1 if place == 0 else 0].standing if len(ranked) > 1 else -math.inf
    lead = max(-LONGEST_LEAD, min(LONGEST_LEAD, ranked[place].standing - rival))
    hit = ranked[place].hit
    overlap = _overlap(question, f"{hit.document.title} {hit.passage.text}")
    return Features(ranked[place].margin, lead, passages, overlap)


def _overlap(question: str, text: str) -> float:
    """The share of the question's telling words that begin like a word of the text: "appoint" and "appointed"."""
    asked = {word[:STEM] for word in telling_words(question)}
    held = {word[:STEM] for word in re.findall(r"[^\W_]+", text.lower())}
    return len(asked & held) / len(asked) if asked else 0.0
