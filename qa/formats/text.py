"""Plain text and Markdown: finds the encoding, cleans the text, and finds its title."""

from __future__ import annotations

import codecs
import contextlib
import re

from qa.cleaning import clean, is_prose, scrub
from qa.formats import Content, Unreadable, valid_date

_NO_TEXT = ("its bytes are not text in any known encoding", "save it as UTF-8 text and add it again")
MAX_TITLE = 200  # characters
SAMPLE = 200_000  # bytes from which an encoding is guessed
_BYTE_ORDER_MARKS = [
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is the beginning of this one
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
]
_OTHER_KINDS = {
    b"%PDF-": "a PDF file",
    b"PK\3\4": "a zip, Word or EPUB file",
    b"\xd0\xcf\x11\xe0": "an older Office file",
    b"{\\rtf": "an RTF file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF89a": "a picture",
    b"\x1f\x8b": "a gzip file",
    b"\x7fELF": "a program",
    b"SQLite format 3\0": "a database",
}
MAX_CONTROLS = 0.1  # of the characters; more are no text
_FRONT_MATTER = re.compile(r"---\n(.{0,5000}?)\n---(?:\n|$)", re.DOTALL)
_FIELD = re.compile(r"^(title|date):[ \t]*(.+?)[ \t]*$", re.MULTILINE | re.IGNORECASE)
_HEADING = re.compile(r"^#{1,2}[ \t]+(.+?)[ \t#]*$", re.MULTILINE)


def read(data: bytes) -> Content:
    """Content of a plain text file in any encoding. The title is its headline, or "" where it has none."""
    text = clean(decode(data))
    return Content(text, title=headline(text))


def read_markdown(data: bytes) -> Content:
    """Content of a Markdown file, its marks left in place; title and date from front matter or first heading."""
    text = clean(decode(data))
    fields: dict[str, str] = {}
    if matter := _FRONT_MATTER.match(text):
        fields = {name.lower(): value.strip("\"'") for name, value in _FIELD.findall(matter[1])}
        text = text[matter.end() :].strip("\n")
    heading = _HEADING.search(text[:5000])
    title = fields.get("title") or (heading[1] if heading else headline(text))
    return Content(text, title=title, date=valid_date(fields.get("date", "")))


def decode(data: bytes, *, declared: str | None = None) -> str:
    """The text of the bytes: by byte order mark, as UTF-8, as `declared`, else as chardet detects.

    Raises `Unreadable` for bytes that are no text in any encoding.
    """
    for begin, kind in _OTHER_KINDS.items():
        if data.startswith(begin):
            raise Unreadable(f"it is {kind} by its content", "give its name the ending that says so, or convert it")
    text = _decode(data, declared)
    sample = text[:SAMPLE]
    if len(sample) - len(scrub(sample.replace("\r\n", "\n"))) > max(10, MAX_CONTROLS * len(sample)):
        raise Unreadable(*_NO_TEXT)
    return text


def _decode(data: bytes, declared: str | None) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    if wide := _utf_16(data[:SAMPLE]):
        return data.decode(wide, errors="replace")
    text = data.decode("utf-8", errors="replace")
    if "\ufffd" not in text:
        return text
    # A damaged UTF-8 file still has most of its characters right; in any other encoding hardly one is.
    foreign = sum(not character.isascii() for character in text[:SAMPLE])
    if text.count("\ufffd", 0, SAMPLE) * 20 <= foreign:
        return text
    with contextlib.suppress(LookupError, UnicodeDecodeError):
        if declared is not None:
            return data.decode(declared)
    return _detect(data)


def headline(text: str) -> str:
    """The first line, where it stands as a headline above prose; otherwise ""."""
    lines = [line.strip() for line in text[:20_000].split("\n", 40) if line.strip()]
    if len(lines) < 2 or len(lines[0]) > MAX_TITLE or lines[0].endswith((".", ",", ";", ":")):
        return ""
    return lines[0] if not is_prose(lines[0]) and any(map(is_prose, lines[1:6])) else ""


def _utf_16(sample: bytes) -> str | None:
    """The encoding of UTF-16 without a mark, which has a NUL in every other byte of most texts; else None."""
    half = len(sample) // 2
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if half < 2 or max(even, odd) < 0.3 * half or min(even, odd) > 0.05 * half:
        return None
    return "utf-16-be" if even > odd else "utf-16-le"


def _detect(data: bytes) -> str:
    from chardet import EncodingEra, detect

    # Without the encodings of old DOS and Mac machines, which on short texts are guessed more often than met.
    encoding = detect(data[:SAMPLE], encoding_era=EncodingEra.MODERN_WEB, max_bytes=SAMPLE)["encoding"]
    # UTF-16 text has been recognised before this; what only looks like it is a program's data.
    if encoding is None or encoding.upper().startswith(("UTF-16", "UTF-32")):
        raise Unreadable(*_NO_TEXT)
    return data.decode(encoding, errors="replace")
