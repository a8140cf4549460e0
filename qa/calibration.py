"""Calibration: from what the reader says of all passages to probabilities, and the threshold for abstaining.

Two logistic models on the same features (Platt 1999): that the best span is right, and that the texts hold an
answer at all. Two more say so of what the versions of a follow-up agree on (see votes). They are fitted to one reader,
on questions that nothing is reported on, and are kept beside its weights in `calibration.json`; a reader without one
gets the shipped reader's.
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
# So many of an agreement's row say whether there is an answer. On all of it this is judged no better, and being surer
# of the answer then counts against there being one.
TELLING = 4


@dataclass(frozen=True)
class Agreement:
    """What is known of the answer that several readings of one question chose; all but `share` are log-odds."""

    alone: float  # that the texts hold an answer, by the versions that stand alone and put this one first
    behind: float  # the same by the question behind turns before it
    near: float  # and in the text around the answer before
    share: float  # of the votes, from 0 to 1
    best: float  # that the answer is right, by the reading that is surest of it

    def row(self) -> list[float]:
        return [1.0, self.alone, self.behind, self.near, self.share, self.best]


@dataclass(frozen=True)
class Calibration:
    """Weights for the rows of `Features` and, `agreed_...`, of `Agreement`.

    An answer is given when the probability of `answerable` is at least `threshold`. Where nothing is known of
    follow-ups, what is agreed on is as likely as the surest reading says.
    """

    right: tuple[float, ...] = (-2.5, 0.4, 0.1, 0.0, 2.0)
    answerable: tuple[float, ...] = (-2.0, 0.4, 0.1, 0.0, 2.0)
    threshold: float = 0.5
    agreed_right: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0, 0.0, 1.0)
    agreed_answerable: tuple[float, ...] = (0.0, 1.0, 0.0, 0.0, 0.0, 0.0)

    @classmethod
    def open(cls, folder: str | Path) -> Calibration | None:
        """The calibration beside a reader's weights; None where there is none. Raises ValueError for a bad one."""
        path = Path(folder) / FILE
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            fitted = {name: tuple(values[name]) for name in ("right", "answerable")}
            agreed = {name: tuple(values[name]) for name in ("agreed_right", "agreed_answerable") if name in values}
            return cls(**fitted, **agreed, threshold=float(values["threshold"]))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path} is no calibration: {error}. Fit it again: python -m qa calibrate") from error

    def save(self, folder: str | Path) -> None:
        (Path(folder) / FILE).write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    def probability_right(self, known: Features | Agreement) -> float:
        return _logistic(self.right if isinstance(known, Features) else self.agreed_right, known.row())

    def probability_answerable(self, known: Features | Agreement) -> float:
        return _logistic(self.answerable if isinstance(known, Features) else self.agreed_answerable, known.row())


def fit(
    rows: Sequence[Features | Agreement], outcomes: Sequence[bool], *, first: int | None = None, ridge: float = 1.0
) -> tuple[float, ...]:
    """Weights of a logistic regression of the outcomes on the features, by Newton's method.

    With `first`, on the first so many of each row alone; the weights of the others are 0 then.

    Raises ValueError when all outcomes are alike: there is nothing to tell apart.
    """
    if len(set(outcomes)) < 2:
        raise ValueError(f"{len(outcomes)} outcomes, all alike: expected some that hold and some that do not")
    x, y = np.array([known.row() for known in rows])[:, :first], np.array(outcomes, dtype=float)
    penalty = np.diag([0.0] + [ridge] * (x.shape[1] - 1))
    weights = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        hessian = (x * (p * (1 - p))[:, None]).T @ x + penalty + 1e-9 * np.eye(x.shape[1])
        step = np.linalg.solve(hessian, x.T @ (y - p) - penalty @ weights)
        weights += step
        if np.abs(step).max() < 1e-8:
            break
    weights = np.pad(weights, (0, len(rows[0].row()) - len(weights)))
    return tuple(round(float(weight), 4) for weight in weights)


def log_odds(probability: float) -> float:
    """Of a probability, which is taken to be no nearer to 0 or 1 than 1 in 10,000."""
    inside = min(max(probability, 1e-4), 1 - 1e-4)
    return math.log(inside / (1 - inside))


def _logistic(weights: Sequence[float], row: Sequence[float]) -> float:
    total = sum(weight * value for weight, value in zip(weights, row, strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
