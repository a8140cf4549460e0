"""Layout: the page as a whole, ready to be launched."""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path

import gradio as gr

from qa.assistant import Assistant
from qa.page.api import endpoints
from qa.page.chat import PRIVATE, QUICK, chat_tab
from qa.page.examples import examples
from qa.page.feedback import FILE, Feedback
from qa.page.texts import texts_tab

CSS = Path(__file__).with_name("page.css")
TITLE = "Ask your texts"
SETTLED_SECONDS = 2.0  # without a change, before new example questions are drawn

logger = logging.getLogger(__name__)


class Examples:
    """Example questions, drawn anew from the texts when these have changed."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._changed = threading.Event()
        self.questions = examples(assistant)
        threading.Thread(target=self._draw, daemon=True).start()

    def renew(self) -> None:
        """Returns at once; the new questions are there a few seconds after the last of several changes."""
        self._changed.set()

    def _draw(self) -> None:
        while self._changed.wait():
            self._changed.clear()
            if self._changed.wait(SETTLED_SECONDS):
                continue  # a program may add texts by the hundred
            try:
                self.questions = examples(self._assistant)
            except Exception:  # the index may be gone for a while; the old questions stay
                logger.exception("no example questions could be drawn")


def page(assistant: Assistant, *, read_only: bool = False) -> gr.Blocks:
    """The page over an assistant; with `read_only` nothing of it can be changed, and opinions are not kept."""
    suggestions = Examples(assistant)
    feedback = None if read_only else Feedback(assistant.index.folder / FILE)
    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=(600, 3600)) as blocks:
        # First, so that the endpoints get the plain names and the page's own events the numbered ones.
        endpoints(assistant, read_only=read_only, changed=suggestions.renew)
        gr.Markdown(f"# {TITLE}")
        with gr.Tabs():
            with gr.Tab("Chat"):
                chat = chat_tab(assistant, feedback)
            with gr.Tab("Texts") as texts:
                listing, listed = texts_tab(assistant.index, read_only=read_only, changed=suggestions.renew)
            if feedback is not None:
                with gr.Tab("Feedback"):
                    _feedback_tab(feedback)

        def suggest() -> gr.Chatbot:
            return gr.Chatbot(examples=[{"text": question} for question in suggestions.questions])

        blocks.load(suggest, None, chat, **QUICK)
        gr.on([blocks.load, texts.select], listing, None, listed, **QUICK)
    return blocks


def _feedback_tab(feedback: Feedback) -> None:
    gr.Markdown(
        "The thumbs beside answers are kept on this machine only. Those up can be saved as SQuAD questions, "
        "which `python -m qa train` learns from."
    )
    make = gr.Button("Make the SQuAD file", size="sm")
    made = gr.File(label="SQuAD file", interactive=False, visible=False)

    def export() -> gr.File:
        path = Path(os.environ["GRADIO_TEMP_DIR"]) / "feedback-squad.json"
        count = feedback.export(path)
        return gr.File(str(path), visible=True, label=f"SQuAD file with {count} questions")

    make.click(export, None, made, **PRIVATE)


def theme() -> gr.Theme:
    """Fonts of the reader's own system: none is fetched."""
    return gr.themes.Default(
        primary_hue="indigo", font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]
    )
