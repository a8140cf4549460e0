"""Which span becomes the answer, what counts as the same answer, and when none is given."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.answers import Answer, Evidence, choose
from qa.calibration import Calibration
from qa.documents import Document
from qa.hits import Hit
from qa.metrics import normalise
from qa.passages import Passage
from qa.reader import Reading, Span

CALIBRATION = Calibration(right=(0.0, 1.0, 0.1, 0.0, 0.0), answerable=(0.0, 1.0, 0.0, 0.0, 0.0), threshold=0.5)


def evidence(text: str, start: int, end: int, spans: dict[str, float], null: float = 0.0) -> Evidence:
    """The passage [start, end) of a document, with the first place of each span's text in it."""
    document = Document(text=text, source=text[:5])
    passage = Passage(document.id, 0, start, end, text[start:end])
    found = []
    for words_of, score in spans.items():
        at = passage.text.index(words_of)
        found.append(Span(at, at + len(words_of), words_of, score))
    found.sort(key=lambda span: -span.score)
    return Evidence(Hit(passage, document, 1.0, 1, 1), Reading(tuple(found), null))


def exact(answer: Answer) -> None:
    assert answer.document is not None
    assert answer.document.text[answer.start : answer.end] == answer.text


def test_offsets_are_those_of_the_document() -> None:
    text = "Before. Anna met Ben. Anna left."
    answer = choose("Who?", [evidence(text, 8, len(text), {"Anna": 5.0, "Ben": 1.0})], CALIBRATION)
    assert (answer.text, answer.start, answer.end) == ("Anna", 8, 12)
    assert answer.sentence == (8, 21)
    exact(answer)


def test_margins_are_compared_not_scores() -> None:
    loud = evidence("Loud says Anna.", 0, 15, {"Anna": 12.0}, null=11.0)
    clear = evidence("Clear says Ben.", 0, 15, {"Ben": 6.0}, null=0.0)
    answer = choose("Who?", [loud, clear], CALIBRATION)
    assert answer.text == "Ben"
    assert [item.hit.document.source for item in answer.evidence] == ["Clear", "Loud "]
    assert [other.text for other in answer.alternatives] == ["Anna"]


def test_what_is_found_less_likely_has_to_hold_a_better_answer() -> None:
    likely = evidence("First says Anna.", 0, 16, {"Anna": 6.0})
    for score, margin, expected in ((0.5, 7.0, "Anna"), (0.5, 8.0, "Ben"), (1.0, 7.0, "Ben")):
        found = evidence("Later says Ben.", 0, 15, {"Ben": margin})
        unlikely = replace(found, hit=replace(found.hit, score=score))
        answer = choose("Who?", [unlikely, likely], CALIBRATION)
        assert answer.text == expected
        assert answer.evidence[0] == (likely if expected == "Anna" else unlikely)
        assert answer.features is not None
        assert answer.features.lead > 0


def test_equal_and_overlapping_answers_are_one() -> None:
    text = "The Treaty of Rome was signed. Later, the treaty of rome, changed."
    first = evidence(text, 0, 30, {"The Treaty of Rome": 5.0, "Rome": 4.0})
    second = evidence(text, 31, len(text), {"treaty of rome,": 4.5})
    elsewhere = evidence("A treaty of Rome!", 0, 17, {"treaty of Rome": 3.0})
    answer = choose("What?", [elsewhere, second, first], CALIBRATION)
    assert answer.text == "The Treaty of Rome"
    assert answer.alternatives == ()


def test_the_same_place_in_two_overlapping_passages_is_one_answer() -> None:
    text = "One. Anna met Ben. Three."
    answer = choose("Who?", [evidence(text, 0, 18, {"Anna": 3.0}), evidence(text, 5, 25, {"Anna": 4.0})], CALIBRATION)
    assert (answer.start, answer.alternatives) == (5, ())


