"""Lessons: what a teacher finds for a question as it was meant is learnt at the same words, however it is asked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tiny import save_bert
from tokenizers import Tokenizer
from transformers import AutoModelForQuestionAnswering

from qa.reader import SHIPPED
from qa.squad import Question
from qa.training.features import MULTIPLE, NULL, Feature, collate, featurise
from qa.training.lessons import PREFIX, lesson, taught_on
from qa.training.mixture import Mixed
from qa.training.run import Run, Settings, distance, probability
from qa.training.train import train
from qa.windows import Windows

TEXT = "Ada Lovelace was born in London. She wrote the first program in 1843."
MEANT = "Where was Ada Lovelace born?"
ASKED = [
    Question("0", "When was it written? 1843. And where was she born?", TEXT, ("London",), (TEXT.index("London"),)),
    Question("1", "Who wrote the first program?", TEXT, ("Ada Lovelace",), (0,)),
    Question("2", "where was ada lovelace bron", TEXT),
]


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer.from_file(str(SHIPPED / "tokenizer.json"))


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A student and a teacher: two narrow layers with other random weights each."""
    folders = []
    for seed in (1, 2):
        folder = tmp_path_factory.mktemp(f"model{seed}")
        torch.manual_seed(seed)
        save_bert(folder)
        folders.append(folder)
    return folders[0], folders[1]


def _made(questions: list[Question], meant: dict[int, str], windows: Windows):
    features = featurise(questions, windows)
    return features, taught_on(questions, features, meant, windows)


def test_the_teacher_reads_the_wording_that_was_meant(tokenizer):
    features, read = _made(ASKED, {0: MEANT, 2: MEANT}, Windows(tokenizer))
    assert tokenizer.decode(read[0][0].ids) == f"{MEANT} {TEXT}".lower()
    assert np.array_equal(read[0][0].ids, read[2][0].ids)
    assert read[1][0] is features[1][0]


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=300))
def test_every_token_of_the_text_has_its_place_in_what_the_teacher_reads(tokenizer, asked, meant, text):
    features, read = _made([Question("0", asked, text)], {0: meant}, Windows(tokenizer))
    arrays = collate(features[0], pad_id=0)
    arrays |= lesson(features[0], read[0], pad_id=0)
    assert arrays["taught"].all()
    assert arrays["places"].shape == arrays["input_ids"].shape
    for row, feature in enumerate(features[0]):
        inside = slice(feature.first, feature.last)
        found = arrays[f"{PREFIX}input_ids"][row][arrays["places"][row]]
        assert np.array_equal(found[inside], arrays["input_ids"][row][inside])
        assert not np.delete(arrays["places"][row], np.r_[inside]).any()


