"""Word documents, written here part by part."""

import pytest
from files import LAUGHS, make_docx, make_zip, paragraph

from qa.formats import Unreadable
from qa.formats.docx import read


def test_paragraphs_headings_and_tables_in_order():
    row = "<w:tr>{}</w:tr>".format("".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in ("Cost", "2 million")))
    content = read(
        make_docx(
            paragraph("Of bridges &amp; roads", "Title")
            + paragraph("The bridge is closed.")
            + f"<w:tbl>{row}</w:tbl>"
            + paragraph("“The end.” e\u0301 橋 👨‍👩‍👧")
        )
    )
    assert content.title == "Of bridges & roads"
    lines = [line.split() for line in content.text.split("\n") if line]
    assert lines == [
        ["Of", "bridges", "&", "roads"],
        ["The", "bridge", "is", "closed."],
        ["Cost", "2", "million"],
        ["“The", "end.”", "e\u0301", "橋", "👨‍👩‍👧"],
    ]


def test_tracked_changes_read_as_accepted():
    body = (
        "<w:p><w:r><w:t xml:space='preserve'>The bridge is </w:t></w:r>"
        "<w:del><w:r><w:delText>open</w:delText></w:r></w:del><w:ins><w:r><w:t>closed</w:t></w:r></w:ins></w:p>"
    )
    assert read(make_docx(body)).text == "The bridge is closed"


def test_entities_are_refused_before_they_grow():
    with pytest.raises(Exception, match="amplification"):
        read(make_docx(paragraph("&j;"), LAUGHS))


def test_a_file_of_the_system_is_not_read_into_the_text(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    prolog = f'<!DOCTYPE l [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    assert "secret" not in read(make_docx(paragraph("&x;text"), prolog)).text


def test_a_document_that_unpacks_out_of_all_proportion_is_refused():
    with pytest.raises(Unreadable, match="more than 200 times its size"):
        read(make_docx(paragraph("x" * 30_000_000)))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "damaged or not a zip"),
        (make_docx(paragraph("text"))[:200], "damaged or not a zip"),
        (make_zip({"a.txt": "text"}), "not a Word document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "encrypted, or of an older kind"),
    ],
)
def test_what_is_no_word_document_is_refused(data, reason):
    with pytest.raises(Unreadable, match=reason):
        read(data)


@pytest.mark.parametrize(
    ("created", "date"),
    [("2023-07-08T09:00:00Z", "2023-07-08"), ("soon", None), ("&a;", None), ("<", None)],
)
def test_the_date_that_the_properties_state(created, date):
    properties = f'<p xmlns:dcterms="http://purl.org/dc/terms/"><dcterms:created>{created}</dcterms:created></p>'
    content = read(make_docx(paragraph("Some text."), extra={"docProps/core.xml": properties}))
    assert (content.text, content.date) == ("Some text.", date)
