"""Lessons: what a teacher says of a question, put where a student that reads another wording of it can compare.

A question asked on, mistyped or cut short means what it meant before, and a teacher reads it better as it was: "Where
was he born?" behind two turns is learnt from what the teacher finds for "Where was Ada Lovelace born?" in the same
text. The text's tokens are the same ones in both, only at other places of the input.

Scope: arrays. What is learnt from the teacher's logits is the business of `qa.training.run`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from qa.squad import Question
from qa.training.features import NULL, Feature, featurise, inputs, padded
from qa.windows import Windows

PREFIX = "teacher_"  # of the names of its inputs


def taught_on(
    questions: Sequence[Question],
    features: Sequence[Sequence[Feature]],
    meant: Mapping[int, str | None],
    windows: Windows,
) -> list[list[Feature | None]]:
    """For each window of each question the window that the teacher reads; None where it holds other text.

    `meant` has the wordings, by the number of the question, that a teacher is asked instead of the question's own;
    None where it is not to be asked.
    """
    worded = [(number, wording) for number, wording in sorted(meant.items()) if wording is not None]
    others = featurise([replace(questions[number], question=wording) for number, wording in worded], windows)
    found: list[list[Feature | None]] = [
        [None] * len(own) if number in meant else [*own] for number, own in enumerate(features)
    ]
    for (number, _), read in zip(worded, others, strict=True):
        own = features[number]
        # Beside a longer question a long text is cut elsewhere.
        alike = len(own) == len(read) and all(_same_text(*pair) for pair in zip(own, read, strict=True))
        if alike:
            found[number] = [*read]
    return found


def lesson(features: Sequence[Feature], read: Sequence[Feature | None], *, pad_id: int) -> dict[str, np.ndarray]:
    """Arrays of a batch beside those of `features.collate`: `taught` (batch,), the rows of which the teacher is asked.

    For these rows, if there are any, the teacher's three inputs, named with `PREFIX`, and `places` (rows, tokens): for
    each token of the student's input where the same one stands in the teacher's, `NULL` where it does not.
    """
    taught = np.array([window is not None for window in read], dtype=bool)
    pairs = [(own, window) for own, window in zip(features, read, strict=True) if window is not None]
    if not pairs:
        return {"taught": taught}
    arrays = {f"{PREFIX}{name}": rows for name, rows in inputs([window for _, window in pairs], pad_id=pad_id).items()}
    width = padded(max(len(feature.ids) for feature in features))
    places = np.full((len(pairs), width), NULL, dtype=np.int64)
    for row, (own, window) in enumerate(pairs):
        places[row, own.first : own.last] = np.arange(window.first, window.last)
    return {"taught": taught, **arrays, "places": places}


def _same_text(own: Feature, read: Feature) -> bool:
    return np.array_equal(own.ids[own.first : own.last], read.ids[read.first : read.last])
