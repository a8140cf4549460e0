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
from qa.calibration import Agreement, Calibration, log_odds
from qa.contexts import Context, around
from qa.ellipsis import for_more
from qa.metrics import normalise
from qa.passages import Passage
from qa.reader import Reading, Span

# What each version's votes count, chosen on the first 806 turns of a part of CoQA: F1 is 54.1 for the literal question
# alone, 67.3 with all counting the same, 68.2 so. AROUND or NEAR from 0 to 2 instead changes it by 0.5 at most.
ALONE = 2.9  # the literal question, where rules find nothing that it leans on
LITERAL, LIKELIEST, FURTHER = 0.5, 0.5, 0.5  # the literal one beside others; the version rules find likeliest; others
BEHIND = {1: 1.33, 2: 3.0}  # in the passages found, by the number of turns before
AROUND = 1.5  # in the text around the answer before
REPEATED = 1.0  # taken off the score of a span that only repeats the answer before
NEAR = 1.0  # added to that of a span within a sentence or two of it
SURE = 0.7  # from this confidence on the answer to a question that stands alone is left as it is


def pick(
    answers: Sequence[Answer],
    *,
    calibration: Calibration,
    threshold: float | None = None,
    in_context: Sequence[tuple[Context, Answer]] = (),
) -> Answer:
    """Of the answers to the versions of one question, the literal one first, that which is likeliest right.

    `in_context` is what the reader finds for the literal question behind turns before it. Where the question stands
    alone these vote on the place, but have no say in whether the texts hold an answer.

    Each version votes for the places that it may be answered by with the square of its probability, so that an
    answer which several versions agree on wins, and a version without a good answer has no say: a bad one cannot
    displace a good direct answer. Answered is the version that is surest of the place. How likely the answer is, and
    that there is one, is judged by all of them together, for after turns that were answered the reader expects an
    answer too often; `threshold` as in `answers.choose`.
    """
    least = calibration.threshold if threshold is None else threshold
    read = [*answers, *(answer for _, answer in in_context)]
    own = [ALONE] if len(answers) == 1 else [LITERAL, LIKELIEST, *[FURTHER] * (len(answers) - 2)]
    weights = [*own, *(AROUND if context.near else BEHIND[context.turns] for context, _ in in_context)]
    votes = _counted(read, weights, len(answers))
    if not votes:
        return answers[0]
    won = max(votes, key=lambda held: held.total)
    chosen = read[won.version]
    agreement = _agreement(won, votes, answers, in_context)
    right = calibration.probability_right(agreement)
    answerable = calibration.probability_answerable(agreement)
    if len(answers) == 1:
        answerable = answers[0].answerable
    # Other answers are as likely beside it as they were in the reading that it is taken from.
    scale = min(1.0, right / max(won.best.confidence, 1e-9))
    others = tuple(
        replace(other, confidence=scale * other.confidence)
        for other in _candidate_answers(chosen)
        if not _overlap(other, won.best)
    )
    best = replace(won.best, confidence=right, answerable=answerable)
    if answerable < least:
        refused = Answer(chosen.question, None, 1 - answerable, answerable, features=chosen.features)
        return replace(refused, alternatives=(best, *others), evidence=chosen.evidence, agreement=agreement)
    judged = replace(best, features=chosen.features, agreement=agreement)
    return replace(judged, alternatives=others, evidence=chosen.evidence)


@dataclass
class _Votes:
    """For one place: the surest answer there, the version it is of, and what each version gives it."""

    best: Answer
    version: int
    of: dict[int, float]

    @property
    def total(self) -> float:
        return sum(self.of.values())


def _counted(read: Sequence[Answer], weights: Sequence[float], alone: int) -> list[_Votes]:
    """The votes for each place; the first `alone` of what was read stand alone."""
    votes: list[_Votes] = []
    for number, (answer, weight) in enumerate(zip(read, weights, strict=True)):
        for rank, candidate in enumerate(_candidate_answers(answer)):
            alike = next((held for held in votes if _overlap(held.best, candidate)), None)
            if alike is None:
                alike = _Votes(candidate, number, {})
                votes.append(alike)
            elif candidate.confidence > alike.best.confidence:
                alike.best, alike.version = candidate, number
            elif alike.version == rank == 0 and number < alone and _equal(alike.best, candidate):
                # Of versions that put the same words first, one that stands alone is shown.
                alike.best, alike.version = replace(candidate, confidence=alike.best.confidence), number
            alike.of[number] = max(alike.of.get(number, 0.0), weight * candidate.confidence**2)
    return votes


def _agreement(
    won: _Votes, votes: Sequence[_Votes], answers: Sequence[Answer], in_context: Sequence[tuple[Context, Answer]]
) -> Agreement:
    agreeing = [answer for answer in answers if _puts_first(answer, won.best)]
    if agreeing or won.version < len(answers):
        # There is an answer, unless all of them are mistaken.
        alone = 1 - math.prod(1 - answer.answerable for answer in agreeing or [answers[won.version]])
    else:
        alone = max(answer.answerable for answer in answers)
    ways = {near: [log_odds(answer.answerable) for each, answer in in_context if each.near == near] for near in (0, 1)}
    behind, near = (sum(found) / len(found) if found else log_odds(alone) for found in (ways[0], ways[1]))
    share = won.total / max(sum(held.total for held in votes), 1e-9)
    return Agreement(log_odds(alone), behind, near, share, log_odds(won.best.confidence))


def _candidate_answers(answer: Answer) -> list[Answer]:
    """The answer, unless it was refused, and its alternatives."""
    best = [] if answer.text is None else [replace(answer, alternatives=(), evidence=())]
    return [*best, *answer.alternatives]


def _puts_first(answer: Answer, place: Answer) -> bool:
    return any(_overlap(place, candidate) for candidate in _candidate_answers(answer)[:1])


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
    begin, end = around(last, before=1, after=2)
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
