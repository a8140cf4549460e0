"""Augmentation: what it may and may not change, on texts that hypothesis makes up and on ones it should get right."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.squad import Question
from qa.training.augment import Neighbours, as_statement, as_typed, cropped
from qa.training.mixture import Shares, mix
from qa.training.swaps import OPPOSITES, names, swapped

WORDS = st.sampled_from(
    ["Anna", "Oslo", "Red Cross", "won", "in", "1999", "2,500", "the", "first", "ran.", "It", "ok?"]
)
TEXTS = st.lists(WORDS, min_size=1, max_size=60).map(" ".join)


@st.composite
def questions(draw, answerable=None):
    context = draw(TEXTS)
    found = []
    if answerable or (answerable is None and draw(st.booleans())):
        for _ in range(draw(st.integers(1, 3))):
            start = draw(st.integers(0, len(context) - 1))
            text = context[start : start + draw(st.integers(1, 12))]
            if text.strip():
                found.append((start, text))
        if not found:
            found.append((0, context))
    asked = draw(st.sampled_from(["Who", "When", "What", "where"])) + " " + draw(TEXTS) + "?"
    return Question(
        "q", asked, context, tuple(text for _, text in found), tuple(start for start, _ in found), title="t"
    )


def _exact(question: Question) -> bool:
    pairs = zip(question.answers, question.starts, strict=True)
    return all(question.context[start : start + len(text)] == text for text, start in pairs)


@given(questions(), st.integers(0, 99), st.integers(1, 200))
def test_cropping_keeps_the_answers_where_they_are(question, seed, characters):
    short = cropped(question, Random(seed), characters=characters)
    assert _exact(short)
    assert short.answers == question.answers
    assert short.context
    assert short.context in question.context
    assert short == cropped(question, Random(seed), characters=characters)


@pytest.mark.parametrize("seed", range(20))
def test_cropping_ends_at_sentences_and_within_the_limit(seed):
    sentences = [f"Sentence number {i} is here." for i in range(30)]
    text = " ".join(sentences)
    start = text.index("number 17")
    short = cropped(Question("q", "?", text, ("number 17",), (start,)), Random(seed), characters=120)
    assert set(short.context.strip().split(". ")) <= {s.rstrip(".") for s in sentences} | set(sentences)
    assert "number 17" in short.context
    assert 60 < len(short.context) <= 120


@given(questions(), st.integers(0, 99))
def test_typing_changes_the_question_alone(question, seed):
    typed = as_typed(question, Random(seed))
    assert (typed.context, typed.answers, typed.starts) == (question.context, question.answers, question.starts)
    assert typed.question == typed.question.lower()
    assert not typed.question.endswith("?")
    assert abs(len(typed.question) - len(question.question.strip().rstrip("?").rstrip())) <= 1
    assert typed == as_typed(question, Random(seed))


@pytest.mark.parametrize(
    ("question", "statements"),
    [
        (
            "What is the name of the police spokesman?",
            {"the police spokesman's name", "the name of the police spokesman"},
        ),
        ("Who is the mayor of Almaty?", {"the mayor of Almaty"}),
        ("What's the capital?", {"the capital"}),
        ("What are the colours of the flag", {"the colours of the flag"}),
        ("Who won?", {None}),
        ("Is the mayor here?", {None}),
    ],
)
def test_statements(question, statements):
    found = {as_statement(Question("q", question, "c"), Random(seed)) for seed in range(20)}
    assert {None if result is None else result.question for result in found} == statements


@given(questions(answerable=True), st.integers(0, 99), st.lists(TEXTS, max_size=3))
def test_a_swap_changes_the_question_and_leaves_no_answer(question, seed, others):
    result = swapped(question, Random(seed), others=others)
    if result is not None:
        assert result.impossible
        assert result.starts == ()
        assert result.context == question.context
        assert result.question.lower() != question.question.lower()
    assert result == swapped(question, Random(seed), others=others)


def _swaps(question: str, context: str, answer: str = "", *, others=()) -> set[str]:
    given_question = Question("q", question, context, (answer,), (context.index(answer),))
    results = (swapped(given_question, Random(seed), others=others) for seed in range(200))
    return {result.question for result in results if result is not None}


def test_a_name_gives_way_to_another_of_the_text_but_never_to_the_answer():
    context = "Anna Bell moved to Oslo in 1999. Carl Dorn stayed in Rome."
    found = _swaps("Where did Anna Bell move?", context, "Oslo")
    assert "Where did Carl Dorn move?" in found
    assert "Where did Rome move?" in found
    assert not any("Oslo" in question for question in found)


def test_names_come_from_the_other_paragraphs_where_the_text_has_none():
    assert _swaps("Where did Anna go?", "There Anna went.", "There", others=["It was said that Boris fled."]) >= {
        "Where did Boris go?"
    }


def test_a_number_gives_way_to_one_like_it():
    found = _swaps("Who won in 1999?", "Anna won in 1999. Boris won in 2003.", "Anna")
    assert "Who won in 2003?" in found
    assert all(len(question) == len("Who won in 1999?") for question in found if "Who won in" in question)


def test_opposites_and_negations():
    found = _swaps("What was the first city?", "The first city was old.", "old")
    assert {"What was the last city?", "What was not the first city?", "What wasn't the first city?"} <= found


def test_what_has_nothing_to_exchange_gives_nothing():
    assert _swaps("Why go there?", "Because of it.", "it") == set()


def test_every_opposite_has_its_opposite():
    assert all(word in OPPOSITES[other] for word, others in OPPOSITES.items() for other in others)
    assert not any(word in others for word, others in OPPOSITES.items())


def test_names_are_runs_of_capitals_without_openers():
    text = "What did the Bank of England say in May? The Red Cross and Élodie Brün left."
    assert [text[a:b] for a, b in names(text)] == ["Bank of England", "May", "Red Cross", "Élodie Brün"]


PARAGRAPHS = [
    "The bridge over the Lune was built by Hannah Moss.",
    "The bridge over the Thames was built by nobody known.",
    "A bridge over the Lune was planned in May.",
    "Comets are made of ice.",
]


def test_a_neighbour_is_close_and_lacks_the_answer():
    source = [Question(str(i), "?", context) for i, context in enumerate(PARAGRAPHS)]
    asked = Question("q", "Who built the bridge over the Lune?", PARAGRAPHS[0], ("Hannah Moss",), (38,))
    found = {Neighbours(source).of([asked], Random(seed))[0].context for seed in range(20)}
    assert found == {PARAGRAPHS[1], PARAGRAPHS[2]}
    with_answer = [*source, Question("x", "?", "On the bridge over the Lune HANNAH MOSS was seen.")]
    found = {Neighbours(with_answer).of([asked], Random(seed))[0].context for seed in range(20)}
    assert found == {PARAGRAPHS[1], PARAGRAPHS[2]}
    nearest = {Neighbours(source, top=1).of([asked], Random(seed))[0].context for seed in range(20)}
    assert nearest == {PARAGRAPHS[2]}


def test_a_question_unlike_all_paragraphs_has_no_neighbour():
    asked = Question("q", "Quo vadis?", PARAGRAPHS[0], ("Lune",), (16,))
    assert Neighbours([Question("a", "?", context) for context in PARAGRAPHS]).of([asked], Random(0)) == [None]


@given(st.lists(questions(), min_size=1, max_size=8), st.integers(0, 5))
def test_a_mixture_is_exact_repeatable_and_has_everything(given_questions, seed):
    options = {"epochs": 2, "finish_passes": 3, "seed": seed, "shares": Shares(neighbours=0, swaps=0.5, short=0.5)}
    mixed = mix(given_questions, given_questions[:1], **options)
    assert all(_exact(question) and len(question.answers) <= 1 for question in mixed.questions)
    assert mixed == mix(given_questions, given_questions[:1], **options)
    answerable = sum(not question.impossible for question in mixed.questions)
    given_answerable = sum(not question.impossible for question in given_questions)
    assert answerable == 2 * given_answerable + 3 * (not given_questions[0].impossible)


def test_what_finishes_is_in_the_cool_down_alone():
    train = [Question(f"a{i}", "Who?", f"Text {i} is here.") for i in range(400)]
    finish = [Question(f"b{i}", "Who?", f"Other {i} is here.") for i in range(50)]
    mixed = mix(train, finish, finish_passes=2, cooldown=0.25, shares=Shares(typed=0))
    main, last = mixed.questions[: mixed.cooldown], mixed.questions[mixed.cooldown :]
    assert not [question for question in main if question.id.startswith("b")]
    assert len([question for question in last if question.id.startswith("b")]) == 100
    assert 60 < len([question for question in last if question.id.startswith("a")]) < 140
    assert len(mixed.questions) == 500
