"""Probabilities fitted to outcomes, kept beside a model."""

from __future__ import annotations

import json
import math
import random
from pathlib import Path

import pytest

from qa.calibration import FILE, Agreement, Calibration, Features, fit, log_odds


def test_the_fit_recovers_the_odds_it_was_drawn_from() -> None:
    draw = random.Random(5)
    rows = [Features(draw.uniform(-8, 8), draw.uniform(-10, 10), 8, draw.random()) for _ in range(20_000)]
    outcomes = [
        draw.random() < 1 / (1 + math.exp(-(0.5 * row.margin + 0.2 * row.lead + 2 * row.overlap - 1))) for row in rows
    ]
    weights = fit(rows, outcomes)
    bias = weights[0] + weights[3] * math.log(8)  # the number of passages never varies, so it is part of the bias
    assert bias == pytest.approx(-1, abs=0.2)
    assert weights[1:3] == pytest.approx((0.5, 0.2), abs=0.03)
    assert weights[4] == pytest.approx(2, abs=0.3)


def test_outcomes_that_are_all_alike_teach_nothing() -> None:
    with pytest.raises(ValueError, match="2 outcomes, all alike"):
        fit([Features(1, 1, 1, 1)] * 2, [True, True])


def test_what_it_is_not_fitted_to_weighs_nothing() -> None:
    draw = random.Random(4)
    rows = [Agreement(*(draw.gauss(0, 1) for _ in range(5))) for _ in range(300)]
    outcomes = [row.alone + row.best + draw.gauss(0, 1) > 0 for row in rows]
    blind = [Agreement(row.alone, row.behind, row.near, 0.0, 0.0) for row in rows]
    weights = fit(rows, outcomes, first=4)
    assert weights == fit(blind, outcomes)
    assert weights[4:] == (0.0, 0.0)
    assert fit(rows, outcomes)[5] > 0.5


def test_it_is_kept_and_opened(tmp_path: Path) -> None:
    calibration = Calibration((0.1, 0.2, 0.3, 0.4, 0.5), (0.5, 0.6, 0.7, 0.8, 0.9), 0.25)
    assert Calibration.open(tmp_path) is None
    calibration.save(tmp_path)
    assert Calibration.open(tmp_path) == calibration
    for name in ("agreed_right", "agreed_answerable"):  # kept by an older version
        kept = json.loads((tmp_path / FILE).read_text())
        (tmp_path / FILE).write_text(json.dumps({key: value for key, value in kept.items() if key != name}))
    assert Calibration.open(tmp_path) == calibration
    more = Calibration(agreed_right=(0.1,) * 6, agreed_answerable=(0.2,) * 6)
    more.save(tmp_path)
    assert Calibration.open(tmp_path) == more
    (tmp_path / FILE).write_text("{}")
    with pytest.raises(ValueError, match=r"calibration\.json"):
        Calibration.open(tmp_path)


def test_a_greater_margin_is_never_less_likely() -> None:
    calibration = Calibration()
    chances = [calibration.probability_right(Features(margin, 0, 8, 0.5)) for margin in range(-40, 40)]
    assert chances == sorted(chances)
    assert 0 < chances[0] < chances[-1] < 1


def test_what_is_agreed_on_is_taken_at_its_word_where_nothing_was_fitted() -> None:
    known = Agreement(log_odds(0.7), log_odds(0.9), log_odds(0.2), 0.6, log_odds(0.4))
    assert Calibration().probability_right(known) == pytest.approx(0.4)
    assert Calibration().probability_answerable(known) == pytest.approx(0.7)
    assert Calibration(agreed_right=(0.0,) * 4 + (1.0, 0.0)).probability_right(known) > 0.6
    assert math.isfinite(log_odds(0))
    assert log_odds(1) == pytest.approx(-log_odds(0))
