"""Names are runs of capitalised words; a capital that only opens a sentence says nothing."""

from __future__ import annotations

import pytest

from qa.names import name_spans


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Then Ida Holt met Omar Lindqvist of Lund.", ["Ida Holt", "Omar Lindqvist of Lund"]),
        ("Mayor Ida Holt's house burnt on Thursday.", ["Ida Holt"]),
        ("The Bank of England and I agree.", ["Bank of England"]),
        ("Storms came to Brena.", ["Brena"]),
        ("Omar bought omelettes.", ["Omar"]),
        ("nothing is named here", []),
        ("I'm in Brena.", ["Brena"]),
        ("Gradually they left.", []),
        ("Like Lund, Brena burnt.", ["Lund", "Brena"]),
        ("Sally left when Sally was ill.", ["Sally", "Sally"]),
    ],
)
def test_names_are_found_where_they_stand(text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in name_spans(text, 0, len(text))] == found
