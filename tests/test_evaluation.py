"""A file of questions run through the reader, the search and the whole, with the shipped models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from qa.evaluation import DEPTHS, evaluate
from qa.metrics import exact_match, f1
from qa.questions import read_questions
from qa.squad import Question, write_squad

BRIDGE = "The old bridge over the Lune was built in 1684 by Hannah Moss. It was sold to the town in 1701."
BAKERY = "Omar Lindqvist opened a bakery in Harbour Street last May. He sells eleven kinds of rye bread."
COMET = "The comet will be visible from Lisbon on 4 March, low in the west after sunset."


def ask(question: str, context: str, *answers: str) -> Question:
    return Question(question, question, context, answers, tuple(context.index(answer) for answer in answers))


ANSWERABLE = [
    ask("Who built the bridge over the Lune?", BRIDGE, "Hannah Moss"),
    ask("When was the bridge built?", BRIDGE, "1684", "in 1684"),
    ask("Who opened a bakery?", BAKERY, "Omar Lindqvist"),
    ask("When will the comet be visible from Lisbon?", COMET, "4 March"),
]
IMPOSSIBLE = [
    ask("What is the capital of Mongolia?", BRIDGE),
    ask("How tall was the president's sister?", BAKERY),
]


@pytest.fixture(scope="module")
def answerable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("evaluation") / "v1.json"
    write_squad(path, ANSWERABLE)
    return path


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("evaluation") / "v2.json"
    write_squad(path, [*ANSWERABLE, *IMPOSSIBLE])
    return path


def test_reader_mode_and_its_predictions(mixed: Path, tmp_path: Path) -> None:
    result = evaluate(mixed, predictions=tmp_path / "p.json")
    assert (result["mode"], result["questions"]) == ("reader", 6)
    assert result["exact_match"] == 100
    assert result["unanswerable_refused"] == result["answerable_answered"] == 100
    assert 0 < result["seconds_p50"] <= result["seconds_p95"]
    assert not [name for name in result if "recall" in name]
    _agrees(result, mixed, tmp_path / "p.json")
    json.dumps(result)


def _agrees(result: dict[str, Any], file: Path, predictions: Path) -> None:
    """The scores are those of the predictions that were written."""
    given = json.loads(predictions.read_text(encoding="utf-8"))
    rows = read_questions(file)
    assert set(given) == {row.id for row in rows}
    for name, score in (("exact_match", exact_match), ("f1", f1)):
        scores = [score(given[row.id], row.answers) for row in rows]
        assert result[name] == pytest.approx(100 * sum(scores) / len(scores))


def test_end_to_end_over_the_paragraphs_of_the_file(mixed: Path, tmp_path: Path) -> None:
    result = evaluate(mixed, mode="end-to-end", predictions=tmp_path / "p.json")
    assert result["answerable_f1"] == 100
    assert result["paragraph_recall@1"] == 100  # of three paragraphs that share no topic
    _agrees(result, mixed, tmp_path / "p.json")


def test_misspelt_questions_are_found_and_answered(answerable: Path, tmp_path: Path) -> None:
    result = evaluate(answerable, mode="end-to-end", misspelt=True, predictions=tmp_path / "p.json")
    assert (result["exact_match"], result["paragraph_recall@1"]) == (100, 100)


def test_the_threshold_decides_what_is_answered(mixed: Path) -> None:
    everything, nothing = evaluate(mixed, threshold=0.0), evaluate(mixed, threshold=1.0)
    assert (everything["answered"], everything["unanswerable_refused"]) == (100, 0)
    assert (nothing["answered"], nothing["exact_match"]) == (0, pytest.approx(100 * 2 / 6))
    assert everything["risk_coverage_area"] == pytest.approx(nothing["risk_coverage_area"])


def test_where_all_have_an_answer_nothing_is_refused(answerable: Path, tmp_path: Path) -> None:
    hard = tmp_path / "hard.json"
    context = "It was raining. Nobody had been told why the market was closed, or by whom."
    write_squad(hard, [ask("Who closed the market?", context, "Nobody")])
    assert evaluate(hard)["answered"] == 100
    assert evaluate(hard, threshold=1.0)["answered"] == 0
    assert "unanswerable_refused" not in evaluate(answerable)


def test_retrieval_over_the_whole_file_whatever_the_limit(answerable: Path) -> None:
    result = evaluate(answerable, mode="retrieval", limit=2)
    assert result["questions"] == 2
    assert [result[f"answer_recall@{depth}"] for depth in DEPTHS] == [100] * len(DEPTHS)
    assert result["paragraph_mrr"] == 100
    assert "f1" not in result


def test_the_first_questions_can_be_left_out(answerable: Path, tmp_path: Path) -> None:
    evaluate(answerable, skip=1, limit=2, predictions=tmp_path / "p.json")
    given = json.loads((tmp_path / "p.json").read_text(encoding="utf-8"))
    assert list(given) == [question.id for question in ANSWERABLE[1:3]]


def test_a_paragraph_that_is_not_found_first_lowers_recall(tmp_path: Path) -> None:
    file = tmp_path / "far.json"
    write_squad(
        file,
        [
            *ANSWERABLE,
            Question("far", "Who built the bridge over the Lune?", COMET, ("Lisbon",), (COMET.index("Lisbon"),)),
        ],
    )
    result = evaluate(file, mode="retrieval")
    assert result["paragraph_recall@1"] == result["answer_recall@1"] == 80
    assert result["paragraph_recall@4"] == 100
    assert 80 < result["paragraph_mrr"] < 100


def test_lines_over_the_present_index(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [
        {"question": "Who built the bridge over the Lune?", "answers": ["Hannah Moss"]},
        {"question": "What is the boiling point of lead?", "answers": []},
    ]
    file = tmp_path / "q.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    result = evaluate(file, index=tmp_path / "index")
    assert (result["mode"], result["exact_match"], result["answer_recall@1"]) == ("end-to-end", 100, 100)
    assert "paragraph_mrr" not in result
    with pytest.raises(ValueError, match="no context"):
        evaluate(file, mode="reader")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mode": "dance"}, "expected one of reader, retrieval"),
        ({"mode": "retrieval", "predictions": "p.json"}, "retrieval has no predictions"),
        ({"misspelt": True}, "reader sets no misspelt words right"),
        ({"mode": "retrieval", "threshold": 0.5}, "retrieval takes no threshold"),
        ({"predictions": "nowhere/p.json"}, "nowhere/p.json"),
        ({"predictions": "."}, "a file in a folder that exists"),
        ({"reader": "no/such/folder"}, "no/such/folder"),
    ],
)
def test_wrong_use_is_told_before_anything_is_read(answerable: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        evaluate(answerable, **options)
