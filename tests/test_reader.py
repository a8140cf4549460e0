"""The reader: exact offsets on any text, the right inputs for each model, and the shipped model's answers."""

from __future__ import annotations

import re
import subprocess
import sys
from bisect import bisect_left
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny import save_bert, save_distilbert, save_roberta
from transformers import AutoModelForQuestionAnswering, AutoTokenizer

from qa.reader import Reader, Reading
from qa.sentences import sentences

ROOT = Path(__file__).parent.parent
ARTICLE = (ROOT / "corpus" / "kazakhstan-unrest.txt").read_text(encoding="utf-8")
SHIPPED_READER = Reader.open()


def _check(readings: list[Reading], pairs: list[tuple[str, str]]) -> None:
    """What holds for every reading."""
    assert len(readings) == len(pairs)
    for reading, (_, text) in zip(readings, pairs, strict=True):
        assert np.isfinite(reading.null_score)
        scores = [span.score for span in reading.spans]
        assert scores == sorted(scores, reverse=True)
        assert len({(span.start, span.end) for span in reading.spans}) == len(reading.spans)
        for span in reading.spans:
            assert 0 <= span.start < span.end <= len(text)
            assert text[span.start : span.end] == span.text
            assert span.text == span.text.strip()


def test_the_article_is_read() -> None:
    questions = {
        "who did Tokayev appoint?": "Alikhan Smailov",
        "Who is the police chief of Almaty?": "Kanat Taimerdenov",
    }
    pairs = [(question, ARTICLE) for question in questions]
    readings = SHIPPED_READER.read(pairs)
    _check(readings, pairs)
    for reading, answer in zip(readings, questions.values(), strict=True):
        assert answer in reading.spans[0].text
        assert reading.spans[0].score > reading.null_score


def test_no_answer_scores_below_null() -> None:
    [reading] = SHIPPED_READER.read([("Who is the queen of Spain?", ARTICLE)])
    assert reading.spans[0].score < reading.null_score


def test_an_answer_at_any_place_of_a_long_text_is_found_once() -> None:
    filler = "The weather in the valley stayed dry and nobody saw a cloud for a week. " * 40
    for place in (0, len(filler) // 2, len(filler)):
        text = f"{filler[:place]}Hannah Moss built the old bridge in 1684. {filler[place:]}"
        [reading] = SHIPPED_READER.read([("Who built the old bridge?", text)])
        _check([reading], [("", text)])
        assert reading.spans[0].text == "Hannah Moss"


def test_alone_and_together_a_text_reads_the_same() -> None:
    pairs = [("Who declared a state of emergency?", part) for part in ARTICLE.split("\n\n")]
    together = SHIPPED_READER.read(pairs)
    assert together == [reading for pair in pairs for reading in SHIPPED_READER.read([pair])]


def test_threads_can_share_a_reader() -> None:
    pairs = [("Who sent troops?", part) for part in ARTICLE.split("\n\n")]
    expected = SHIPPED_READER.read(pairs)
    with ThreadPoolExecutor(4) as pool:
        assert all(reading == expected for reading in pool.map(SHIPPED_READER.read, [pairs] * 4))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80), st.text(max_size=300))
def test_spans_of_any_text_are_stretches_of_it(question: str, text: str) -> None:
    _check(SHIPPED_READER.read([(question, text)]), [(question, text)])


@pytest.mark.parametrize(
    "text",
    [
        "Café Müller, cafe\u0301 \U0001f469\u200d\U0001f680 \U0001f600 in Łódź",
        "افتتحت ليلى حداد الجسر الجديد يوم الاثنين",
        "a\0b Ada\0came",
        "  \n\t Ada came.  \n",
        "one",
        "x" * 5000,
        "no full stop and no end " * 200,
        "half \ud800 a pair",
    ],
)
def test_unusual_texts(text: str) -> None:
    pairs = [("Who came?", text), (text, text)]
    _check(SHIPPED_READER.read(pairs), pairs)


def test_a_combining_accent_stays_with_its_letter() -> None:
    [reading] = SHIPPED_READER.read([("Where did they meet?", "They met at the cafe\u0301.")])
    assert {span.text for span in reading.spans} & {"the cafe\u0301", "cafe\u0301"}
    assert not any(span.text.endswith("cafe") for span in reading.spans)


@pytest.mark.parametrize("text", ["", " \n", "\0"])
def test_a_text_without_words_has_no_spans_but_a_null_score(text: str) -> None:
    [reading] = SHIPPED_READER.read([("Who came?", text)])
    assert reading.spans == ()
    assert np.isfinite(reading.null_score)


def test_nothing_to_read() -> None:
    assert SHIPPED_READER.read([]) == []


def test_a_question_of_ten_thousand_characters() -> None:
    question = ("Whom did Tokayev appoint as acting prime minister? " * 400)[:10_000]
    pairs = [(question, ARTICLE), (question[:400], ARTICLE)]  # both longer than what is read of a question
    readings = SHIPPED_READER.read(pairs)
    _check(readings, pairs)
    assert readings[0] == readings[1]


def test_the_question_is_never_the_answer() -> None:
    [reading] = SHIPPED_READER.read([("Was Hannah Moss or Omar Lindqvist first?", "Nobody knows.")], top_k=50)
    assert {span.text for span in reading.spans} <= {
        "Nobody", "knows", ".", "Nobody knows", "knows.", "Nobody knows.",
    }  # fmt: skip


def test_limits_are_kept() -> None:
    [reading] = SHIPPED_READER.read([("Who came?", ARTICLE)], top_k=3, max_answer_tokens=1)
    assert len(reading.spans) == 3
    assert not any(" " in span.text for span in reading.spans)
    with pytest.raises(ValueError, match="at least 1"):
        SHIPPED_READER.read([("a", "b")], top_k=0)


