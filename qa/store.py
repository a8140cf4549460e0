"""Store: the documents, passages and embeddings of an index in one SQLite file, the only truth about them.

A document is stored once however many files hold its text; `files` says which files brought it. Passages hold
offsets only, their text is a slice of the document's. Embeddings are stored as fp16, which moves a cosine by
less than 0.001. All else in the index folder is derived from this file and can be deleted.

Scope: rows. What to add, and how to rank what is found, is the index's business.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from weakref import WeakValueDictionary

import numpy as np

from qa.database import Database
from qa.documents import Document
from qa.keywords import Keywords
from qa.passages import Passage


@dataclass(frozen=True)
class FileRecord:
    """What one file brought: a document, or a problem, or neither when the user removed its document."""

    path: str
    source: str
    document_id: str | None
    size: int
    modified: int  # nanoseconds
    problem: str | None = None
    advice: str | None = None


@dataclass(frozen=True)
class DocumentRecord:
    """A line of the list of documents: all but the text."""

    id: str
    title: str
    source: str
    date: str | None
    passages: int
    added: str  # UTC, ISO 8601


class Store(Database):
    """One open store; safe to use from several threads, which take turns."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        super().__init__(connection, path)
        self.keywords = Keywords(self)
        self._held: WeakValueDictionary[tuple, Document] = WeakValueDictionary()

    def replace(self, other: Path) -> None:
        """Takes over all that the store in the file `other` holds, in one transaction."""
        with self._lock:
            self.run("ATTACH ? AS other", (str(other),))
            try:
                with self.change():
                    for table in ("files", "passages", "documents"):
                        self.run(f"DELETE FROM main.{table}")
                    for table in ("documents", "passages", "files"):
                        self.run(f"INSERT INTO main.{table} SELECT * FROM other.{table}")
                    self.keywords.rebuild()
                    values = self.run("SELECT * FROM other.manifest WHERE key <> 'generation'")
                    self.describe(dict(values.fetchall()))
            finally:
                self.run("DETACH other")

    def bad_embeddings(self, dimension: int) -> list[int]:
        """Ids of the passages whose vector has another size, or is no unit vector."""
        rows = self.rows("SELECT id, length(embedding) FROM passages ORDER BY id")
        bad = {number for number, size in rows if size != 2 * dimension}
        good = np.array([number for number, _ in rows if number not in bad], dtype=np.int64)
        for begin in range(0, len(good), 10_000):
            part = good[begin : begin + 10_000]
            lengths = np.linalg.norm(self.embeddings(part), axis=1)
            bad |= set(part[~(np.abs(lengths - 1) < 0.01)].tolist())
        return sorted(bad)

    def replace_embeddings(self, ids: Sequence[int], embeddings: np.ndarray) -> None:
        """Stores other vectors for passages; inside a `change`. The cached vectors of an open index go stale."""
        rows = [(row.tobytes(), number) for number, row in zip(ids, embeddings.astype(np.float16), strict=True)]
        self.run_many("UPDATE passages SET embedding = ? WHERE id = ?", rows)

    # Documents and passages

    def add(self, document: Document, passages: Sequence[Passage], embeddings: np.ndarray) -> None:
        """Stores a document that is not stored yet; inside a `change`. `embeddings` is (passages, dimension)."""
        added = datetime.now(UTC).isoformat(timespec="seconds")
        self.run(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                document.id,
                document.title,
                document.source,
                document.date,
                json.dumps(document.pages),
                document.address,
                document.text,
                added,
            ),
        )
        numbered = []
        for passage, row in zip(passages, embeddings.astype(np.float16), strict=True):
            number = self.run(
                "INSERT INTO passages (document_id, number, start, stop, embedding) VALUES (?, ?, ?, ?, ?)",
                (document.id, passage.number, passage.start, passage.end, row.tobytes()),
            ).lastrowid
            assert number is not None, "a row was inserted"
            numbered.append((number, passage))
        self.keywords.add(document.title, document.text, numbered)

    def remove(self, document_id: str) -> None:
        """Removes a document with its passages; its files are kept as removed. Inside a `change`."""
        self.keywords.remove(document_id)
        self.run("UPDATE files SET document_id = NULL WHERE document_id = ?", (document_id,))
        self.run("DELETE FROM passages WHERE document_id = ?", (document_id,))
        self.run("DELETE FROM documents WHERE id = ?", (document_id,))

    def holds(self, document_id: str) -> bool:
        """Whether that document is stored."""
        return bool(self.rows("SELECT 1 FROM documents WHERE id = ?", (document_id,)))

    def document(self, document_id: str) -> Document | None:
        with self.snapshot():
            columns = "title, source, date, pages, address"
            rows = self.rows(f"SELECT {columns} FROM documents WHERE id = ?", (document_id,))
            if not rows:
                return None
            # One object for all who hold it: a conversation keeps many passages of one long text.
            held = self._held.get((document_id, *rows[0]))
            if held is not None:
                return held
            [(text,)] = self.rows("SELECT text FROM documents WHERE id = ?", (document_id,))
        title, source, date, pages, address = rows[0]
        document = Document(text, title, source, date, tuple(json.loads(pages)), address)
        return self._held.setdefault((document_id, *rows[0]), document)

    def passage_count(self) -> int:
        return int(self.rows("SELECT count(*) FROM passages")[0][0])

    def documents(self) -> list[DocumentRecord]:
        """Every document, in the order of their sources."""
        return [
            DocumentRecord(*row)
            for row in self.rows(
                "SELECT id, title, source, date, (SELECT count(*) FROM passages WHERE document_id = documents.id), "
                "added FROM documents ORDER BY source, id"
            )
        ]

    def passages(self, ids: Iterable[int]) -> dict[int, tuple[Passage, Document]]:
        """The passages of those ids that exist, with their documents."""
        documents: dict[str, Document] = {}
        found = {}
        for number in ids:
            statement = "SELECT document_id, number, start, stop FROM passages WHERE id = ?"
            for document_id, place, start, stop in self.rows(statement, (number,)):
                if document_id not in documents:
                    document = self.document(document_id)
                    assert document is not None, "the schema keeps no passage without its document"
                    documents[document_id] = document
                document = documents[document_id]
                found[number] = (Passage(document_id, place, start, stop, document.text[start:stop]), document)
        return found

    def passage_ids(self, document_id: str | None = None) -> np.ndarray:
        """Int64 array of all passage ids, or of one document's, ascending. An id is never used again."""
        where, values = ("", ()) if document_id is None else ("WHERE document_id = ?", (document_id,))
        rows = self.rows(f"SELECT id FROM passages {where} ORDER BY id", values)
        return np.array([row[0] for row in rows], dtype=np.int64)

    def embeddings(self, ids: np.ndarray) -> np.ndarray:
        """Float32 array (ids, dimension), in the order of the int64 array `ids`, all of which must exist."""
        blobs: dict[int, bytes] = {}
        for begin in range(0, len(ids), 500):
            part = [int(number) for number in ids[begin : begin + 500]]
            marks = ",".join("?" * len(part))
            blobs.update(self.rows(f"SELECT id, embedding FROM passages WHERE id IN ({marks})", part))
        if not blobs:
            return np.zeros((0, 0), dtype=np.float32)
        return np.stack([np.frombuffer(blobs[int(number)], dtype=np.float16) for number in ids]).astype(np.float32)

    # Files

    def files(self, path: str | None = None) -> list[FileRecord]:
        """What every file brought, or only the one of that path."""
        which, values = ("", ()) if path is None else (" WHERE path = ?", (path,))
        columns = "path, source, document_id, size, modified, problem, advice"
        return [FileRecord(*row) for row in self.rows(f"SELECT {columns} FROM files{which}", values)]

    def needed(self, document_id: str) -> bool:
        """Whether a file has brought that document."""
        return bool(self.rows("SELECT 1 FROM files WHERE document_id = ? LIMIT 1", (document_id,)))

    def record_file(self, record: FileRecord) -> None:
        """Inside a `change`."""
        self.run(
            "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                record.path,
                record.source,
                record.document_id,
                record.size,
                record.modified,
                record.problem,
                record.advice,
            ),
        )

    def forget_files(self, path: str) -> None:
        """Forgets what the file brought; the documents stay until `remove`. Inside a `change`."""
        self.run("DELETE FROM files WHERE path = ?", (path,))
