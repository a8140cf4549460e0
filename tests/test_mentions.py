"""Which pronouns can stand for what, told from the words alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.mentions import agreement, describe, names, noun_phrases

TEXT = (
    "Mayor Ida Holt opened the market hall in Brena on Monday. The hall was paid for by the Harbour Company. "
    "Mr Lund, a farmer, sold apples there. Visitors praised the new roof. She thanked them."
)


@pytest.mark.parametrize(
    ("phrase", "fits", "not_fits"),
    [
        ("Ida Holt", "she", "it"),
        ("the market hall", "it", "he"),
        ("Harbour Company", "it", "she"),
        ("the visitors", "they", "it"),
        ("500 visitors", "they", "he"),
        ("Brena", "there", "he"),
        ("the widow", "she", "he"),
        ("the king", "he", "she"),
        ("farmers and bakers", "they", "it"),
    ],
)
def test_a_pronoun_agrees_with_what_it_stands_for(phrase: str, fits: str, not_fits: str) -> None:
    mention = describe(phrase, TEXT)
    good, bad = agreement(mention, fits), agreement(mention, not_fits)
    assert good is not None
    assert bad is None or bad < good


@pytest.mark.parametrize("phrase", ["Monday", "1684", "two weeks", "4.2 metres", "March 2010", "2,000", "8800 BC"])
def test_no_pronoun_stands_for_a_time_or_measure(phrase: str) -> None:
    assert agreement(describe(phrase), "he") is None
    assert agreement(describe(phrase), "there") is None


def test_titles_are_left_out_of_names_and_tell_the_gender() -> None:
    found = {mention.text: mention for mention in names(TEXT)}
    assert {"Ida Holt", "Brena", "Harbour Company", "Lund"} <= set(found)
    assert found["Ida Holt"].kind == found["Lund"].kind == "person"
    assert found["Lund"].male == 1.0
    assert found["Ida Holt"].male < 0
    assert found["Brena"].kind == "place"
    assert "Monday" not in found


def test_a_phrase_ends_where_the_text_says() -> None:
    text = "The council declared a state of emergency in the old town."
    phrases = [mention.text for mention in noun_phrases("Why did the council declare the state of emergency?", text)]
    assert phrases == ["the council", "the state of emergency"]


@given(st.text(max_size=200))
def test_any_text_has_mentions_that_stand_in_it(text: str) -> None:
    assert all(mention.text in text for mention in (*names(text), *noun_phrases(text, text)))
