"""Calibration of a reader: fits its probabilities and its threshold to questions it was not trained on.

Each question is read beside its own paragraph, beside the passages that a search over all paragraphs
of the file finds, as in use, and beside a paragraph of another article, so that questions off the topic of all
texts are known too. A question that its own paragraph does not answer but another one does is left out of the
search: what is found for it may well be an answer.

Then questions are asked as follow-ups, with pronouns for what others on the same paragraph spoke of, since the
reader is surer behind turns that were answered than it should be. Turns of real conversations can be added to these.
"""

from __future__ import annotations

import argparse
import logging
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from tqdm import tqdm

from qa.answers import Answer, Evidence, choose
from qa.assistant import TOGETHER, TOP_K, Assistant
from qa.calibration import TELLING, Calibration, fit
from qa.dialogues import answered
from qa.hits import given
from qa.metrics import balanced_threshold, exact_match
from qa.reader import SHIPPED, Reader
from qa.squad import Question, read_squad
from qa.training.history import grouped, leaning
from qa.training.turns import Turn, read_turns

log = logging.getLogger(__name__)
DRAWS = 3  # follow-ups made of each question, where any can be
LEAST_FOLLOW_UPS = 50


def calibrate(
    questions: Sequence[Question], reader: Reader, *, turns: Sequence[Turn] = (), top_k: int = TOP_K
) -> Calibration:
    """The calibration, with the threshold that is as often wrong in refusing as in answering over all ways of reading.

    `turns` of conversations count beside the follow-ups that are made of the questions.

    A threshold for the best mean F1 was tried first: that curve is so flat near its best that the threshold hung on a
    few questions, and on how many of them have no answer.

    Raises ValueError when the questions all have an answer, or none has: there is nothing to tell apart.
    """
    read = [(q, a) for q, a in _answers(questions, reader, top_k) if a.features is not None]
    rows = [answer.features for _, answer in read if answer.features is not None]
    right = [exact_match(answer.text, question.answers) > 0 for question, answer in read]
    answerable = [not question.impossible for question, _ in read]
    fitted = Calibration(fit(rows, right), fit(rows, answerable))
    threshold = balanced_threshold(
        [fitted.probability_answerable(row) for row in rows], [question.impossible for question, _ in read]
    )
    log.info("%d readings: threshold %.3f", len(rows), threshold)
    fitted = replace(fitted, threshold=round(threshold, 4))
    return _with_agreed(fitted, [*follow_ups(questions), *conversed(turns)], reader)


def _with_agreed(
    calibration: Calibration, asked: Sequence[tuple[Question, dict[str, Any]]], reader: Reader
) -> Calibration:
    """With what the versions of follow-ups agree on fitted too, where there are enough of them."""
    read = [(question, answer) for question, answer in _talked(asked, reader, calibration) if answer.agreement]
    rows = [answer.agreement for _, answer in read if answer.agreement is not None]
    right = [exact_match(answer.text, question.answers) > 0 for question, answer in read]
    answerable = [not question.impossible for question, _ in read]
    if len(rows) < LEAST_FOLLOW_UPS or not 0 < sum(right) < len(rows) or not 0 < sum(answerable) < len(rows):
        log.warning(
            "%d follow-ups are too few to calibrate on: they are taken to be as sure as other questions", len(rows)
        )
        return calibration
    log.info("%d follow-ups, %d of them with an answer", len(rows), sum(answerable))
    judged = fit(rows, answerable, first=TELLING)
    return replace(calibration, agreed_right=fit(rows, right), agreed_answerable=judged)


def follow_ups(questions: Sequence[Question]) -> list[tuple[Question, dict[str, Any]]]:
    """Follow-ups as rows of `qa.dialogues`, each with the question that it was made of."""
    draw = Random(0)
    groups = grouped(questions)
    made = []
    for question in [question for question in questions for _ in range(DRAWS)]:
        onward = leaning(question, groups.get(question.context, ()), draw)
        if onward is not None:
            text, turns = onward
            history = [[turn.question, turn.answers[0]] for turn in turns]
            made.append((question, {"context": question.context, "history": history, "question": text}))
    return made


def conversed(turns: Sequence[Turn]) -> list[tuple[Question, dict[str, Any]]]:
    """Turns behind others in the form of `follow_ups`."""
    return [
        (
            turn.question,
            {
                "context": turn.question.context,
                "history": [[said.asked, said.answer] for said in turn.before],
                "question": turn.question.question,
            },
        )
        for turn in turns
        if turn.before
    ]


def _talked(
    asked: Sequence[tuple[Question, dict[str, Any]]], reader: Reader, calibration: Calibration
) -> Iterator[tuple[Question, Answer]]:
    for begin in tqdm(range(0, len(asked), TOGETHER), unit="batch", desc="follow-ups"):
        part = asked[begin : begin + TOGETHER]
        answers = answered([row for _, row in part], reader, calibration)
        for (question, _), (answer, _) in zip(part, answers, strict=True):
            yield question, answer


def _answers(questions: Sequence[Question], reader: Reader, top_k: int) -> Iterator[tuple[Question, Answer]]:
    """Each question with its best span, never refused, in all ways of reading."""
    known = {question.question for question in questions if not question.impossible}
    own = [*questions, *_off_topic(questions)]
    searched = [q for q in questions if not (q.impossible and q.question in known)]
    with (
        tempfile.TemporaryDirectory() as folder,
        tqdm(total=len(own) + len(searched), unit="question", desc="calibrating") as bar,
    ):
        for begin in range(0, len(own), TOGETHER):
            part = own[begin : begin + TOGETHER]
            for question, reading in zip(part, reader.read([(q.question, q.context) for q in part]), strict=True):
                evidence = [Evidence(given(question), reading)]
                yield question, choose(question.question, evidence, Calibration(), threshold=0.0)
                bar.update()
        assistant = Assistant.on_texts(dict.fromkeys(q.context for q in questions), folder, reader=reader)
        for begin in range(0, len(searched), TOGETHER):
            part = searched[begin : begin + TOGETHER]
            answers = assistant.ask_many([q.question for q in part], top_k=top_k, threshold=0.0)
            for question, answer in zip(part, answers, strict=True):
                yield question, replace(answer, evidence=(), alternatives=())
                bar.update()


def _off_topic(questions: Sequence[Question]) -> list[Question]:
    """A third of the questions, each beside a paragraph of another article; none where there is only one article."""
    draw = Random(0)
    strangers = []
    for question in questions[::3]:
        others = [other for other in questions if other.title != question.title]
        if others:
            strangers.append(replace(question, context=draw.choice(others).context, answers=(), starts=()))
    return strangers


def add_calibrate_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `calibrate`."""
    parser.add_argument("file", metavar="FILE", help="SQuAD file that neither training nor a report uses")
    parser.add_argument(
        "--turns", nargs="+", default=[], metavar="FILE", help="JSON lines of conversations kept from training as well"
    )
    parser.add_argument("--reader", metavar="DIR", help="folder of the reader (default: the shipped one)")


def run_calibrate(args: argparse.Namespace) -> int:
    """Writes calibration.json beside the reader's weights; returns the exit status."""
    turns = [turn for name in args.turns for turn in read_turns(name)]
    calibration = calibrate(read_squad(args.file), Reader.open(args.reader), turns=turns)
    calibration.save(SHIPPED if args.reader is None else args.reader)
    print(calibration)
    return 0
