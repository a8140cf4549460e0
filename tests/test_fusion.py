"""Fused rankings, and questions as keyword queries."""

from __future__ import annotations

import sqlite3

from hypothesis import given
from hypothesis import strategies as st

from qa.fusion import fuse, keyword_query

rankings = st.dictionaries(st.integers(0, 30), st.floats(-5, 50), max_size=20).map(
    lambda scores: sorted(scores.items(), key=lambda entry: -entry[1])
)


@given(rankings, rankings)
def test_every_id_once_with_its_ranks(dense: list[tuple[int, float]], keyword: list[tuple[int, float]]) -> None:
    ranked = fuse(dense, keyword)
    dense_ids, keyword_ids = [number for number, _ in dense], [number for number, _ in keyword]
    assert sorted(entry.id for entry in ranked) == sorted({*dense_ids, *keyword_ids})
    assert [entry.score for entry in ranked] == sorted((entry.score for entry in ranked), reverse=True)
    for entry in ranked:
        assert entry.dense_rank == (dense_ids.index(entry.id) + 1 if entry.id in dense_ids else None)
        assert entry.keyword_rank == (keyword_ids.index(entry.id) + 1 if entry.id in keyword_ids else None)
        assert 0 <= entry.score <= 1


@given(rankings.filter(bool))
def test_alone_each_ranking_keeps_its_order(ranking: list[tuple[int, float]]) -> None:
    for ranked in (fuse(ranking, []), fuse([], ranking)):
        scores = dict(ranking)
        assert [scores[entry.id] for entry in ranked] == [score for _, score in ranking]


def test_agreement_beats_a_single_first_place() -> None:
    assert fuse([(1, 0.9), (2, 0.8), (3, 0.1)], [(4, 9.0), (2, 8.0), (5, 1.0)])[0].id == 2
    assert fuse([(7, 0.4)], [(7, 3.0)])[0].score == 1


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
