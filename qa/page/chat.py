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
from qa.page.talk import Talk, messages, opened

FORGET_SECONDS = 3600  # after which an idle conversation is dropped
MOST_PASSAGES = 30
PRIVATE: dict[str, Any] = {"api_visibility": "private"}  # the page's own events are no endpoints for programs
QUICK: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}

# A click on a link in an answer or beside it becomes an event with the link's value.
FOLLOW_LINKS = """
document.addEventListener('click', event => {
  const button = event.target.closest('#chat button.open, #passages button.open');
  if (button) trigger('click', {value: button.value});
});
"""
# The page library names each message by its HTML source, which a screen reader would read out instead of the text.
NAME_NOTHING = """
new MutationObserver(() =>
  document.querySelectorAll('#chat [data-testid][aria-label]').forEach(said => said.removeAttribute('aria-label'))
).observe(document.getElementById('chat'), {childList: true, subtree: true, attributeFilter: ['aria-label']});
"""
# Waits until the tab is shown: what is hidden cannot be scrolled to. Paragraphs out of sight get their real height
# only when they come near, which moves the mark: so it is scrolled to again.
SHOW_MARK = """
() => setTimeout(() => {
  const mark = document.querySelector('#document mark');
  if (!mark) return;
  const show = times => {
    mark.scrollIntoView({block: 'center'});
    if (times > 1) requestAnimationFrame(() => show(times - 1));
  };
  show(4);
  mark.tabIndex = -1;
  mark.focus({preventScroll: true});
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
                show_label=False,
                elem_id="chat",
                height="54vh",
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
            usual = round(assistant.calibration.threshold, 2)
            top_k, threshold = _settings(usual)
        with gr.Column(scale=2, min_width=300), gr.Tabs(selected="passages") as panel:
            with gr.Tab("Passages read", id="passages"):
                hint = '<p class="hint">The passages that were read for an answer appear here, best first.</p>'
                passages = gr.HTML(hint, elem_id="passages", js_on_load=FOLLOW_LINKS + NAME_NOTHING)
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
        sure = None if least == usual else float(least)
        answer = talk.ask(text, top_k=read, threshold=sure).answer
        yield {
            talk_state: talk,
            chat: messages(talk.turns),
            passages: "" if answer is None else render.evidence_html(answer, turn=len(talk.turns) - 1),
            panel: gr.Tabs(selected="passages"),
        }

    def ask_example(talk: Talk | None, read: int, least: float, event: gr.SelectData) -> Iterator[dict[Any, Any]]:
        yield from ask(event.value["text"], talk, read, least)

    def follow(talk: Talk | None, event: gr.EventData) -> dict[Any, Any]:
        """Opens what a link names: "2 source" is the source of the third turn."""
        first, _, choice = str(event._data.get("value")).partition(" ")
        turn = _number(first)
        answer = None if talk is None else talk.answer(turn)
        if answer is None:
            return {talk_state: talk}
        return {
            passages: render.evidence_html(answer, turn=turn),
            document: opened(answer, choice),
            panel: gr.Tabs(selected="document"),
        }

    def judge(talk: Talk | None, event: gr.LikeData) -> None:
        turn = _turn(event.index)
        answer = None if talk is None else talk.answer(turn)
        if feedback is None or talk is None or answer is None or answer.reply is not None:
            return
        try:
            feedback.record(answer, good=bool(event.liked), asked=talk.turns[turn].asked)
        except OSError as error:
            raise gr.Error(f"The opinion was not kept: {error}", print_exception=False) from error

    def forget() -> dict[Any, Any]:
        return {talk_state: None, chat: [], passages: "", document: "", panel: gr.Tabs(selected="passages")}

    def export(talk: Talk | None) -> str:
        return "" if talk is None else markdown((turn.asked, turn.answer) for turn in talk.turns)

    shown = [talk_state, chat, passages, document, panel]
    settings = [talk_state, top_k, threshold]
    question.submit(ask, [question, *settings], [question, *shown], show_progress="minimal", **PRIVATE)
    chat.example_select(ask_example, settings, [question, *shown], show_progress="minimal", **PRIVATE)
    passages.click(follow, talk_state, shown, **QUICK).then(None, js=SHOW_MARK, **PRIVATE)
    gr.on([fresh.click, chat.clear], forget, None, shown, **QUICK)
    save.click(export, talk_state, exported, **QUICK).then(None, exported, js=DOWNLOAD, **PRIVATE)
    if feedback is not None:
        chat.like(judge, talk_state, None, **QUICK)
    return chat


def _settings(usual: float) -> tuple[gr.Slider, gr.Slider]:
    with gr.Accordion("Settings", open=False):
        top_k = gr.Slider(
            1, MOST_PASSAGES, value=TOP_K, step=1, label="Passages to read",
            info="At most, for each question: reading stops at a sure answer. More finds answers in unlikely places, "
            "and takes longer.",
        )  # fmt: skip
        threshold = gr.Slider(
            0, 1, value=usual, step=0.01, label="How sure it must be to answer",
            info="That the texts answer the question at all. At 0 it always answers, if wrongly; at 1 nearly never. "
            f"{usual} served best when it was measured.",
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
