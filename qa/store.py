"""Store: the documents, passages and embeddings of an index in one SQLite file, the only truth about them.

Every change is one transaction in write-ahead-log mode: a process killed at any moment leaves the last
committed state, and readers go on in the state that they began with while one writer changes it. All else in
the index folder is derived from this file and can be deleted.

A document is stored once however many files hold its text; `files` says which files brought it. Passages hold
offsets only, their text is a slice of the document's. Embeddings are stored as fp16, which moves a cosine by
less than 0.001. Keyword search is SQLite's FTS5 with BM25 (https://sqlite.org/fts5.html).

Scope: rows. What to add, and how to rank what is found, is the index's business.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from weakref import WeakValueDictionary

import numpy as np

from qa.documents import Document
from qa.passages import Passage
from qa.schema import MIGRATIONS, StoreError, explained

LONG = 3_000_000  # characters
WAIT_SECONDS = 30.0  # how long a writer waits for another one


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


class Store:
    """One open store; safe to use from several threads, which take turns."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._lock = threading.RLock()
        self.path = path
        self._held: WeakValueDictionary[tuple, Document] = WeakValueDictionary()

    @classmethod
    def open(cls, path: str | Path, *, create: bool = False, wait: float = WAIT_SECONDS) -> Store:
        """The store in that file; made when `create` is set and there is none.

        Raises FileNotFoundError when there is none, StoreError when the file is not a store of this project,
        is damaged, or was written by a newer version.
        """
        path = Path(path)
        if not create and not path.is_file():
            raise FileNotFoundError(f"no store at {path}")
        try:
            return cls._open(str(path), path, wait)
        except sqlite3.OperationalError as error:
            if create or "unable to open" not in str(error):
                raise explained(error, path) from error
        except sqlite3.Error as error:
            raise explained(error, path) from error
        # Write-ahead logging makes files beside the store even for reading. Where the folder is read-only nobody
        # changes the store either, and it can be read without them.
        try:
            return cls._open(f"{path.absolute().as_uri()}?immutable=1", path, wait)
        except sqlite3.Error as error:
            raise explained(error, path) from error

    @classmethod
    def _open(cls, address: str, path: Path, wait: float) -> Store:
        connection = sqlite3.connect(
            address, timeout=wait, isolation_level=None, check_same_thread=False, uri=address.startswith("file:")
        )
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = NORMAL")
        store = cls(connection, path)
        store._migrate()
        return store

    def _migrate(self) -> None:
        version = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if version > len(MIGRATIONS):
            raise StoreError(
                f"{self.path} has schema {version}; this version reads up to {len(MIGRATIONS)}. "
                "Update the program, or delete the index folder and build it again."
            )
        if version == len(MIGRATIONS):
            return
        self._connection.execute("PRAGMA journal_mode = WAL")
        with self.change():
            version = self._connection.execute("PRAGMA user_version").fetchone()[0]
            for migration in MIGRATIONS[version:]:
                for statement in migration.split(";\n"):
                    self._connection.execute(statement)
            self._connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
            self.describe({"store": uuid.uuid4().hex})

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    # Transactions

    @contextmanager
    def change(self, *, keep: bool = True) -> Iterator[None]:
        """One transaction that writes: all of it is kept, or nothing, as when `keep` is not set. Waits for others.

        Raises StoreError when the other writer takes too long, the disk is full or the folder is read-only.
        """
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield
                    self._connection.execute(
                        "INSERT INTO manifest VALUES ('generation', '1') ON CONFLICT (key) "
                        "DO UPDATE SET value = CAST(value AS INTEGER) + 1"
                    )
                    self._connection.execute("COMMIT" if keep else "ROLLBACK")
                except BaseException:
                    if self._connection.in_transaction:
                        self._connection.execute("ROLLBACK")
                    raise
            except sqlite3.Error as error:
                raise explained(error, self.path) from error

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All reads inside see one committed state."""
        with self._lock:
            if self._connection.in_transaction:
                yield
                return
            try:
                self._connection.execute("BEGIN")
                try:
                    yield
                finally:
                    self._connection.execute("ROLLBACK")
            except sqlite3.Error as error:
                raise explained(error, self.path) from error

    def _rows(self, statement: str, values: Sequence[object] = ()) -> list[tuple]:
        with self._lock:
            try:
                return self._connection.execute(statement, values).fetchall()
            except sqlite3.Error as error:
                raise explained(error, self.path) from error

    # Manifest

    def manifest(self) -> dict[str, str]:
        return dict(self._rows("SELECT key, value FROM manifest"))

    def describe(self, values: Mapping[str, str]) -> None:
        """Sets manifest entries; inside a `change`."""
        self._connection.executemany(
            "INSERT INTO manifest VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            list(values.items()),
        )

    def generation(self) -> int:
        """Grows with every committed change."""
        return int(self._rows("SELECT value FROM manifest WHERE key = 'generation'")[0][0])

    def replace(self, other: Path) -> None:
        """Takes over all that the store in the file `other` holds, in one transaction."""
        with self._lock:
            self._connection.execute("ATTACH ? AS other", (str(other),))
            try:
                with self.change():
                    for table in ("files", "passages", "documents"):
                        self._connection.execute(f"DELETE FROM main.{table}")
                    for table in ("documents", "passages", "files"):
                        self._connection.execute(f"INSERT INTO main.{table} SELECT * FROM other.{table}")
                    self.rebuild_keywords()
                    values = self._connection.execute("SELECT * FROM other.manifest WHERE key <> 'generation'")
                    self.describe(dict(values.fetchall()))
            finally:
                self._connection.execute("DETACH other")

    def problems(self) -> list[str]:
        """What SQLite finds wrong with the file itself; nothing of it can be repaired here."""
        found = [row[0] for row in self._rows("PRAGMA integrity_check")]
        broken = self._rows("PRAGMA foreign_key_check")
        return [line for line in found if line != "ok"] + [f"a row of {row[0]} points nowhere" for row in broken]

    def keywords_agree(self) -> bool:
        """Whether the keyword index is whole and holds just the words of the passages.

        The words themselves are compared only where no document is so long that the view, which goes through it
        from the start for each passage, would take minutes.
        """
        [(longest,)] = self._rows("SELECT coalesce(max(stop), 0) FROM passages")
        words = "SELECT id FROM keywords_docsize"
        if self._rows(f"SELECT 1 FROM ({words} EXCEPT SELECT id FROM passages) LIMIT 1"):
            return False
        if self._rows(f"SELECT 1 FROM (SELECT id FROM passages EXCEPT {words}) LIMIT 1"):
            return False
        with self._lock:
            try:
                self._connection.execute(
                    "INSERT INTO keywords (keywords, rank) VALUES ('integrity-check', ?)", (int(longest < LONG),)
                )
            except sqlite3.DatabaseError as error:
                if "malformed" not in str(error):
                    raise explained(error, self.path) from error
                return False
        return True

    def rebuild_keywords(self) -> None:
        """Makes the keyword index again from the passages; inside a `change`."""
        self._connection.execute("INSERT INTO keywords (keywords) VALUES ('delete-all')")
        for (number,) in self._rows("SELECT id FROM documents"):
            words = "INSERT INTO keywords (rowid, title, text) VALUES (?, ?, ?)"
            self._connection.executemany(words, self._keywords_of(number))

    def _keywords_of(self, document_id: str) -> list[tuple[int, str, str]]:
        """Id, title and text of its passages, as the view gives them, but in one pass over the document."""
        [(title, text)] = self._rows("SELECT title, text FROM documents WHERE id = ?", (document_id,))
        text = _as_viewed(text)
        places = self._rows("SELECT id, start, stop FROM passages WHERE document_id = ?", (document_id,))
        return [(number, title, text[start:stop]) for number, start, stop in places]

    def bad_embeddings(self, dimension: int) -> list[int]:
        """Ids of the passages whose vector has another size, or is no unit vector."""
        rows = self._rows("SELECT id, length(embedding) FROM passages ORDER BY id")
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
        self._connection.executemany("UPDATE passages SET embedding = ? WHERE id = ?", rows)

    # Documents and passages

    def add(self, document: Document, passages: Sequence[Passage], embeddings: np.ndarray) -> None:
        """Stores a document that is not stored yet; inside a `change`. `embeddings` is (passages, dimension)."""
        added = datetime.now(UTC).isoformat(timespec="seconds")
        self._connection.execute(
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
        text, rows = _as_viewed(document.text), []
        for passage, row in zip(passages, embeddings.astype(np.float16), strict=True):
            number = self._connection.execute(
                "INSERT INTO passages (document_id, number, start, stop, embedding) VALUES (?, ?, ?, ?, ?)",
                (document.id, passage.number, passage.start, passage.end, row.tobytes()),
            ).lastrowid
            rows.append((number, document.title, text[passage.start : passage.end]))
        self._connection.executemany("INSERT INTO keywords (rowid, title, text) VALUES (?, ?, ?)", rows)

    def remove(self, document_id: str) -> None:
        """Removes a document with its passages; its files are kept as removed. Inside a `change`."""
        words = "INSERT INTO keywords (keywords, rowid, title, text) VALUES ('delete', ?, ?, ?)"
        self._connection.executemany(words, self._keywords_of(document_id))
        self._connection.execute("UPDATE files SET document_id = NULL WHERE document_id = ?", (document_id,))
        self._connection.execute("DELETE FROM passages WHERE document_id = ?", (document_id,))
        self._connection.execute("DELETE FROM documents WHERE id = ?", (document_id,))

    def holds(self, document_id: str) -> bool:
        """Whether that document is stored."""
        return bool(self._rows("SELECT 1 FROM documents WHERE id = ?", (document_id,)))

    def document(self, document_id: str) -> Document | None:
        with self.snapshot():
            columns = "title, source, date, pages, address"
            rows = self._rows(f"SELECT {columns} FROM documents WHERE id = ?", (document_id,))
            if not rows:
                return None
            # One object for all who hold it: a conversation keeps many passages of one long text.
            held = self._held.get((document_id, *rows[0]))
            if held is not None:
                return held
            [(text,)] = self._rows("SELECT text FROM documents WHERE id = ?", (document_id,))
        title, source, date, pages, address = rows[0]
        document = Document(text, title, source, date, tuple(json.loads(pages)), address)
        return self._held.setdefault((document_id, *rows[0]), document)

    def passage_count(self) -> int:
        return int(self._rows("SELECT count(*) FROM passages")[0][0])

    def documents(self) -> list[DocumentRecord]:
        """Every document, in the order of their sources."""
        return [
            DocumentRecord(*row)
            for row in self._rows(
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
            for document_id, place, start, stop in self._rows(statement, (number,)):
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
        rows = self._rows(f"SELECT id FROM passages {where} ORDER BY id", values)
        return np.array([row[0] for row in rows], dtype=np.int64)

    def embeddings(self, ids: np.ndarray) -> np.ndarray:
        """Float32 array (ids, dimension), in the order of the int64 array `ids`, all of which must exist."""
        blobs: dict[int, bytes] = {}
        for begin in range(0, len(ids), 500):
            part = [int(number) for number in ids[begin : begin + 500]]
            marks = ",".join("?" * len(part))
            blobs.update(self._rows(f"SELECT id, embedding FROM passages WHERE id IN ({marks})", part))
        if not blobs:
            return np.zeros((0, 0), dtype=np.float32)
        return np.stack([np.frombuffer(blobs[int(number)], dtype=np.float16) for number in ids]).astype(np.float32)

    def keyword_search(self, query: str, limit: int) -> list[tuple[int, float]]:
        """(passage id, BM25 score, higher is better) of the best matches of an FTS5 query, best first."""
        return self._rows(
            "SELECT rowid, -bm25(keywords) FROM keywords WHERE keywords MATCH ? ORDER BY bm25(keywords), rowid LIMIT ?",
            (query, limit),
        )

    # Files

    def files(self, path: str | None = None) -> list[FileRecord]:
        """What every file brought, or only the one of that path."""
        which, values = ("", ()) if path is None else (" WHERE path = ?", (path,))
        columns = "path, source, document_id, size, modified, problem, advice"
        return [FileRecord(*row) for row in self._rows(f"SELECT {columns} FROM files{which}", values)]

    def needed(self, document_id: str) -> bool:
        """Whether a file has brought that document."""
        return bool(self._rows("SELECT 1 FROM files WHERE document_id = ? LIMIT 1", (document_id,)))

    def record_file(self, record: FileRecord) -> None:
        """Inside a `change`."""
        self._connection.execute(
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
        self._connection.execute("DELETE FROM files WHERE path = ?", (path,))


def _as_viewed(text: str) -> str:
    """The text as SQLite's substr sees it: up to the first NUL, which texts that come from files never have."""
    return text.partition("\0")[0]
