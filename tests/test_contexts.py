"""A question behind the turns before it, and the stretch of text that it is read in."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qa.antecedents import Said
from qa.contexts import Context, around, contexts, stretch
from qa.followups import BEHIND, behind

SENTENCES = [f"Sentence {number} tells of Brena." for number in range(12)]
TEXT = " ".join(SENTENCES)
QUESTION = "Who ran the harbour?"


def turn(question: str, answer: str | None, place: int = 0) -> Said:
    return Said(question, question, answer, TEXT, TEXT.index(SENTENCES[place]), 0, "id")


PIER = turn("When was the pier opened?", "1934")
MAYOR = turn("Who became mayor of Brena?", "Ida Holt", 6)
REFUSED = turn("Who was asked?", None)
ONE = "Who became mayor of Brena? Ida Holt. Who ran the harbour?"
TWO = behind(QUESTION, [PIER, MAYOR])


def test_a_question_stands_behind_one_turn_and_two_and_is_read_near_the_answer_too() -> None:
    both = (Context(ONE, 1), Context(TWO, 2), Context(TWO, 2, near=True))
    assert TWO.endswith(ONE)
    assert TWO != ONE
    assert contexts(QUESTION, (QUESTION,), [turn("Where?", "Lisbon"), PIER, MAYOR]) == both
    assert contexts(QUESTION, (QUESTION,), [PIER, MAYOR, REFUSED]) == both
    assert contexts(QUESTION, (QUESTION,), [MAYOR]) == (Context(ONE, 1), Context(ONE, 1, near=True))


def test_what_is_read_already_is_read_near_the_answer_only() -> None:
    found = contexts(QUESTION, (QUESTION, ONE), [PIER, MAYOR])
    assert found == (Context(TWO, 2), Context(TWO, 2, near=True))
    assert contexts(QUESTION, (QUESTION, ONE), [MAYOR]) == (Context(ONE, 1, near=True),)


def test_there_is_no_context_without_an_answer_or_without_room() -> None:
    assert contexts(QUESTION, (QUESTION,), []) == ()
    assert contexts(QUESTION, (QUESTION,), [REFUSED]) == ()
    assert contexts(QUESTION, (QUESTION,), [turn("What was said? " + "word " * BEHIND, "Ida Holt")]) == ()


def test_around_an_answer_are_the_sentences_before_and_after() -> None:
    start, end = around(MAYOR, before=1, after=2)
    assert TEXT[start:end] == " ".join(SENTENCES[5:9])
    start, end = around(turn("Who?", "Brena", 0), before=3, after=1)
    assert TEXT[start:end] == " ".join(SENTENCES[:2])


def test_the_stretch_is_around_the_last_turn_that_was_answered() -> None:
    found = stretch([PIER, MAYOR, REFUSED])
    assert found is not None
    last, start, end = found
    assert last == MAYOR
    assert start < MAYOR.start < end
    assert TEXT[start:end] == " ".join(SENTENCES[4:12])
    assert stretch([REFUSED]) is None
    assert stretch([]) is None
    assert stretch([Said("Who?", "Who?", "nobody")]) is None  # without a text


@given(st.text(max_size=400), st.data(), st.integers(0, 3), st.integers(0, 3))
def test_around_an_answer_is_the_answer(text, data, before, after) -> None:
    start = data.draw(st.integers(0, max(0, len(text) - 1)))
    begin, end = around(Said("Who?", "Who?", "x", text, start), before=before, after=after)
    assert 0 <= begin <= end <= len(text)
    assert not text[start : start + 1].strip() or begin <= start < end