def test_a_refusal_keeps_what_was_refused() -> None:
    weak = evidence("Anna met Ben.", 0, 13, {"Anna": 1.0, "Ben": 0.0}, null=6.0)
    answer = choose("Who?", [weak], CALIBRATION)
    assert (answer.text, answer.document, answer.start, answer.end, answer.passage) == (None,) * 5
    assert answer.confidence > 0.9
    assert [other.text for other in answer.alternatives] == ["Anna", "Ben"]
    assert answer.alternatives[0].confidence < 0.1


def test_a_threshold_of_zero_is_a_threshold() -> None:
    weak = evidence("Anna met Ben.", 0, 13, {"Anna": 1.0}, null=20.0)
    assert choose("Who?", [weak], CALIBRATION).text is None
    assert choose("Who?", [weak], CALIBRATION, threshold=0.0).text == "Anna"
    strong = evidence("Anna met Ben.", 0, 13, {"Anna": 3.0})
    assert choose("Who?", [strong], CALIBRATION).text == "Anna"
    assert choose("Who?", [strong], CALIBRATION, threshold=1.0).text is None
    with pytest.raises(ValueError, match=r"1\.5"):
        choose("Who?", [strong], CALIBRATION, threshold=1.5)


def test_nothing_to_read_is_a_refusal() -> None:
    assert choose("Who?", [], CALIBRATION).text is None
    blank = Evidence(evidence("...", 0, 3, {}).hit, Reading((), 0.0))
    assert choose("Who?", [blank], CALIBRATION, threshold=0.0).text is None
    assert blank.margin == -math.inf


def test_a_rival_costs_confidence() -> None:
    alone = choose("Who?", [evidence("Anna met Ben.", 0, 13, {"Anna": 3.0})], CALIBRATION)
    rivals = choose("Who?", [evidence("Anna met Ben.", 0, 13, {"Anna": 3.0, "Ben": 2.9})], CALIBRATION)
    assert rivals.text == alone.text
    assert rivals.confidence < alone.confidence
    assert rivals.alternatives[0].confidence < rivals.confidence


@given(
    st.lists(
        st.tuples(st.text(min_size=1, max_size=30), st.data(), st.floats(-20, 20), st.floats(-20, 20)),
        min_size=1,
        max_size=5,
    )
)
def test_every_answer_is_verbatim(passages: list) -> None:
    found = []
    for text, data, score, null in passages:
        begin = data.draw(st.integers(0, len(text) - 1))
        start = data.draw(st.integers(begin, len(text) - 1))
        end = data.draw(st.integers(start + 1, len(text)))
        document = Document(text=text)
        passage = Passage(document.id, 0, begin, len(text), text[begin:])
        span = Span(start - begin, end - begin, text[start:end], score)
        found.append(Evidence(Hit(passage, document, 0.5, 1, None), Reading((span,), null)))
    answer = choose("?", found, CALIBRATION, threshold=0.0)
    exact(answer)
    for other in answer.alternatives:
        exact(other)
        assert normalise(other.text or "") != normalise(answer.text or "") or normalise(answer.text or "") == ""
    assert 0 <= answer.confidence <= 1


def test_answers_that_normalise_to_nothing_are_still_told_apart() -> None:
    both = evidence("A or ...?", 0, 9, {"A": 3.0, "...": 2.0})
    answer = choose("Which?", [both], CALIBRATION)
    assert (answer.text, [other.text for other in answer.alternatives]) == ("A", ["..."])


def test_a_passage_off_the_topic_of_the_question_is_trusted_less() -> None:
    trusting = Calibration((0.0, 1.0, 0.0, 0.0, 3.0), (0.0, 1.0, 0.0, 0.0, 3.0))
    item = evidence("Anna appointed Ben.", 0, 19, {"Ben": 1.0})
    near = choose("Whom did Anna appoint?", [item], trusting)
    far = choose("Who brews tea?", [item], trusting)
    assert near.features is not None
    assert far.features is not None
    assert (near.features.overlap, far.features.overlap) == (1.0, 0.0)
    assert near.confidence > far.confidence
