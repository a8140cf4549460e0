"""Opinions on answers: kept, and made into training questions."""

from __future__ import annotations

import json
from pathlib import Path

from qa.assistant import Assistant
from qa.page.feedback import Feedback
from qa.squad import read_squad


def test_what_was_found_good_comes_out_as_squad(tmp_path: Path, assistant: Assistant):
    feedback = Feedback(tmp_path / "feedback.jsonl")
    right = assistant.ask("who did Tokayev appoint?")
    wrong = assistant.ask("How many civilians were assaulted?")
    refused = assistant.ask("Who won the football world cup in 1998?")
    feedback.record(right, good=True, asked="who did he appoint?")
    feedback.record(wrong, good=False, asked=wrong.question)
    feedback.record(refused, good=True, asked=refused.question)
    assert feedback.export(tmp_path / "squad.json") == 2
    answered, impossible = read_squad(tmp_path / "squad.json")
    assert answered.question == "who did Tokayev appoint?"
    assert answered.answers == ("Alikhan Smailov",)
    assert impossible.impossible
    assert impossible.context == refused.evidence[0].hit.passage.text


def test_the_last_opinion_counts(tmp_path: Path, assistant: Assistant):
    feedback = Feedback(tmp_path / "feedback.jsonl")
    answer = assistant.ask("who did Tokayev appoint?")
    feedback.record(answer, good=True, asked=answer.question)
    feedback.record(answer, good=False, asked=answer.question)
    assert feedback.export(tmp_path / "squad.json") == 0


def test_a_line_holds_question_answer_and_offsets(tmp_path: Path, assistant: Assistant):
    feedback = Feedback(tmp_path / "feedback.jsonl")
    answer = assistant.ask("who did Tokayev appoint?")
    feedback.record(answer, good=True, asked="who did he appoint?")
    line = json.loads(feedback.path.read_text(encoding="utf-8"))
    text = assistant.index.document(line["document"]["id"]).text
    assert text[line["start"] : line["end"]] == line["answer"] == "Alikhan Smailov"
    assert line["asked"] == "who did he appoint?"


def test_a_line_half_written_is_passed_over(tmp_path: Path, assistant: Assistant):
    feedback = Feedback(tmp_path / "feedback.jsonl")
    answer = assistant.ask("who did Tokayev appoint?")
    feedback.record(answer, good=True, asked=answer.question)
    with feedback.path.open("a", encoding="utf-8") as file:
        file.write('{"good": true, "questi')
    assert feedback.export(tmp_path / "squad.json") == 1


def test_no_opinions_make_an_empty_file(tmp_path: Path):
    assert Feedback(tmp_path / "none.jsonl").export(tmp_path / "squad.json") == 0
    assert read_squad(tmp_path / "squad.json") == []
