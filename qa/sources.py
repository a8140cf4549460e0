"""Source: where a text came from, and what became of the files since they were read.

A file is known by its path relative to the index folder, so that a project folder can be moved as a whole.
While its size and time of change stay, it is not read again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from qa.documents import find_files
from qa.store import FileRecord


@dataclass(frozen=True)
class Compared:
    """The files in some paths, compared with what is remembered of them."""

    unchanged: tuple[FileRecord, ...]
    changed: tuple[tuple[Path, str], ...]  # path and source of those to read, new ones among them
    gone: tuple[str, ...]  # portable paths


def compare(records: Iterable[FileRecord], paths: Sequence[Path], *, base: Path, revive: bool = False) -> Compared:
    """Compares all that `records` remember with the files in `paths`; only what lay in a folder of them can be gone.

    `revive`: reads files again whose documents the user removed.
    """
    known: dict[str, list[FileRecord]] = {}
    for record in records:
        known.setdefault(record.path, []).append(record)
    unchanged: list[FileRecord] = []
    changed, present, closed = [], set(), []
    for path, source in find_files(paths):
        portable = portable_path(path, base)
        present.add(portable)
        if path.is_dir():  # one that cannot be opened: what it holds is not known to be gone
            closed.append(path)
        brought = known.get(portable, [])
        removed = any(record.document_id is None and record.problem is None for record in brought)
        if brought and (brought[0].size, brought[0].modified) == stamp(path) and not (revive and removed):
            unchanged += brought
        else:
            changed.append((path, source))
    followed, unknown = inside([path for path in paths if path.is_dir()], base), inside(closed, base)
    gone = [path for path in known if path not in present and followed(path) and not unknown(path)]
    return Compared(tuple(unchanged), tuple(changed), tuple(gone))


def existing(corpus: str | Path | Sequence[str | Path]) -> list[Path]:
    """The path or paths; raises FileNotFoundError for one where there is nothing."""
    paths = [Path(corpus)] if isinstance(corpus, str | Path) else [Path(path) for path in corpus]
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(
                f"no file or folder {str(path)!r}: expected texts there. Make the folder and put texts in, "
                "or name another: python -m qa index FOLDER"
            )
    return paths


def stamp(path: Path) -> tuple[int, int]:
    """Size in bytes and time of change in nanoseconds; zeros where they cannot be told."""
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_size, status.st_mtime_ns


def portable_path(path: Path, base: Path) -> str:
    """The path relative to `base`, so that both can be moved together; absolute where there is no such path."""
    try:
        return Path(os.path.relpath(path.absolute(), base.absolute())).as_posix()
    except ValueError:  # another drive
        return path.absolute().as_posix()


def absolute_path(portable: str, base: Path) -> Path:
    """The inverse of `portable_path`."""
    return Path(os.path.normpath(base.absolute() / portable))


def inside(paths: Sequence[Path], base: Path) -> Callable[[str], bool]:
    """Tells of a portable path whether it is one of those paths or lies in one."""
    roots = {absolute_path(portable_path(path, base), base) for path in paths}

    def within(portable: str) -> bool:
        place = absolute_path(portable, base)
        return not roots.isdisjoint((place, *place.parents))

    return within
