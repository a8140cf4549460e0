"""Single sentences are put back into the texts they are from, and every answer keeps its place."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qa.squad import Question
from qa.training.joining import joined


def _asked(text: str, paragraph: int, sentence: int, context: str, answer: str) -> Question:
    name = f"Wiki1k:wikinews:{text}:{paragraph}:{sentence}|0 1|2|3"
    return Question(name, f"What of {answer}?", context, (answer,), (context.index(answer),), title="qamr")


FIRST = _asked("7", 0, 0, "The harbour opened on Monday.", "Monday")
SECOND = _asked("7", 0, 1, "Ingrid Solberg cut the ribbon.", "the ribbon")
THIRD = _asked("7", 2, 0, "It cost 412 million kroner.", "412 million kroner")
OTHER = _asked("8", 0, 0, "Swifts spend the winter in Africa.", "Africa")
PLAIN = Question("1", "Who sang?", "Ida sang.", ("Ida",), (0,), title="song")


def test_sentences_stand_in_the_order_of_their_text_whatever_that_of_the_questions():
    for asked in ([FIRST, SECOND, THIRD, OTHER], [OTHER, THIRD, FIRST, SECOND]):
        found = {question.id: question for question in joined(asked)}
        assert [question.id for question in joined(asked)] == [question.id for question in asked]
        text = "The harbour opened on Monday. Ingrid Solberg cut the ribbon. It cost 412 million kroner."
        assert {found[each.id].context for each in (FIRST, SECOND, THIRD)} == {text}
        assert found[OTHER.id].context == OTHER.context
        assert found[FIRST.id].title == "Wiki1k:wikinews:7" != found[OTHER.id].title


def test_a_text_is_no_longer_than_asked_for():
    found = joined([FIRST, SECOND, THIRD], longest=65)
    assert [question.context for question in found] == [f"{FIRST.context} {SECOND.context}"] * 2 + [THIRD.context]
    assert [question.context for question in joined([FIRST, SECOND], longest=3)] == [FIRST.context, SECOND.context]


def test_other_questions_stay_as_they_are():
    assert joined([PLAIN, FIRST])[0] == PLAIN
    assert joined([]) == []


def test_a_question_without_an_answer_is_joined_as_well():
    refused = Question(SECOND.id.replace("|2|", "|4|"), "Who sang?", SECOND.context)
    assert joined([FIRST, SECOND, refused])[2].context == f"{FIRST.context} {SECOND.context}"


SENTENCES = st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=8)


@given(SENTENCES, st.integers(1, 80), st.data())
def test_answers_keep_their_place(sentences, longest, data):
    asked = []
    for number, sentence in enumerate(sentences):
        start = data.draw(st.integers(0, len(sentence) - 1))
        end = data.draw(st.integers(start + 1, len(sentence)))
        name = f"Wiki1k:wikipedia:3:{number // 3}:{number % 3}|0"
        asked.append(Question(name, "What?", sentence, (sentence[start:end],), (start,)))
    for before, after in zip(asked, joined(asked, longest=longest), strict=True):
        assert after.context[after.starts[0] :].startswith(before.answers[0])
        assert before.context in after.context
        assert len(after.context) <= max(longest, len(before.context))
