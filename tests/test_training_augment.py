"""Augmentation: what it may and may not change, on texts that hypothesis makes up and on ones it should get right."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.squad import Question
from qa.training.augment import Neighbours, as_statement, as_typed, cropped
from qa.training.history import asked_on, leaning
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


def test_what_makes_a_swapped_question_hard_is_not_cut_away():
    lines = [f"Line {i} tells of nothing in particular, at some length." for i in range(60)]
    lines[40] = "In 1922 Maria Lind founded the Harbour Museum in Bergen."
    context = " ".join(lines)
    asked = Question(
        "q", "Who founded the Harbour Museum in 1922?", context, ("Maria Lind",), (context.index("Maria"),)
    )
    shares = Shares(neighbours=0, swaps=1, typed=0, statements=0, short=0, longest=300)
    for seed in range(20):
        made = [question for question in mix([asked], shares=shares, seed=seed).questions if question.impossible]
        assert [lines[40] in question.context and len(question.context) <= 300 for question in made] == [True]


PARAGRAPH = (
    "Maria Lind founded the Harbour Museum in Bergen in 1922. She sold it to the city because its roof had burnt. "
    "In 1931 the museum was opened again by Olav Berg."
)


def _about(number: int, text: str, answer: str) -> Question:
    return Question(str(number), text, PARAGRAPH, (answer,), (PARAGRAPH.index(answer),), title="museum")


ABOUT = [
    _about(1, "Who founded the Harbour Museum?", "Maria Lind"),
    _about(2, "Why was the Harbour Museum sold to the city?", "its roof had burnt"),
    _about(3, "When did Olav Berg open the museum?", "1931"),
    _about(4, "In what year did Maria Lind found the museum?", "1922"),
]


def _all_asked_on(number: int) -> set[str]:
    found = (asked_on(ABOUT[number], ABOUT, Random(seed)) for seed in range(80))
    return {question.question for question in found if question is not None}


def test_asking_on_puts_the_turns_before_in_front():
    for number, question in enumerate(ABOUT):
        for text in _all_asked_on(number):
            before = [other for other in ABOUT if text.startswith(other.question)]
            assert before or "? yes. " in text
            assert question not in before
            assert not before or f"? {before[0].answers[0]}. " in text


def test_asking_on_words_the_question_as_a_follow_up():
    assert any(text.endswith(" Why?") for text in _all_asked_on(1))
    assert any(text.endswith("Why was it sold to the city?") for text in _all_asked_on(1))
    assert any(text.endswith("In what year did she found the museum?") for text in _all_asked_on(3))


def test_asking_on_after_a_yes_is_by_the_question_word_alone():
    assert "Was the Harbour Museum sold to the city? yes. Why?" in _all_asked_on(1)
    assert not any("Founded the" in text for text in _all_asked_on(0))  # nothing is left of it to say yes to


def test_nobody_says_yes_to_a_question_without_a_subject():
    towns = _about(5, "What city is in Norway?", "Bergen")
    found = [asked_on(ABOUT[2], [towns], Random(seed)) for seed in range(80)]
    assert any("What city is in Norway? Bergen. " in question.question for question in found if question is not None)
    assert not any("Is in Norway?" in question.question for question in found if question is not None)


def test_the_turns_before_are_follow_ups_too_in_some_conversations():
    found = _all_asked_on(2)
    assert any(" Why? its roof had burnt. " in text for text in found)
    assert any(" In what year did she found the museum? 1922. " in text for text in found)
    assert any(" In what year did Maria Lind found the museum? 1922. " in text for text in found)
    assert max(text.count("?") for text in found) == 4  # three turns before the question


def test_asking_on_keeps_the_answers_and_an_unanswerable_question_its_words():
    for seed in range(40):
        onward = asked_on(ABOUT[2], ABOUT, Random(seed))
        assert onward is None or (onward.answers, onward.starts) == (ABOUT[2].answers, ABOUT[2].starts)
        refused = asked_on(replace(ABOUT[2], answers=(), starts=()), ABOUT, Random(seed))
        assert refused is None or refused.question.endswith(" When did Olav Berg open the museum?")


def test_an_unanswerable_follow_up_has_pronouns_and_nothing_left_out():
    refused = replace(ABOUT[3], question="In what year did Maria Lind sell the museum?", answers=(), starts=())
    found = {q.question for seed in range(80) if (q := asked_on(refused, ABOUT[:3], Random(seed))) is not None}
    assert any(text.endswith(" In what year did she sell the museum?") for text in found)
    assert not any(text.lower().endswith((" in what year?", " when?")) for text in found)


def test_nothing_leans_on_turns_that_are_not_there():
    asked = [leaning(ABOUT[3], others, Random(seed)) for others in ([], [ABOUT[3]]) for seed in range(40)]
    assert asked == [None] * 80
    found = [onward for seed in range(40) if (onward := leaning(ABOUT[3], ABOUT, Random(seed))) is not None]
    assert found
    assert all(turns and ABOUT[3] not in turns for _, turns in found)


def test_a_mixture_asks_on_with_swapped_questions_too():
    shares = Shares(neighbours=0, swaps=1.0, typed=0, statements=0, short=0, histories=1.0)
    mixed = mix(ABOUT * 20, shares=shares)
    onward = [mixed.questions[number] for number in sorted(mixed.meant)]
    refused = [question for question in onward if question.impossible]
    assert 0.2 < len(refused) / len(onward) < 0.8
    assert all(question.context == PARAGRAPH for question in refused)
    assert not any(q.impossible for q in mix(ABOUT * 20, shares=replace(shares, swaps=0)).questions)


def test_nothing_is_asked_on_without_another_question_on_the_context():
    assert asked_on(ABOUT[0], ABOUT[:1], Random(0)) is None
    assert asked_on(ABOUT[0], [], Random(0)) is None


@given(st.lists(questions(answerable=True), min_size=2, max_size=5), st.integers(0, 99))
def test_asking_on_takes_any_text(found, seed):
    context = max((question.context for question in found), key=len)
    same = [
        Question(str(n), q.question, context, (context[:3],), (0,)) if n else replace(q, id="0")
        for n, q in enumerate(found)
    ]
    onward = asked_on(same[0], same, Random(seed))
    assert onward is None or (_exact(onward) and onward.context == same[0].context)
    assert onward == asked_on(same[0], same, Random(seed))


def test_a_mixture_holds_follow_ups_of_its_questions():
    none = Shares(neighbours=0, swaps=0, typed=0, statements=0, short=0, histories=0)
    assert len(mix(ABOUT, shares=none).questions) == len(ABOUT)
    more = mix(ABOUT * 5, shares=replace(none, histories=1.0)).questions
    onward = [question for question in more if question.question not in {q.question for q in ABOUT}]
    assert onward
    assert all(_exact(question) for question in onward)


@pytest.mark.parametrize("changed", ["histories", "typed", "statements"])
def test_a_mixture_knows_how_what_it_reworded_was_meant(changed):
    none = Shares(neighbours=0, swaps=0, typed=0, statements=0, short=0, histories=0)
    asked = [*ABOUT, replace(ABOUT[0], id="founder", question="Who was the founder of the museum?")]
    mixed = mix(asked * 5, shares=replace(none, **{changed: 1.0}))
    told = {question.question: question.answers for question in asked}
    assert mixed.meant
    assert mixed.meant.keys() == {n for n, question in enumerate(mixed.questions) if question.question not in told}
    assert all(told[text] == mixed.questions[number].answers for number, text in mixed.meant.items())
    assert mix(asked * 5, shares=none).meant == {}


def test_what_was_swapped_is_meant_as_it_then_stood_alone():
    shares = Shares(neighbours=1.0, swaps=1.0, typed=0, statements=0, short=0, histories=1.0)
    told = {question.question for question in ABOUT}
    mixed = mix(ABOUT * 20, shares=shares)
    swapped = {n for n, text in mixed.meant.items() if text not in told}
    assert swapped
    assert all(mixed.questions[number].impossible for number in swapped)


def test_asking_on_leaves_out_an_end_that_has_been_said():
    castle = "The castle of Brena was built in 1404. Its tower was added in 1510 by Ada Holt."
    first, second = (
        Question(str(n), text, castle, (answer,), (castle.index(answer),))
        for n, (text, answer) in enumerate(
            [("When was the castle of Brena built?", "1404"), ("Who added the tower to the castle?", "Ada Holt")]
        )
    )
    found = {q.question for seed in range(80) if (q := asked_on(second, [first, second], Random(seed))) is not None}
    assert any(text.endswith(" 1404. Who added the tower?") for text in found)
