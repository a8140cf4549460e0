"""Talk: one user's conversation on the page, and how it is drawn.

It is kept on the server in `gr.State`, which no other user sees, and never in a global. The page is drawn from
it, not from what the browser sends back. No part of the page library is used here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from qa.answers import Answer
from qa.assistant import Conversation
from qa.page import render
from qa.page.render import Mark

LONGEST_QUESTION = 10_000  # characters; more is no question, and reading it would keep the others waiting
LONGEST_TALK = 100  # turns kept; older ones leave the page
OTHERS = 3  # other answers offered beside the best
LONGEST_LABEL = 80  # characters
LEAST_OTHER = 0.05  # probability from which on another answer is offered


@dataclass(frozen=True)
class Turn:
    """What was asked, and the answer, or a note on why there is none."""

    asked: str
    answer: Answer | None
    note: str = ""


@dataclass
class Talk:
    """The turns so far; `shown` is the one whose evidence stands beside the chat."""

    conversation: Conversation
    turns: list[Turn] = field(default_factory=list)
    shown: int = -1

    def ask(self, question: str, *, top_k: int, threshold: float | None) -> Turn:
        """Asks, and adds the turn. What is wrong with a question is told in the turn."""
        try:
            if len(question) > LONGEST_QUESTION:
                raise ValueError(
                    f"the question has {len(question):,} characters, at most {LONGEST_QUESTION:,} are read"
                )
            turn = Turn(question, self.conversation.ask(question, top_k=top_k, threshold=threshold))
        except ValueError as error:
            turn = Turn(question[:LONGEST_QUESTION], None, str(error))
        self.turns = [*self.turns, turn][-LONGEST_TALK:]
        self.shown = len(self.turns) - 1
        return turn

    def answer(self, turn: int) -> Answer | None:
        """The answer of that turn, if there is one."""
        return self.turns[turn].answer if 0 <= turn < len(self.turns) else None


def messages(turns: Sequence[Turn], pending: str | None = None) -> list[dict[str, Any]]:
    """The turns as chat messages; each turn is two, so that turn n's answer is message 2n + 1."""
    result: list[dict[str, Any]] = []
    for turn in turns:
        result.append({"role": "user", "content": render.said(turn.asked)})
        if turn.answer is None:
            result.append({"role": "assistant", "content": render.note(turn.note)})
        else:
            content = render.answer_html(turn.answer, asked=turn.asked)
            result.append({"role": "assistant", "content": content, "options": options(turn.answer)})
    if pending is not None:
        result.append({"role": "user", "content": render.said(pending)})
    return result


def options(answer: Answer) -> list[dict[str, str]]:
    """Buttons below the last answer: its source, and the other answers."""
    buttons = []
    if answer.text is not None:
        buttons.append({"value": "source", "label": "Open the source"})
    elif answer.evidence:
        buttons.append({"value": "source", "label": "Open the closest passage"})
    for number, other in enumerate(answer.alternatives[:OTHERS]):
        if other.confidence >= LEAST_OTHER:
            text = other.text or ""
            shown = text if len(text) <= LONGEST_LABEL else f"{text[:LONGEST_LABEL]} …"
            # Isolated, because a text of another direction would turn the brackets around.
            label = f"Or: \u2068{shown}\u2069 ({other.confidence:.0%})"
            buttons.append({"value": f"other {number}", "label": label})
    return buttons


def opened(answer: Answer, choice: str = "source") -> str:
    """The document that a button below the answer opens, with the answer marked."""
    for number, other in enumerate(answer.alternatives):
        if choice == f"other {number}":
            return opened(other)
    if answer.document is not None and answer.start is not None and answer.end is not None:
        return render.document_html(answer.document, [Mark(answer.start, answer.end, "best")])
    return passage_opened(answer, 0) if answer.evidence else ""


def passage_opened(answer: Answer, number: int) -> str:
    """The document of one passage of the evidence, with that passage marked."""
    hit = answer.evidence[number].hit
    return render.document_html(hit.document, [Mark(hit.passage.start, hit.passage.end, "other")])
