"""What became of files is told by their size and time, and where they are by a path that can be moved."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.sources import absolute_path, compare, existing, inside, portable_path, stamp
from qa.store import FileRecord

NAMES = st.lists(st.text("ab.-é ", min_size=1, max_size=4).filter(lambda name: name.strip(".")), min_size=1, max_size=4)


@given(NAMES, NAMES)
def test_a_portable_path_leads_back_and_moves_along(path: list[str], base: list[str]) -> None:
    for root in (Path("/here"), Path("/some/where/else")):
        portable = portable_path(root.joinpath(*path), root.joinpath(*base))
        assert absolute_path(portable, root.joinpath(*base)) == root.joinpath(*path)
    assert portable == portable_path(Path("/here").joinpath(*path), Path("/here").joinpath(*base))


def test_inside_is_the_path_itself_and_what_lies_in_it() -> None:
    within = inside([Path("/a/b"), Path("/a/c.txt")], Path("/a/index"))
    assert [within(place) for place in ("../b", "../b/x/y", "../c.txt", "../bc", "..", "../d.txt")] == [
        *[True] * 3,
        *[False] * 3,
    ]


def test_files_are_new_changed_gone_or_as_they_were(tmp_path: Path) -> None:
    folder, index = tmp_path / "texts", tmp_path / "index"
    folder.mkdir()
    for name in ("same.txt", "changed.txt", "new.txt", "refused.pdf", "removed.txt"):
        (folder / name).write_text(name)

    def record(name: str, document_id: str | None, problem: str | None = None) -> FileRecord:
        size, modified = stamp(folder / name)
        return FileRecord(f"../texts/{name}", name, document_id, size, modified, problem)

    records = [
        record("same.txt", "1"),
        record("changed.txt", "2"),
        record("refused.pdf", None, "encrypted"),
        record("removed.txt", None),
        record("gone.txt", "5"),
        FileRecord("../elsewhere/gone.txt", "gone.txt", "6", 1, 1),
    ]
    os.utime(folder / "changed.txt", ns=(1, 1))
    found = compare(records, [folder], base=index)
    assert {kept.source for kept in found.unchanged} == {"same.txt", "refused.pdf", "removed.txt"}
    assert found.changed == tuple((folder / name, name) for name in ("changed.txt", "new.txt"))
    assert found.gone == ("../texts/gone.txt",)
    revived = compare(records, [folder], base=index, revive=True)
    assert [source for _, source in revived.changed] == ["changed.txt", "new.txt", "removed.txt"]
    assert compare(records, [folder / "same.txt"], base=index).gone == ()


def test_a_path_without_anything_is_named(tmp_path: Path) -> None:
    assert existing(tmp_path) == [tmp_path]
    with pytest.raises(FileNotFoundError, match=r"nowhere'.*expected texts"):
        existing([tmp_path, tmp_path / "nowhere"])
