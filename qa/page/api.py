"""API: the endpoints for programs, in plain JSON; with the MCP switch they are tools as well.

`gradio_client.Client("http://127.0.0.1:7860").predict("who did Tokayev appoint?", api_name="/ask")`
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import gradio as gr

from qa.assistant import TOP_K, Assistant
from qa.documents import Document
from qa.output import answer_json
from qa.page.talk import LONGEST_QUESTION
from qa.schema import StoreError

MOST_PASSAGES = 100  # a question may ask for
LONGEST_TEXT = 5_000_000  # characters added at once
READ_ONLY = "the page was started with --read-only: its texts cannot be changed"


def endpoints(assistant: Assistant, *, read_only: bool, changed: Callable[[], None]) -> None:
    """Adds /ask, /search, /documents, /add and /remove to the page that is open."""

    def ask(question: str, top_k: int = TOP_K, threshold: float | None = None) -> dict[str, Any]:
        """Answer a question with words quoted from the texts.

        Args:
            question: The question, in plain words.
            top_k: How many passages to read.
            threshold: Answer only when it is at least this probable (0 to 1) that the texts hold an answer.

        Returns:
            The answer (null when the texts do not say), its confidence, document, offsets, passage and alternatives.
        """
        _check_question(question, top_k)
        if threshold is not None and not isinstance(threshold, int | float):
            raise _refused(f"threshold is {threshold!r}, expected a probability from 0 to 1")
        begun = time.perf_counter()
        try:
            answer = assistant.ask(question, top_k=top_k, threshold=threshold)
        except (ValueError, StoreError) as error:
            raise _refused(str(error)) from error
        return answer_json(answer, seconds=time.perf_counter() - begun)

    def search(question: str, top_k: int = TOP_K) -> list[dict[str, Any]]:
        """Find the passages that most likely answer a question, best first.

        Args:
            question: The question, in plain words.
            top_k: How many passages to return.

        Returns:
            Passages with their text, offsets, document and score.
        """
        _check_question(question, top_k)
        try:
            hits = assistant.index.search(question, top_k=top_k)
        except (ValueError, StoreError) as error:
            raise _refused(str(error)) from error
        return [
            {
                "text": hit.passage.text,
                "start": hit.passage.start,
                "end": hit.passage.end,
                "document": {"id": hit.document.id, "title": hit.document.title, "source": hit.document.source},
                "score": round(hit.score, 4),
                "dense_rank": hit.dense_rank,
                "keyword_rank": hit.keyword_rank,
            }
            for hit in hits
        ]

    def documents() -> list[dict[str, Any]]:
        """List the texts that questions are answered from.

        Returns:
            Id, title, source, date and number of passages of each.
        """
        try:
            return [vars(record) for record in assistant.index.documents()]
        except StoreError as error:
            raise _refused(str(error)) from error

    def add(text: str, title: str = "", source: str = "") -> dict[str, Any]:
        """Add a text to those that questions are answered from.

        Args:
            text: The whole text, plain.
            title: What it is called when it is cited.
            source: A name or address to know it by; a text of the same source is replaced.

        Returns:
            The id of the document and the number of texts there are now.
        """
        _check_writable(read_only)
        for name, value in (("text", text), ("title", title), ("source", source)):
            _check_text(name, value)
        if len(text) > LONGEST_TEXT:
            raise _refused(f"the text has {len(text):,} characters, at most {LONGEST_TEXT:,} are taken at once")
        document = Document(text=text.replace("\0", ""), title=title, source=source or title)
        try:
            assistant.index.add(document)
        except (ValueError, StoreError) as error:
            raise _refused(str(error)) from error
        changed()
        return {"id": document.id, "documents": len(assistant.index.documents())}

    def remove(document_id: str) -> dict[str, Any]:
        """Remove a text from those that questions are answered from.

        Args:
            document_id: Its id, or enough of the beginning of it.

        Returns:
            What was removed.
        """
        _check_writable(read_only)
        _check_text("document_id", document_id)
        try:
            record = assistant.index.remove(document_id)
        except KeyError as error:
            raise _refused(str(error.args[0])) from error
        except StoreError as error:
            raise _refused(str(error)) from error
        changed()
        return {"removed": vars(record)}

    gr.api(ask)
    gr.api(search)
    gr.api(documents)
    gr.api(add, concurrency_limit=1, concurrency_id="changes")
    gr.api(remove, concurrency_limit=1, concurrency_id="changes")


def _refused(message: str) -> gr.Error:
    return gr.Error(message, print_exception=False)  # the caller's mistake is nothing for the server's log


def _check_text(name: str, value: object) -> None:
    if not isinstance(value, str):
        raise _refused(f"{name} is {str(value)[:40]!r} ({type(value).__name__}), expected a text")


def _check_question(question: str, top_k: int) -> None:
    _check_text("question", question)
    if len(question) > LONGEST_QUESTION:
        raise _refused(f"the question has {len(question):,} characters, at most {LONGEST_QUESTION:,} are read")
    if not isinstance(top_k, int) or isinstance(top_k, bool) or not 1 <= top_k <= MOST_PASSAGES:
        raise _refused(f"top_k is {top_k!r}, expected a number from 1 to {MOST_PASSAGES}")


def _check_writable(read_only: bool) -> None:
    if read_only:
        raise _refused(READ_ONLY)
