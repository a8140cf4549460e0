"""Which version's answer is given."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qa.answers import Answer, Evidence
from qa.antecedents import Said
from qa.calibration import Calibration, log_odds
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
NEAR_IT = Context("Who became mayor? Ida Holt. Who?", 1, near=True)
PLAIN = Calibration(threshold=0.4)  # as likely as the surest reading says


def at(words: str, question: str, confidence: float) -> Answer:
    start = TEXT.index(words)
    return Answer(question, words, confidence, confidence, DOCUMENT, start, start + len(words))


def test_a_bad_version_does_not_displace_a_good_direct_answer() -> None:
    direct = at("Lisbon", "Where did he learn?", 0.8)
    assert pick([direct, at("Brena", "Where did Ida Holt learn?", 0.5)], calibration=PLAIN).text == "Lisbon"


def test_versions_that_agree_outvote_one() -> None:
    others = [at("Omar Lindqvist", "Who?", 0.6), at("Omar Lindqvist", "Whom?", 0.6)]
    assert pick([at("the king", "It?", 0.7), *others], calibration=PLAIN).text == "Omar Lindqvist"


def test_in_context_has_a_vote_on_the_place_but_not_on_whether_there_is_an_answer() -> None:
    weak = replace(at("Lisbon", "Who did it?", 0.3), answerable=0.5)
    context = at("Omar Lindqvist", "Who did it?", 0.9)
    won = pick([weak], calibration=PLAIN, in_context=[(BEHIND, context)])
    assert (won.text, won.answerable) == ("Omar Lindqvist", 0.5)
    assert won.confidence == pytest.approx(0.9)
    assert [other.text for other in won.alternatives] == []
    refused = pick([weak], calibration=PLAIN, threshold=0.6, in_context=[(BEHIND, context)])
    assert (refused.text, refused.answerable) == (None, 0.5)
    assert refused.alternatives[0].text == "Omar Lindqvist"


def test_what_is_known_of_a_follow_up_is_what_its_readings_say() -> None:
    versions = [replace(at("1934", "When was it opened?", 0.3), answerable=p) for p in (0.1, 0.5)]
    behind = replace(at("1934", "When was the pier opened?", 0.9), answerable=0.8)
    near = replace(at("the king", "When was the pier opened?", 0.1), answerable=0.7)
    known = pick(versions, calibration=PLAIN, in_context=[(BEHIND, behind), (NEAR_IT, near)]).agreement
    assert known is not None
    assert known.alone == pytest.approx(log_odds(1 - 0.9 * 0.5))
    assert (known.behind, known.near, known.best) == (log_odds(0.8), log_odds(0.7), log_odds(0.9))
    assert 0.9 < known.share < 1
    alone = pick(versions, calibration=PLAIN).agreement
    assert alone is not None
    assert alone.behind == alone.near == alone.alone
    assert alone.share == 1


def test_a_follow_up_is_judged_by_what_was_fitted_to_follow_ups() -> None:
    versions = [replace(at("1934", "When was it opened?", 0.9), answerable=0.9)] * 2
    other = at("Lisbon", "When was it opened?", 0.5)
    versions[1] = replace(versions[1], alternatives=(other,))
    doubtful = replace(PLAIN, agreed_right=(-1.0, 0, 0, 0, 0, 0), agreed_answerable=(-0.2, 0, 0, 0, 0, 0))
    won = pick(versions, calibration=doubtful)
    assert won.confidence == pytest.approx(0.2689, abs=1e-4)
    assert won.answerable == pytest.approx(0.4502, abs=1e-4)
    assert won.alternatives[0].confidence == pytest.approx(0.5 * won.confidence / 0.9)
    refused = pick(versions, calibration=doubtful, threshold=0.5)
    assert (refused.text, refused.alternatives[0].text) == (None, "1934")
    assert refused.confidence == pytest.approx(1 - won.answerable)


def test_in_context_does_not_displace_a_surer_direct_answer() -> None:
    direct = at("Lisbon", "Where did he learn?", 0.8)
    won = pick([direct], calibration=PLAIN, in_context=[(BEHIND, at("Brena", "Where did he learn?", 0.8))])
    assert (won.text, won.answerable) == ("Lisbon", 0.8)


def test_where_in_context_agrees_the_answer_is_as_sure_as_the_surer() -> None:
    direct = at("1934", "When was it opened?", 0.5)
    same = at("1934", "When was the pier opened?", 0.6)
    won = pick([direct, at("1931", "When was the pier opened?", 0.2)], calibration=PLAIN, in_context=[(BEHIND, same)])
    assert won.text == "1934"
    assert won.confidence == pytest.approx(0.6)


def test_of_the_same_answers_the_question_that_stands_alone_is_shown() -> None:
    won = pick(
        [at("1934", "When was it opened?", 0.9), at("1934", "When was the pier opened?", 0.8)], calibration=PLAIN
    )
    assert (won.text, won.question) == ("1934", "When was the pier opened?")


def test_an_answer_is_as_sure_as_the_surest_version_of_it() -> None:
    direct = at("1934", "When was it opened?", 0.7)
    also = at("1934", "When was the pier opened?", 0.1)
    unsure = replace(at("1931", "When was the pier opened?", 0.4), alternatives=(also,))
    won = pick([direct, unsure], calibration=PLAIN)
    assert (won.text, won.question) == ("1934", "When was it opened?")
    assert won.confidence == pytest.approx(0.7)
    agreed = pick([direct, also], calibration=PLAIN)
    assert (agreed.text, agreed.question) == ("1934", "When was the pier opened?")
    assert agreed.confidence == pytest.approx(0.7)


def test_what_is_too_unlikely_is_refused() -> None:
    weak = at("1934", "When was it?", 0.2)
    refused = replace(Answer("When was it?", None, 0.8, 0.2), alternatives=(weak,))
    assert pick([refused, replace(refused, question="When was the pier?")], calibration=PLAIN).text is None


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
