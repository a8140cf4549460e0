"""Questions taken apart and put together again."""

from __future__ import annotations

import pytest

from qa.clauses import Clause, joined, taken_apart, without_opening


@pytest.mark.parametrize(
    ("question", "asked", "auxiliary", "rest", "for_thing"),
    [
        ("To which post did he appoint her?", "To which post", "did", "he appoint her", False),
        ("How many people were hurt?", "How many people", "were", "hurt", True),
        ("Which towns sent engineers?", "Which towns", "", "sent engineers", True),
        ("Who resigned?", "Who", "", "resigned", True),
        ("Did the mayor resign?", "", "did", "the mayor resign", False),
        ("And why is the pier closed?", "why", "is", "the pier closed", False),
        ("Whom was it that she met?", "Whom", "was it that", "she met", True),
    ],
)
def test_a_question_falls_into_its_parts(question: str, asked: str, auxiliary: str, rest: str, for_thing: bool) -> None:
    clause = taken_apart(question)
    assert clause == Clause(asked, auxiliary, rest)
    assert clause.for_thing == for_thing
    assert joined(asked, auxiliary, rest).lower() == without_opening(question).lower()


@pytest.mark.parametrize("text", ["", "?!", "the mayor of Brena", "tell me about the pier"])
def test_what_is_no_question_has_no_parts(text: str) -> None:
    assert taken_apart(text) is None
