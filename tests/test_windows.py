"""Windows: they cover every token of a text, and their offsets point into the text as given."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from qa.reader import SHIPPED
from qa.windows import MAX_QUESTION_TOKENS, Window, Windows, batches, pad

TOKENIZER = Tokenizer.from_file(str(SHIPPED / "tokenizer.json"))
TOKENIZER.no_truncation()
TOKENIZER.no_padding()


def test_windows_cover_all_tokens_of_a_long_text_and_overlap_by_the_stride() -> None:
    text = " ".join(f"The {number} ships of harbour {number * 7} sailed." for number in range(400))
    windows = Windows(TOKENIZER, max_tokens=128, stride=32).cut([("How many ships?", text)])
    whole = TOKENIZER.encode(text, add_special_tokens=False)
    seen = [window.offsets[window.first : window.last] for window in windows]
    assert sorted({offset for part in seen for offset in part}) == whole.offsets
    assert all(before[-32:] == after[:32] for before, after in pairwise(seen))
    assert max(len(window.ids) for window in windows) <= 128


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.text(max_size=600))
def test_any_text_is_cut_without_losing_a_token(question: str, text: str) -> None:
    windows = Windows(TOKENIZER, max_tokens=128, stride=32).cut([(question, text)])
    whole = TOKENIZER.encode(text, add_special_tokens=False)
    for window in windows:
        assert all(0 <= start <= end <= len(text) for start, end in window.offsets[window.first : window.last])
    if not any(token in whole.tokens for token in ("[CLS]", "[SEP]", "[PAD]", "[MASK]")):
        seen = {offset for window in windows for offset in window.offsets[window.first : window.last]}
        assert seen == set(whole.offsets)


def test_the_question_and_the_special_tokens_are_outside_the_text() -> None:
    [window] = Windows(TOKENIZER).cut([("Who came first?", "Ada came first.")])
    tokens = [TOKENIZER.id_to_token(token) for token in window.ids]
    assert tokens == ["[CLS]", "who", "came", "first", "?", "[SEP]", "ada", "came", "first", ".", "[SEP]"]
    assert tokens[window.first : window.last] == ["ada", "came", "first", "."]
    assert window.type_ids == [0] * 6 + [1] * 5


def test_pairs_keep_their_numbers() -> None:
    windows = Windows(TOKENIZER, max_tokens=128, stride=32).cut([("a", "b"), ("c", "d " * 300), ("e", "")])
    assert [window.pair for window in windows] == [0, *[1] * (len(windows) - 2), 2]
    assert windows[-1].first == windows[-1].last


def test_a_question_of_ten_thousand_characters_leaves_room_for_the_text() -> None:
    question = "where is the lighthouse keeper now " * 300
    [short] = Windows(TOKENIZER).shorten([question])
    assert question.startswith(short)
    assert len(TOKENIZER.encode(short, add_special_tokens=False).ids) == MAX_QUESTION_TOKENS
    [window] = Windows(TOKENIZER).cut([(question, "In the tower.")])
    assert window.last - window.first == 4


def test_special_tokens_typed_in_a_text_are_text() -> None:
    text = "He wrote [SEP] and [CLS] on the wall."
    [window] = Windows(TOKENIZER).cut([("What did he write?", text)])
    separator = TOKENIZER.token_to_id("[SEP]")
    assert window.ids.count(separator) == 2
    assert [text[start:end] for start, end in window.offsets[window.first : window.last]][2:5] == ["[", "SEP", "]"]


def test_half_a_surrogate_pair_is_read_like_any_unknown_sign() -> None:
    [window] = Windows(TOKENIZER).cut([("who \udc00?", "Ada \ud800 came.")])
    assert window.offsets[window.last - 1] == (10, 11)


def test_a_tokenizer_is_left_as_it_was() -> None:
    before = TOKENIZER.to_str()
    Windows(TOKENIZER, max_tokens=128, stride=32).cut([("a", "b " * 500)])
    assert TOKENIZER.to_str() == before
    assert TOKENIZER.truncation is None


def test_windows_too_short_for_question_and_stride_are_refused() -> None:
    with pytest.raises(ValueError, match="max_tokens is 100"):
        Windows(TOKENIZER, max_tokens=100)


def test_padding_fills_on_the_right_up_to_the_multiple() -> None:
    windows = Windows(TOKENIZER).cut([("a", "b c"), ("a", "b c d e f")])
    arrays = pad(windows, pad_id=9, multiple=8)
    assert {array.shape for array in arrays.values()} == {(2, 16)}
    assert arrays["input_ids"][0].tolist() == [*windows[0].ids, *[9] * 10]
    assert arrays["attention_mask"].sum(axis=1).tolist() == [6, 9]
    assert arrays["token_type_ids"].dtype == np.int64


@settings(deadline=None)
@given(st.lists(st.integers(1, 300), max_size=30), st.integers(1, 2000))
def test_batches_hold_every_window_once_within_the_bound(lengths: list[int], tokens: int) -> None:
    windows = [Window(i, [0] * size, [], [], 0, 0) for i, size in enumerate(lengths)]
    made = list(batches(windows, tokens))
    assert sorted(each.pair for batch in made for each in batch) == list(range(len(lengths)))
    for batch in made:
        assert len(batch) == 1 or len(batch) * max(len(each.ids) for each in batch) <= tokens
