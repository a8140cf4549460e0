"""Formats: the bytes of one file in, its readable text out. One module per kind of file.

Every reader is a function `read(data: bytes) -> Content` that raises `Unreadable`. A reader knows neither
paths nor documents, so the same one serves a file, a member of a zip file and an upload.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

MAX_BYTES = 100_000_000  # a larger file is not read; a long novel has 2 million


@dataclass(frozen=True)
class Content:
    """What one file holds; `pages` are the offsets in `text` at which its pages start, if it has pages."""

    text: str
    title: str = ""
    date: str | None = None
    address: str = ""
    pages: tuple[int, ...] = ()


class Unreadable(ValueError):
    """A file that gives no text: why, and what the person can do about it."""

    def __init__(self, reason: str, advice: str) -> None:
        super().__init__(f"{reason}; {advice}")
        self.reason = reason
        self.advice = advice


class Exhausting(Unreadable):
    """A file that took all the time or memory it was given, or crashed its reader."""


def valid_date(text: str) -> str | None:
    """The ISO date at the beginning of `text`, where there is one that exists; years before 1000 are mistakes."""
    try:
        found = date.fromisoformat(text[:10])
    except ValueError:
        return None
    return found.isoformat() if found.year >= 1000 else None
