"""Files of questions: what is read, and what is refused with its place."""

import gzip
import json
import lzma

import pytest

from qa.questions import holds_dialogues, read_questions
from qa.squad import Question


def written(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_lines_with_and_without_context(tmp_path):
    path = written(
        tmp_path / "a.jsonl",
        {"question": "Who paints?", "answers": ["Ana", "Ana Reyes"]},
        {"id": "x", "question": "Who sings?", "answers": []},
        {"question": "Who paints?", "answers": ["Ana"], "context": "There, Ana paints."},
    )
    first, second, third = read_questions(path)
    assert first == Question("1", "Who paints?", "", ("Ana", "Ana Reyes"), (0, 0))
    assert (second.id, second.impossible) == ("x", True)
    assert third.context[third.starts[0] :].startswith("Ana")


@pytest.mark.parametrize(("name", "packed"), [("a.jsonl.gz", gzip.compress), ("a.jsonl.xz", lzma.compress)])
def test_packed_lines(tmp_path, name, packed):
    (tmp_path / name).write_bytes(packed(b'{"question": "Who?", "answers": ["Ana"]}\n\n'))
    assert [row.question for row in read_questions(tmp_path / name)] == ["Who?"]
    (tmp_path / name).write_bytes(packed(b'{"question": "Who?", "answers": ["Ana"]}\n')[:-9])
    with pytest.raises(ValueError, match=name):
        read_questions(tmp_path / name)


def test_turns_are_questions_too(tmp_path):
    path = written(tmp_path / "a.jsonl", {"turns": [{"q": "Who?", "a": ["Ana"]}, {"q": "And when?", "a": []}]})
    assert holds_dialogues(path)
    assert [(row.id, row.answers) for row in read_questions(path)] == [("1.0", ("Ana",)), ("1.1", ())]
    assert not holds_dialogues(written(tmp_path / "b.jsonl", {"question": "Who?", "answers": []}))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 2 is not JSON"),
        ("[1]", "entry 2: expected"),
        ('"text"', "entry 2: expected"),
        ('{"question": "Who?"}', "entry 2: expected"),
        ('{"question": "Who?", "answers": "Ana"}', "entry 2: expected"),
        ('{"question": "Who?", "answers": [3]}', "entry 2: expected"),
        ('{"question": 3, "answers": []}', "entry 2: expected"),
        ('{"turns": [{"a": []}]}', "entry 2: expected"),
        ('{"question": " ? ", "answers": []}', "the question '2' is ' [?] ', expected some words"),
    ],
)
def test_what_is_no_question_is_named_with_its_place(tmp_path, line, message):
    path = tmp_path / "bad.jsonl"
    path.write_text(f'{{"question": "Who?", "answers": []}}\n{line}\n', encoding="utf-8")
    with pytest.raises(ValueError, match=message) as error:
        read_questions(path)
    assert "bad.jsonl" in str(error.value)


def test_nothing_to_ask(tmp_path):
    with pytest.raises(FileNotFoundError, match="expected SQuAD JSON or JSON lines"):
        read_questions(tmp_path)
    (tmp_path / "a.jsonl").write_text("\n")
    with pytest.raises(ValueError, match="holds no questions"):
        read_questions(tmp_path / "a.jsonl")
    (tmp_path / "b.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match=r"b\.jsonl is not readable as text"):
        read_questions(tmp_path / "b.jsonl")
