"""Fused rankings, and questions as keyword queries."""

from __future__ import annotations

import sqlite3

from hypothesis import given
from hypothesis import strategies as st

from qa.fusion import fuse, keyword_query

rankings = st.lists(st.integers(0, 30), unique=True, max_size=20)


@given(rankings, rankings)
def test_every_id_once_with_its_ranks(dense: list[int], keyword: list[int]) -> None:
    ranked = fuse(dense, keyword)
    assert sorted(entry.id for entry in ranked) == sorted({*dense, *keyword})
    assert [entry.score for entry in ranked] == sorted((entry.score for entry in ranked), reverse=True)
    for entry in ranked:
        assert entry.dense_rank == (dense.index(entry.id) + 1 if entry.id in dense else None)
        assert entry.keyword_rank == (keyword.index(entry.id) + 1 if entry.id in keyword else None)
        assert 0 < entry.score <= 1


def test_agreement_beats_a_single_first_place() -> None:
    assert fuse([1, 2, 3], [4, 2, 5])[0].id == 2
    assert fuse([7], [7])[0].score == 1


@given(st.text())
def test_no_question_breaks_a_keyword_query(question: str) -> None:
    query = keyword_query(question)
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE t USING fts5(a)")
    if query:
        connection.execute("SELECT * FROM t WHERE t MATCH ?", (query,)).fetchall()
    else:
        assert not any(character.isalnum() for character in question)


def test_the_telling_words_of_a_question() -> None:
    assert keyword_query('Who did "Tokayev" appoint?') == '"tokayev" OR "appoint"'
    assert keyword_query("Who is it?") == '"who" OR "is" OR "it"'
    assert keyword_query("NEAR(a AND b*) OR -c") == '"near" OR "b" OR "c"'
