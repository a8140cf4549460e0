"""Cleaning: furniture of saved pages goes, and nothing that anyone might have written does."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qa.cleaning import clean, remove_furniture, scrub

PROSE = [
    "The council met on Monday evening to discuss the bridge, which has been closed to lorries since March.",
    "Engineers told the meeting that repairs would cost two million pounds and take most of the summer.",
    "“We cannot wait,” said the mayor, who has promised that the bridge will open before the winter.",
]

# Lines as sites of many makers show them; none of them in the page that ships with the project.
CERTAIN = [
    "Share this article",
    "SHARE THIS STORY:",
    "Share on Facebook",
    "Share via Facebook, Twitter or Email",
    "Tweet this",
    "Print this page",
    "Email this article",
    "Follow us on Twitter",
    "Follow us on Instagram and Facebook",
    "Download our free app",
    "Available on the App Store and Google Play",
    "Sign up for our daily newsletter",
    "Subscribe to our newsletter",
    "Our website can be accessed via the following mirror sites:",
    "This site uses cookies to improve your experience. By going on you agree.",
    "Accept all cookies",
    "© 2021 The Daily Bridge. All rights reserved.",
    "Copyright 2019-2021 Bridge Media Ltd",
    "All rights reserved.",
    "Advertisement",
    "Story continues below advertisement",
    "Skip to main content",
    "Back to top",
    "Most read stories",
    "You may also like",
    "Leave a comment",
    "12 comments",
    "Artikel teilen",
    "Suivez-nous sur Facebook",
]
LIKELY = [
    "Facebook | Twitter | WhatsApp",
    "Email",
    "The Bridge Roku",
    "1250 shares",
    "Related articles",
    "Privacy Policy",
    "Copy link",
    "Log in",
    "Advertising",
    "Subscribe now",
]

KEPT_WHOLE = {
    "one word": "Share",
    "one line": "Share this article",
    "poem": "Share this\nFollow me\nmore\n\nThe bridge is down,\nthe river brown.\n\nSearch\nhome",
    "list": "Menu\n- Home\n- Share\n- www.example.com\n- Advertisement\n- Privacy policy",
    "code": "import share\n\nshare(\n    'this article',  # © 2021\n)\nprint(page)\n\n# copy link\n",
    "chat": "10:01 Ann: share this article\n10:02 Bob: follow us on Twitter\nSubscribe now\n10:03 Bob: no",
    "headings of a manual": "\n\n".join(["Log in", PROSE[0], "Copy link", PROSE[1], "Download the app", PROSE[2]]),
    "a policy": "\n\n".join(["Privacy policy", PROSE[0], "Cookies", PROSE[1], "Copyright in the courts", PROSE[2]]),
    "a recipe": "\n".join([*PROSE, "We use cookies for the crust and butter for the filling.", "(c) 2020 was drier."]),
    "an example after a colon": "\n".join([*PROSE, "Like this:", "more", "home", *PROSE]),
    "prose about sharing": "\n\n".join(
        [
            "Share this article with your friends, says the button, and most readers never do, it was found.",
            "Sign up for our newsletter, they beg. Follow us on Twitter, they plead. All rights reserved, too.",
            "Print this page was the label that worked best, and “Share on Facebook” the one that did worst.",
        ]
    ),
    "wrapped prose": (
        "The button at the foot of the page, which nobody had pressed in all the years, says\n"
        "share this article\n"
        "and it is the only part of the page that the owner ever looked at before she slept.\n"
        "She had it painted on the wall of the house in which she lived, and nobody minded."
    ),
    "addresses that an essay lists": "\n".join([*PROSE, "", "Sources", "www.example.com", "https://example.org/a"]),
    "a device that an essay names": "\n".join([*PROSE, "", "The history of the Roku", *PROSE]),
    "a heading with a stroke": "\n\n".join(["Life / Death", "What we know", *PROSE]),
    "a heading with a stroke above prose": "\n\n".join(["Home / Work", *PROSE]),
    "chinese": "分享\n\n委员会星期一晚上开会讨论桥梁问题，自三月以来一直关闭。\n\n关注我们",
    "one long paragraph": PROSE[0] + "\n\nShare this article",
}


@pytest.mark.parametrize("line", CERTAIN)
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


@pytest.mark.parametrize("line", LIKELY)
def test_lines_that_could_be_meant_go_only_beside_furniture(line):
    assert clean("\n".join([*PROSE, "", line])) == "\n".join([*PROSE, "", line])
    for pair in ([line, "Share this article"], ["Share this article", "", line], [line, line, "Back to top"]):
        assert clean("\n".join([*PROSE, "", *pair])) == "\n".join(PROSE)
    apart = [*PROSE, "", "Share this article", "", "The writer keeps a diary.", line]
    assert clean("\n".join(apart)).split("\n")[-2:] == apart[-2:]


def test_web_addresses_go_only_below_furniture():
    lines = [*PROSE, "", "www.example.com", "example.org/a/b", "", "Share this article", "", "www.bridge.example"]
    assert clean("\n".join(lines)).split("\n")[3:] == ["", "www.example.com", "example.org/a/b"]


@pytest.mark.parametrize("crumbs", ["News / More", "Home > World > Asia", "Home  ›  UK news  ›  Wales", "World | Asia"])
def test_breadcrumbs_above_a_headline_go(crumbs):
    assert clean("\n\n".join([crumbs, "A bridge too far, says the mayor", *PROSE])).startswith("A bridge too far")


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


@given(st.lists(st.one_of(st.text(max_size=30), st.sampled_from(CERTAIN + LIKELY + PROSE)), max_size=12).map("\n".join))
@example("\n".join(PROSE) + "\n" + "\u00a0")
def test_cleaning_keeps_lines_in_order_and_is_settled_after_once(text):
    cleaned = clean(text)
    lines = iter(scrub(text).split("\n"))
    kept = [line for line in cleaned.split("\n") if line.strip()]
    assert all(any(line == kept_line or line.rstrip() == kept_line for line in lines) for kept_line in kept)
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize("line", ["Share this article", "Facebook", "x", "", "a. b", "www." * 25, "News / More", " "])
def test_many_lines_take_no_more_than_their_share(line):
    text = "\n".join([*PROSE, *[line] * 100_000, *PROSE])
    before = time.perf_counter()
    clean(text)
    assert time.perf_counter() - before < 20  # about 1 s; anything quadratic would take hours


@given(st.text())
def test_a_text_without_prose_only_loses_controls(text):
    assert clean(text) == scrub(text).strip("\n").rstrip()
