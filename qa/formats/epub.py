"""Electronic books (.epub): the chapters in reading order, with the title and date that the book states."""

from __future__ import annotations

import posixpath
import re
from typing import Any
from urllib.parse import unquote
from zipfile import ZipFile

from qa.cleaning import scrub
from qa.formats import Content, Unreadable, valid_date
from qa.formats.archive import open_package
from qa.formats.html import visible_text
from qa.formats.text import decode

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*>")
_NOT_A_BOOK = ("it is not an electronic book or is damaged", "open it in a book reader, or convert it to .txt")


def read(data: bytes) -> Content:
    """Content of a book (EPUB 2 or 3). Raises `Unreadable` when it is copy-protected or damaged."""
    with open_package(data) as archive:
        names = set(archive.namelist())
        if "META-INF/rights.xml" in names or "META-INF/sinf.xml" in names:
            raise Unreadable("it is encrypted (copy protection)", "add a copy without protection")
        package = _package(archive, names)
        book = _parse(archive.read(package))
        files = {item.get("id"): item.get("href") or "" for item in book.iterfind(".//{*}manifest/{*}item")}
        chapters = []
        for entry in book.iterfind(".//{*}spine/{*}itemref"):
            href = unquote(files.get(entry.get("idref")) or "").split("#")[0]
            name = posixpath.normpath(posixpath.join(posixpath.dirname(package), href))
            if name in names:
                page = _DECLARATION.sub("", decode(archive.read(name)))
                chapters.append(scrub(visible_text(page)).strip("\n").rstrip() if page.strip() else "")
    date = valid_date(book.findtext(".//{*}metadata/{*}date") or "")
    return Content(
        "\n\n".join(filter(None, chapters)),
        title=book.findtext(".//{*}metadata/{*}title") or "",
        date=date,
    )


def _package(archive: ZipFile, names: set[str]) -> str:
    """Name of the file that lists the book's parts."""
    if "META-INF/container.xml" not in names:
        raise Unreadable(*_NOT_A_BOOK)
    root = _parse(archive.read("META-INF/container.xml")).find(".//{*}rootfile")
    name = "" if root is None else root.get("full-path", "")
    if name not in names:
        raise Unreadable(*_NOT_A_BOOK)
    return name


def _parse(data: bytes) -> Any:
    from defusedxml.ElementTree import fromstring

    return fromstring(data, forbid_dtd=False)
