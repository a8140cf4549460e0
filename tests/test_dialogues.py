"""Dialogues measured with and without what was said before."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest

from qa.dialogues import told
from qa.evaluation import evaluate
from qa.index import Index

CONTEXT = "Ida Holt became mayor of Brena in 1931. Omar Lindqvist, who disliked her, left the town for Lisbon in May."


def lines(path: Path, *rows: dict) -> Path:
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_given_histories_are_read_with_and_without(tmp_path: Path) -> None:
    history = [["Who left the town?", "Omar Lindqvist"]]
    row = {"context": CONTEXT, "history": history, "question": "And when?", "answers": ["in May", "May"]}
    file = lines(tmp_path / "a.jsonl", row)
    result = evaluate(file, mode="conversation")
    assert (result["questions"], result["f1"], result["changed"]) == (1, 100.0, 100.0)
    assert set(result) >= {"f1_without_history", "exact_match_without_history"}
    without = evaluate(file, mode="conversation", history=False)
    assert without["changed"] == 0.0
    assert without["f1"] == without["f1_without_history"] == result["f1_without_history"]


def test_a_history_is_understood_turn_by_turn() -> None:
    turns = told(CONTEXT, [["Who became mayor?", "Ida Holt"], ["When?", "1931"], ["Of what town?", "Brena"]])
    assert turns[1].question == "When was it that Ida Holt became mayor?"
    assert all(CONTEXT[turn.start :].startswith(turn.answer or "") for turn in turns)


def test_answers_are_placed_where_the_conversation_is() -> None:
    text = "Brena grew. In May Ida Holt came to Brena. Brena burnt in May."
    history = [["Who came?", "Ida Holt"], ["Where to?", "brena"], ["Large?", "yes"], ["When did it burn?", "May"]]
    places = [turn.start for turn in told(text, history)]
    came = text.index("Brena. Brena")
    assert places == [text.index("Ida"), came, came, text.rindex("May")]


def test_dialogues_are_asked_over_the_index(tmp_path: Path) -> None:
    (tmp_path / "town.txt").write_text(CONTEXT, encoding="utf-8")
    Index.build([tmp_path / "town.txt"], tmp_path / "index").close()
    turns = [{"q": "Who became mayor of Brena?", "a": ["Ida Holt"]}, {"q": "When did she become that?", "a": ["1931"]}]
    file = lines(tmp_path / "a.jsonl", {"id": "1", "turns": turns})
    result = evaluate(file, mode="conversation", index=tmp_path / "index")
    assert (result["questions"], result["right"]) == (2, 100.0)


def test_rewriting_is_counted_without_reading(tmp_path: Path) -> None:
    rows = [
        {"History": ["Ida Holt", "Mayor"], "Question": "Who won the race?", "Rewrite": "who won the race"},
        {"History": ["Ida Holt", "Mayor"], "Question": "When did she die?", "Rewrite": "When did Ida Holt die?"},
        {"History": ["Ida Holt", "Mayor"], "Question": "Did the town vote?", "Rewrite": "Did the town of Brena vote?"},
    ]
    path = tmp_path / "dev.json.xz"
    path.write_bytes(lzma.compress(json.dumps(rows).encode()))
    result = evaluate(path, mode="conversation")
    assert (result["standing_alone"], result["standing_alone_changed"]) == (1, 0.0)
    assert (result["leaning"], result["leaning_changed"]) == (2, 50.0)


@pytest.mark.parametrize("rows", [[{"question": "Who?", "answers": []}], [{"turns": 3}], [[]]])
def test_what_is_no_dialogue_is_refused(tmp_path: Path, rows: list) -> None:
    with pytest.raises(ValueError, match="holds no dialogues"):
        evaluate(lines(tmp_path / "a.jsonl", *rows), mode="conversation")
