"""Votes: of the answers to several versions of one question, the one that is likeliest right.

Rules propose versions (see followups), evidence decides between them: what the reader finds for each, weighed by
where the conversation is. Scope: choosing. How a version is searched for and read is the assistant's business.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa.answers import Answer, Evidence
from qa.antecedents import Said
from qa.ellipsis import for_more
from qa.metrics import normalise
from qa.passages import Passage
from qa.reader import Reading, Span
from qa.sentences import sentences

# Chosen on 506 follow-ups made from the questions of SQuAD, SQuADShifts and QAMR, by putting pronouns for what was
# said before or leaving all but the question word: of them, F1 is 77.6 for the literal question, 84.1 for the
# question that was there before, 78.0 for the version with the surest answer, and 79.5 with these votes. With NEAR
# from 0 to 2 and REPEATED 0 or 1 it moves by at most 0.3.
LITERAL_BIAS = 0.1
REPEATED = 1.0  # taken off the score of a span that only repeats the answer before
NEAR = 1.5  # added to that of a span within a sentence or two of it
SURE = 0.5  # from this confidence on the answer to a question that stands alone is left as it is


def pick(answers: Sequence[Answer], *, threshold: float, in_context: Sequence[Answer] = ()) -> Answer:
    """Of the answers to the versions of one question, the literal one first, that which is likeliest right.

    `in_context` is what the reader finds for the literal question behind turns before it. These vote on the place,
    but have no say in whether the texts hold an answer: after turns that were answered it expects one too often.

    Each version votes for the places that it may be answered by with the square of its probability, so that an
    answer which several versions agree on wins, and a version without a good answer has no say: a bad one cannot
    displace a good direct answer. The literal question's votes count `LITERAL_BIAS` more. Answered is the version
    that is surest of the place. Where several versions put one place first, the texts hold an answer unless all of
    them are mistaken; `threshold` as in `answers.choose`.
    """
    votes: list[_Votes] = []
    read = [*answers, *in_context]
    for number, answer in enumerate(read):
        weight = 1.0 + LITERAL_BIAS if number == 0 else 1.0
        for rank, candidate in enumerate(_candidate_answers(answer)):
            alike = next((held for held in votes if _overlap(held.best, candidate)), None)
            if alike is None:
                alike = _Votes(candidate, number, {})
                votes.append(alike)
            elif candidate.confidence > alike.best.confidence:
                alike.best, alike.version = candidate, number
            elif alike.version == rank == 0 and number < len(answers) and _equal(alike.best, candidate):
                # Of versions that put the same words first, one that stands alone is shown.
                alike.best, alike.version = replace(candidate, confidence=alike.best.confidence), number
            alike.of[number] = max(alike.of.get(number, 0.0), weight * candidate.confidence**2)
    if not votes:
        return answers[0]
    won = max(votes, key=lambda held: sum(held.of.values()))
    chosen = read[won.version]
    others = tuple(other for other in _candidate_answers(chosen) if not _overlap(other, won.best))
    agreeing = [answer for answer in answers if any(_overlap(won.best, c) for c in _candidate_answers(answer)[:1])]
    if agreeing or won.version < len(answers):
        answerable = 1 - math.prod(1 - answer.answerable for answer in agreeing or [chosen])
    else:
        answerable = max(answer.answerable for answer in answers)
    if answerable < threshold:
        refused = Answer(chosen.question, None, 1 - answerable, answerable, features=chosen.features)
        return replace(refused, alternatives=(won.best, *others), evidence=chosen.evidence)
    judged = replace(won.best, answerable=answerable, features=chosen.features)
    return replace(judged, alternatives=others, evidence=chosen.evidence)


@dataclass
class _Votes:
    """For one place: the surest answer there, the version it is of, and what each version gives it."""

    best: Answer
    version: int
    of: dict[int, float]


def _candidate_answers(answer: Answer) -> list[Answer]:
    """The answer, unless it was refused, and its alternatives."""
    best = [] if answer.text is None else [replace(answer, alternatives=(), evidence=())]
    return [*best, *answer.alternatives]


def _overlap(one: Answer, other: Answer) -> bool:
    if one.document is None or other.document is None or one.document.id != other.document.id:
        return False
    return (one.start or 0) < (other.end or 0) and (other.start or 0) < (one.end or 0)


def _equal(one: Answer, other: Answer) -> bool:
    return (one.start, one.end) == (other.start, other.end)


def leaning(evidence: Evidence, turns: Sequence[Said], *, question: str = "") -> Evidence:
    """The evidence as it weighs for a question, as it was typed, that leans on the turns.

    Those who ask on mostly go on from where they are (Reddy et al. 2019, section 3.3), and for something new: what
    only asks for more ("anything else?") is not answered by what has been said already.
    """
    located = [turn for turn in turns if turn.answer is not None]
    if not located:
        return evidence
    last = located[-1]
    begin, end = _near(last)
    told = _told(turns) if for_more(question) else []
    passage = evidence.hit.passage
    spans = []
    for span in evidence.reading.spans:
        if any(_says(span, passage, turn) for turn in told):
            continue
        repeated = REPEATED if normalise(span.text) == normalise(last.answer or "") else 0.0
        start = passage.start + span.start - last.offset
        near = NEAR if passage.document_id == last.document_id and begin <= start < end else 0.0
        spans.append(replace(span, score=span.score + near - repeated))
    spans.sort(key=lambda span: -span.score)
    return Evidence(evidence.hit, Reading(tuple(spans), evidence.reading.null_score))


def _told(turns: Sequence[Said]) -> list[Said]:
    """The answers so far to the question that more is asked for of."""
    told: list[Said] = []
    for turn in reversed(turns):
        told += [turn] if turn.answer is not None else []
        if not for_more(turn.asked):
            break
    return told


def _says(span: Span, passage: Passage, turn: Said) -> bool:
    """Whether the span is in the place of the turn's answer, or holds its words or some of them."""
    said, found = normalise(turn.answer or ""), normalise(span.text)
    start, end = (passage.start + place - turn.offset for place in (span.start, span.end))
    overlaps = start < turn.start + len(turn.answer or "") and turn.start < end
    if passage.document_id == turn.document_id and overlaps:
        return True
    return f" {found} " in f" {said} " or f" {said} " in f" {found} "


def _near(turn: Said) -> tuple[int, int]:
    """Where in the turn's text the sentence before the answer's begins, and the second after it ends."""
    begin = max(0, turn.start - 1_000)
    spans = sentences(turn.text[begin : turn.start + 1_000])
    place = next((n for n, (_, end) in enumerate(spans) if turn.start - begin < end), 0)
    if not spans:
        return 0, 0
    return begin + spans[max(0, place - 1)][0], begin + spans[min(len(spans) - 1, place + 2)][1]
