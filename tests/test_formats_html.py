"""HTML: the article with its headline, date and address, and nothing of the page around it."""

import pytest

from qa.formats import Unreadable
from qa.formats.html import read

PROSE = [
    f"The council met on Monday evening to discuss bridge {n}, which has been <b>closed</b> to lorries &amp; buses."
    for n in range(6)
]
PAGE = (
    "<!doctype html><html><head><title>A bridge too far | The Daily Bridge</title>{head}</head><body>"
    "<nav><a href='/'>Home</a> <a href='/news'>News</a> <a href='/sport'>Sport</a></nav>"
    "<article><h1>A bridge too far</h1>{body}</article>"
    "<aside><h3>Most read</h3><a href='/1'>Ten cats that look like bridges</a></aside>"
    "<footer><p>Copyright 2021 The Daily Bridge. All rights reserved.</p></footer></body></html>"
)


def page(*, head: str = "", body: str = "".join(f"<p>{line}</p>" for line in PROSE)) -> str:
    return PAGE.format(head=head, body=body)


def test_the_main_text_and_its_headline():
    content = read(page().encode())
    plain = [line.replace("<b>", "").replace("</b>", "").replace("&amp;", "&") for line in PROSE]
    assert content.title == "A bridge too far"
    assert content.text.split("\n\n") == ["A bridge too far", *plain]


def test_date_and_address_as_the_page_states_them():
    head = (
        "<meta property='article:published_time' content='2021-03-04T10:00:00Z'>"
        "<link rel='canonical' href='https://bridge.example/2021/a-bridge-too-far'>"
    )
    content = read(page(head=head).encode())
    assert content.date == "2021-03-04"
    assert content.address == "https://bridge.example/2021/a-bridge-too-far"
    bare = read(page().encode())
    assert (bare.date, bare.address) == (None, "")


def test_the_caption_of_a_picture_stays():
    caption = "The bridge on the day it was closed, seen from the north bank. (Photo by A. Writer)"
    figure = f"<figure class='wide'><img src='b.jpg' alt='b'><figcaption class='c'>{caption}</figcaption></figure>"
    text = read(page(body=figure + "".join(f"<p>{line}</p>" for line in PROSE)).encode()).text
    assert f"A bridge too far\n\n{caption}\n\nThe council met" in text


def test_lists_and_tables_stay_together():
    body = "".join(f"<p>{line}</p>" for line in PROSE) + (
        "<ul><li>one bridge</li><li>two bridges</li></ul><table><tr><td>Cost</td><td>2 million</td></tr></table>"
    )
    text = read(page(body=body).encode()).text
    assert "- one bridge\n- two bridges" in text
    assert "Cost | 2 million" in text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1251", "shift_jis"])
def test_the_encoding_that_the_page_declares(encoding):
    word = {"cp1251": "Мост закрыт", "shift_jis": "橋は閉鎖"}.get(encoding, "Brücke – 橋")
    html = page(head=f"<meta charset='{encoding}'>", body="".join(f"<p>{word}. {line}</p>" for line in PROSE))
    assert read(html.encode(encoding)).text.count(word) == len(PROSE)


def test_a_page_without_an_article_is_read_as_a_whole():
    content = read(b"<title>Opening hours</title><table><tr><td>Monday</td><td>9 to 5</td></tr></table>")
    assert content.title == "Opening hours"
    assert "Monday" in content.text
    assert "9 to 5" in content.text


def test_scripts_styles_and_comments_are_not_text():
    html = page(body="<script>var secret = 1</script><style>p{}</style><!-- secret -->" + f"<p>{PROSE[0]}</p>" * 4)
    assert "secret" not in read(html.encode()).text


BROKEN = [b"", b"<", b"<html>", b"<!--" * 1000, b"\xff\xfe", b"<p>&#0;&#xD800;&#1114112;</p>"]


@pytest.mark.parametrize("html", BROKEN)
def test_broken_pages_give_little_and_do_no_harm(html):
    assert len(read(html).text) < 5000


def test_a_picture_with_the_wrong_name_is_refused():
    with pytest.raises(Unreadable, match="a picture by its content"):
        read(b"\x89PNG\r\n\x1a\n")
