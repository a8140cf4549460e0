"""Chat: the tab with the conversation, and beside it the evidence: the passages read, and the whole text.

Only wiring: what a conversation is and how it looks stands in `talk`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from qa.assistant import TOP_K, Assistant
from qa.page import render
from qa.page.export import markdown
from qa.page.feedback import Feedback
from qa.page.talk import Talk, messages, opened, passage_opened

FORGET_SECONDS = 3600  # after which an idle conversation is dropped
MOST_PASSAGES = 30
PRIVATE: dict[str, Any] = {"api_visibility": "private"}  # the page's own events are no endpoints for programs
QUICK: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}

# A click on a button.open in the HTML becomes an event with what its data- attributes say.
OPEN = """
element.addEventListener('click', event => {
  const button = event.target.closest('button.open');
  if (button) trigger('click', {...button.dataset});
});
"""
# Waits until the tab is shown: what is hidden cannot be scrolled to.
SHOW_MARK = """
() => setTimeout(() => {
  const mark = document.querySelector('#document mark');
  if (mark) { mark.tabIndex = -1; mark.scrollIntoView({block: 'center'}); mark.focus({preventScroll: true}); }
}, 150)
"""
# Made in the browser, so that no conversation is left in a file of the server.
DOWNLOAD = """
(text) => {
  if (!text) return;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], {type: 'text/markdown'}));
  link.download = 'conversation.md';
  link.click();
  URL.revokeObjectURL(link.href);
}
"""


def chat_tab(assistant: Assistant, feedback: Feedback | None) -> gr.Chatbot:
    """Lays out the chat in the tab that is open, and connects it; without `feedback` there are no thumbs."""
    talk_state = gr.State(None, time_to_live=FORGET_SECONDS)
    exported = gr.Textbox(visible="hidden", label="Conversation as Markdown")
    with gr.Row():
        with gr.Column(scale=3, min_width=320):
            chat = gr.Chatbot(
                label="Conversation",
                elem_id="chat",
                height="58vh",
                min_height=320,
                latex_delimiters=[],
                allow_tags=False,
                buttons=[],
                placeholder="Every answer is quoted word for word from your texts, or there is none.",
            )
            question = gr.Textbox(
                label="Your question",
                placeholder="Ask about the texts, then press Enter",
                elem_id="question",
                max_lines=4,
                submit_btn="Ask",
                autofocus=True,
            )
            with gr.Row():
                fresh = gr.Button("New conversation", size="sm")
                save = gr.Button("Save as Markdown", size="sm")
            top_k, threshold = _settings(assistant)
        with gr.Column(scale=2, min_width=300), gr.Tabs(selected="passages") as panel:
            with gr.Tab("Passages read", id="passages"):
                hint = '<p class="hint">The passages that were read for an answer appear here, best first.</p>'
                passages = gr.HTML(hint, elem_id="passages", js_on_load=OPEN)
            with gr.Tab("Whole text", id="document"):
                hint = '<p class="hint">Open a source to see it here.</p>'
                document = gr.HTML(hint, elem_id="document", js_on_load=None)

    def ask(text: str, talk: Talk | None, read: int, least: float) -> Iterator[dict[Any, Any]]:
        talk = Talk(assistant.conversation()) if talk is None else talk
        if not text.strip():
            yield {question: ""}
            return
        yield {question: "", chat: messages(talk.turns, pending=text[:1000])}
        read = max(1, min(MOST_PASSAGES, int(read)))
        answer = talk.ask(text, top_k=read, threshold=float(least)).answer
        yield {
            talk_state: talk,
            chat: messages(talk.turns),
            passages: "" if answer is None else render.evidence_html(answer),
            panel: gr.Tabs(selected="passages"),
        }

    def ask_example(talk: Talk | None, read: int, least: float, event: gr.SelectData) -> Iterator[dict[Any, Any]]:
        yield from ask(event.value["text"], talk, read, least)

    def show(talk: Talk | None, turn: int, choice: str) -> dict[Any, Any]:
        answer = None if talk is None else talk.answer(turn)
        if talk is None or answer is None:
            return {talk_state: talk}
        talk.shown = turn
        return {
            talk_state: talk,
            passages: render.evidence_html(answer),
            document: opened(answer, choice),
            panel: gr.Tabs(selected="document"),
        }

    def choose(talk: Talk | None, event: gr.SelectData) -> dict[Any, Any]:
        return show(talk, -1 if talk is None else len(talk.turns) - 1, str(event.value))

    def pick(talk: Talk | None, event: gr.SelectData) -> dict[Any, Any]:
        return show(talk, _turn(event.index), "source")

    def open_passage(talk: Talk | None, event: gr.EventData) -> dict[Any, Any]:
        number = _number(event._data.get("number"))
        answer = None if talk is None else talk.answer(talk.shown)
        if answer is None or not 0 <= number < len(answer.evidence):
            return {talk_state: talk}
        return {document: passage_opened(answer, number), panel: gr.Tabs(selected="document")}

    def judge(talk: Talk | None, event: gr.LikeData) -> None:
        turn = _turn(event.index)
        answer = None if talk is None else talk.answer(turn)
        if feedback is not None and talk is not None and answer is not None and isinstance(event.liked, bool):
            feedback.record(answer, good=event.liked, asked=talk.turns[turn].asked)

    def forget() -> dict[Any, Any]:
        return {talk_state: None, chat: [], passages: "", document: "", panel: gr.Tabs(selected="passages")}

    def export(talk: Talk | None) -> str:
        return "" if talk is None else markdown((turn.asked, turn.answer) for turn in talk.turns)

    shown = [talk_state, chat, passages, document, panel]
    settings = [talk_state, top_k, threshold]
    question.submit(ask, [question, *settings], [question, *shown], show_progress="minimal", **PRIVATE)
    chat.example_select(ask_example, settings, [question, *shown], show_progress="minimal", **PRIVATE)
    for event, handler in ((chat.option_select, choose), (chat.select, pick), (passages.click, open_passage)):
        event(handler, talk_state, shown, **QUICK).then(None, js=SHOW_MARK, **PRIVATE)
    gr.on([fresh.click, chat.clear], forget, None, shown, **QUICK)
    save.click(export, talk_state, exported, **QUICK).then(None, exported, js=DOWNLOAD, **PRIVATE)
    if feedback is not None:
        chat.like(judge, talk_state, None, **QUICK)
    return chat


def _settings(assistant: Assistant) -> tuple[gr.Slider, gr.Slider]:
    with gr.Accordion("Settings", open=False):
        top_k = gr.Slider(
            1, MOST_PASSAGES, value=TOP_K, step=1, label="Passages to read",
            info="More finds answers in unlikely places, and takes longer.",
        )  # fmt: skip
        threshold = gr.Slider(
            0, 1, value=round(assistant.calibration.threshold, 2), step=0.01, label="How sure it must be to answer",
            info="At 0 it always answers, if wrongly; at 1 it nearly always says that the texts do not say.",
        )  # fmt: skip
    return top_k, threshold


def _turn(index: Any) -> int:
    """The turn that a message of the chat belongs to; -1 for what is no message."""
    number = _number(index[0] if isinstance(index, list | tuple) and index else index)
    return -1 if number < 0 else number // 2


def _number(value: Any) -> int:
    """What the browser sent, as a number; -1 for anything else, which only a forged event holds."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return -1
