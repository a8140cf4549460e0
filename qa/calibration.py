"""Calibration: from what the reader says of all passages to probabilities, and the threshold for abstaining.

Two logistic models on the same features (Platt 1999): that the best span is right, and that the texts hold an
answer at all. They are fitted to one reader, on questions that nothing is reported on, and are kept beside its
weights in `calibration.json`; a reader without one gets the shipped reader's.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

FILE = "calibration.json"


@dataclass(frozen=True)
class Features:
    """What is known of the best span when it is judged."""

    margin: float  # its score minus the null score of its passage
    lead: float  # its standing minus that of the best different answer, at most `LONGEST_LEAD`
    passages: int  # how many were read: the best of many is high by chance
    overlap: float  # share of the question's telling words that its passage holds: low off the topic

    def row(self) -> list[float]:
        return [1.0, self.margin, self.lead, math.log(max(self.passages, 1)), self.overlap]


LONGEST_LEAD = 10.0


@dataclass(frozen=True)
class Calibration:
    """Weights for `Features.row()`; an answer is given when `answerable` is at least `threshold`."""

    right: tuple[float, ...] = (-2.5, 0.4, 0.1, 0.0, 2.0)
    answerable: tuple[float, ...] = (-2.0, 0.4, 0.1, 0.0, 2.0)
    threshold: float = 0.5

    @classmethod
    def open(cls, folder: str | Path) -> Calibration | None:
        """The calibration beside a reader's weights; None where there is none. Raises ValueError for a bad one."""
        path = Path(folder) / FILE
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            return cls(tuple(values["right"]), tuple(values["answerable"]), float(values["threshold"]))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path} is no calibration: {error}. Fit it again: python -m qa calibrate") from error

    def save(self, folder: str | Path) -> None:
        (Path(folder) / FILE).write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    def probability_right(self, features: Features) -> float:
        return _logistic(self.right, features)

    def probability_answerable(self, features: Features) -> float:
        return _logistic(self.answerable, features)


def fit(rows: Sequence[Features], outcomes: Sequence[bool], *, ridge: float = 1.0) -> tuple[float, ...]:
    """Weights of a logistic regression of the outcomes on the features, by Newton's method.

    Raises ValueError when all outcomes are alike: there is nothing to tell apart.
    """
    if len(set(outcomes)) < 2:
        raise ValueError(f"{len(outcomes)} outcomes, all alike: expected some that hold and some that do not")
    x, y = np.array([features.row() for features in rows]), np.array(outcomes, dtype=float)
    penalty = np.diag([0.0] + [ridge] * (x.shape[1] - 1))
    weights = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        hessian = (x * (p * (1 - p))[:, None]).T @ x + penalty + 1e-9 * np.eye(x.shape[1])
        step = np.linalg.solve(hessian, x.T @ (y - p) - penalty @ weights)
        weights += step
        if np.abs(step).max() < 1e-8:
            break
    return tuple(round(float(weight), 4) for weight in weights)


def _logistic(weights: Sequence[float], features: Features) -> float:
    total = sum(weight * value for weight, value in zip(weights, features.row(), strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
