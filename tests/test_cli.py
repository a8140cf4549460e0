"""The commands as a user runs them, in processes of their own where that matters."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from qa.assistant import Assistant
from qa.cli import main

ROOT = Path(__file__).parent.parent


@pytest.fixture
def folder(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory of a user with three texts in corpus/."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    try:
        status = main(arguments)
    except SystemExit as stop:
        status = int(stop.code or 0)
    output = capsys.readouterr()
    return status, output.out, output.err


def run_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict:
    status, out, err = run(capsys, *arguments, "--json")
    assert status == 0, err
    return json.loads(out)


def test_the_command_of_the_readme_answers_from_a_fresh_state(tmp_path: Path) -> None:
    (tmp_path / "corpus").symlink_to(ROOT / "corpus")
    command = [sys.executable, "-m", "qa", "ask", "who did Tokayev appoint?"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert lines[0] == "Alikhan Smailov"
    assert "appointed **Alikhan Smailov** as acting prime minister." in lines[1]
    assert "kazakhstan-unrest.txt" in lines[2]
    assert "confidence" in lines[3]
    assert (tmp_path / "index" / "passages.db").is_file()


def test_ask_json_has_the_promised_fields(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = run_json(capsys, "ask", "Who built the bridge over the Lune?")
    assert list(result) == [
        "question",
        "answer",
        "confidence",
        "document",
        "start",
        "end",
        "passage",
        "alternatives",
        "seconds",
    ]
    text = (folder / "corpus" / "bridge.txt").read_text(encoding="utf-8")
    assert result["answer"] == "Hannah Moss" == text[result["start"] : result["end"]]
    assert list(result["document"]) == ["id", "title", "source"]
    assert result["document"]["source"] == "bridge.txt"
    assert result["passage"] == text
    assert 0 < result["confidence"] <= 1
    assert all({"answer", "confidence"} <= set(other) for other in result["alternatives"])

    refused = run_json(capsys, "ask", "What is the boiling point of lead?")
    assert (refused["answer"], refused["document"], refused["start"], refused["passage"]) == (None,) * 4


def test_a_refusal_is_told_plainly(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "ask", "What is the boiling point of lead?")
    assert status == 0
    assert out.startswith("The texts do not say.")
    assert "Closest passage" in out


def test_index_documents_remove(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = run_json(capsys, "index")
    assert (result["added"], result["documents"]) == (["bakery.txt", "bridge.txt", "comet.txt"], 3)
    (folder / "extra.txt").write_text("Ana Reyes paints doors.", encoding="utf-8")
    assert run_json(capsys, "index", "extra.txt")["added"] == ["extra.txt"]
    listed = run_json(capsys, "documents")["documents"]
    assert [record["source"] for record in listed] == ["bakery.txt", "bridge.txt", "comet.txt", "extra.txt"]
    [record] = [record for record in listed if record["source"] == "extra.txt"]
    assert run_json(capsys, "remove", record["id"][:8])["removed"]["id"] == record["id"]
    status, out, _ = run(capsys, "documents")
    assert status == 0
    assert "bakery.txt" in out
    assert "extra.txt" not in out
    assert run_json(capsys, "index", "--rebuild", "extra.txt")["documents"] == 1


def test_evaluate_prints_measures_and_draws_them(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "q.jsonl").write_text('{"id": "q", "question": "Who built the bridge?", "answers": ["Hannah Moss"]}\n')
    result = run_json(capsys, "evaluate", "q.jsonl", "--plot", "plots", "--predictions", "p.json")
    assert (result["mode"], result["questions"], result["exact_match"], result["f1"]) == ("end-to-end", 1, 100, 100)
    assert json.loads((folder / "p.json").read_text(encoding="utf-8")) == {"q": "Hannah Moss"}
    drawn = {file.name for file in (folder / "plots").iterdir()}
    assert drawn == {f"{name}.{kind}" for name in ("reliability", "risk-coverage", "recall") for kind in ("png", "svg")}
    status, out, err = run(capsys, "evaluate", "q.jsonl")
    assert (status, "exact_match              100.000" in out, "who                1  100.0  100.0" in out) == (
        0,
        True,
        True,
    )
    assert "asking: 100%" in err


def test_the_summary_counts_and_long_lists_are_cut(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(25):
        (folder / "corpus" / f"{number}.txt").write_text(f"Text {number // 2}.", encoding="utf-8")
    status, out, _ = run(capsys, "index", "--dry-run")
    assert status == 0
    assert "nothing was changed, it would be: 16 added, 0 updated, 0 removed, 0 skipped, 0 unchanged" in out
    assert "index: 0 documents" in out
    status, out, _ = run(capsys, "index")
    assert "added    bakery.txt" in out
    assert "repeated 11.txt (its text is there already)" in out
    assert "index: 16 documents, 16 passages" in out
    result = run_json(capsys, "index")
    assert (result["added"], result["repeated"], result["unchanged"]) == ([], [], 28)
    for number in range(30):
        (folder / "corpus" / f"more{number}.txt").write_text(f"More {number}.", encoding="utf-8")
    status, out, _ = run(capsys, "index")
    assert out.count("added    more") == 20
    assert "added    10 more" in out
    assert "30 added" in out


def test_a_bad_file_is_named_and_the_rest_goes_in(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "corpus" / "song.mp3").write_bytes(b"ID3")
    status, out, _ = run(capsys, "index")
    assert status == 1
    assert "skipped  song.mp3" in out
    assert "3 documents" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ask", ""], "question '' is empty"),
        (["ask"], "QUESTION"),
        (["ask", "Who?", "--top-k", "0"], "from 1 on"),
        (["ask", "Who?", "--top-k", "many"], "many given, expected a whole number from 1 on"),
        (["ask", "Who?", "--threshold", "1.5"], "from 0 to 1"),
        (["ask", "Who?", "--threshold", "nan"], "nan given, expected a number from 0 to 1"),
        (["ask", "Who?", "--threshold", "high"], "high given, expected a number from 0 to 1"),
        (["ask", "Who?", "--reader", "no/such/folder"], "no reader"),
        (["ask", "?!"], "expected some words"),
        (["ask", "Who?", "or what?"], "or what?"),
        (["ask", "Who?", "--index", "nowhere/index"], "put texts in"),
        (["index", "nowhere.txt"], "nowhere.txt"),
        (["remove", "zzzz"], "zzzz"),
        (["documents", "--index", "nowhere"], "python -m qa index"),
        (["evaluate", "nowhere.json"], "nowhere.json"),
        (["evaluate", "corpus"], "no file 'corpus'"),
        (["evaluate", "corpus/bridge.txt"], "corpus/bridge.txt is not readable as JSON"),
        (["evaluate", "q.jsonl", "--mode", "dance"], "dance"),
        (["evaluate", "q.jsonl", "--mode", "reader"], "use end-to-end"),
        (["evaluate", "q.jsonl", "--limit", "0"], "from 1 on"),
        (["evaluate", "q.jsonl", "--threshold", "2"], "from 0 to 1"),
        (["evaluate", "q.jsonl", "--plot", "corpus/bridge.txt"], "plots cannot go to"),
        (["evaluate", "q.jsonl", "--predictions", "nowhere/p.json"], "nowhere/p.json"),
        (["evaluate", "q.jsonl", "--no-history"], "--no-history"),
        (["dance"], "dance"),
    ],
)
def test_wrong_use_ends_with_status_2_and_says_why(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    (folder / "q.jsonl").write_text('{"question": "Who built the bridge?", "answers": ["Hannah Moss"]}\n')
    if arguments[0] == "remove":
        run(capsys, "index")
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert message in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "command", ["index", "ask", "documents", "remove", "evaluate", "train", "export", "calibrate", "serve"]
)
def test_every_command_has_help_with_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, command, "--help")
    assert status == 0
    assert f"python -m qa {command}" in out.split("example:")[1]


def test_ask_imports_only_what_an_answer_needs(assistant: Assistant) -> None:
    """Libraries that take longer to import than the answer takes to find."""
    heavy = ("torch", "transformers", "sentence_transformers", "gradio", "sklearn", "scipy", "onnx", "matplotlib")
    code = (
        "import sys; from qa.cli import main; main(sys.argv[1:]);"
        f"print('imported', [name for name in {heavy} if name in sys.modules])"
    )
    command = [sys.executable, "-c", code, "ask", "Who did Tokayev appoint?", "--index", str(assistant.index.folder)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "Smailov" in run.stdout
    assert run.stdout.splitlines()[-1] == "imported []"


def test_a_reader_of_the_output_who_has_had_enough_is_no_error(assistant: Assistant) -> None:
    command = [sys.executable, "-m", "qa", "documents", "--index", str(assistant.index.folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        child.stdout.close()
        assert child.stderr is not None
        assert (child.stderr.read(), child.wait()) == ("", 141)
