"""Document: a clean text and where it comes from; read from files and folders.

Every character offset of the project points into `Document.text`, which is what the readers of `qa.formats`
return and never changes afterwards. A file that gives no text is reported as `Skipped` and stops nothing.

Not done here: splitting, storing, or deciding whether a document is already known (its `id` tells).
"""

from __future__ import annotations

import hashlib
import logging
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from qa.formats import Content, Unreadable, text

log = logging.getLogger(__name__)

MAX_BYTES = 100_000_000  # a larger file is skipped; Middlemarch is 1.8 million
READERS = {".txt": text.read, ".text": text.read, ".md": text.read_markdown, ".markdown": text.read_markdown}


@dataclass(frozen=True)
class Document:
    """A text with what is known of it: title, source (its file's relative path), ISO date, web address.

    `pages` are the character offsets at which its pages start; () for a text without pages.
    """

    text: str
    title: str = ""
    source: str = ""
    date: str | None = None
    pages: tuple[int, ...] = ()
    address: str = ""

    @cached_property
    def id(self) -> str:
        """SHA-256 of the text in UTF-8, as hex: the same text twice is one document."""
        return hashlib.sha256(self.text.encode("utf-8", errors="surrogatepass")).hexdigest()

    def page(self, offset: int) -> int | None:
        """Number of the page, from 1, that the character at `offset` is on; None for a text without pages."""
        return max(1, bisect_right(self.pages, offset)) if self.pages else None


@dataclass(frozen=True)
class Skipped:
    """A file that was not read: its name, the reason, and what to do about it."""

    source: str
    reason: str
    advice: str

    def __str__(self) -> str:
        return f"{self.source}: {self.reason}; {self.advice}"


class UnreadableDocument(ValueError):
    """Raised for a single file that gives no text; `skipped` says why."""

    def __init__(self, skipped: Skipped) -> None:
        super().__init__(str(skipped))
        self.skipped = skipped


def read_document(path: str | Path, *, source: str | None = None) -> Document:
    """The document in one file; `source` replaces the file name as the name it is cited by.

    Raises `UnreadableDocument` when the file is missing, of an unknown kind, too large, damaged or without text.
    """
    path = Path(path)
    name = path.name if source is None else source
    try:
        content = _content(path)
    except Unreadable as error:
        raise UnreadableDocument(Skipped(name, error.reason, error.advice)) from error
    return Document(
        content.text,
        title=content.title or readable(path.stem),
        source=name,
        date=content.date,
        pages=content.pages,
        address=content.address,
    )


def read_documents(paths: str | Path | Iterable[str | Path]) -> Iterator[Document | Skipped]:
    """Documents of files and folders, as `find_files` finds them; a file that gives no text comes as `Skipped`."""
    for path, source in find_files(paths):
        yield from read_file(path, source=source)


def read_file(path: str | Path, *, source: str | None = None) -> Iterator[Document | Skipped]:
    """The documents in one file, which are several where it is a zip; `Skipped` in the place of an unreadable one."""
    try:
        yield read_document(path, source=source)
    except UnreadableDocument as error:
        log.info("skipped %s", error)
        yield error.skipped


def find_files(paths: str | Path | Iterable[str | Path]) -> Iterator[tuple[Path, str]]:
    """Every file with its source, folders with their sub-folders in the order of their names.

    Sources are POSIX paths relative to the folder given. Hidden files are passed over, and so are links that
    lead out of the folder.
    """
    for given in [paths] if isinstance(paths, (str, Path)) else paths:
        given = Path(given)
        yield from _files(given) if given.is_dir() else [(given, given.name)]


def readable(stem: str) -> str:
    """A file name without its ending, as a title: "annual_report-2021" becomes "Annual report 2021"."""
    words = " ".join(re.split(r"[\s_-]+", stem)).strip()
    return words[:1].upper() + words[1:]


def _files(folder: Path) -> Iterator[tuple[Path, str]]:
    root = folder.resolve()
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if any(part.startswith(".") for part in relative.parts) or not path.is_file():
            continue
        if path.resolve().is_relative_to(root):
            yield path, relative.as_posix()


def _content(path: Path) -> Content:
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        kind = (
            f"files of the kind {path.suffix!r}" if path.suffix else "files without an ending in their name"
        )
        raise Unreadable(f"{kind} are not known", f"convert it to one of {' '.join(sorted(READERS))}")
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise Unreadable(
                f"it has {size / 1e6:,.0f} MB, and at most {MAX_BYTES / 1e6:,.0f} MB are read",
                "split it into parts",
            )
        content = reader(path.read_bytes())
    except FileNotFoundError as error:
        raise Unreadable("there is no such file", "check the path") from error
    except OSError as error:
        raise Unreadable(f"it cannot be opened ({error.strerror})", "check its permissions") from error
    if not content.text.strip():
        raise Unreadable("it holds no text", "check that it is the file you mean")
    return content
