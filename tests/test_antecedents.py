"""What was spoken of, and may be meant later."""

from __future__ import annotations

import pytest

from qa.answers import Answer
from qa.antecedents import CONTEXT, Said, candidates, said
from qa.documents import Document

TEXT = (
    "Ida Holt became mayor of Brena in 1931. She appointed Omar Lindqvist as harbour master. He had learned his trade "
    "in Lisbon. The Harbour League, an alliance of nine towns, sent engineers to build a pier. The pier was opened in "
    "1934 by the king. Storms destroyed it two years later, and the engineers went home."
)


def test_the_turn_of_an_answer_holds_its_place() -> None:
    long = Document(text="x " * CONTEXT + TEXT)
    start = long.text.index("1934")
    told = said("When?", Answer("When was the pier opened?", "1934", 0.9, 0.9, long, start, start + 4))
    assert told.text[told.start : told.start + 4] == "1934"
    assert told.offset + told.start == start


def test_the_last_answer_and_what_was_asked_about_come_first() -> None:
    turn = Said("Who did Ida Holt appoint?", "Who did Ida Holt appoint?", "Omar Lindqvist", TEXT, TEXT.index("Omar"))
    ranked = [mention.text for _, mention in sorted(candidates([turn]), key=lambda entry: -entry[0])]
    assert set(ranked[:2]) == {"Omar Lindqvist", "Ida Holt"}
    assert "1931" not in ranked  # a time is never meant by a pronoun


@pytest.mark.parametrize(
    ("asked", "kinds"),
    [
        ("Which site is the oldest?", ["thing", "person"]),  # or "Which politician is the oldest?"
        ("Which city was it?", ["place"]),
        ("Which mayor was it?", ["person"]),
        ("Who was it?", ["person"]),
        ("Where was it?", ["place"]),
    ],
)
def test_an_answer_is_of_the_kind_that_was_asked_for(asked: str, kinds: list[str]) -> None:
    turn = Said(asked, asked, "Jerf Ahmar", "They found Jerf Ahmar.", len("They found "))
    ranked = [mention.kind for _, mention in candidates([turn]) if mention.text == "Jerf Ahmar"]
    assert sorted(ranked[: len(kinds)]) == sorted(kinds)


def test_after_a_refusal_what_was_spoken_of_before_is_still_there() -> None:
    turn = Said("Who did Ida Holt appoint?", "Who did Ida Holt appoint?", "Omar Lindqvist", TEXT, TEXT.index("Omar"))
    refused = Said("Why?", "Why did Ida Holt appoint Omar Lindqvist?", None, TEXT)
    assert "Omar Lindqvist" in [mention.text for _, mention in candidates([turn, refused])]
