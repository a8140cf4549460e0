"""Database: one open SQLite file whose every change is one transaction.

In write-ahead-log mode a process killed at any moment leaves the last committed state, and readers go on in the
state that they began with while one writer changes it (https://sqlite.org/wal.html).

Scope: opening, transactions, and the manifest of what describes the whole. What the tables hold is not.
"""

from __future__ import annotations

import sqlite3
import threading
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from qa.schema import MIGRATIONS, StoreError, explained

WAIT_SECONDS = 30.0  # how long a writer waits for another one


class Database:
    """One open file; safe to use from several threads, which take turns."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._lock = threading.RLock()
        self.path = path

    @classmethod
    def open(cls, path: str | Path, *, create: bool = False, wait: float = WAIT_SECONDS) -> Self:
        """The one in that file; made when `create` is set and there is none.

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
    def _open(cls, address: str, path: Path, wait: float) -> Self:
        connection = sqlite3.connect(
            address, timeout=wait, isolation_level=None, check_same_thread=False, uri=address.startswith("file:")
        )
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = NORMAL")
        opened = cls(connection, path)
        opened._migrate()
        return opened

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

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[tuple]:
        """What the statement finds, in a change, in a snapshot or by itself."""
        with self._lock:
            try:
                return self._connection.execute(statement, values).fetchall()
            except sqlite3.Error as error:
                raise explained(error, self.path) from error

    def run(self, statement: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        """Executes a statement that writes; inside a `change`."""
        with self._lock:
            return self._connection.execute(statement, values)

    def run_many(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        """Executes it for each of the rows; inside a `change`."""
        with self._lock:
            self._connection.executemany(statement, rows)

    # Manifest

    def manifest(self) -> dict[str, str]:
        return dict(self.rows("SELECT key, value FROM manifest"))

    def describe(self, values: Mapping[str, str]) -> None:
        """Sets manifest entries; inside a `change`."""
        self.run_many(
            "INSERT INTO manifest VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            list(values.items()),
        )

    def generation(self) -> int:
        """Grows with every committed change."""
        return int(self.rows("SELECT value FROM manifest WHERE key = 'generation'")[0][0])

    def problems(self) -> list[str]:
        """What SQLite finds wrong with the file itself; nothing of it can be repaired here."""
        found = [row[0] for row in self.rows("PRAGMA integrity_check")]
        broken = self.rows("PRAGMA foreign_key_check")
        return [line for line in found if line != "ok"] + [f"a row of {row[0]} points nowhere" for row in broken]
