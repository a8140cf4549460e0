"""Chat: questions in a row on the page, and beside them the evidence: the passages read, and the whole text.

What one user says is kept on the server in `gr.State`, which no other user sees, and never in a global. The
page is drawn from that, not from what the browser sends back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from qa.answers import Answer
from qa.assistant import TOP_K, Assistant, Conversation
from qa.page import render
from qa.page.render import Mark

LONGEST_QUESTION = 10_000  # characters; more is no question, and reading it would keep the others waiting
FORGET_SECONDS = 3600  # after which an idle conversation is dropped
OTHERS = 3  # other answers offered beside the best
LEAST_OTHER = 0.05  # probability from which on another answer is offered

OPEN_PASSAGE = """
element.addEventListener('click', event => {
  const button = event.target.closest('[data-number]');
  if (button) trigger('click', {number: Number(button.dataset.number)});
});
"""
# Waits until the tab is shown: what is hidden cannot be scrolled to.
SHOW_MARK = """
() => setTimeout(() => {
  const mark = document.querySelector('#document mark');
  if (mark) { mark.tabIndex = -1; mark.scrollIntoView({block: 'center'}); mark.focus({preventScroll: true}); }
}, 150)
"""


@dataclass(frozen=True)
class Turn:
    """What was asked, and the answer, or a note on why there is none."""

    asked: str
    answer: Answer | None
    note: str = ""


@dataclass
class Talk:
    """One user's conversation; `shown` is the turn whose evidence stands beside the chat."""

    conversation: Conversation
    turns: list[Turn] = field(default_factory=list)
    shown: int = -1


def take_turn(talk: Talk, question: str, *, top_k: int, threshold: float | None) -> None:
    """Asks, and adds the turn to the talk. What is wrong with a question is told in the turn."""
    try:
        if len(question) > LONGEST_QUESTION:
            raise ValueError(f"the question has {len(question):,} characters, at most {LONGEST_QUESTION:,} are read")
        answer = talk.conversation.ask(question, top_k=top_k, threshold=threshold)
        talk.turns.append(Turn(question, answer))
    except ValueError as error:
        talk.turns.append(Turn(question, None, str(error)))
    talk.shown = len(talk.turns) - 1


def messages(turns: Sequence[Turn], pending: str | None = None) -> list[dict[str, Any]]:
    """The turns as chat messages; each turn is two, so that turn n's answer is message 2n + 1."""
    result: list[dict[str, Any]] = []
    for turn in turns:
        result.append({"role": "user", "content": render.said(turn.asked)})
        if turn.answer is None:
            result.append({"role": "assistant", "content": render.said(turn.note)})
        else:
            content = render.answer_html(turn.answer, asked=turn.asked)
            result.append({"role": "assistant", "content": content, "options": options(turn.answer)})
    if pending is not None:
        result.append({"role": "user", "content": render.said(pending)})
    return result


def options(answer: Answer) -> list[dict[str, str]]:
    """Buttons below an answer: its source, and the other answers."""
    buttons = []
    if answer.text is not None:
        buttons.append({"value": "source", "label": "Open the source"})
    elif answer.evidence:
        buttons.append({"value": "source", "label": "Open the closest passage"})
    for number, other in enumerate(answer.alternatives[:OTHERS]):
        if other.confidence >= LEAST_OTHER:
            buttons.append({"value": f"other {number}", "label": f"Or: {other.text} ({other.confidence:.0%})"})
    return buttons


def opened(answer: Answer, choice: str = "source") -> str:
    """The document that a button below the answer opens, with the answer marked."""
    if choice.startswith("other "):
        answer = answer.alternatives[int(choice.removeprefix("other "))]
    if answer.document is not None and answer.start is not None and answer.end is not None:
        return render.document_html(answer.document, [Mark(answer.start, answer.end, "best")])
    return passage_opened(answer, 0) if answer.evidence else ""


def passage_opened(answer: Answer, number: int) -> str:
    """The document of one passage of the evidence, with that passage marked."""
    hit = answer.evidence[number].hit
    return render.document_html(hit.document, [Mark(hit.passage.start, hit.passage.end, "other")])


