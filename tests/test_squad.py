"""SQuAD files: every packing reads alike, faults are named with their place, and writing loses nothing."""

import gzip
import json
import lzma

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.squad import Question, read_squad, write_predictions, write_squad

CONTEXT = "Almaty was the capital. Astana is the capital now."
CONTENT = {
    "version": "v2.0",
    "data": [
        {
            "title": "Kazakhstan",
            "paragraphs": [
                {
                    "context": CONTEXT,
                    "qas": [
                        {
                            "id": "q1",
                            "question": "What is the capital?",
                            "answers": [
                                {"text": "Astana", "answer_start": 24},
                                {"text": "Astana", "answer_start": 24},
                            ],
                            "is_impossible": False,
                        },
                        {"id": "q2", "question": "What will it be?", "answers": [], "is_impossible": True},
                    ],
                }
            ],
        }
    ],
}


@pytest.mark.parametrize(("suffix", "opener"), [("", open), (".gz", gzip.open), (".xz", lzma.open)])
def test_every_packing_reads_alike(tmp_path, suffix, opener):
    path = tmp_path / f"data.json{suffix}"
    with opener(path, "wt", encoding="utf-8") as file:
        json.dump(CONTENT, file)
    first, second = read_squad(path)
    assert first == Question("q1", "What is the capital?", CONTEXT, ("Astana", "Astana"), (24, 24), "Kazakhstan")
    assert not first.impossible
    assert second.impossible
    assert second.answers == ()


def test_version_1_needs_no_flag_for_the_impossible(tmp_path):
    content = json.loads(json.dumps(CONTENT))
    content["data"][0]["paragraphs"][0]["qas"] = [
        {"id": 7, "question": "?", "answers": [{"text": "now", "answer_start": 46}]}
    ]
    (tmp_path / "a.json").write_text(json.dumps(content))
    assert read_squad(tmp_path / "a.json")[0].id == "7"


def test_plausible_answers_of_the_impossible_are_not_taken_for_answers(tmp_path):
    content = json.loads(json.dumps(CONTENT))
    content["data"][0]["paragraphs"][0]["qas"][1]["answers"] = [{"text": "Almaty", "answer_start": 0}]
    (tmp_path / "a.json").write_text(json.dumps(content))
    assert read_squad(tmp_path / "a.json")[1].impossible


def _written(tmp_path, change):
    content = json.loads(json.dumps(CONTENT))
    change(content["data"][0]["paragraphs"][0]["qas"][0])
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_an_answer_that_stands_elsewhere_is_an_error_with_its_place(tmp_path):
    path = _written(tmp_path, lambda entry: entry["answers"][1].update(answer_start=23))
    with pytest.raises(ValueError, match=r"bad\.json: data\[0\]\.paragraphs\[0\]\.qas\[0\].*'Astana'.*at 23.*' Astan'"):
        read_squad(path)


def test_a_missing_field_is_an_error_with_its_place(tmp_path):
    path = _written(tmp_path, lambda entry: entry.pop("question"))
    with pytest.raises(ValueError, match=r"bad\.json: data\[0\] is not SQuAD-formatted: KeyError\('question'\)"):
        read_squad(path)


def test_a_question_with_nothing_but_an_empty_answer_is_left_out_and_told(tmp_path, caplog):
    path = _written(tmp_path, lambda entry: entry.update(answers=[{"text": "", "answer_start": 3}]))
    assert [question.id for question in read_squad(path)] == ["q2"]
    assert "its only answer is empty" in caplog.text


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.json", b"{", "not readable as JSON"),
        ("a.json", b"\xff\xfe", "not readable as JSON"),
        ("a.json", b"[1]", 'a list named "data"'),
        ("a.json.gz", b"plain text", "not readable as JSON"),
        ("a.json.xz", b"plain text", "not readable as JSON"),
        ("a.json.gz", gzip.compress(b'{"data": []}')[:-6], "not readable as JSON"),
        ("a.json.xz", lzma.compress(b'{"data": []}')[:-6], "not readable as JSON"),
    ],
)
def test_what_is_no_such_file_is_named(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=message) as error:
        read_squad(tmp_path / name)
    assert name in str(error.value)


def test_a_missing_file_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_squad(tmp_path / "none.json")


@st.composite
def questions(draw):
    context = draw(st.text(min_size=1, max_size=40))
    spans = draw(st.lists(st.tuples(st.integers(0, 39), st.integers(1, 10)), max_size=3))
    found = [(start, context[start : start + size]) for start, size in spans if context[start : start + size].strip()]
    return Question(
        id=draw(st.uuids().map(str)),
        question=draw(st.text(max_size=20)),
        context=context,
        answers=tuple(text for _, text in found),
        starts=tuple(start for start, _ in found),
        title=draw(st.sampled_from(["", "a", "b"])),
    )


@given(st.lists(questions(), max_size=6))
def test_writing_and_reading_loses_nothing(tmp_path_factory, given_questions):
    path = tmp_path_factory.mktemp("squad") / "a.json"
    write_squad(path, given_questions)
    assert read_squad(path) == given_questions


def test_predictions_are_written_as_the_official_scripts_read_them(tmp_path):
    write_predictions(tmp_path / "p.json", {"q1": "Astanа – «ñ»", "q2": None})
    assert json.loads((tmp_path / "p.json").read_text(encoding="utf-8")) == {"q1": "Astanа – «ñ»", "q2": ""}
    assert list(tmp_path.iterdir()) == [tmp_path / "p.json"]
