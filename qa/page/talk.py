"""Talk: one user's conversation on the page, and how it is drawn.

It is kept on the server in `gr.State`, which no other user sees, and never in a global. The page is drawn from
it, not from what the browser sends back. No part of the page library is used here.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from qa.answers import Answer
from qa.assistant import Conversation
from qa.page import render
from qa.page.marks import Mark, document_html
from qa.schema import StoreError

logger = logging.getLogger(__name__)

LONGEST_QUESTION = 10_000  # characters; more is no question, and reading it would keep the others waiting
LONGEST_TALK = 100  # turns kept; older ones leave the page
BROKEN = "Something went wrong while the texts were read. Ask again; if it stays so, the program's log says why."


@dataclass(frozen=True)
class Turn:
    """What was asked, and the answer, or a note on why there is none."""

    asked: str
    answer: Answer | None
    note: str = ""


@dataclass
class Talk:
    """The turns so far."""

    conversation: Conversation
    turns: list[Turn] = field(default_factory=list)

    def ask(self, question: str, *, top_k: int, threshold: float | None) -> Turn:
        """Asks, and adds the turn. What is wrong with a question, or with the index, is told in the turn."""
        try:
            if len(question) > LONGEST_QUESTION:
                raise ValueError(
                    f"the question has {len(question):,} characters, at most {LONGEST_QUESTION:,} are read"
                )
            turn = Turn(question, self.conversation.ask(question, top_k=top_k, threshold=threshold))
        except (ValueError, StoreError) as error:
            turn = Turn(question[:LONGEST_QUESTION], None, str(error))
        except Exception:  # whatever it is, a person who asks gets a sentence
            logger.exception("the question %r could not be answered", question[:LONGEST_QUESTION])
            turn = Turn(question[:LONGEST_QUESTION], None, BROKEN)
        self.turns = [*self.turns, turn][-LONGEST_TALK:]
        return turn

    def answer(self, turn: int) -> Answer | None:
        """The answer of that turn, if there is one."""
        return self.turns[turn].answer if 0 <= turn < len(self.turns) else None


def messages(turns: Sequence[Turn], pending: str | None = None) -> list[dict[str, Any]]:
    """The turns as chat messages; each turn is two, so that turn n's answer is message 2n + 1."""
    result: list[dict[str, Any]] = []
    for number, turn in enumerate(turns):
        result.append({"role": "user", "content": render.said(turn.asked)})
        if turn.answer is None:
            content = render.note(turn.note)
        else:
            content = render.answer_html(turn.answer, turn=number, asked=turn.asked)
        result.append({"role": "assistant", "content": content})
    if pending is not None:
        result.append({"role": "user", "content": render.said(pending)})
        result.append({"role": "assistant", "content": render.waiting()})
    return result


def opened(answer: Answer, choice: str = "source") -> str:
    """The document that a link of an answer opens, marked: "source", "other 0", "quote 0", "passage 0"."""
    kind, _, place = choice.partition(" ")
    number = int(place[:4]) if place.isdecimal() else 0
    if kind == "quote" and number < len(answer.quotes):
        return opened(answer.quotes[number])
    if kind == "other" and number < len(answer.alternatives):
        return opened(answer.alternatives[number])
    if kind != "passage" and answer.document is not None and answer.start is not None and answer.end is not None:
        return document_html(answer.document, [Mark(answer.start, answer.end, "best")])
    if number < len(answer.evidence):
        hit = answer.evidence[number].hit
        return document_html(hit.document, [Mark(hit.passage.start, hit.passage.end, "other")])
    return ""
