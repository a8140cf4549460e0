"""Timing: the first call is left out, questions come from all over the file."""

import time

import pytest

from qa.latency import latency


def test_the_first_call_is_not_counted_and_questions_are_spread():
    asked = []

    def answer(question):
        asked.append(question)
        time.sleep(0.2 if len(asked) == 1 else 0.02 if question == 90 else 0.001)

    measured = latency(answer, range(100), timed=10)
    assert asked == [0, 0, 10, 20, 30, 40, 50, 60, 70, 80, 90]
    assert 0.001 <= measured["seconds_p50"] < 0.02 <= 2 * measured["seconds_p95"]
    assert measured["seconds_p95"] < 0.2


def test_one_question_is_enough():
    measured = latency(lambda _: None, ["only"])
    assert measured["seconds_p50"] == pytest.approx(measured["seconds_p95"])
