"""Probabilities fitted with the shipped reader to a few made-up towns."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from qa.antecedents import Said
from qa.calibration import TELLING, Agreement, Calibration, log_odds
from qa.reader import Reader
from qa.squad import Question
from qa.training.calibrate import calibrate, conversed, follow_ups
from qa.training.turns import Turn

PEOPLE = ["Ida Holt", "Maria Lind", "Olav Berg", "Hannah Moss", "Omar Kern", "Ada Voss", "Peter Falk", "Rosa Blum"]
TOWNS = ["Brena", "Lorvik", "Astad", "Fennmoor", "Corvale", "Hedsund", "Marlow", "Tarnby"]


def _town(number: int) -> list[Question]:
    person, town, year = PEOPLE[number], TOWNS[number], 1900 + 7 * number
    text = (
        f"{person} became mayor of {town} in {year}. The town built a harbour for {year * 1000} crowns. "
        f"Later {person} opened the museum of {town}, which shows old ships, and moved to Lisbon."
    )
    asked = [
        (f"Who became mayor of {town}?", person),
        (f"When did {person} become mayor of {town}?", str(year)),
        (f"Where did {person} move to?", "Lisbon"),
        (f"What does the museum of {town} show?", "old ships"),
        (f"How much did the harbour of {town} cost?", f"{year * 1000} crowns"),
        (f"Why was {person} dismissed?", ""),
        (f"When was the museum of {town} closed?", ""),
    ]
    return [
        Question(
            f"{town}.{n}", q, text, (answer,) if answer else (), (text.index(answer),) if answer else (), title=town
        )
        for n, (q, answer) in enumerate(asked)
    ]


@pytest.fixture(scope="module")
def towns() -> list[Question]:
    return [question for number in range(len(TOWNS)) for question in _town(number)]


@pytest.fixture(scope="module")
def fitted(towns: list[Question]) -> Calibration:
    return calibrate(towns, Reader.open())


def test_questions_and_follow_ups_have_their_own_weights(fitted: Calibration) -> None:
    assert fitted.right != Calibration().right
    assert fitted.agreed_right != Calibration().agreed_right
    assert fitted.agreed_answerable != Calibration().agreed_answerable
    assert 0 < fitted.threshold < 1


def test_the_surer_the_readings_the_likelier_an_answer(fitted: Calibration) -> None:
    def known(probability: float) -> Agreement:
        odds = log_odds(probability)
        return Agreement(odds, odds, odds, probability, odds)

    assert fitted.agreed_answerable[TELLING:] == (0.0, 0.0)
    for chance in (fitted.probability_right, fitted.probability_answerable):
        assert chance(known(0.1)) < chance(known(0.5)) < chance(known(0.95))


def test_follow_ups_mean_what_they_were_made_of(towns: list[Question]) -> None:
    made = follow_ups(towns)
    assert any(question.impossible for question, _ in made)
    assert any(row["question"] == "Why was he dismissed?" for _, row in made)
    for question, row in made:
        assert row["context"] == question.context
        assert row["question"] != question.question
        assert row["history"]
        assert question.question not in [asked for asked, _ in row["history"]]
        assert all(answer in row["context"] for _, answer in row["history"])


def test_without_follow_ups_those_are_as_sure_as_other_questions(
    towns: list[Question], caplog: pytest.LogCaptureFixture
) -> None:
    apart = [replace(question, context=f"{question.id}. {question.context}") for question in towns[::3]]
    apart = [replace(q, starts=tuple(len(q.id) + 2 + start for start in q.starts)) for q in apart]
    with caplog.at_level(logging.WARNING):
        calibration = calibrate(apart, Reader.open())
    assert calibration.agreed_answerable == Calibration().agreed_answerable
    assert "0 follow-ups are too few" in caplog.text


def test_turns_of_conversations_count_beside_follow_ups(towns: list[Question], fitted: Calibration) -> None:
    turns = []
    for asked, row in follow_ups(towns):
        before = tuple(Said(question, question, answer, row["context"]) for question, answer in row["history"])
        turns.append(Turn(replace(asked, question=row["question"], answers=(), starts=()), before))
    alone = replace(turns[0], before=())
    assert [row for _, row in conversed([*turns, alone])] == [row for _, row in follow_ups(towns)]
    # Now as many have no answer as have one, so each is less likely to.
    more = calibrate(towns, Reader.open(), turns=turns)
    assert (more.right, more.answerable, more.threshold) == (fitted.right, fitted.answerable, fitted.threshold)
    known = Agreement(*(log_odds(0.8) for _ in range(3)), 0.8, log_odds(0.8))
    assert more.probability_answerable(known) < fitted.probability_answerable(known)


def test_questions_that_all_have_an_answer_teach_nothing(towns: list[Question]) -> None:
    with pytest.raises(ValueError, match="all alike"):
        calibrate([question for question in _town(0) if not question.impossible], Reader.open())
