"""Schema: the tables of a store, and how an older store is brought up to them.

Scope: what the tables are. What is in them is the store's business.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

# Number n brings a store from schema n to n + 1; never edited once released, only appended to.
MIGRATIONS = (
    """
    CREATE TABLE manifest (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE documents (
        id TEXT PRIMARY KEY, title TEXT NOT NULL, source TEXT NOT NULL, date TEXT, pages TEXT NOT NULL,
        address TEXT NOT NULL, text TEXT NOT NULL, added TEXT NOT NULL
    );
    CREATE TABLE files (
        path TEXT NOT NULL, source TEXT NOT NULL, document_id TEXT REFERENCES documents(id),
        size INTEGER NOT NULL, modified INTEGER NOT NULL, problem TEXT, advice TEXT,
        PRIMARY KEY (path, source)
    ) WITHOUT ROWID;
    CREATE INDEX files_document ON files(document_id);
    CREATE TABLE passages (
        id INTEGER PRIMARY KEY AUTOINCREMENT, document_id TEXT NOT NULL REFERENCES documents(id),
        number INTEGER NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL, embedding BLOB NOT NULL
    );
    CREATE INDEX passages_document ON passages(document_id, number);
    CREATE VIEW passage_texts AS
        SELECT passages.id AS id, documents.title AS title,
               substr(documents.text, passages.start + 1, passages.stop - passages.start) AS text
        FROM passages JOIN documents ON documents.id = passages.document_id;
    CREATE VIRTUAL TABLE keywords USING fts5(
        title, text, content='passage_texts', content_rowid='id', tokenize='porter unicode61 remove_diacritics 2'
    );
    """,
)


class StoreError(RuntimeError):
    """The store cannot be opened or changed; the message says why and what to do. Nothing was changed."""


def explained(error: sqlite3.Error, path: Path) -> StoreError:
    """The error as one that says what to do about it."""
    reason = str(error)
    if "locked" in reason or "busy" in reason:
        advice = "Another process is changing this index; wait until it has finished and try again."
    elif "full" in reason:
        advice = "Make room on the disk and try again; the index is as it was before."
    elif "readonly" in reason or "unable to open" in reason:
        advice = "Check that the folder exists and that this user may write to it."
    elif "not a database" in reason or "malformed" in reason:
        advice = "The file is not an index or is damaged: delete the index folder and build it again."
    else:
        advice = "The index is as it was before."
    return StoreError(f"{path}: {reason}. {advice}")
