"""Word documents (.docx): paragraphs, lists and tables in reading order, read by mammoth."""

from __future__ import annotations

import io
import re
from html import unescape
from zipfile import ZipFile

from qa.cleaning import clean
from qa.formats import Content, Unreadable, valid_date
from qa.formats.archive import open_package
from qa.formats.html import visible_text
from qa.formats.text import headline

_HEADING = re.compile(r"<h1>(.*?)</h1>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


def read(data: bytes) -> Content:
    """Content of a Word document; its title is the first heading of the highest level. Pictures are left out."""
    import mammoth

    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable("it is encrypted, or of an older kind of Word", "save a copy as .docx without a password")
    with open_package(data) as package:
        if "word/document.xml" not in package.namelist():
            raise Unreadable("it is not a Word document", "open it in its own program and save it as .docx")
        made = _made(package)
    page = mammoth.convert_to_html(
        io.BytesIO(data),
        style_map="p[style-name='Title'] => h1:fresh",
        convert_image=mammoth.images.img_element(lambda image: {}),
    ).value
    text = clean(visible_text(page))
    heading = _HEADING.search(page)
    return Content(text, title=unescape(_TAG.sub("", heading[1])) if heading else headline(text), date=made)


def _made(package: ZipFile) -> str | None:
    """The date on which the document was made, as its properties state it."""
    from defusedxml.ElementTree import fromstring

    if "docProps/core.xml" not in package.namelist():
        return None
    try:
        properties = fromstring(package.read("docProps/core.xml"), forbid_dtd=True)
    except (SyntaxError, ValueError):  # of defusedxml; the text may be sound all the same
        return None
    return valid_date(properties.findtext("{http://purl.org/dc/terms/}created") or "")
