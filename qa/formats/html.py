"""HTML: the main text of a page, found by trafilatura, with its headline, publication date and address."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from qa.cleaning import clean
from qa.formats import Content
from qa.formats.text import decode

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_FIGURE = re.compile(r"<(/?)fig(ure|caption)\b[^>]{0,1000}>", re.IGNORECASE)  # trafilatura drops them, captions and all
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{1,300})", re.IGNORECASE)
_PADDING = re.compile(r"(?<=\S) {3,}")  # between the columns of a table
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def read(data: bytes) -> Content:
    """Content of a web page. A page without an article, such as a list or a form, is read as a whole."""
    from trafilatura import bare_extraction

    declared = _CHARSET.search(data[:4096])
    page = decode(data, declared=declared[1].decode("ascii") if declared else None)
    found: Any = bare_extraction(
        _FIGURE.sub(lambda tag: f"<{tag[1]}{'p' if tag[2].lower() == 'caption' else 'div'}>", page),
        with_metadata=True,
        include_comments=False,
        favor_recall=True,  # a line too many costs less than an answer that is not there
        date_extraction_params={"extensive_search": False, "original_date": True},  # stated, never guessed
    )
    if found is None or not (body := found.text or ""):
        named = _TITLE.search(page)
        return Content(clean(visible_text(page)), title=unescape(named[1]) if named else "")
    title = found.title or ""
    text = body.replace("\n", "\n\n").replace("\n\n- ", "\n- ").replace("\n\n|", "\n|")
    if title and title not in text[: len(title) + 200]:
        text = f"{title}\n\n{text}"
    address = found.url or ""
    return Content(
        clean(text),
        title=title,
        date=found.date if found.date and _DATE.fullmatch(found.date) else None,
        address=address if address.startswith(("http://", "https://")) else "",
    )


def visible_text(page: str) -> str:
    """All that a browser would show of the page, block by block."""
    from inscriptis import get_text

    lines = (_PADDING.sub("  ", line.rstrip()) for line in get_text(page).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")
