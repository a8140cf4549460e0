"""Example questions drawn from texts."""

from __future__ import annotations

import pytest

from qa.assistant import Assistant
from qa.documents import Document
from qa.page.examples import examples, suggested


@pytest.mark.parametrize(
    ("sentence", "question", "answer"),
    [
        ("The stone bridge was built in 1684.", "When was the stone bridge built?", "1684"),
        ("The stone bridge was built by Hannah Moss.", "Who was the stone bridge built by?", "Hannah Moss"),
        ("On Friday, Ida Holm opened a bakery in Vardo.", "Who opened a bakery in Vardo?", "Ida Holm"),
        ("Rangers counted about 300 grey seals.", "How many grey seals were counted?", "about 300"),
        ("He left the World Health Organization (WHO).", "What does WHO stand for?", "World Health Organization"),
        ("The town's mayor, Omar Lind, was late.", None, None),
        ("Oslo's deputy mayor, Omar Lind, was late.", "Who is Oslo's deputy mayor?", "Omar Lind"),
        ("They joined the European Space Agency (ESA).", "What does ESA stand for?", "European Space Agency"),
        ("Они построили мост в 1684 году.", None, None),
    ],
)
def test_a_sentence_suggests_its_question(sentence: str, question: str | None, answer: str | None):
    found = {example.question: example.answer for example in suggested(Document(sentence))}
    assert found == ({} if question is None else {question: answer})


def test_the_article_gives_questions_of_several_kinds_that_are_answered(assistant: Assistant):
    questions = examples(assistant)
    assert len(questions) == 4
    assert len({question.split()[0] for question in questions}) > 1
    for question in questions:
        assert assistant.ask(question).text is not None


def test_no_more_than_wanted(assistant: Assistant):
    assert len(examples(assistant, wanted=1)) == 1
