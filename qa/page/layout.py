"""Layout: the page as a whole, ready to be launched."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

from qa.assistant import Assistant
from qa.page.chat import chat_tab

CSS = Path(__file__).with_name("page.css")
TITLE = "Ask your texts"
EXAMPLES = ("who did Tokayev appoint?", "How many people were arrested in Almaty?", "What does CSTO stand for?")


def page(assistant: Assistant) -> gr.Blocks:
    """The page over an assistant."""
    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=(600, 3600)) as blocks:
        gr.Markdown(f"# {TITLE}")
        with gr.Tabs(), gr.Tab("Chat"):
            chat_tab(assistant, EXAMPLES)
    return blocks


def theme() -> gr.Theme:
    """Fonts of the reader's own system: none is fetched."""
    return gr.themes.Soft(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])
