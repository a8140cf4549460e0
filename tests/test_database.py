"""One file, whole changes, and readers who are not disturbed by them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from qa.database import Database
from qa.schema import MIGRATIONS, StoreError


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database.open(tmp_path / "passages.db", create=True)


def write(database: Database, value: str) -> None:
    with database.change():
        database.describe({"word": value})


def test_a_change_is_kept_whole_or_not_at_all_and_counted(database: Database) -> None:
    write(database, "one")
    before = database.generation()
    with database.change(keep=False):
        database.describe({"word": "two"})
        assert database.manifest()["word"] == "two"

    def fail_half_way() -> None:
        with database.change():
            database.describe({"word": "three"})
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        fail_half_way()
    assert (database.manifest()["word"], database.generation()) == ("one", before)
    write(database, "four")
    assert (database.manifest()["word"], database.generation()) == ("four", before + 1)


def test_readers_see_the_committed_state_while_a_writer_works(database: Database) -> None:
    other = Database.open(database.path, wait=0.1)
    write(database, "one")
    with database.change():
        database.describe({"word": "two"})
        assert other.manifest()["word"] == "one"
        with pytest.raises(StoreError, match="Another process"), other.change():
            pass
    assert other.manifest()["word"] == "two"


def test_a_snapshot_stays_the_same_while_others_write(database: Database) -> None:
    other = Database.open(database.path)
    write(database, "one")
    with other.snapshot():
        assert other.manifest()["word"] == "one"
        write(database, "two")
        assert other.manifest()["word"] == "one"
    assert other.manifest()["word"] == "two"


@pytest.mark.parametrize(
    ("content", "message"), [(b"not a database, by far" * 100, "delete the index folder"), (None, "newer|schema")]
)
def test_what_is_no_store_is_refused_with_advice(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "passages.db"
    if content is None:
        with sqlite3.connect(path) as connection:
            connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    else:
        path.write_bytes(content)
    with pytest.raises(StoreError, match=message):
        Database.open(path)


def test_a_missing_store_is_not_made_by_looking(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Database.open(tmp_path / "passages.db")
    assert not (tmp_path / "passages.db").exists()
