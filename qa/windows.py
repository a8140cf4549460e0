"""Window: one model input, a question beside a stretch of a text; together they cover the whole text.

A text longer than the model reads at once is cut into overlapping windows, so that an answer at any border
is whole in one of them (Devlin et al. 2018, section 4.2). Tokens keep their character offsets in the text as
it was given, untouched: nothing is stripped or normalised outside the tokenizer, so offsets never shift.

Works on a `tokenizers.Tokenizer`, which every fast tokenizer of transformers wraps, so that reading needs no
transformers import. Scope: cutting and padding. Running a model on windows is the reader's business.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MAX_TOKENS = 320
STRIDE = 96  # tokens that neighbouring windows share
MAX_QUESTION_TOKENS = 64  # as in the original BERT code; the rest of a longer question is not read

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")  # JSON can carry one; no tokenizer takes it


@dataclass(frozen=True)
class Window:
    """Token ids of `[CLS] question [SEP] stretch [SEP]` and where each token stands in the text."""

    pair: int  # which of the pairs given to `cut` this is a stretch of
    ids: list[int]
    type_ids: list[int]
    offsets: list[tuple[int, int]]  # a token's characters; in the text for tokens of [first, last)
    first: int  # tokens [first, last) are the text, the others the question and special tokens
    last: int
    words: Sequence[int | None] = ()  # tokens of one word have one number; what a word is, the tokenizer knows


class Windows:
    """Cuts (question, text) pairs with a copy of a tokenizer: the caller's stays as it is."""

    def __init__(self, tokenizer: Tokenizer, *, max_tokens: int = MAX_TOKENS, stride: int = STRIDE) -> None:
        from tokenizers import Tokenizer

        self._questions = Tokenizer.from_str(tokenizer.to_str())
        self._questions.no_truncation()
        self._questions.no_padding()
        self._questions.encode_special_tokens = True  # "[SEP]" typed in a text is text
        self._pairs = Tokenizer.from_str(self._questions.to_str())
        self._pairs.encode_special_tokens = True
        special = self._pairs.num_special_tokens_to_add(True)
        if max_tokens < MAX_QUESTION_TOKENS + special + stride + 1:
            raise ValueError(
                f"max_tokens is {max_tokens}; a question of {MAX_QUESTION_TOKENS} tokens, {special} special "
                f"tokens and a stride of {stride} need at least {MAX_QUESTION_TOKENS + special + stride + 1}"
            )
        self._pairs.enable_truncation(max_tokens, stride=stride, strategy="only_second")

    def shorten(self, questions: Sequence[str]) -> list[str]:
        """The questions, each cut after its first `MAX_QUESTION_TOKENS` tokens."""
        encodings = self._questions.encode_batch([_clean(q) for q in questions], add_special_tokens=False)
        return [
            question
            if len(encoding.ids) <= MAX_QUESTION_TOKENS
            else question[: encoding.offsets[MAX_QUESTION_TOKENS - 1][1]]
            for question, encoding in zip(questions, encodings, strict=True)
        ]

    def cut(self, pairs: Sequence[tuple[str, str]]) -> list[Window]:
        """Every window of every (question, text) pair, in the order of the pairs and of the text."""
        distinct = list(dict.fromkeys(question for question, _ in pairs))
        short = dict(zip(distinct, self.shorten(distinct), strict=True))
        encodings = self._pairs.encode_batch([(_clean(short[question]), _clean(text)) for question, text in pairs])
        windows = []
        for number, encoding in enumerate(encodings):
            for part in (encoding, *encoding.overflowing):
                of_text = [i for i, sequence in enumerate(part.sequence_ids) if sequence == 1]
                first, last = (of_text[0], of_text[-1] + 1) if of_text else (len(part.ids), len(part.ids))
                windows.append(Window(number, part.ids, part.type_ids, part.offsets, first, last, part.word_ids))
        return windows


def batches(windows: Sequence[Window], tokens: int) -> Iterator[list[Window]]:
    """The windows, longest first, in batches of at most `tokens` tokens once padded (or of one window)."""
    ordered = sorted(windows, key=lambda window: -len(window.ids))
    while ordered:
        size = max(1, tokens // len(ordered[0].ids))
        yield ordered[:size]
        del ordered[:size]


def _clean(text: str) -> str:
    """As long as the text, so that offsets hold."""
    return _LONE_SURROGATE.sub("\ufffd", text)


def pad(
    windows: Sequence[Window], *, pad_id: int = 0, multiple: int = 1, length: int | None = None
) -> dict[str, np.ndarray]:
    """Three int64 arrays of shape (windows, tokens): `input_ids`, `attention_mask`, `token_type_ids`.

    Rows are padded on the right to the longest window, rounded up to `multiple`, or to `length` tokens.
    """
    longest = max(len(window.ids) for window in windows)
    width = -(-longest // multiple) * multiple if length is None else length
    arrays = {
        "input_ids": np.full((len(windows), width), pad_id, dtype=np.int64),
        "attention_mask": np.zeros((len(windows), width), dtype=np.int64),
        "token_type_ids": np.zeros((len(windows), width), dtype=np.int64),
    }
    for row, window in enumerate(windows):
        size = len(window.ids)
        arrays["input_ids"][row, :size] = window.ids
        arrays["attention_mask"][row, :size] = 1
        arrays["token_type_ids"][row, :size] = window.type_ids
    return arrays
