"""Follow-ups made to stand alone; and questions that stand alone, left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.antecedents import Said
from qa.documents import Document
from qa.followups import BEHIND, MOST, behind, understood, versions

TEXT = (
    "Ida Holt became mayor of Brena in 1931. She appointed Omar Lindqvist as harbour master. He had learned his trade "
    "in Lisbon. The Harbour League, an alliance of nine towns, sent engineers to build a pier. The pier was opened in "
    "1934 by the king. Storms destroyed it two years later, and the engineers went home."
)
DOCUMENT = Document(text=TEXT)


def turn(question: str, answer: str | None) -> Said:
    start = TEXT.index(answer) if answer else 0
    return Said(question, question, answer, TEXT, start, 0, DOCUMENT.id)


MAYOR = turn("Who became mayor of Brena?", "Ida Holt")
MASTER = turn("Who did Ida Holt appoint?", "Omar Lindqvist")
LEAGUE = turn("Who sent engineers?", "Harbour League")
PIER = turn("When was the pier opened?", "1934")
TOWNS = turn("How many towns are in the Harbour League?", "nine")
PLACE = turn("Where had Omar Lindqvist learned his trade?", "Lisbon")


@pytest.mark.parametrize(
    ("turns", "question", "meant"),
    [
        ([MAYOR], "Who did she appoint?", "Who did Ida Holt appoint?"),
        ([MASTER], "What is his new post?", "What is Omar Lindqvist's new post?"),
        ([MAYOR, MASTER], "When did she become mayor?", "When did Ida Holt become mayor?"),
        ([MASTER], "As what?", "As what did Ida Holt appoint Omar Lindqvist?"),
        ([PIER], "Who opened it?", "Who opened the pier?"),
        ([PIER], "When did it open?", "When did the pier open?"),
        ([PIER], "and by whom?", "By whom was the pier opened?"),
        ([MASTER], "When was that?", "When did Ida Holt appoint Omar Lindqvist?"),
        ([MASTER], "Who said so?", "Who did Ida Holt appoint? Omar Lindqvist. Who said so?"),
        ([PLACE], "And where is that?", "Where is Lisbon?"),
        ([PLACE], "What did he do there?", "What did Omar Lindqvist do in Lisbon?"),
        ([LEAGUE], "How many towns are in that alliance?", "How many towns are in Harbour League?"),
        ([turn("What did storms destroy?", "it"), turn("Who went home?", "the engineers")],
         "Who sent them?", "Who sent the engineers?"),
        ([TOWNS], "How many left it?", "How many towns left Harbour League?"),
        ([TOWNS], "And how many sent engineers?", "How many towns sent engineers?"),
        ([MASTER, turn("Who won the regatta?", None)], "Where had he learned his trade?",
         "Where had Omar Lindqvist learned his trade?"),
    ],
)  # fmt: skip
def test_a_follow_up_is_understood(turns: list[Said], question: str, meant: str) -> None:
    assert meant in versions(question, turns)


@pytest.mark.parametrize(
    "question",
    [
        "Who became mayor of Brena?",
        "When was the pier opened?",
        "What did Ida Holt say when she became mayor?",
        "Why did the king say that he was late?",
        "Is there a pier in Brena?",
        "How many towns are there?",
        "Which towns said that engineers were sent?",
        "What is the alliance of nine towns called?",
        "Did the league say it would send engineers?",
        "What happened this year?",
        "How long does it take to build a pier?",
        "Who resigned?",
        "What else is told about this article?",
        "Is there anything that's important about Brena?",
        "harbour master Brena",
    ],
)
def test_a_question_that_stands_alone_is_left_alone(question: str) -> None:
    assert versions(question, [MAYOR, MASTER, LEAGUE]) == (question,)


@given(st.text(max_size=120), st.text(max_size=60))
def test_any_question_comes_first_as_it_was_typed(question: str, before: str) -> None:
    assert versions(question, []) == (question,)
    found = versions(question, [Said(before, before, None, before), MASTER])
    assert found[0] == question
    assert 1 <= len(found) <= MOST
    assert len(set(found)) == len(found)


def test_the_one_who_does_is_not_the_one_who_is_done_to() -> None:
    (version, *_) = versions("Why did she dismiss him?", [MASTER])[1:]
    assert version == "Why did Ida Holt dismiss Omar Lindqvist?"


def test_a_chain_keeps_its_thread() -> None:
    first = understood("Who did she appoint?", [MAYOR])
    second = Said("Who did she appoint?", first, "Omar Lindqvist", TEXT, TEXT.index("Omar"))
    assert versions("When did she become mayor?", [MAYOR, second])[1] == "When did Ida Holt become mayor?"


def test_a_question_stands_behind_the_last_turns_and_their_answers():
    told = behind("And who else?", [PIER, PIER, MAYOR, turn("Who was asked?", None)])
    assert told == "When was the pier opened? 1934. Who became mayor of Brena? Ida Holt. Who was asked? And who else?"
    assert (
        behind("Why?", [Said("What did she say?", "What did she say?", "I resign.")])
        == "What did she say? I resign. Why?"
    )


def test_what_is_counted_is_taken_from_the_turn_before_alone() -> None:
    assert versions("How many were sent?", [TOWNS, MAYOR]) == ("How many were sent?",)
    assert versions("How many engineers were sent?", [TOWNS]) == ("How many engineers were sent?",)
    assert versions("How much was sent?", [TOWNS]) == ("How much was sent?",)


@given(st.lists(st.tuples(st.text(max_size=300), st.text(max_size=80)), max_size=4), st.text(max_size=300))
def test_what_stands_before_never_crowds_out_the_question(said, question):
    turns = [Said(asked, asked, answer) for asked, answer in said]
    told = behind(question, turns)
    assert told.endswith(question)
    assert len(told.split()) <= max(BEHIND, len(question.split())) + 2 * len(turns)


def test_a_turn_that_leaves_no_room_is_left_out():
    long = turn("Who " + "really " * 40 + "opened it?", "Ida Holt")
    assert behind("And then?", [MAYOR, long]) == "And then?"
    assert behind("And then?", [long, MAYOR]) == "Who became mayor of Brena? Ida Holt. And then?"
