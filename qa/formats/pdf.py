"""PDF: the text of each page, read by PDFium, with the offsets at which pages start.

A PDF holds lines, not paragraphs. Lines that reach the right edge are joined to the next, words hyphenated at a
line's end are made whole, and what repeats at the head or foot of most pages is left out.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from qa.cleaning import scrub
from qa.formats import Content, Unreadable, valid_date
from qa.formats.text import headline

MAX_PAGES = 20_000
FULL_LINE = 0.7  # of the page's longest line: a line at least so long goes on in the next
MIN_REPEATS = 3  # pages on which a head or foot line stands before it counts as one
_HYPHEN = re.compile(r"[\x02\ufffe](?:\r\n?|\n)?")  # what PDFium gives for a hyphen that breaks a word
_DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)(\d\d)")
_DIGITS = re.compile(r"\d+")
_ENDED = re.compile(r"[.!?:…。！？][\"'”’»)\]]*$")
_ENTRY = re.compile(r"(?:[-*+•·◦▪–—]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)])\s")


def read(data: bytes) -> Content:
    """Content of a PDF. Raises `Unreadable` when it is encrypted, damaged, or pictures only."""
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        document = PdfDocument(data)
        count = len(document)
    except PdfiumError as error:
        if "password" in str(error).lower():
            raise Unreadable("it is encrypted", "save a copy without a password") from error
        raise Unreadable(
            "it is damaged or not a PDF file", "open it in a PDF reader and save it anew, or fetch it again"
        ) from error
    if count > MAX_PAGES:
        raise Unreadable(f"it has {count:,} pages, and at most {MAX_PAGES:,} are read", "split it into parts")
    pages = [_lines(document, number) for number in range(count)]
    if not any(pages):
        raise Unreadable(
            f"none of its pages ({count:,}) holds text, only pictures",
            "run text recognition on it, for example with ocrmypdf, and add the result",
        )
    text, starts = _join([_paragraphs(lines) for lines in _without_running_lines(pages)])
    made = _DATE.match(document.get_metadata_value("CreationDate"))
    return Content(
        text,
        title=_title(document) or headline(text),
        date=valid_date("-".join(made.groups())) if made else None,
        pages=starts,
    )


def _lines(document: Any, number: int) -> list[str]:
    from pypdfium2 import PdfiumError

    try:
        page = document[number]
        text = page.get_textpage().get_text_bounded()
        page.close()
    except PdfiumError:
        return []  # one bad page does not cost the others
    lines = scrub(_HYPHEN.sub("", text)).split("\n")
    return [line.strip() for line in lines if line.strip()]


def _without_running_lines(pages: list[list[str]]) -> list[list[str]]:
    """The pages without the first and last lines that, but for their numbers, most pages share."""
    edges = Counter(
        shape for lines in pages if lines for shape in {_DIGITS.sub("#", lines[0]), _DIGITS.sub("#", lines[-1])}
    )
    running = {shape for shape, n in edges.items() if n >= MIN_REPEATS and n > len(pages) / 2}
    return [
        [
            line
            for number, line in enumerate(lines)
            if number not in (0, len(lines) - 1) or _DIGITS.sub("#", line) not in running
        ]
        for lines in pages
    ]


def _paragraphs(lines: list[str]) -> str:
    """The lines of a page, joined where one goes on in the next."""
    full = FULL_LINE * max(map(len, lines), default=0)
    text = ""
    for number, line in enumerate(lines):
        if number:
            above = lines[number - 1]
            goes_on = len(above) >= full or (line[:1].islower() and not _ENDED.search(above))
            text += " " if goes_on and not _ENTRY.match(line) else "\n\n" if _ENDED.search(above) else "\n"
        text += line
    return text


def _join(pages: list[str]) -> tuple[str, tuple[int, ...]]:
    """One text of all pages, and where in it each page starts."""
    text: list[str] = []
    starts: list[int] = []
    length = 0
    for page in pages:
        if page and length:
            gap = "\n\n" if _ENDED.search(text[-1][-8:]) or not page[:1].islower() else "\n"
            text.append(gap)
            length += len(gap)
        starts.append(length)
        if page:
            text.append(page)
            length += len(page)
    return "".join(text), tuple(starts)


def _title(document: Any) -> str:
    """The title that the file states, unless a program put its file name there."""
    title = document.get_metadata_value("Title").strip()
    named = re.search(r"\.\w{2,5}$|^untitled|^microsoft word|^document\d*$", title, re.IGNORECASE)
    return "" if named else title
