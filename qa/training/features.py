"""Features: questions as token ids with the tokens to point at, in batches of like length.

Windows come from `qa.windows`, as in reading, so that a model is trained on exactly what it will be given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from qa.squad import Question
from qa.windows import Window, Windows, pad

MULTIPLE = 16  # lengths are padded to a multiple of this: matrix units work in tiles
NULL = 0  # the first token, [CLS], stands for "no answer here" (Devlin et al. 2018, section 4.3)


@dataclass(frozen=True)
class Feature:
    """One window; `start` and `end` are the first and last token of the answer, both `NULL` where it has none."""

    ids: np.ndarray  # int32 (tokens,)
    type_ids: np.ndarray  # int8 (tokens,)
    first: int  # tokens [first, last) are the text
    last: int
    start: int
    end: int


def featurise(questions: Sequence[Question], windows: Windows) -> list[list[Feature]]:
    """The features of every question. A question with several answers points at its first."""
    features: list[list[Feature]] = []
    for block in range(0, len(questions), 1000):  # offsets of all at once would fill the memory
        part = questions[block : block + 1000]
        made: list[list[Feature]] = [[] for _ in part]
        for window in windows.cut([(question.question, question.context) for question in part]):
            start, end = target(window, part[window.pair])
            made[window.pair].append(
                Feature(
                    np.array(window.ids, dtype=np.int32),
                    np.array(window.type_ids, dtype=np.int8),
                    window.first,
                    window.last,
                    start,
                    end,
                )
            )
        features += made
    return features


def target(window: Window, question: Question) -> tuple[int, int]:
    """First and last token of the question's first answer in the window; `NULL` twice unless all of it is there."""
    if question.impossible or window.first == window.last:
        return NULL, NULL
    offsets = np.array(window.offsets[window.first : window.last])
    low = question.starts[0]
    high = low + len(question.answers[0])
    if offsets[0, 0] > low or offsets[-1, 1] < high:
        return NULL, NULL
    touched = np.flatnonzero((offsets[:, 1] > low) & (offsets[:, 0] < high))
    if len(touched) == 0:
        return NULL, NULL
    return window.first + int(touched[0]), window.first + int(touched[-1])


def batches(features: Sequence[Sequence[Feature]], size: int, seed: int) -> list[list[tuple[int, int]]]:
    """(question, window) numbers in batches of `size`, like lengths together, near their place in the order.

    Sorting stretches of 50 batches keeps padding small and the order of the mixture; the batches of a stretch
    are shuffled, so that lengths do not come in waves.
    """
    random = Random(seed)
    places = [(q, w) for q, windows in enumerate(features) for w in range(len(windows))]
    result = []
    for block in range(0, len(places), 50 * size):
        stretch = places[block : block + 50 * size]
        stretch.sort(key=lambda place: len(features[place[0]][place[1]].ids))
        cut = [stretch[i : i + size] for i in range(0, len(stretch), size)]
        random.shuffle(cut)
        result += cut
    return result


def collate(features: Sequence[Feature], *, pad_id: int) -> dict[str, np.ndarray]:
    """Arrays of a batch: the model's three inputs, `start` and `end` (batch,), `allowed` (batch, tokens).

    `allowed` marks the tokens an answer may start or end at: the text and `NULL`, as in reading.
    """
    arrays = inputs(features, pad_id=pad_id)
    arrays["start"] = np.array([feature.start for feature in features], dtype=np.int64)
    arrays["end"] = np.array([feature.end for feature in features], dtype=np.int64)
    allowed = np.zeros(arrays["input_ids"].shape, dtype=bool)
    allowed[:, NULL] = True
    for row, feature in enumerate(features):
        allowed[row, feature.first : feature.last] = True
    arrays["allowed"] = allowed
    return arrays


def inputs(features: Sequence[Feature], *, pad_id: int) -> dict[str, np.ndarray]:
    """The model's three inputs, (batch, tokens) each, padded on the right."""
    windows = [Window(0, f.ids.tolist(), f.type_ids.tolist(), [], f.first, f.last) for f in features]
    return pad(windows, pad_id=pad_id, multiple=MULTIPLE)


def padded(tokens: int) -> int:
    """The length that `collate` pads the given one to."""
    return -(-tokens // MULTIPLE) * MULTIPLE