def test_a_teacher_is_not_asked_where_it_would_read_another_stretch(tokenizer):
    text = "The weather was fine and nothing of note happened. " * 60
    longer = "Who was it that came to the town on the hill by the river in the rain? Nobody. And when?"
    features, read = _made([Question("0", longer, text), ASKED[1]], {0: "When?", 1: "Who?"}, Windows(tokenizer))
    assert len(features[0]) > 1
    assert read[0] == [None] * len(features[0])
    assert read[1] != [None]
    batch: list[Feature] = [*features[0], *features[1]]
    arrays = lesson(batch, [*read[0], *read[1]], pad_id=0)
    assert arrays["taught"].tolist() == [False] * len(features[0]) + [True]
    assert arrays["places"].shape[0] == 1
    assert arrays[f"{PREFIX}input_ids"].shape[1] == MULTIPLE * -(-len(read[1][0].ids) // MULTIPLE)
    assert lesson(features[0], read[0], pad_id=0).keys() == {"taught"}


def test_the_loss_is_the_distance_at_the_text_and_the_null_token(models):
    student, teacher = models
    run = Run(Settings(str(student), teacher=str(teacher), teacher_weight=1.0, learning_rate=0.0, precision="fp32"))
    features, read = _made(ASKED, {0: MEANT, 2: MEANT}, Windows(run.tokenizer.backend_tokenizer))
    own, other = [part[0] for part in features], [part[0] for part in read]
    expected = [
        distance(_scores(student, one), _scores(teacher, two), run._settings.temperature)
        for one, two in zip(own, other, strict=True)
    ]
    arrays = {**collate(own, pad_id=0), **lesson(own, other, pad_id=0)}
    assert run.learn(arrays, 1.0) == pytest.approx(float(torch.cat(expected).mean()), rel=1e-4)


def test_labels_that_the_teacher_finds_improbable_are_left_to_it(models, tokenizer):
    student, teacher = models

    def loss(number: int, **options: float) -> float:
        settings = Settings(str(student), teacher=str(teacher), learning_rate=0.0, precision="fp32", **options)
        return Run(settings).learn({**collate(own[number], pad_id=0), **lesson(own[number], own[number], pad_id=0)}, 1)

    features, _ = _made(ASKED, {}, Windows(tokenizer))
    own = [[part[0]] for part in features]
    for number, window in enumerate(features):
        arrays = collate(window, pad_id=0)
        places = [NULL, *range(window[0].first, window[0].last)]
        golds = [torch.tensor([places.index(int(arrays[name][0]))]) for name in ("start", "end")]
        found = float(probability(_scores(teacher, window[0]), golds)[0])
        assert loss(number, doubt=found * 0.99) == loss(number)
        assert loss(number, doubt=found * 1.01) == loss(number, teacher_weight=1.0) != loss(number)


@pytest.mark.parametrize("doubt", [-0.1, 1.1, float("nan")])
def test_a_doubt_that_is_no_probability_is_refused(models, doubt):
    with pytest.raises(ValueError, match=f"doubt is {doubt}, expected a probability"):
        Run(Settings(str(models[0]), teacher=str(models[1]), doubt=doubt))


def test_without_a_teacher_nobody_doubts(models):
    with pytest.raises(ValueError, match="no teacher"):
        Run(Settings(str(models[0]), doubt=0.001))


def test_the_probability_of_a_label_is_that_of_its_start_and_its_end():
    starts, ends = torch.tensor([[0.0, 0.0, -1e4]]), torch.tensor([[1.0, 0.0, -1e4]])
    found = probability((starts, ends), (torch.tensor([1]), torch.tensor([0])))
    assert found.tolist() == pytest.approx([0.5 / (1 + np.exp(-1))])


def _scores(folder: Path, window: Feature) -> list[torch.Tensor]:
    """The logits of starts and of ends at the null token and the text, by a model that is given this window alone."""
    model = AutoModelForQuestionAnswering.from_pretrained(folder).eval()
    ids, types = (torch.tensor(row[None].astype(np.int64)) for row in (window.ids, window.type_ids))
    with torch.no_grad():
        output = model(input_ids=ids, token_type_ids=types)
    kept = [NULL, *range(window.first, window.last)]
    return [output.start_logits[:, kept], output.end_logits[:, kept]]


def test_a_student_that_is_asked_on_comes_to_say_what_its_teacher_says(models, tmp_path):
    student, teacher = models
    settings = Settings(
        str(student),
        teacher=str(teacher),
        teacher_weight=1.0,
        learning_rate=5e-3,
        average_decay=0.5,
        batch_size=1,
        precision="fp32",
    )
    folder = train(Mixed([ASKED[0]] * 60, 30, dict.fromkeys(range(60), MEANT)), tmp_path / "out", settings)
    windows = Windows(Run(settings).tokenizer.backend_tokenizer)
    features, read = _made([ASKED[0]], {0: MEANT}, windows)
    aim = _scores(teacher, read[0][0])
    before, after = (float(distance(_scores(name, features[0][0]), aim, 1.0)) for name in (student, folder))
    assert after < before / 4


def test_another_meaning_is_another_run(models, tmp_path):
    settings = Settings(str(models[0]), teacher=str(models[1]), batch_size=1)
    train(Mixed(ASKED, 1, {0: MEANT}), tmp_path, settings, stop_after=1)
    with pytest.raises(ValueError, match="other questions or settings"):
        train(Mixed(ASKED, 1, {}), tmp_path, settings, resume=True)