def test_no_answer_reaches_into_the_next_sentence() -> None:
    text = "The toll rose to 12 on Monday. (Photo by Ada Moss.) Dr. Omar Lindqvist fled"
    [reading] = SHIPPED_READER.read([("When did the toll rise?", text)], top_k=1000)
    places = {(text.find(span.text, span.start), span.end) for span in reading.spans}
    borders = [text.index("(Photo"), text.index("Dr.")]
    assert len(places) > 20
    assert not any(start < border < end for start, end in places for border in borders)
    assert any(span.text.startswith("Dr. Omar") for span in reading.spans)  # an abbreviation ends no sentence


@pytest.mark.parametrize("kind", ["bert", "distilbert", "roberta"])
def test_a_checkpoint_reads_as_transformers_would(tmp_path: Path, kind: str) -> None:
    """Every input that the tokenizer gives reaches the model: the scores are those of a plain call."""
    folder = {
        "bert": save_bert,
        "distilbert": save_distilbert,
        "roberta": lambda path: save_roberta(path, ARTICLE),
    }[kind](tmp_path)
    paragraphs = [part for part in ARTICLE.split("\n\n") if len(part) > 200][:5]
    pairs = [("Who did Tokayev appoint?", part) for part in paragraphs]
    readings = Reader.open(folder).read(pairs, top_k=3, max_answer_tokens=12)
    _check(readings, pairs)
    model = AutoModelForQuestionAnswering.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    for reading, (question, text) in zip(readings, pairs, strict=True):
        encoded = tokenizer(question, text, return_tensors="pt", return_offsets_mapping=True)
        offsets, sequence = encoded.pop("offset_mapping")[0].tolist(), encoded.sequence_ids(0)
        encoding = encoded[0]
        with torch.inference_mode():
            output = model(**encoded)  # transformers drops token types where the model has none
        start, end = output.start_logits[0].numpy(), output.end_logits[0].numpy()
        assert reading.null_score == pytest.approx(float(start[0] + end[0]), abs=1e-4)
        of_text = [i for i, part in enumerate(sequence) if part == 1]
        words = encoding.word_ids
        opens = [i for i in of_text if sequence[i - 1] != 1 or words[i] != words[i - 1]]
        closes = [i for i in of_text if sequence[i + 1] != 1 or words[i] != words[i + 1]]
        begins = [begin for begin, _ in sentences(text)]
        sentence = {i: bisect_left(begins, offsets[i][1]) for i in of_text}
        pairs_of_tokens = [(i, j) for i in opens for j in closes if i <= j < i + 12 and sentence[i] == sentence[j]]
        first, last = max(pairs_of_tokens, key=lambda ends: start[ends[0]] + end[ends[1]])
        assert reading.spans[0].score == pytest.approx(float(start[first] + end[last]), abs=1e-4)
        assert reading.spans[0].text == text[offsets[first][0] : offsets[last][1]].strip()


def test_token_types_matter_to_bert(tmp_path: Path) -> None:
    """The guard of the test above: leaving token types out would show."""
    folder = save_bert(tmp_path)
    model = AutoModelForQuestionAnswering.from_pretrained(folder).eval()
    encoded = AutoTokenizer.from_pretrained(folder)("Who came?", "Ada came.", return_tensors="pt")
    with torch.inference_mode():
        given = model(**encoded).start_logits
        del encoded["token_type_ids"]
        assert not torch.allclose(given, model(**encoded).start_logits, atol=1e-3)


def test_a_model_without_a_trained_head_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no trained question-answering head.*qa_outputs"):
        Reader.open(save_bert(tmp_path, head=False))


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no reader in .*nowhere.*check the path"):
        Reader.open(tmp_path / "nowhere")


def test_a_name_that_cannot_be_fetched_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ValueError, match="no reader 'nobody/no-such-reader'"):
        Reader.open("nobody/no-such-reader")


def test_a_folder_with_half_a_reader_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"torn")
    with pytest.raises(ValueError, match="not whole"):
        Reader.open(tmp_path)
    for name in ("config.json", "tokenizer.json"):
        (tmp_path / name).write_bytes((ROOT / "qa" / "models" / "reader" / name).read_bytes())
    with pytest.raises(ValueError, match="no model that ONNX Runtime can run"):
        Reader.open(tmp_path)


def test_the_shipped_reader_needs_neither_torch_nor_transformers() -> None:
    code = (
        "import sys; from qa.reader import Reader; Reader.open().read([('Who?', 'Ada.')]);"
        "print({'torch', 'transformers', 'onnxruntime'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "{'onnxruntime'}"


def test_no_answer_is_a_piece_of_a_word_or_goes_on_after_a_blank_line() -> None:
    text = "Kassym-Jomart Tokayev\n\nrules Almaty, Nur-Sultan and Zhezkazgan.\n \nOthers follow Smailov"
    reader = Reader.open()
    for source in (text, "xylophonists " * 400 + text):
        [reading] = reader.read([("Who rules which cities?", source)], top_k=50)
        assert reading.spans
        for span in reading.spans:
            assert not re.search(r"\n\s*\n", span.text)
            before, after = source[: span.start][-1:], source[span.end : span.end + 1]
            assert not (before.isalnum() and span.text[0].isalnum())
            assert not (after.isalnum() and span.text[-1].isalnum())


def test_a_script_without_spaces_still_has_answers_inside_its_lines() -> None:
    text = "北京是中国的首都"
    [reading] = Reader.open().read([("Which city?", text)], top_k=50)
    assert {span.text for span in reading.spans} - {text}
