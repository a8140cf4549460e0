"""Cleaning: furniture of saved pages goes, and nothing that anyone might have written does."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qa.cleaning import clean, remove_furniture, scrub

PROSE = [
    "The council met on Monday evening to discuss the bridge, which has been closed to lorries since March.",
    "Engineers told the meeting that repairs would cost two million pounds and take most of the summer to finish.",
    "“We cannot wait,” said the mayor, who has promised that the bridge will open again before the winter comes.",
]

# Lines as sites of many makers show them; none of them in the page that ships with the project.
FURNITURE = [
    "Share this article",
    "SHARE THIS STORY:",
    "Share on Facebook",
    "Share via Facebook, Twitter or Email",
    "Tweet this",
    "Print this page",
    "Email article",
    "Copy link",
    "Follow us on Twitter",
    "Follow us on Instagram and Facebook",
    "Download our free app",
    "Available on the App Store and Google Play",
    "Sign up for our daily newsletter",
    "Subscribe to our newsletter",
    "Subscribe now",
    "Our website can be accessed via the following mirror sites:",
    "This site uses cookies to improve your experience. By going on you agree.",
    "Accept all cookies",
    "© 2021 The Daily Bridge. All rights reserved.",
    "Copyright 2019-2021 Bridge Media Ltd",
    "All rights reserved.",
    "Privacy Policy",
    "Advertisement",
    "Story continues below advertisement",
    "Skip to main content",
    "Back to top",
    "Most read stories",
    "You may also like",
    "Leave a comment",
    "12 comments",
    "Log in",
]

KEPT_WHOLE = {
    "one word": "Share",
    "one line": "Share this article",
    "poem": "Share this\nFollow me\nmore\n\nThe bridge is down,\nthe river brown.\n\nSearch\nhome",
    "list": "Menu\n- Home\n- Share\n- www.example.com\n- Advertisement\n- Privacy policy",
    "code": "import share\n\nshare(\n    'this article',  # © 2021\n)\nprint(page)\n\n# copy link\n",
    "chat": "10:01 Ann: share this article\n10:02 Bob: follow us on Twitter\n10:02 Ann: ok\nSubscribe now\n10:03 Bob: no",
    "prose about sharing": "\n\n".join(
        [
            "Share this article with your friends, says the button, and most readers never press it, the study found.",
            "Sign up for our newsletter, they beg. Follow us on Twitter, they plead. All rights reserved, they warn us.",
            "Print this page was the label that worked best, and “Share on Facebook” the one that worked the worst.",
        ]
    ),
    "wrapped prose": (
        "The button at the foot of the page, which nobody had pressed in all the years, says\n"
        "share this article\n"
        "and it is the only part of the page that the owner ever looked at before she slept.\n"
        "She had it painted on the wall of the house in which she lived, and nobody minded."
    ),
    "addresses that an essay lists": "\n".join(
        [*PROSE, "", "Sources", "www.example.com", "https://example.org/a"]
    ),
    "devices that an essay names": "\n".join(
        [*PROSE, "", "The history of the Roku", *PROSE, "My first iPad", PROSE[0]]
    ),
    "a heading of two words with a stroke": "\n\n".join(["Life / Death", *PROSE]),
    "chinese": "分享\n\n委员会星期一晚上开会讨论桥梁问题，自三月以来一直关闭。\n\n关注我们",
    "one long paragraph": PROSE[0] + "\n\nShare this article",
}


@pytest.mark.parametrize("line", FURNITURE)
@pytest.mark.parametrize("make", [str, str.upper], ids=["as it is", "capitals"])
def test_furniture_goes_wherever_it_stands(line, make):
    line = make(line)
    above = [line, "", "A bridge too far", "", *PROSE]
    amid = ["A bridge too far", "", *PROSE[:2], "", line, "", PROSE[2]]
    below = ["A bridge too far", "", *PROSE, "", line]
    for lines in (above, amid, below):
        assert [kept for kept in clean("\n".join(lines)).split("\n") if kept] == ["A bridge too far", *PROSE]


@pytest.mark.parametrize("text", KEPT_WHOLE.values(), ids=KEPT_WHOLE.keys())
def test_what_someone_wrote_stays(text):
    assert remove_furniture(text) == text


def test_lines_that_could_be_meant_go_only_beside_furniture():
    lines = [
        *PROSE,
        "",
        "Share this article",
        "Facebook | Twitter | WhatsApp",
        "www.bridge.example",
        "Bridge TV Roku",
    ]
    assert clean("\n".join(lines)) == "\n".join(PROSE)
    lines = [*PROSE, "", "Share this article", "", "The writer keeps a diary.", "www.bridge.example"]
    assert clean("\n".join(lines)).split("\n")[-2:] == ["The writer keeps a diary.", "www.bridge.example"]


@pytest.mark.parametrize(
    "crumbs", ["News / More", "Home > World > Asia", "Home » Sport", "Home  ›  UK news  ›  Wales"]
)
def test_breadcrumbs_above_a_headline_go(crumbs):
    assert clean("\n\n".join([crumbs, "A bridge too far, says the mayor", *PROSE])).startswith(
        "A bridge too far"
    )


def test_what_stays_is_as_it_was():
    lines = [
        "News / More",
        "",
        "A  bridge\ttoo far",
        "",
        *PROSE,
        "",
        "  e\u0301 ﬁ “x” \u00ad\u200d👨‍👩‍👧 ",
        "",
        "Share this article",
    ]
    assert clean("\n".join(lines)) == "\n".join(lines[2:-2]).rstrip()


def test_controls_and_newlines():
    assert scrub("a\r\nb\rc\x0cd\x0be\x85f\u2028g\u2029h") == "a\nb\nc\nd\ne\nf\ng\nh"
    assert scrub("\ufeffa\x00b\x07c\td\x1b[0m\x9f\ud800") == "abc\td[0m\ufffd"


@given(
    st.lists(st.one_of(st.text(max_size=30), st.sampled_from(FURNITURE + PROSE)), max_size=12).map("\n".join)
)
@example("\n".join(PROSE) + "\n" + "\u00a0")
def test_cleaning_keeps_lines_in_order_and_is_settled_after_once(text):
    cleaned = clean(text)
    lines = iter(scrub(text).split("\n"))
    kept = [line for line in cleaned.split("\n") if line.strip()]
    assert all(any(line == kept_line or line.rstrip() == kept_line for line in lines) for kept_line in kept)
    assert clean(cleaned) == cleaned


@given(st.text())
def test_a_text_without_prose_only_loses_controls(text):
    assert clean(text) == scrub(text).strip("\n").rstrip()
