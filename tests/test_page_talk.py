"""A conversation on the page: its turns, messages and buttons."""

from __future__ import annotations

from qa.assistant import Assistant
from qa.page import talk
from qa.page.talk import Talk, messages, opened, options


def test_turns_become_two_messages_each(assistant: Assistant):
    chat = Talk(assistant.conversation())
    chat.ask("who did Tokayev appoint?", top_k=4, threshold=None)
    chat.ask("???", top_k=4, threshold=None)
    shown = messages(chat.turns, pending="next")
    assert [message["role"] for message in shown] == ["user", "assistant"] * 2 + ["user"]
    assert "Alikhan Smailov" in shown[1]["content"]
    assert "expected some words" in shown[3]["content"]
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
    assert chat.shown == 1


def test_every_button_opens_a_text_with_its_answer_marked(assistant: Assistant):
    answer = assistant.ask("who did Tokayev appoint?", threshold=0.0)
    buttons = options(answer)
    assert buttons[0] == {"value": "source", "label": "Open the source"}
    assert '<mark class="best">Alikhan Smailov</mark>' in opened(answer, "source")
    for button in buttons[1:]:
        other = answer.alternatives[int(button["value"].split()[1])]
        assert other.text in button["label"]
        assert 'class="best"' in opened(answer, button["value"])


def test_a_refusal_opens_the_closest_passage(assistant: Assistant):
    answer = assistant.ask("Who won the football world cup in 1998?")
    assert options(answer)[0]["label"] == "Open the closest passage"
    assert '<mark class="other">' in opened(answer, "source")


def test_a_forged_choice_opens_the_source(assistant: Assistant):
    answer = assistant.ask("who did Tokayev appoint?")
    assert opened(answer, "other 99") == opened(answer, "other x") == opened(answer, "source")
