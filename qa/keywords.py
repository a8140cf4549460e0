"""Keywords: the words of all passages, to be searched by; SQLite's FTS5 with BM25 (https://sqlite.org/fts5.html).

The keyword index holds no texts of its own: SQLite takes them from a view of documents and passages. It must be told
of each passage that comes and goes, with the very words that the view gives or gave.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence

from qa.database import Database
from qa.passages import Passage
from qa.schema import explained

LONG = 3_000_000  # characters
LOOKED_AT = 20  # passages


class Keywords:
    """The keyword index in a database. `add`, `remove` and `rebuild` go inside a `change`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, title: str, text: str, passages: Sequence[tuple[int, Passage]]) -> None:
        """Adds new passages of a document of that title and text, each with its id."""
        text = _as_viewed(text)
        self._insert([(number, title, text[passage.start : passage.end]) for number, passage in passages])

    def remove(self, document_id: str) -> None:
        """Takes out the passages of a document that is still stored."""
        statement = "INSERT INTO keywords (keywords, rowid, title, text) VALUES ('delete', ?, ?, ?)"
        self._database.run_many(statement, self._of(document_id))

    def rebuild(self) -> None:
        """Makes the keyword index again from the passages."""
        self._database.run("INSERT INTO keywords (keywords) VALUES ('delete-all')")
        for (document_id,) in self._database.rows("SELECT id FROM documents"):
            self._insert(self._of(document_id))

    def search(self, query: str, limit: int) -> list[tuple[int, float]]:
        """(passage id, BM25 score, higher is better) of the best matches of an FTS5 query, best first."""
        return self._database.rows(
            "SELECT rowid, -bm25(keywords) FROM keywords WHERE keywords MATCH ? ORDER BY bm25(keywords), rowid LIMIT ?",
            (query, limit),
        )

    def holds(self, word: str) -> bool:
        """Whether a passage or its title has the word in one of its forms; `word` is letters and digits only."""
        return bool(self._database.rows("SELECT 1 FROM keywords WHERE keywords MATCH ? LIMIT 1", (f'"{word}"',)))

    def spells(self, word: str) -> bool:
        """Whether the first passages that have the word in one of its forms, or their titles, spell it so."""
        spelt = re.compile(rf"\b{re.escape(word)}\b", re.IGNORECASE)
        statement = "SELECT title, text FROM keywords WHERE keywords MATCH ? LIMIT ? OFFSET ?"
        for limit, offset in ((1, 0), (LOOKED_AT - 1, 1)):  # a passage of a long text takes long; mostly one will do
            found = self._database.rows(statement, (f'"{word}"', limit, offset))
            if any(spelt.search(text) for row in found for text in row):
                return True
        return False

    def agree(self) -> bool:
        """Whether the keyword index is whole and holds just the words of the passages.

        The words themselves are compared only where no document is so long that the view, which goes through it
        from the start for each passage, would take minutes.
        """
        [(longest,)] = self._database.rows("SELECT coalesce(max(stop), 0) FROM passages")
        words = "SELECT id FROM keywords_docsize"
        if self._database.rows(f"SELECT 1 FROM ({words} EXCEPT SELECT id FROM passages) LIMIT 1"):
            return False
        if self._database.rows(f"SELECT 1 FROM (SELECT id FROM passages EXCEPT {words}) LIMIT 1"):
            return False
        check = "INSERT INTO keywords (keywords, rank) VALUES ('integrity-check', ?)"
        try:
            self._database.run(check, (int(longest < LONG),))
        except sqlite3.DatabaseError as error:
            if "malformed" not in str(error):
                raise explained(error, self._database.path) from error
            return False
        return True

    def _insert(self, rows: Sequence[tuple[int, str, str]]) -> None:
        self._database.run_many("INSERT INTO keywords (rowid, title, text) VALUES (?, ?, ?)", rows)

    def _of(self, document_id: str) -> list[tuple[int, str, str]]:
        """Id, title and text of its passages, as the view gives them, but in one pass over the document."""
        [(title, text)] = self._database.rows("SELECT title, text FROM documents WHERE id = ?", (document_id,))
        text = _as_viewed(text)
        places = self._database.rows("SELECT id, start, stop FROM passages WHERE document_id = ?", (document_id,))
        return [(number, title, text[start:stop]) for number, start, stop in places]


def _as_viewed(text: str) -> str:
    """The text as SQLite's substr sees it: up to the first NUL, which texts that come from files never have."""
    return text.partition("\0")[0]
