"""Electronic books, written here part by part."""

import pytest
from files import LAUGHS, make_epub, make_zip

from qa.formats import Unreadable
from qa.formats.epub import read

CHAPTERS = [
    "<html><body><h1>Second</h1><p>It ended &amp; that was that.</p></body></html>",
    '<?xml version="1.0" encoding="utf-8"?><html><body><h1>First</h1><p>It began, é 橋.</p></body></html>',
]
METADATA = "<dc:title>Of bridges</dc:title><dc:date>1999-01-02T00:00:00Z</dc:date>"


def test_chapters_in_the_order_of_the_book():
    content = read(make_epub(CHAPTERS, metadata=METADATA))
    assert content.text.split("\n\n") == ["First", "It began, é 橋.", "Second", "It ended & that was that."]
    assert (content.title, content.date) == ("Of bridges", "1999-01-02")


def test_a_protected_book_is_refused():
    with pytest.raises(Unreadable, match="copy protection"):
        read(make_epub(CHAPTERS, extra={"META-INF/rights.xml": "<rights/>"}))


def test_a_missing_chapter_costs_only_itself():
    whole = make_epub(CHAPTERS)
    assert "First" in read(whole.replace(b"0 .xhtml", b"9 .xhtml")).text


def test_entities_are_refused():
    with pytest.raises(Exception, match="EntitiesForbidden"):
        read(make_epub(CHAPTERS, metadata="<dc:title>&j;</dc:title>", prolog=LAUGHS))


@pytest.mark.parametrize("data", [b"", b"hello", make_epub(CHAPTERS)[:400]])
def test_damaged_books_are_refused(data):
    with pytest.raises(Unreadable, match="damaged"):
        read(data)


def test_a_zip_file_that_is_no_book_is_refused():
    with pytest.raises(Unreadable, match="not an electronic book"):
        read(make_zip({"a.txt": "text"}))
