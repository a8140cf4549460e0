"""A conversation as Markdown."""

from __future__ import annotations

from qa.answers import Answer
from qa.assistant import Assistant
from qa.documents import Document
from qa.page.export import markdown


def test_answers_are_quoted_with_their_source(assistant: Assistant):
    answer = assistant.ask("who did Tokayev appoint?")
    text = markdown([("who did he appoint?", answer)])
    assert "## who did he appoint?" in text
    assert "*Understood as: who did Tokayev appoint?*" in text
    assert "appointed **Alikhan Smailov** as acting prime minister" in text
    assert "Source: Kazakhstan unrest" in text
    assert "kazakhstan\\-unrest.txt" in text


def test_refusals_and_unread_questions_are_told(assistant: Assistant):
    text = markdown([("Who won the world cup?", assistant.ask("Who won the world cup?")), ("???", None)])
    assert "The texts do not say." in text
    assert "## ???\n\nNo answer." in text


def test_nothing_of_a_text_becomes_markup():
    hostile = "# <b>x</b> [a](javascript:b) `c`"
    document = Document(f"{hostile}\nnext line", title=hostile)
    answer = Answer("q", hostile, 0.5, document=document, start=0, end=len(hostile))
    text = markdown([(hostile, answer)])
    assert "<b>" not in text
    assert "](" not in text
    assert "\\# \\<b\\>x" in text
