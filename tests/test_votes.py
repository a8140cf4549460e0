"""Which version's answer is given."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qa.answers import Answer, Evidence
from qa.antecedents import Said
from qa.contexts import Context
from qa.documents import Document
from qa.hits import Hit
from qa.passages import Passage
from qa.reader import Reading, Span
from qa.votes import leaning, pick

TEXT = (
    "Ida Holt became mayor of Brena in 1931. She appointed Omar Lindqvist as harbour master. He had learned his trade "
    "in Lisbon. The Harbour League, an alliance of nine towns, sent engineers to build a pier. The pier was opened in "
    "1934 by the king. Storms destroyed it two years later, and the engineers went home."
)
DOCUMENT = Document(text=TEXT)
BEHIND = Context("Who became mayor? Ida Holt. Who?", 1)


def at(words: str, question: str, confidence: float) -> Answer:
    start = TEXT.index(words)
    return Answer(question, words, confidence, confidence, DOCUMENT, start, start + len(words))


def test_a_bad_version_does_not_displace_a_good_direct_answer() -> None:
    direct = at("Lisbon", "Where did he learn?", 0.8)
    assert pick([direct, at("Brena", "Where did Ida Holt learn?", 0.5)], threshold=0.4).text == "Lisbon"


def test_versions_that_agree_outvote_one() -> None:
    others = [at("Omar Lindqvist", "Who?", 0.6), at("Omar Lindqvist", "Whom?", 0.6)]
    assert pick([at("the king", "It?", 0.7), *others], threshold=0.4).text == "Omar Lindqvist"


def test_in_context_has_a_vote_on_the_place_but_not_on_whether_there_is_an_answer() -> None:
    weak = replace(at("Lisbon", "Who did it?", 0.3), answerable=0.5)
    context = at("Omar Lindqvist", "Who did it?", 0.9)
    won = pick([weak], threshold=0.4, in_context=[(BEHIND, context)])
    assert (won.text, won.confidence, won.answerable) == ("Omar Lindqvist", 0.9, 0.5)
    assert [other.text for other in won.alternatives] == []
    refused = pick([weak], threshold=0.6, in_context=[(BEHIND, context)])
    assert (refused.text, refused.answerable) == (None, 0.5)
    assert refused.alternatives[0].text == "Omar Lindqvist"


def test_in_context_has_half_a_say_where_a_question_leans_on_the_turns_before() -> None:
    versions = [replace(at("1934", "When was it opened?", 0.3), answerable=p) for p in (0.1, 0.5)]
    sure = replace(at("1934", "When was the pier opened?", 0.9), answerable=0.9)
    alone = pick(versions, threshold=0.0).answerable
    assert alone == 1 - 0.9 * 0.5
    odds = (alone / (1 - alone) * 9) ** 0.5
    assert pick(versions, threshold=0.0, in_context=[(BEHIND, sure)]).answerable == pytest.approx(odds / (1 + odds))
    elsewhere = replace(at("the king", "When was the pier opened?", 0.1), answerable=0.9)
    assert pick(versions, threshold=0.0, in_context=[(BEHIND, elsewhere)]).answerable == alone


def test_in_context_does_not_displace_a_surer_direct_answer() -> None:
    direct = at("Lisbon", "Where did he learn?", 0.8)
    won = pick([direct], threshold=0.4, in_context=[(BEHIND, at("Brena", "Where did he learn?", 0.8))])
    assert (won.text, won.answerable) == ("Lisbon", 0.8)


def test_where_in_context_agrees_the_version_that_was_read_alone_is_shown() -> None:
    direct = at("1934", "When was it opened?", 0.5)
    same = at("1934", "When was the pier opened?", 0.6)
    won = pick([direct, at("1931", "When was the pier opened?", 0.2)], threshold=0.4, in_context=[(BEHIND, same)])
    assert (won.text, won.confidence) == ("1934", 0.6)
    assert 0.5 < won.answerable < 0.6


def test_of_the_same_answers_the_question_that_stands_alone_is_shown() -> None:
    won = pick([at("1934", "When was it opened?", 0.9), at("1934", "When was the pier opened?", 0.8)], threshold=0.4)
    assert (won.text, won.question) == ("1934", "When was the pier opened?")


def test_an_answer_is_as_sure_as_the_surest_version_of_it() -> None:
    direct = at("1934", "When was it opened?", 0.7)
    also = at("1934", "When was the pier opened?", 0.1)
    unsure = replace(at("1931", "When was the pier opened?", 0.4), alternatives=(also,))
    won = pick([direct, unsure], threshold=0.4)
    assert (won.text, won.confidence, won.question) == ("1934", 0.7, "When was it opened?")
    agreed = pick([direct, also], threshold=0.4)
    assert (agreed.text, agreed.confidence, agreed.question) == ("1934", 0.7, "When was the pier opened?")


def test_what_is_too_unlikely_is_refused() -> None:
    weak = at("1934", "When was it?", 0.2)
    refused = replace(Answer("When was it?", None, 0.8, 0.2), alternatives=(weak,))
    assert pick([refused, replace(refused, question="When was the pier?")], threshold=0.4).text is None


def test_the_answer_before_is_not_repeated_and_what_stands_near_it_is_likelier() -> None:
    spans = [("Omar Lindqvist", 2.0), ("1934", 1.9), ("Lisbon", 1.5)]
    found = tuple(Span(TEXT.index(words), TEXT.index(words) + len(words), words, score) for words, score in spans)
    passage = Passage(DOCUMENT.id, 0, 0, len(TEXT), TEXT)
    evidence = Evidence(Hit(passage, DOCUMENT, 1.0, 1, 1), Reading(found, 0.0))
    last = Said("Who?", "Who?", "Omar Lindqvist", TEXT, TEXT.index("Omar"), 0, DOCUMENT.id)
    assert [span.text for span in leaning(evidence, [last]).reading.spans] == ["Lisbon", "Omar Lindqvist", "1934"]
    assert leaning(evidence, []) == evidence


def test_who_asks_for_more_is_not_told_again_what_was_said() -> None:
    scores = [("Omar Lindqvist", 6.0), ("Lindqvist", 5.0), ("harbour master", 3.0), ("the king", 2.0), ("1934", 1.0)]
    found = tuple(Span(TEXT.index(words), TEXT.index(words) + len(words), words, score) for words, score in scores)
    evidence = Evidence(Hit(Passage(DOCUMENT.id, 0, 0, len(TEXT), TEXT), DOCUMENT, 1.0, 1, 1), Reading(found, 0.0))
    first = Said("Who?", "Who?", "Omar Lindqvist", TEXT, TEXT.index("Omar"), 0, DOCUMENT.id)
    second = Said("Who else?", "Who else?", "the king", TEXT, TEXT.index("the king"), 0, DOCUMENT.id)
    turns = [Said("Where?", "Where?", "1934", TEXT, TEXT.index("1934"), 0, DOCUMENT.id), first, second]
    left = leaning(evidence, turns, question="Anyone else?").reading.spans
    assert [span.text for span in left] == ["harbour master", "1934"]
    assert len(leaning(evidence, turns, question="Who built it?").reading.spans) == len(scores)
