"""Reader: for each question and text, the best answer spans, and the score of there being none.

An extractive span model as in Devlin et al. 2018. A text of any length is read in overlapping windows; spans
found twice are merged, and every span is given in characters of the text as it was handed over, so that
`text[span.start:span.end] == span.text`.

Scope: raw scores of one text at a time. Comparing texts, probabilities and deciding to abstain is the
business of answers.
"""

from __future__ import annotations

import math
import os
import unicodedata
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qa.network import Opened, open_network
from qa.sentences import sentences
from qa.spans import best_spans
from qa.windows import MAX_TOKENS, Window, Windows, batches, pad

SHIPPED = Path(__file__).parent / "models" / "reader"
TOP_K = 5
MAX_ANSWER_TOKENS = 30  # as in the original BERT code


@dataclass(frozen=True)
class Span:
    """A stretch of the text: `text == given[start:end]`; `score` is its start logit plus its end logit."""

    start: int
    end: int
    text: str
    score: float


@dataclass(frozen=True)
class Reading:
    """What one text says to one question: the best spans, best first (none for a text without words).

    `null_score`, on the scale of the spans' scores, says how well "no answer here" fits.
    """

    spans: tuple[Span, ...]
    null_score: float


class Reader:
    """Reads spans; made by `Reader.open`. Safe to use from several threads."""

    def __init__(self, opened: Opened, name: str) -> None:
        self.name = name
        self._network = opened.network
        self._pool = ThreadPoolExecutor(opened.network.workers, thread_name_prefix="reader")
        self._pad_id = opened.pad_id
        self._windows = Windows(opened.tokenizer, max_tokens=min(MAX_TOKENS, opened.max_tokens))

    @property
    def workers(self) -> int:
        """How many windows are read side by side."""
        return self._network.workers

    @classmethod
    def open(cls, name: str | os.PathLike[str] | None = None, *, threads: int | None = None) -> Reader:
        """The shipped reader, or the model in a folder or of that name on the Hub.

        A folder with `model.onnx` runs on ONNX Runtime; any other model needs a question-answering head that
        transformers' AutoModelForQuestionAnswering loads. `threads` defaults to the cores that this process
        may use. Raises ValueError for what cannot be opened or was not trained to read.
        """
        chosen = SHIPPED if name is None else name
        return cls(open_network(chosen, threads=threads), "shipped" if name is None else str(name))

    def read(
        self,
        pairs: Sequence[tuple[str, str]],
        *,
        top_k: int = TOP_K,
        max_answer_tokens: int = MAX_ANSWER_TOKENS,
    ) -> list[Reading]:
        """One Reading for each (question, text): at most `top_k` spans of at most `max_answer_tokens` tokens.

        The null score of a text read in several windows is the least of theirs, as in the original SQuAD 2.0
        code of BERT: one window that holds an answer is enough for the text to hold one. On 500 questions over
        four paragraphs of SQuAD 2.0 (3.4 windows a text) best span minus this null score tells answerable from
        unanswerable with an AUC of 0.927; with the null score of the best span's window 0.925, the greatest 0.875.
        """
        if top_k < 1 or max_answer_tokens < 1:
            raise ValueError(f"top_k and max_answer_tokens are at least 1, not {top_k} and {max_answer_tokens}")
        found: list[dict[tuple[int, int], float]] = [{} for _ in pairs]
        borders = {text: [start for start, _ in sentences(text)] for text in dict.fromkeys(text for _, text in pairs)}
        nulls = [math.inf] * len(pairs)
        batched = list(batches(self._windows.cut(pairs), self._network.batch_tokens))
        for batch, (start_logits, end_logits) in zip(batched, self._pool.map(self._run, batched), strict=True):
            for window, start, end in zip(batch, start_logits, end_logits, strict=True):
                nulls[window.pair] = min(nulls[window.pair], float(start[0] + end[0]))
                text = pairs[window.pair][1]
                scores = found[window.pair]
                spans = _spans(window, start, end, text, borders[text], top_k=top_k, max_tokens=max_answer_tokens)
                for place, score in spans:
                    scores[place] = max(score, scores.get(place, -math.inf))
        readings = []
        for (_, text), scores, null_score in zip(pairs, found, nulls, strict=True):
            best = sorted(scores, key=lambda place: (-scores[place], place))[:top_k]
            chosen = (Span(start, end, text[start:end], scores[start, end]) for start, end in best)
            readings.append(Reading(tuple(chosen), null_score))
        return readings

    def _run(self, batch: Sequence[Window]) -> tuple[np.ndarray, np.ndarray]:
        return self._network.logits(pad(batch, pad_id=self._pad_id))


def _spans(
    window: Window,
    start: np.ndarray,
    end: np.ndarray,
    text: str,
    borders: Sequence[int],
    *,
    top_k: int,
    max_tokens: int,
) -> list[tuple[tuple[int, int], float]]:
    """The window's best spans as ((start, end) in characters of the text, score).

    `borders` is where the text's sentences start. No answer reaches across one: of 37,278 annotated answers in
    training sets of five kinds (Wikipedia, search results, news, forums), 54 do, most of them whole lists.
    """
    # The slice leaves out the question and the special tokens: no answer can be found in them.
    offsets = window.offsets[window.first : window.last]
    begins, ends = _word_borders(window, text)
    spans = best_spans(
        np.where(begins, start[window.first : window.last], -np.inf),
        np.where(ends, end[window.first : window.last], -np.inf),
        top_k=top_k,
        max_tokens=max_tokens,
        parts=np.searchsorted(borders, [stop for _, stop in offsets]),  # some tokens start with a space
    )
    placed = (((_inward(text, offsets[i][0], offsets[j][1])), score) for i, j, score in spans)
    return [(place, score) for place, score in placed if place[0] < place[1]]


def _word_borders(window: Window, text: str) -> tuple[np.ndarray, np.ndarray]:
    """Boolean arrays (tokens of the text,): whether a word begins, and whether one ends, with the token.

    No answer is a piece of a word. At the borders of a window, where the next token is not seen, letters or
    digits on both sides mean that the word goes on.
    """
    words = np.array(window.words[window.first : window.last], dtype=object)
    if not len(words):
        return np.zeros(0, dtype=bool), np.zeros(0, dtype=bool)
    changes = words[1:] != words[:-1]
    start, end = window.offsets[window.first][0], window.offsets[window.last - 1][1]
    opens = not (start > 0 and text[start - 1].isalnum() and text[start : start + 1].isalnum())
    closes = not (end < len(text) and text[end].isalnum() and text[end - 1 : end].isalnum())
    return np.concatenate([[opens], changes]), np.concatenate([changes, [closes]])


def _inward(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without white space at its ends (some tokenizers count it to the word), marks kept whole."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    # A tokenizer that drops accents leaves a combining mark outside the token of its letter.
    while start < end < len(text) and unicodedata.combining(text[end]):
        end += 1
    return start, end
