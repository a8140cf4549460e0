"""A conversation on the page: its turns, messages and buttons."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

from qa.assistant import Assistant
from qa.encoder import Encoder
from qa.index import Index
from qa.page import talk
from qa.page.talk import BROKEN, Talk, Turn, messages, opened
from qa.reader import Reader


def test_turns_become_two_messages_each(assistant: Assistant):
    chat = Talk(assistant.conversation())
    chat.ask("who did Tokayev appoint?", top_k=4, threshold=None)
    chat.ask("???", top_k=4, threshold=None)
    shown = messages(chat.turns, pending="next")
    assert [message["role"] for message in shown] == ["user", "assistant"] * 3
    assert "Alikhan Smailov" in shown[1]["content"]
    assert "expected some words" in shown[3]["content"]
    assert "Reading" in shown[5]["content"]
    assert chat.answer(0).text == "Alikhan Smailov"
    assert chat.answer(1) is None
    assert chat.answer(2) is None
    assert chat.answer(-1) is None


def test_a_question_too_long_is_not_read(assistant: Assistant):
    chat = Talk(assistant.conversation())
    turn = chat.ask("why " * 5000, top_k=4, threshold=None)
    assert turn.answer is None
    assert "20,000 characters" in turn.note


def test_old_turns_leave(assistant: Assistant, monkeypatch):
    monkeypatch.setattr(talk, "LONGEST_TALK", 2)
    chat = Talk(assistant.conversation())
    for question in ("?", "!", "who did Tokayev appoint?"):
        chat.ask(question, top_k=1, threshold=None)
    assert [turn.asked for turn in chat.turns] == ["!", "who did Tokayev appoint?"]


def test_what_goes_wrong_with_the_index_is_told_in_a_sentence(
    tmp_path: Path, corpus: Path, encoder: Encoder, reader: Reader
):
    index = Index.build(corpus, tmp_path / "index", encoder=encoder)
    chat = Talk(Assistant.open(index, reader=reader).conversation())
    assert chat.ask("When was the bridge built?", top_k=4, threshold=None).answer.text == "1684"
    with sqlite3.connect(tmp_path / "index" / "passages.db") as other:
        other.execute("DROP TABLE keywords")
    turn = chat.ask("When was the bridge built?", top_k=4, threshold=None)
    assert turn.answer is None
    assert "no such table" in turn.note
    index.close()
    assert chat.ask("When was the bridge built?", top_k=4, threshold=None).answer is None
    assert len(chat.turns) == 3


def test_what_nobody_foresaw_is_told_in_a_sentence_too(assistant: Assistant, caplog: pytest.LogCaptureFixture):
    chat = Talk(assistant.conversation())
    assert chat.ask("When?", top_k="many", threshold=None).note == BROKEN
    assert "Traceback" in caplog.text


def test_every_link_opens_a_text_with_its_words_marked(assistant: Assistant):
    answer = assistant.ask("who did Tokayev appoint?", threshold=0.0)
    source = messages([Turn("who did Tokayev appoint?", answer)])[1]["content"]
    links = re.findall(r'value="0 (\w+(?: \d+)?)"', source)
    assert links == ["source", *(f"other {number}" for number in range(len(answer.alternatives)))]
    assert '<mark class="best">Alikhan Smailov</mark>' in opened(answer, "source")
    for number, other in enumerate(answer.alternatives):
        assert f'<mark class="best">{other.text}</mark>' in opened(answer, f"other {number}")
    for number in range(len(answer.evidence)):
        assert '<mark class="other">' in opened(answer, f"passage {number}")


def test_a_refusal_opens_the_closest_passage(assistant: Assistant):
    answer = assistant.ask("Who won the football world cup in 1998?")
    assert 'value="0 passage 0"' in messages([Turn(answer.question, answer)])[1]["content"]
    assert '<mark class="other">' in opened(answer, "passage 0")


@pytest.mark.parametrize("choice", ["other 99", "other x", "other -1", "", "passage " + "9" * 5000, "source 1 2", "²"])
def test_a_forged_choice_opens_a_text_of_the_answer_or_none(assistant: Assistant, choice: str):
    answer = assistant.ask("who did Tokayev appoint?")
    shown = opened(answer, choice)
    assert shown == "" or "Alikhan Smailov" in shown
