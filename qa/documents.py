"""Document: a clean text and where it comes from; read from files, folders and zip files.

Every character offset of the project points into `Document.text`, which is what the readers of `qa.formats`
give and never changes afterwards. A file that gives no text is reported as `Skipped` and stops nothing.

Not done here: splitting, storing, or telling whether a document is already known (its `id` does).
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from qa.cleaning import scrub
from qa.formats import MAX_BYTES, Content, Exhausting, Unreadable, archive, text, worker

log = logging.getLogger(__name__)

TEXTS = {".txt": text.read, ".text": text.read, ".md": text.read_markdown, ".markdown": text.read_markdown}
KINDS = (*TEXTS, *worker.READERS, ".zip")  # endings of the names of files that are read
MAX_TITLE = 200  # characters
MAX_EXHAUSTING = 3  # files that a zip file may hold which take all the time or memory they are given
_UNREADABLE_KINDS = {
    ".doc": "save it as .docx",
    ".odt": "save it as .docx",
    ".rtf": "save it as .docx",
    ".mobi": "convert it to .epub",
    ".mhtml": "save the page as .html",
}


@dataclass(frozen=True)
class Document:
    """A text with what is known of it: title, source (path of its file), ISO date, web address.

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
        """Number, from 1, of the page that the character at `offset` is on; None for a text without pages."""
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
    """The document in one file; `source` replaces the file's name as the name it is cited by.

    Raises `UnreadableDocument` when the file is missing, of an unknown kind, too large, damaged, encrypted or
    without text.
    """
    path = Path(path)
    name = _printable(path.name if source is None else source)
    try:
        if path.suffix.lower() == ".zip":
            raise Unreadable("a zip file may hold many documents", "read it with read_documents")
        _check_exists(path)
        _check_kind(path.suffix.lower())
        return _document(_read_bytes(path), path.suffix.lower(), path.stem, name)
    except Unreadable as error:
        raise UnreadableDocument(Skipped(name, error.reason, error.advice)) from error


def read_documents(paths: str | Path | Iterable[str | Path]) -> Iterator[Document | Skipped]:
    """Documents of files, folders (with their sub-folders) and zip files, in the order of their names.

    Sources are as `find_files` and `read_file` tell. A file that gives no text comes as `Skipped` in its place.
    """
    for path, source in find_files(paths):
        yield from read_file(path, source=source)


def read_file(path: str | Path, *, source: str | None = None) -> Iterator[Document | Skipped]:
    """What one file gives: a document, or the reason why not; of a zip file, that for each file in it.

    A document in a zip file has the zip file's source before its own name: "letters.zip/2021/may.txt".
    """
    path = Path(path)
    source = _printable(path.name if source is None else source)
    for item in _in_zip(path, source) if path.suffix.lower() == ".zip" else _in_file(path, source):
        if isinstance(item, Skipped):
            log.info("skipped %s", item)
        yield item


def find_files(paths: str | Path | Iterable[str | Path]) -> Iterator[tuple[Path, str]]:
    """Path and source of every file to read: files as given, and those in the folders given, by name.

    Sources are POSIX paths relative to the folder given, or the name of the file given. Hidden files are passed
    over, and links out of the folder are not followed. A sub-folder that cannot be opened stands for its files.
    """
    for given in [paths] if isinstance(paths, str | Path) else paths:
        path = Path(given)
        if path.is_dir():
            yield from _files(path)
        else:
            yield path, _printable(path.name)


def readable(stem: str) -> str:
    """A file name without its ending, as a title: "annual_report-2021" becomes "Annual report 2021"."""
    words = " ".join(re.split(r"[\s_-]+", stem)).strip()
    return words[:1].upper() + words[1:]


def _files(folder: Path) -> Iterator[tuple[Path, str]]:
    found: list[Path] = []
    unopened: list[OSError] = []
    for base, folders, names in os.walk(folder, onerror=unopened.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(base, name) for name in names if not name.startswith(".")]
    root = folder.resolve()
    for path in sorted([*found, *(Path(error.filename) for error in unopened)]):
        if path.is_dir() or (path.is_file() and path.resolve().is_relative_to(root)):
            yield path, _printable(path.relative_to(folder).as_posix())


def _in_file(path: Path, source: str) -> Iterator[Document | Skipped]:
    try:
        yield read_document(path, source=source)
    except UnreadableDocument as error:
        yield error.skipped


def _in_zip(path: Path, source: str) -> Iterator[Document | Skipped]:
    empty, exhausting = True, 0
    try:
        _check_exists(path)
        for member, data in archive.members(path):
            empty = False
            if exhausting == MAX_EXHAUSTING:
                raise Unreadable(
                    f"{exhausting} of its files took too much time or memory, so the rest was not read",
                    "unpack it and add the files that you trust",
                )
            name = PurePosixPath(_printable(member))
            cited = f"{source}/{name}"
            try:
                if isinstance(data, Unreadable):
                    raise data
                if name.suffix.lower() == ".zip":
                    raise Unreadable("a zip file inside a zip file is not opened", "unpack it and add what it holds")
                _check_kind(name.suffix.lower())
                yield _document(data, name.suffix.lower(), name.stem, cited)
            except Unreadable as error:
                exhausting += isinstance(error, Exhausting)
                yield Skipped(cited, error.reason, error.advice)
        if empty:
            raise Unreadable("it is empty", "check that it is the file you mean")
    except Unreadable as error:
        yield Skipped(source, error.reason, error.advice)


def _document(data: bytes, kind: str, stem: str, source: str) -> Document:
    if not data:
        raise Unreadable("it is empty", "check that it is the file you mean")
    content: Content = TEXTS[kind](data) if kind in TEXTS else worker.shared().read(kind, data)
    if not content.text.strip():
        raise Unreadable("it holds no text", "check that it is the file you mean")
    title = " ".join(scrub(content.title).split())[:MAX_TITLE]
    return Document(
        content.text,
        title=title or readable(_printable(stem)),
        source=source,
        date=content.date,
        pages=content.pages,
        address=content.address,
    )


def _check_kind(kind: str) -> None:
    if kind not in KINDS:
        what = f"files of the kind {kind}" if kind else "files without an ending to their name"
        raise Unreadable(f"{what} are not read", _UNREADABLE_KINDS.get(kind, f"convert it to one of {' '.join(KINDS)}"))


def _check_exists(path: Path) -> None:
    if not path.exists():
        raise Unreadable("there is no such file", "check the path")
    if path.is_dir():
        raise Unreadable("it is a folder, or one that cannot be opened", "check its permissions")
    if not path.is_file():
        raise Unreadable("it is not a file that holds text", "give a file or a folder")
    if not os.access(path, os.R_OK):
        raise Unreadable("there is no permission to read it", "check its permissions")


def _read_bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise Unreadable(
                f"it has {size / 1e6:,.0f} MB, and at most {MAX_BYTES / 1e6:,.0f} MB are read", "split it into parts"
            )
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(f"it cannot be read ({error.strerror})", "check its permissions and the disk") from error


def _printable(name: str) -> str:
    """The name with the bytes that are not UTF-8 (which Linux allows in file names) written out."""
    return scrub(name.encode("utf-8", errors="backslashreplace").decode()).replace("\n", " ")
