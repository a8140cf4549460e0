"""Metrics against values worked out by hand, and against slow or other ways to the same number."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa import metrics

# Each F1 is worked out as 2 * shared / (words of prediction + words of gold) after normalising.
CASES = [
    # prediction, golds, exact match, F1
    ("Denver Broncos", ["Denver Broncos"], 1, 1.0),
    ("the Denver Broncos", ["Denver Broncos"], 1, 1.0),
    ("denver  broncos!", ["The Denver Broncos."], 1, 1.0),
    ("Broncos", ["Denver Broncos"], 0, 2 / 3),
    ("Denver Broncos", ["Carolina Panthers", "Broncos"], 0, 2 / 3),
    ("Carolina Panthers", ["Denver Broncos"], 0, 0.0),
    ("a an the", ["the"], 1, 1.0),  # nothing is left of either
    ("cat", ["the"], 0, 0.0),
    ("", ["the", "cat"], 0, 0.0),  # the first gold is passed over, the second is not empty
    ("theatre", ["atre"], 0, 0.0),  # an article within a word stays
    ("the cat sat", ["cat cat"], 0, 2 / 4),  # a word counts as often as both have it
    ("U.S.", ["us"], 1, 1.0),
    ("1,000", ["1000"], 1, 1.0),
    ("well-known", ["well known"], 0, 0.0),  # the hyphen goes, the two words become one
    ("it's", ["its"], 1, 1.0),
    ("it’s", ["its"], 0, 0.0),  # only ASCII punctuation goes
    ("BEYONCÉ", ["beyoncé"], 1, 1.0),
    ("Beyonce", ["Beyoncé"], 0, 0.0),  # accents stay
    ("Köln\u00a0Dom", ["köln dom"], 1, 1.0),  # a no-break space is white space
    ("50 %", ["50%"], 1, 1.0),
    ("", [], 1, 1.0),
    (None, [], 1, 1.0),
    (None, ["cat"], 0, 0.0),
    ("cat", [], 0, 0.0),
    ("...", [], 1, 1.0),  # nothing but punctuation is nothing
]


@pytest.mark.parametrize(("prediction", "golds", "exact", "f1"), CASES)
def test_answers_score_as_worked_out(prediction, golds, exact, f1):
    assert metrics.exact_match(prediction, golds) == exact
    assert metrics.f1(prediction, golds) == pytest.approx(f1)


@given(st.text(max_size=30), st.text(max_size=30))
def test_f1_is_symmetric_bounded_and_one_for_equal_texts(one, other):
    score = metrics.f1(one, [other]) if metrics.normalise(other) and metrics.normalise(one) else None
    if score is not None:
        assert score == pytest.approx(metrics.f1(other, [one]))
        assert 0 <= metrics.exact_match(one, [other]) <= score <= 1
    assert metrics.f1(one, [one]) == metrics.exact_match(one, [one]) == 1


@given(st.text(max_size=40))
def test_normalising_ends_in_lower_case_without_articles_and_double_spaces(text):
    words = metrics.normalise(text).split(" ")
    assert not {"a", "an", "the"} & set(words)
    assert words == [""] or all(words)


def test_best_threshold_of_a_worked_example():
    # Answering the two most wanted gains 1 + 0.5, and two impossible ones are refused; going on to 0.9 costs 1 first.
    scores = [5.0, 4.0, 3.0, 2.0, 1.0]
    gains = [1.0, 0.5, 0.0, 0.9, 0.0]
    impossible = [False, False, True, False, True]
    assert metrics.best_threshold(scores, gains, impossible) == (4.0, pytest.approx((1 + 0.5 + 1 + 1) / 5))
    assert metrics.best_threshold(scores[:3], gains[:3], impossible[:3]) == (4.0, pytest.approx(2.5 / 3))


def test_balanced_threshold_of_a_worked_example():
    scores, impossible = [0.1, 0.2, 0.3, 0.4, 0.6, 0.8], [True, False, True, True, False, False]
    # From 0.4 on a third of the possible is refused, and a third of the impossible answered.
    assert metrics.balanced_threshold(scores, impossible) == 0.4


@given(st.lists(st.tuples(st.integers(-5, 5), st.booleans()), min_size=2))
def test_no_threshold_is_better_balanced(rows):
    scores, impossible = [float(score) for score, _ in rows], [flag for _, flag in rows]

    def gap(threshold):
        missed = [score < threshold for score, flag in zip(scores, impossible, strict=True) if not flag]
        wrong = [score >= threshold for score, flag in zip(scores, impossible, strict=True) if flag]
        return abs(sum(missed) / len(missed) - sum(wrong) / len(wrong))

    if len(set(impossible)) < 2:
        with pytest.raises(ValueError, match=f"of {len(rows)} are impossible"):
            metrics.balanced_threshold(scores, impossible)
        return
    found = metrics.balanced_threshold(scores, impossible)
    assert found in scores
    assert gap(found) == pytest.approx(min(map(gap, scores)))


def test_never_answering_is_a_threshold_of_infinity():
    assert metrics.best_threshold([1.0, 2.0], [0.0, 0.0], [True, True]) == (math.inf, 1.0)


@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 4), st.booleans()), min_size=1, max_size=12))
def test_no_threshold_beats_the_best(rows):
    scores = [float(score) for score, _, _ in rows]
    gains = [0.0 if impossible else gain / 4 for _, gain, impossible in rows]
    impossible = [flag for _, _, flag in rows]

    def mean(threshold):
        kept = [
            gain if score >= threshold else flag for score, gain, flag in zip(scores, gains, impossible, strict=True)
        ]
        return sum(kept) / len(kept)

    best = metrics.best_threshold(scores, gains, impossible)
    assert best.mean == pytest.approx(max(mean(threshold) for threshold in (*scores, math.inf)))
    assert best.mean == pytest.approx(mean(best.value))


def test_ranks():
    ranks = [1, 3, None, 2]
    assert metrics.recall_at(1, ranks) == 0.25
    assert metrics.recall_at(2, ranks) == 0.5
    assert metrics.recall_at(100, ranks) == 0.75
    assert metrics.mean_reciprocal_rank(ranks) == pytest.approx((1 + 1 / 3 + 0 + 1 / 2) / 4)


def test_bad_ranks_are_refused():
    with pytest.raises(ValueError, match="a rank is 0"):
        metrics.recall_at(1, [0])
    with pytest.raises(ValueError, match="k is 0"):
        metrics.recall_at(0, [1])
    with pytest.raises(ValueError, match="no ranks"):
        metrics.mean_reciprocal_rank([])


def test_calibration_error_of_a_worked_example():
    # Two bins are used: 0.95 against 1/2, and 0.1 against 0: (2 * 0.45 + 1 * 0.1) / 3.
    assert metrics.calibration_error([0.95, 0.95, 0.1], [1, 0, 0]) == pytest.approx((2 * 0.45 + 0.1) / 3)
    assert metrics.reliability([0.95, 0.95, 0.1], [1, 0, 0]) == [(0.1, 0, 1), (pytest.approx(0.95), 0.5, 2)]


def test_borders_of_bins():
    assert [point.size for point in metrics.reliability([0.0, 0.5, 1.0], [0, 1, 1], bins=2)] == [1, 2]


def test_confidences_drawn_as_stated_are_calibrated():
    generator = random.Random(0)
    confidences = [generator.random() for _ in range(20_000)]
    outcomes = [float(generator.random() < confidence) for confidence in confidences]
    assert metrics.calibration_error(confidences, outcomes) < 0.02
    assert metrics.calibration_error(confidences, [1 - outcome for outcome in outcomes]) > 0.4


def test_what_is_no_probability_is_refused():
    with pytest.raises(ValueError, match=r"1\.2, expected a probability"):
        metrics.calibration_error([0.5, 1.2], [1, 1])
    with pytest.raises(ValueError, match="equally many"):
        metrics.calibration_error([0.5], [1, 1])
    with pytest.raises(ValueError, match="at least one"):
        metrics.risk_coverage([], [])


def test_risk_coverage_of_a_worked_example():
    points = metrics.risk_coverage([0.9, 0.8, 0.8, 0.1], [1, 1, 0, 0])
    assert points == [(0.9, 0.25, 0.0), (0.8, 0.75, pytest.approx(1 / 3)), (0.1, 1.0, 0.5)]


def test_risk_coverage_area_of_worked_examples():
    # Risks after each answer: 0, 1/2, 1/3, 1/2; their mean. In one tie, the risk of all: 2 of 4 wrong.
    by_hand = (0 + 1 / 2 + 1 / 3 + 1 / 2) / 4
    assert metrics.risk_coverage_area(metrics.risk_coverage([0.9, 0.8, 0.7, 0.6], [1, 0, 1, 0])) == (
        pytest.approx(by_hand)
    )
    assert metrics.risk_coverage_area(metrics.risk_coverage([0.5] * 4, [1, 0, 1, 0])) == 0.5


@given(st.permutations(range(8)), st.lists(st.sampled_from([0.0, 1.0]), min_size=8, max_size=8))
def test_no_order_has_less_risk_than_right_answers_first(order, outcomes):
    confidences = [place / 8 for place in order]
    places = [place / 8 for place in range(8)]

    def area(confidences, outcomes):
        return metrics.risk_coverage_area(metrics.risk_coverage(confidences, outcomes))

    assert area(places, sorted(outcomes)) - 1e-9 <= area(confidences, outcomes)
    assert area(confidences, outcomes) <= area(places, sorted(outcomes, reverse=True)) + 1e-9
