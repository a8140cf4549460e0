"""Reading: stops where the rule says, on any number of cores, alone or among others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import pytest

from qa.answers import Evidence
from qa.assistant import Assistant
from qa.hits import Hit
from qa.reader import TOP_K, Reader, Reading
from qa.reading import LEAST_STANDING, STANDING_PER_SCORE, read, settled

QUESTIONS = [
    "Who did Tokayev appoint as acting prime minister?",
    "What do penguins eat?",
    "How many people were detained?",
    "What happened to the price of gas?",
]


@pytest.fixture(scope="module")
def found(assistant: Assistant) -> list[list[Hit]]:
    return assistant.index.search_many(QUESTIONS, top_k=8)


@pytest.fixture(scope="module")
def everything(reader: Reader, found: list[list[Hit]]) -> list[list[Evidence]]:
    """Every passage read, each question by itself."""
    return [
        [Evidence(hit, reading) for hit, reading in zip(hits, _all(reader, question, hits), strict=True)]
        for question, hits in zip(QUESTIONS, found, strict=True)
    ]


def _all(reader: Reader, question: str, hits: Sequence[Hit]) -> list[Reading]:
    return reader.read([(question, hit.passage.text) for hit in hits])


def test_reading_stops_after_the_first_passage_that_settles_it(
    reader: Reader, found: list[list[Hit]], everything: list[list[Evidence]]
) -> None:
    counts = []
    for evidence, whole in zip(read(reader, QUESTIONS, found), everything, strict=True):
        assert evidence == whole[: len(evidence)]
        for count in range(1, min(len(evidence) + 1, len(whole))):
            best = max(item.standing for item in whole[:count])
            enough = best >= LEAST_STANDING + STANDING_PER_SCORE * whole[count].hit.score
            assert enough == (count == len(evidence))
        counts.append(len(evidence))
    assert min(counts) < max(counts)  # the questions are of both kinds


@pytest.mark.parametrize("threads", [1, 3, 16])
def test_the_same_is_read_on_any_number_of_cores(reader: Reader, found: list[list[Hit]], threads: int) -> None:
    other = Reader.open(threads=threads)
    assert other.workers == threads
    together = read(reader, QUESTIONS, found)
    assert read(other, QUESTIONS, found) == together
    for question, hits, evidence in zip(QUESTIONS, found, together, strict=True):
        assert read(other, [question], [hits]) == [evidence]


def test_what_nothing_answers_is_read_to_the_end(reader: Reader, found: list[list[Hit]]) -> None:
    hits = [replace(hit, score=1.0) for hit in found[1]]  # each as likely as the first
    [evidence] = read(reader, [QUESTIONS[1]], [hits])
    assert [item.hit for item in evidence] == hits


def test_a_thorough_reading_leaves_nothing_unread(reader: Reader, found: list[list[Hit]]) -> None:
    for hits, evidence in zip(found, read(reader, QUESTIONS, found, thorough=True), strict=True):
        assert [item.hit for item in evidence] == hits
        assert any(len(item.reading.spans) > TOP_K for item in evidence)


def test_nothing_found_and_nothing_asked(reader: Reader, found: list[list[Hit]]) -> None:
    assert read(reader, [], []) == []
    assert read(reader, ["Who?", QUESTIONS[0]], [[], found[0]])[0] == []


def test_a_likelier_passage_takes_a_better_answer_to_leave_unread(found: list[list[Hit]]) -> None:
    unlikely, likely = (replace(found[0][0], score=score) for score in (0.2, 0.8))
    assert settled(4.0, unlikely)
    assert not settled(4.0, likely)
    assert not settled(-math.inf, replace(likely, score=0.0))
