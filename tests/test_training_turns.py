"""Turns of conversations are learnt behind those before them, their answers in place, from their labels alone."""

from __future__ import annotations

import gzip
import json
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from qa.dialogues import told
from qa.reader import SHIPPED
from qa.squad import Question
from qa.training.features import featurise
from qa.training.lessons import taught_on
from qa.training.mixture import Shares, mix
from qa.training.turns import Turn, drawn, read_turns, repeated
from qa.windows import Windows

TEXT = (
    "Ben lives above a bakery. Ruth gave him a red kite on Sunday. It was made of an old sail. They flew it from the "
    "pier, where the wind is strong. A gust tore the string. The kite came down on a trawler. It sailed to Iceland. "
    "The captain mended a tear. On Thursday the kite was back."
)
HISTORY = [
    ["What did Ben get?", "a red kite"],
    ["Did he buy it?", "no"],
    ["Who lost it?", ""],
    ["Who gave it to him?", "Ruth"],
]
ROW = {
    "context": TEXT,
    "history": HISTORY,
    "question": "When?",
    "answers": ["Sunday"],
    "starts": [TEXT.index("Sunday")],
}
LAST = {**ROW, "question": "When did it return?", "answers": ["Thursday"], "starts": [TEXT.index("Thursday")]}
PLAIN = Shares(neighbours=0, swaps=0, typed=0, statements=0, short=0, histories=0)


def _turn(row: dict) -> Turn:
    asked = Question("1", row["question"], row["context"], tuple(row["answers"]), tuple(row["starts"]))
    return Turn(asked, tuple(told(row["context"], [pair for pair in row["history"] if pair[1]])))


def _saved(folder, *rows) -> str:
    path = folder / "talks.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return str(path)


def test_a_file_is_read_with_the_turns_that_were_answered(tmp_path):
    turns = read_turns(_saved(tmp_path, ROW, {**ROW, "id": "b", "answers": [], "starts": [], "history": []}))
    assert [turn.question.id for turn in turns] == ["1", "b"]
    assert [said.asked for said in turns[0].before] == ["What did Ben get?", "Did he buy it?", "Who gave it to him?"]
    assert [said.answer for said in turns[0].before] == ["a red kite", "no", "Ruth"]
    assert turns[1].question.impossible
    assert turns[1].before == ()


@pytest.mark.parametrize(
    "changed",
    [
        {"starts": [0]},
        {"starts": []},
        {"answers": [""], "starts": [3]},
        {"history": [["Who?"]]},
        {"context": None},
        {"starts": ["3"]},
        {"starts": [TEXT.index("Sunday") - len(TEXT)]},
        {"question": None},
        {"answers": "B", "starts": [0]},
    ],
)
def test_a_line_of_another_form_is_named(tmp_path, changed):
    with pytest.raises(ValueError, match=r"talks\.jsonl\.gz, entry 2: expected .*starts"):
        read_turns(_saved(tmp_path, ROW, {**ROW, **changed}))


def test_a_turn_is_asked_behind_those_just_before_it():
    found = {drawn(_turn(ROW), Random(seed), longest=1000).question for seed in range(60)}
    assert all(text.endswith("? Ruth. When?") for text in found)
    assert any(text.startswith("What did Ben get? a red kite. Did he buy it? no.") for text in found)
    assert "Who gave it to him? Ruth. When?" in found  # as typed
    assert any("Who gave it to him" not in text for text in found)  # as understood


def test_in_the_text_around_the_answer_before_one_from_further_off_is_missing():
    found = [drawn(_turn(LAST), Random(seed), longest=1000) for seed in range(60)]
    near = [question for question in found if question.context != TEXT]
    assert near
    assert all(question.impossible and "Thursday" not in question.context for question in near)
    assert all(question.answers == ("Thursday",) for question in found if question.context == TEXT)
    assert all(drawn(_turn(ROW), Random(seed), longest=1000).answers == ("Sunday",) for seed in range(60))


def test_every_turn_comes_as_often_as_told():
    found = repeated([_turn(ROW), _turn(LAST)], 3, Random(1), longest=1000)
    assert len(found) == 6
    assert {len({question.question for question in found[place::2]}) for place in (0, 1)} != {1}  # drawn anew
    assert repeated([_turn(ROW)], 0, Random(1), longest=1000) == []


def test_a_mixture_holds_turns_and_no_teacher_is_asked_about_them():
    asked = Question("q", "Where does Ben live?", TEXT, ("above a bakery",), (TEXT.index("above"),))
    mixed = mix([asked] * 4, turns=[_turn(ROW)], turn_passes=5, shares=PLAIN)
    conversed = [number for number, question in enumerate(mixed.questions) if question.question.endswith("When?")]
    assert len(conversed) == 5
    assert len(mixed.questions) == 9
    assert mixed.meant == dict.fromkeys(conversed)
    windows = Windows(Tokenizer.from_file(str(SHIPPED / "tokenizer.json")))
    read = taught_on(mixed.questions, featurise(mixed.questions, windows), mixed.meant, windows)
    assert [found == [None] for found in read] == [number in conversed for number in range(9)]


def test_without_turns_a_mixture_is_what_it_was():
    asked = [Question(str(n), "Where does Ben live?", TEXT, ("Ben",), (0,)) for n in range(9)]
    assert mix(asked, seed=2) == mix(asked, turns=[], turn_passes=7, seed=2)


@given(st.integers(0, 10**6), st.integers(20, 400), st.data())
def test_answers_keep_their_place(seed, longest, data):
    start = data.draw(st.integers(0, len(TEXT) - 1))
    end = data.draw(st.integers(start + 1, min(len(TEXT), start + 40)))
    row = {**ROW, "answers": [TEXT[start:end]], "starts": [start]}
    found = drawn(_turn(row), Random(seed), longest=longest)
    assert found.context in TEXT
    for answer, place in zip(found.answers, found.starts, strict=True):
        assert answer == TEXT[start:end] == found.context[place : place + len(answer)]
