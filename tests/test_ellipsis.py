"""Questions without a verb, completed from the one before."""

from __future__ import annotations

import pytest

from qa.ellipsis import completed, for_more, is_elliptic, of_event

WHO = ("Who did the council appoint?", "Ida Holt")
WHERE = ("Where did the strike begin?", "in Brena")
MANY = ("How many houses were damaged?", "500")


@pytest.mark.parametrize(
    "question",
    ["Why?", "and when?", "To which post?", "By whom?", "How many?", "What about the mayor?", "And in Brena?",
     "Since when?", "Which post?", "And for how long?", "Who else?", "According to whom?", "Anything else?",
     "any others?", "And another one?", "What about the dean, the mayor and the king?",
     "And what about Brena, in May?", "What about the mayor, who was hurt?", "What about Brena: when and where?",
     "What about these towns: Brena and Lisbon?", "What about Brena?", "what about Brena: "],
)  # fmt: skip
def test_what_has_no_verb_is_elliptic(question: str) -> None:
    assert is_elliptic(question)


@pytest.mark.parametrize(
    "question",
    ["Who resigned?", "Which city fell?", "How many people live there?", "market hall Brena", "When did it begin?",
     "What happened in Brena?", "The mayor of Brena", "To be or not to be?", "Who wrote Hamlet?", "Who said so?",
     "What about Brena: how many were hurt there?", "And what about Brena? What happened there?",
     "what about the mayor - when did she resign"],
)  # fmt: skip
def test_what_says_enough_is_not(question: str) -> None:
    assert not is_elliptic(question)


@pytest.mark.parametrize(
    ("question", "before", "whole"),
    [
        ("and when?", WHO, "When did the council appoint Ida Holt?"),
        ("To which post?", WHO, "To which post did the council appoint Ida Holt?"),
        ("Why?", WHERE, "Why did the strike begin?"),
        ("And when?", WHERE, "When did the strike begin?"),
        ("By whom?", MANY, "By whom were 500 houses damaged?"),
        ("And bridges?", MANY, "How many bridges were damaged?"),
        ("Who else?", WHO, "Who else did the council appoint?"),
        ("And anyone else?", WHO, "Who else did the council appoint?"),
        ("Any others?", ("Which towns sent engineers?", "Lund"), "Which other towns sent engineers?"),
        ("Another?", ("What else did the storm destroy?", "the pier"), "What else did the storm destroy?"),
        ("Who else?", ("By whom was it built?", "Ida Holt"), "By whom else was it built?"),
        ("Since when?", ("Who is the mayor of Brena?", "Ida Holt"), "Since when is Ida Holt the mayor of Brena?"),
        ("And of Lund?", ("Who is the mayor of Brena?", "Ida Holt"), "Who is the mayor of Lund?"),
        ("And why?", ("Did the mayor resign?", None), "Why did the mayor resign?"),
        ("And barley?", ("Where was rye grown?", "Brena"), "Where was barley grown?"),
        ("What about gas?", ("How much oil does Brena export?", None), "How much gas does Brena export?"),
        (
            "Between which years?",
            ("How many sailors visited Brena?", "300,000"),
            "Between which years was it that 300,000 sailors visited Brena?",
        ),
        ("When?", ("Which towns sent engineers?", "Lund and Brena"), "When was it that Lund and Brena sent engineers?"),
        ("When?", ("Who were the first to leave?", "The masons"), "When were the masons the first to leave?"),
        ("And its mayor?", ("Who is Brena's harbour master?", None), "Who is Brena's mayor?"),
        (
            "and the engineers",
            ("How many of Brena's masons died in 1931?", "2"),
            "How many of Brena's engineers died in 1931?",
        ),
        ("And the governor?", ("Who is the harbour master of Brena?", None), "Who is the governor of Brena?"),
        ("And the curfew?", ("When did the state of emergency begin?", None), "When did the curfew begin?"),
        ("and Ida Holt?", ("When was the head of state born?", None), "When was Ida Holt born?"),
        ("When?", ("Who resigned?", "Ida Holt"), "When was it that Ida Holt resigned?"),
        ("why?", ("Who did the council appoint?", None), "Why did the council appoint?"),
        ("From whom?", ("Who asked for help?", None), "From whom was it that someone asked for help?"),
        ("Which troops?", ("Who sent troops?", "Ida Holt"), "Which troops was it that Ida Holt sent?"),
        (
            "Which bridges?",
            ("When did the council close the bridges?", "in May"),
            "Which bridges did the council close?",
        ),
        (
            "Where to?",
            ("Which troops was it that the CSTO sent?", "paratroopers"),
            "Where to was it that the CSTO sent paratroopers?",
        ),
        ("How many troops?", ("What did the CSTO send?", "its first troops"), "How many troops did the CSTO send?"),
        ("According to whom?", MANY, "According to whom were 500 houses damaged?"),
        ("In which cities?", ("Is there a curfew?", None), "In which cities is there a curfew?"),
        ("what about brena", ("What did Lund say about the strike?", None), "What did Brena say about the strike?"),
    ],
)
def test_the_question_before_lends_what_is_missing(question: str, before: tuple[str, str | None], whole: str) -> None:
    assert completed(question, *before, "The strike began in Brena.")[0].lower() == whole.lower()


@pytest.mark.parametrize(
    ("question", "asked"),
    [("When was that?", "When"), ("And where did this happen?", "where"), ("Why was that done?", "Why"),
     ("On what day was that?", "On what day"), ("When was that built?", None), ("Where is the pier?", None)],
)  # fmt: skip
def test_what_is_asked_of_an_event_is_found(question: str, asked: str | None) -> None:
    assert of_event(question) == asked


def test_what_asks_only_for_more_is_told_from_what_names_it() -> None:
    assert for_more("And anything else?")
    assert not for_more("What else did the storm destroy?")
    assert completed("Anything else?", "Did the storm destroy the pier?", None) == []
