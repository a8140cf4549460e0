"""The keyword index holds the words of the passages, as SQLite sees them, and finds them by BM25."""

from __future__ import annotations

from pathlib import Path

import pytest

from qa.documents import Document
from qa.store import Store
from tests.test_store import put


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "passages.db", create=True)


def test_keyword_search_is_bm25_with_stems_and_without_accents(store: Store) -> None:
    put(store, Document(text="Protesters protested in the café.", source="a"))
    put(store, Document(text="Nothing happened.", source="b"))
    assert len(store.keywords.search('"protest"', 5)) == 1
    [(_, score)] = store.keywords.search('"cafe"', 5)
    assert score > 0


def test_a_word_is_held_in_any_form_and_spelt_in_its_own(store: Store) -> None:
    put(store, Document(text="It was located by the sea. " * 60, title="Harbours", source="a"))
    put(store, Document(text="They are locating it.", source="b"))
    for word, held, spelt in (
        ("located", True, True),
        ("Locating", True, True),  # not in the first passage
        ("harbours", True, True),
        ("locates", True, False),
        ("locatted", True, False),
        ("city", False, False),
    ):
        assert (store.keywords.holds(word), store.keywords.spells(word)) == (held, spelt)


def test_keywords_are_those_of_the_view_whatever_the_text(store: Store) -> None:
    put(store, Document(text="Före Zoë 👍🏽 und\tnach. " * 200, title="Ä", source="a"))
    put(store, Document(text="Before the NUL.\0After it. " * 100, title="N\0L", source="b"))
    for change in (lambda: None, store.keywords.rebuild, lambda: store.remove(store.documents()[0].id)):
        with store.change():
            change()
        assert store.keywords.agree()
    with store.change():
        store._connection.execute("DELETE FROM keywords_docsize WHERE id = (SELECT max(id) FROM passages)")
    assert not store.keywords.agree()
