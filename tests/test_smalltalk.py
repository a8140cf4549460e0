"""Small talk is told from questions, and never takes one for itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.smalltalk import named_text, reply, wish, without_greeting
from qa.store import DocumentRecord

RECORDS = [
    DocumentRecord("a", "The old bridge", "bridge.txt", None, 1, ""),
    DocumentRecord("b", "A comet over Lisbon", "comet.txt", None, 1, ""),
]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Hello!", "greeting"), ("good morning", "greeting"), ("Hi, how are you?", "mood"), ("thanks a lot!", "thanks"),
        ("Thank you, goodbye", "goodbye"), ("bye", "goodbye"), ("What can you do?", "able"), ("help", "able"),
        ("Hello! What can you do?", "able"), ("Who are you?", "who"), ("are you a robot?", "who"),
        ("Which texts do you have?", "list"), ("please list the documents", "list"), ("OK, great", "praise"),
        ("Summarise the article", "summary"), ("summarize this, please", "summary"),
        ("What is this text about?", "summary"),
        ("What’s the story about?", "summary"), ("TL;DR", "summary"), ("Could you give me a short summary?", "summary"),
        ("What are the main points of the report?", "summary"), ("Sum it up.", "summary"),
    ],
)  # fmt: skip
def test_small_talk_is_known(text: str, kind: str) -> None:
    found = wish(text)
    assert found is not None
    assert found.kind == kind


@pytest.mark.parametrize(
    "text",
    [
        "Who said hello to the crowd?", "What can the president do?", "Who thanked the mayor?", "Who are the Greens?",
        "What is the alliance about?", "Which documents did he sign?", "What does the report say about gas?",
        "How many texts did Homer write?", "Hello, who is the mayor?", "Thanks to whom was the war won?",
        "help for the town came from where?", "When was Good Morning Vietnam made?", "And when?", "why?",
        "What do you know about Lisbon?", "Who wrote the summary?", "Bye Bye Birdie opened where?",
        "What are the points?", "What are the main points of the treaty?", "", "?!",
    ],
)  # fmt: skip
def test_a_question_to_the_texts_is_none(text: str) -> None:
    assert wish(text) is None


@given(st.from_regex(r"(Who|When|Where|Which city) [a-z]{3,9} (the|a) [a-z]{3,9} [a-z]{3,9}\?", fullmatch=True))
def test_no_plain_question_is_small_talk(question: str) -> None:
    assert wish(question) is None
    assert without_greeting(question) == question


@given(st.text(max_size=100))
def test_anything_may_be_typed(text: str) -> None:
    wish(text)
    assert text.endswith(without_greeting(text))


def test_a_greeting_before_a_question_is_left_out() -> None:
    assert without_greeting("Hi there! Who built the bridge?") == "Who built the bridge?"
    assert without_greeting("Thanks, and when?") == "when?"
    assert without_greeting("Hello!") == "Hello!"


def test_a_text_is_named_by_words_of_its_title() -> None:
    assert named_text("the comet article", RECORDS) == RECORDS[1]
    assert named_text("bridge.txt", RECORDS) == RECORDS[0]
    assert named_text("the alliance", RECORDS) is None
    assert named_text("the text", RECORDS) is None


def test_the_texts_are_listed() -> None:
    listed = reply("list", RECORDS)
    assert "2 texts" in listed
    assert all(record.title in listed for record in RECORDS)
    assert "corpus" in reply("list", [])
    many = [DocumentRecord(str(n), f"Text {n}", "", None, 1, "") for n in range(30)]
    assert "and 20 more" in reply("list", many)
