"""Latency: how long one question takes when it comes alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

TIMED = 100  # questions that are timed, from all over a file
T = TypeVar("T")


def latency(answer: Callable[[T], object], questions: Sequence[T], *, timed: int = TIMED) -> dict[str, float]:
    """Median and 95th percentile of the wall-clock seconds that `answer` takes for one of the questions.

    The first call, which may still load something, is not counted.
    """
    import numpy as np

    answer(questions[0])
    seconds = []
    for question in questions[:: max(1, len(questions) // timed)][:timed]:
        begun = time.perf_counter()
        answer(question)
        seconds.append(time.perf_counter() - begun)
    p50, p95 = np.percentile(seconds, [50, 95])
    return {"seconds_p50": float(p50), "seconds_p95": float(p95)}
