"""PDF: text, pages and title of files written here object by object."""

import pytest
from files import make_pdf, stream

from qa.documents import Document
from qa.formats import Unreadable
from qa.formats.pdf import read

LINES = [
    "The council met on Monday evening to discuss the bridge, which has been closed to",
    "lorries since March. Engineers told the meeting that repairs would cost two million",
    "pounds.",
    "The mayor has promised that the bridge will open again before the winter comes, and",
    "that nobody will pay for it.",
]


def test_wrapped_lines_become_paragraphs():
    assert read(make_pdf(LINES)).text == " ".join(LINES[:3]) + "\n\n" + " ".join(LINES[3:])


def test_pages_start_where_they_say():
    content = read(make_pdf(["Page one has this text."], ["And page two that."], [], ["page four goes on."]))
    document = Document(content.text, pages=content.pages)
    assert len(content.pages) == 4
    for words, page in {"one has": 1, "And": 2, "two that.": 2, "page four": 4, "goes on.": 4}.items():
        assert document.page(content.text.index(words)) == page


def test_running_heads_and_page_numbers_go():
    pages = [["The Daily Bridge", f"Here is what page {n} says of it.", f"Page {n} of 5"] for n in range(1, 6)]
    text = read(make_pdf(*pages)).text
    assert "Daily" not in text
    assert " of 5" not in text
    assert text.count("says of it.") == 5


def test_a_first_line_that_is_no_running_head_stays():
    text = read(make_pdf(["One", "text."], ["Two", "text."], ["Three", "text."], ["Four", "text."])).text
    assert [word for word in ("One", "Two", "Three", "Four") if word in text] == ["One", "Two", "Three", "Four"]


@pytest.mark.parametrize(
    ("stated", "title"),
    [("A bridge too far", "A bridge too far"), ("report-v2.docx", ""), ("Microsoft Word - Report", ""), ("", "")],
)
def test_the_title_that_the_file_states_unless_it_is_a_file_name(stated, title):
    assert read(make_pdf(LINES, info=f"/Title ({stated})")).title == title


def test_typographic_characters_survive():
    assert read(make_pdf(["“Café” – it’s 5 €."])).text == "“Café” – it’s 5 €."


def test_a_scan_is_told_from_an_empty_text():
    drawing = make_pdf([], [], objects={5: stream(b"0 0 100 100 re f")})
    with pytest.raises(Unreadable, match=r"none of its pages \(2\) holds text, only pictures; run text recognition"):
        read(drawing)


def test_an_encrypted_file_is_refused():
    lock = f"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <{'00' * 32}> /U <{'11' * 32}> >> /ID [<00> <00>]"
    with pytest.raises(Unreadable, match="encrypted; save a copy without a password"):
        read(make_pdf(LINES, trailer=lock))


@pytest.mark.parametrize("data", [b"", b"hello", b"%PDF-1.7\n", make_pdf(LINES)[:300]])
def test_damaged_files_are_refused(data):
    with pytest.raises(Unreadable, match="damaged or not a PDF file"):
        read(data)


def test_a_page_list_that_holds_itself_ends():
    loop = b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 1000000 >>"
    with pytest.raises(Unreadable, match="1,000,000 pages"):
        read(make_pdf(LINES, objects={2: loop}))
    short = b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 4 >>"
    with pytest.raises(Unreadable):
        read(make_pdf(LINES, objects={2: short}))


@pytest.mark.parametrize(
    ("stated", "date"),
    [("(D:20240506103000+02'00')", "2024-05-06"), ("(20240506)", "2024-05-06"), ("(D:20241399)", None), ("()", None)],
)
def test_the_date_that_the_file_states(stated, date):
    assert read(make_pdf(["Some text."], info=f"/CreationDate {stated}")).date == date