def chat_tab(assistant: Assistant, examples: Sequence[str]) -> None:
    """Lays out the chat in the tab that is open, and connects it."""
    talk_state = gr.State(None, time_to_live=FORGET_SECONDS)
    with gr.Row():
        with gr.Column(scale=3, min_width=320):
            chat = gr.Chatbot(
                label="Conversation",
                elem_id="chat",
                height="60vh",
                min_height=320,
                layout="bubble",
                latex_delimiters=[],
                allow_tags=False,
                buttons=[],
                feedback_options=None,
                placeholder="Every answer is quoted word for word from your texts, or there is none.",
                examples=[{"text": question} for question in examples],
            )
            with gr.Row():
                question = gr.Textbox(
                    label="Your question",
                    placeholder="who did Tokayev appoint?" if not examples else examples[0],
                    elem_id="question",
                    lines=1,
                    max_lines=4,
                    submit_btn="Ask",
                    autofocus=True,
                )
            fresh = gr.Button("New conversation", size="sm", variant="secondary")
            with gr.Accordion("Settings", open=False):
                top_k = gr.Slider(
                    1, 30, value=TOP_K, step=1, label="Passages to read",
                    info="More finds answers in unlikely places, and takes longer.",
                )  # fmt: skip
                threshold = gr.Slider(
                    0, 1, value=assistant.calibration.threshold, step=0.01, label="How sure it must be to answer",
                    info="0 always answers, even wrongly; 1 nearly always says that the texts do not say.",
                )  # fmt: skip
        with gr.Column(scale=2, min_width=300), gr.Tabs(selected="passages") as panel:
            with gr.Tab("Passages read", id="passages"):
                passages = gr.HTML(
                    '<p class="hint">What was read to answer appears here.</p>',
                    elem_id="passages",
                    js_on_load=OPEN_PASSAGE,
                )
            with gr.Tab("Whole text", id="document"):
                document = gr.HTML(
                    '<p class="hint">Open a source to see it here.</p>', elem_id="document", js_on_load=None
                )

    def ask(text: str, talk: Talk | None, read: int, least: float) -> Iterator[dict[Any, Any]]:
        talk = Talk(assistant.conversation()) if talk is None else talk
        if not text.strip():
            yield {question: ""}
            return
        yield {question: "", chat: messages(talk.turns, pending=text)}
        take_turn(talk, text, top_k=int(read), threshold=float(least))
        answer = talk.turns[-1].answer
        yield {
            talk_state: talk,
            chat: messages(talk.turns),
            passages: "" if answer is None else render.evidence_html(answer),
            panel: gr.Tabs(selected="passages"),
        }

    def ask_example(event: gr.SelectData, talk: Talk | None, read: int, least: float) -> Iterator[dict[Any, Any]]:
        yield from ask(event.value["text"], talk, read, least)

    def show(talk: Talk | None, turn: int, choice: str) -> dict[Any, Any]:
        answer = None if talk is None or not 0 <= turn < len(talk.turns) else talk.turns[turn].answer
        if talk is None or answer is None:
            return {}
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
        index = event.index[0] if isinstance(event.index, list | tuple) else event.index
        return show(talk, int(index) // 2, "source")

    def open_passage(talk: Talk | None, event: gr.EventData) -> dict[Any, Any]:
        number = event._data.get("number", -1)
        answer = None if talk is None or not talk.turns else talk.turns[talk.shown].answer
        if answer is None or not 0 <= number < len(answer.evidence):
            return {}
        return {document: passage_opened(answer, number), panel: gr.Tabs(selected="document")}

    def forget() -> dict[Any, Any]:
        return {talk_state: None, chat: [], passages: "", document: "", panel: gr.Tabs(selected="passages")}

    shown = [talk_state, chat, passages, document, panel]
    asked: dict[str, Any] = {
        "inputs": [talk_state, top_k, threshold],
        "outputs": [question, *shown],
        "api_visibility": "private",
    }
    question.submit(ask, **{**asked, "inputs": [question, *asked["inputs"]]}, show_progress="minimal")
    chat.example_select(ask_example, **asked, show_progress="minimal")
    for event, handler in ((chat.option_select, choose), (chat.select, pick), (passages.click, open_passage)):
        event(handler, talk_state, shown, api_visibility="private", show_progress="hidden", queue=False).then(
            None, js=SHOW_MARK, api_visibility="private"
        )
    gr.on([fresh.click, chat.clear], forget, None, shown, api_visibility="private", show_progress="hidden", queue=False)
