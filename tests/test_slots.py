"""Which words of a question stand for something said before."""

from __future__ import annotations

import pytest

from qa.slots import slots_of


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Who did she appoint?", ["she"]),
        ("Did he like his brother's house?", ["he", "his"]),
        ("Who lives there?", ["there"]),
        ("Are there any bridges?", []),
        ("How many towns are in that alliance?", ["that alliance"]),
        ("What did Ida Holt say when she resigned?", []),
        ("Who did Ida Holt say that it hurt?", ["it"]),
        ("Is it true that it rains?", []),
        ("Why did Ida Holt dismiss her?", ["her"]),
        ("What is important about this article?", []),
        ("Is there anything that's important?", []),
        ("Who did it?", []),
    ],
)
def test_the_words_that_lean_on_what_was_said_are_found(question: str, found: list[str]) -> None:
    slots = slots_of(question, "Ida Holt resigned. She was hurt.")
    assert [question[slot.start : slot.end] for slot in slots] == found


def test_he_and_his_are_one_and_an_owner_is_told() -> None:
    subject, owner = slots_of("Did he sell his house?", "")
    assert (subject.group, subject.owning, owner.owning) == ("he False", False, True)
    assert owner.group == subject.group
