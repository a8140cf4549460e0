"""What outcomes say together, against numbers worked out by hand."""

import pytest

from qa.answers import Answer
from qa.outcomes import outcome_of, question_word, summarise
from qa.squad import Question


def answered(text, confidence, answerable=0.9):
    return Answer("?", text, confidence, answerable)


def refused(text, confidence, answerable):
    """`text` would have been right with `confidence`; the refusal with 1 - `answerable`."""
    return Answer("?", None, 1 - answerable, answerable, alternatives=(Answer("?", text, confidence, answerable),))


def of(question, golds, answer):
    return outcome_of(Question(question, question, "", tuple(golds), (0,) * len(golds)), answer)


OUTCOMES = [
    of("Who paints?", ["Ana"], answered("Ana", 0.9)),
    of("Whose house is it?", ["Ana Reyes"], answered("Ana", 0.7)),  # F1 2/3
    of("In what year?", ["1684"], refused("1684", 0.3, 0.4)),  # wrongly refused
    of("Name the river.", [], refused("Lune", 0.2, 0.1)),  # rightly refused
    of("When was it sold?", [], answered("1690", 0.5)),
]


def test_answers_and_refusals_of_a_worked_example():
    result = summarise(OUTCOMES)
    assert result["exact_match"] == pytest.approx(100 * 2 / 5)
    assert result["f1"] == pytest.approx(100 * (1 + 2 / 3 + 0 + 1 + 0) / 5)
    assert result["answerable_exact_match"] == pytest.approx(100 / 3)
    assert result["answerable_f1"] == pytest.approx(100 * (1 + 2 / 3) / 3)
    assert result["answerable_answered"] == pytest.approx(100 * 2 / 3)
    assert result["unanswerable_refused"] == 50
    assert result["answered"] == 60
    assert result["wrong_of_answered"] == pytest.approx(100 * 2 / 3)
    # Giving the refused "1684" as well, at a threshold of 0.4, gains 1 and loses nothing.
    assert result["f1_at_best_threshold"] == pytest.approx(100 * (1 + 2 / 3 + 1 + 1 + 0) / 5)


def test_a_refusal_is_calibrated_by_the_probability_that_it_is_right():
    result = summarise(OUTCOMES)
    assert result["reliability"]["refusals"] == [[pytest.approx(0.6), 0, 1], [pytest.approx(0.9), 1, 1]]
    assert [point[2] for point in result["reliability"]["answers"]] == [1, 1, 1]
    # Both of 0.9, an answer and a refusal, fall into one bin of the error, and are right.
    assert result["calibration_error"] == pytest.approx((2 * 0.1 + 0.7 + 0.6 + 0.5) / 5)


def test_risk_counts_what_was_refused_with_its_own_confidence():
    result = summarise(OUTCOMES)
    # In order of confidence: right, wrong, wrong (no answer), right (refused), wrong (no answer, refused).
    expected = [(0.9, 0.2, 0), (0.7, 0.4, 1 / 2), (0.5, 0.6, 2 / 3), (0.3, 0.8, 1 / 2), (0.2, 1.0, 3 / 5)]
    assert result["risk_coverage"] == [pytest.approx(list(point)) for point in expected]
    assert result["risk_coverage_area"] == pytest.approx(sum(risk for _, _, risk in expected) / 5)


def test_the_curve_does_not_hang_on_the_threshold():
    always = [of("Who?", ["Ana"], answered("Ana", 0.4, 0.3)), *OUTCOMES[:2]]
    refusing = [of("Who?", ["Ana"], refused("Ana", 0.4, 0.3)), *OUTCOMES[:2]]
    assert summarise(always)["risk_coverage"] == summarise(refusing)["risk_coverage"]
    assert summarise(always)["answered"] != summarise(refusing)["answered"]


def test_a_long_curve_is_thinned_and_keeps_its_end():
    outcomes = [of("Who?", ["Ana"], answered("Ana" if i % 3 else "Eva", i / 1000)) for i in range(1000)]
    points = summarise(outcomes)["risk_coverage"]
    assert 90 <= len(points) <= 110
    assert points[-1] == [0.0, 1.0, pytest.approx(334 / 1000)]


def test_nothing_found_at_all_is_a_wrong_answer_of_no_confidence():
    result = summarise([of("Who?", ["Ana"], Answer("?", None, 1.0)), OUTCOMES[0]])
    assert result["risk_coverage"][-1] == [0.0, 1.0, 0.5]
    assert "answerable_f1" not in result  # all have an answer: it would only say the same again


def test_by_question_word():
    table = summarise(OUTCOMES)["by_question_word"]
    assert {word: row["questions"] for word, row in table.items()} == {"who": 2, "what": 1, "when": 1, "other": 1}
    assert table["who"]["f1"] == pytest.approx(100 * (1 + 2 / 3) / 2)
    assert sum(row["questions"] * row["f1"] for row in table.values()) / 5 == pytest.approx(summarise(OUTCOMES)["f1"])


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("who's there", "who"),
        ("To WHOM was it sold?", "who"),
        ("In which year did what happen?", "which"),
        ("Name the whole river", "other"),
        ("", "other"),
        ("Somewhat odd?", "other"),
    ],
)
def test_question_word(question, word):
    assert question_word(question) == word
