"""Questions without a verb, completed from the one before."""

from __future__ import annotations

import pytest

from qa.ellipsis import completed, is_elliptic

WHO = ("Who did the council appoint?", "Ida Holt")
WHERE = ("Where did the strike begin?", "in Brena")
MANY = ("How many houses were damaged?", "500")


@pytest.mark.parametrize(
    "question",
    ["Why?", "and when?", "To which post?", "By whom?", "How many?", "What about the mayor?", "And in Brena?",
     "Since when?", "Which post?", "And for how long?", "Who else?"],
)  # fmt: skip
def test_what_has_no_verb_is_elliptic(question: str) -> None:
    assert is_elliptic(question)


@pytest.mark.parametrize(
    "question",
    ["Who resigned?", "Which city fell?", "How many people live there?", "market hall Brena", "When did it begin?",
     "What happened in Brena?", "The mayor of Brena", "To be or not to be?", "Who wrote Hamlet?"],
)  # fmt: skip
def test_what_says_enough_is_not(question: str) -> None:
    assert not is_elliptic(question)


@pytest.mark.parametrize(
    ("question", "before", "whole"),
    [
        ("and when?", WHO, "When did the council appoint Ida Holt?"),
        ("To which post?", WHO, "To which post did the council appoint Ida Holt?"),
        ("Why?", WHERE, "Why did the strike begin?"),
        ("And when?", WHERE, "When did the strike begin?"),
        ("By whom?", MANY, "By whom were 500 houses damaged?"),
        ("And bridges?", MANY, "How many bridges were damaged?"),
        ("Who else?", WHO, "Who else did the council appoint?"),
        ("Since when?", ("Who is the mayor of Brena?", "Ida Holt"), "Since when is Ida Holt the mayor of Brena?"),
        ("And of Lund?", ("Who is the mayor of Brena?", "Ida Holt"), "Who is the mayor of Lund?"),
        ("And why?", ("Did the mayor resign?", None), "Why did the mayor resign?"),
        ("When?", ("Who resigned?", "Ida Holt"), "When was it that Ida Holt resigned?"),
        ("why?", ("Who did the council appoint?", None), "Why did the council appoint?"),
    ],
)
def test_the_question_before_lends_what_is_missing(question: str, before: tuple[str, str | None], whole: str) -> None:
    assert completed(question, *before, "The strike began in Brena.")[0].lower() == whole.lower()
