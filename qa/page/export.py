"""Export: a conversation as Markdown, every answer with its quotation and source."""

from __future__ import annotations

import re
from collections.abc import Iterable

from qa.answers import Answer
from qa.page.render import citation, confidence_words


def markdown(turns: Iterable[tuple[str, Answer | None]]) -> str:
    """The turns, each a question as typed and its answer, as a Markdown text."""
    parts = ["# Conversation\n"]
    for asked, answer in turns:
        parts.append(f"## {plain(asked)}\n")
        if answer is None:
            parts.append("No answer.\n")
            continue
        if answer.reply is not None:
            parts.append(f"{plain(answer.reply)}\n")
            parts += [f"> {plain(quote.text or '')}\n\nSource: {plain(citation(quote))}.\n" for quote in answer.quotes]
            continue
        if answer.question.strip() != asked.strip():
            parts.append(f"*Understood as: {plain(answer.question)}*\n")
        if answer.document is None or answer.sentence is None or answer.start is None or answer.end is None:
            parts.append(f"The texts do not say. Confidence: {confidence_words(answer.confidence)}.\n")
            continue
        text, (start, end) = answer.document.text, answer.sentence
        before, after = plain(text[start : answer.start]), plain(text[answer.end : end])
        parts.append(f"> {before}**{plain(text[answer.start : answer.end])}**{after}\n")
        file = f" ({plain(answer.document.source)})" if answer.document.source else ""
        parts.append(f"Source: {plain(citation(answer))}{file}. Confidence: {confidence_words(answer.confidence)}.\n")
    return "\n".join(parts)


def plain(text: str) -> str:
    """The text on one line, with every sign escaped that Markdown or HTML would take for its own."""
    return re.sub(r"([\\`*_{}\[\]<>()#+!|&~$-])", r"\\\1", re.sub(r"\s+", " ", text))
