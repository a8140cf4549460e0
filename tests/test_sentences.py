"""Sentences: a table of borders that are easy to miss or to see where there are none, and exact spans."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.sentences import REACH, sentence_at, sentences

TABLE = [
    ["Mr. Smith met Dr. Lee.", "They spoke."],
    ["The U.S. Army came at 5 p.m. on Friday.", "It left."],
    ["He lives in the U.S.", "The rest live here."],
    ["See No. 5 and Fig. 2 of vol. 3.", "Then stop."],
    ["He wrote Rondo Op. 1 and the sonata Op. 58.", "It cost Rs. 230000."],
    ["J. K. Rowling wrote it.", "J. R. R. Tolkien did not."],
    ['"Really?" he asked.', '"Yes," she said.', '"No!"', "They left."],
    ["Peacekeeping forces... were sent.", "Others waited..."],
    ["He took vitamin C.", "The dose was 3.5 mg."],
    ["It cost $3.50 at www.example.com/a.b today.", "Cheap!"],
    ["Yahoo! was founded in 1994.", "So it goes."],
    ["One (and two.)", "Three [or four!]", "Five."],
    ["Что это?", "Это текст.", "Он короткий…", "Да."],
    ["هل هذا نص؟", "نعم.", "هذا نص۔", "انتهى."],
    ["यह एक वाक्य है।", "यह दूसरा है।"],
    ["No full stop"],
    ["word"],
]


@pytest.mark.parametrize("expected", TABLE, ids=[row[0][:24] for row in TABLE])
def test_table(expected):
    text = " ".join(expected)
    assert [text[start:end] for start, end in sentences(text)] == expected


def test_cjk_sentences_need_no_space():
    text = "今日は晴れです。明日は「雨です。」本当?はい！"
    assert [text[a:b] for a, b in sentences(text)] == [
        "今日は晴れです。",
        "明日は「雨です。」",
        "本当?はい！",
    ]


def test_headings_entries_and_wrapped_lines():
    text = (
        "A heading\nThe first line of this paragraph is wrapped\nand goes on. It ends.\n\n1. One thing\n2. Two\n- three"
    )
    assert [text[a:b] for a, b in sentences(text)] == [
        "A heading",
        "The first line of this paragraph is wrapped\nand goes on.",
        "It ends.",
        "1. One thing",
        "2. Two",
        "- three",
    ]


@given(st.text(alphabet=st.sampled_from("aA1.!?。…\"')( \n\tMré\u0301👨\u200d؟"), max_size=200))
def test_spans_are_in_order_and_leave_out_white_space_only(text):
    after = 0
    for start, end in sentences(text):
        assert text[after:start].strip() == ""
        assert text[start:end] == text[start:end].strip() != ""
        after = end
    assert text[after:].strip() == ""


@given(st.text(alphabet=st.sampled_from("aA1. \n"), max_size=200), st.data())
def test_the_sentence_around_a_span_holds_it(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    left, right = sentence_at(text, start, end)
    assert 0 <= left <= start <= end <= right <= len(text)


def test_the_sentence_around_a_word():
    text = (
        "First things first.\n\nMr. Tokayev appointed Alikhan Smailov as acting prime minister. He spoke.\n\nThe end."
    )
    start = text.index("Alikhan")
    left, right = sentence_at(text, start, start + len("Alikhan Smailov"))
    assert text[left:right] == "Mr. Tokayev appointed Alikhan Smailov as acting prime minister."
    left, right = sentence_at(text, start, text.index("spoke"))
    assert text[left:right].endswith("He spoke.")


def test_the_sentence_around_a_span_is_bounded():
    text = "x" * 1_000_000
    assert sentence_at(text, 500_000, 500_003) == (500_000 - REACH, 500_003 + REACH)
    with pytest.raises(ValueError, match="5:2 is not within a text of 3"):
        sentence_at("abc", 5, 2)
