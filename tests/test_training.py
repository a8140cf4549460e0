"""Training: a tiny BERT learns, a killed run ends like an uninterrupted one, and the result loads as others do."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModelForQuestionAnswering, AutoTokenizer, BertConfig, BertForQuestionAnswering

from qa.reader import SHIPPED, Reader
from qa.squad import Question, write_squad
from qa.training import add_train_arguments, run_train
from qa.training.average import average
from qa.training.commands import read_part
from qa.training.features import NULL, batches, collate, featurise
from qa.training.judge import judge
from qa.training.lessons import lesson
from qa.training.mixture import Mixed, Shares, mix
from qa.training.run import Run, Settings, distance
from qa.training.train import CHECKPOINT, rate, train
from qa.windows import Windows

PLACES = ["Lisbon", "Oslo", "Quito", "Cairo", "Lima", "Perth", "Turin", "Delhi"]
PEOPLE = ["Anna", "Boris", "Clara", "Dmitri", "Elena", "Farid", "Greta", "Hugo"]


def _questions() -> list[Question]:
    """Two questions with and one without an answer on each of eight texts."""
    made = []
    for i, (place, person) in enumerate(zip(PLACES, PEOPLE, strict=True)):
        text = f"Last week {person} moved to {place}. The weather was fine."
        for question, answer in (("Who moved?", person), ("Where to?", place), ("When did it rain?", None)):
            answers = () if answer is None else (answer,)
            starts = tuple(text.index(found) for found in answers)
            made.append(Question(f"{i}-{question}", question, text, answers, starts, title="moves"))
    return made


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of two narrow layers with random weights, and the shipped reader's tokenizer."""
    folder = tmp_path_factory.mktemp("base")
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=30522,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=384,
    )
    BertForQuestionAnswering(config).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        if (SHIPPED / name).is_file():
            (folder / name).write_bytes((SHIPPED / name).read_bytes())
    return folder


@pytest.fixture(autouse=True)
def _one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def _settings(base: Path, **changes) -> Settings:
    return Settings(
        **{
            "base": str(base),
            "batch_size": 8,
            "learning_rate": 5e-3,
            "average_decay": 0.9,
            "precision": "fp32",
            **changes,
        }
    )


def _weights(folder: Path) -> dict[str, torch.Tensor]:
    return AutoModelForQuestionAnswering.from_pretrained(folder, dtype=torch.float32).state_dict()


def test_a_tiny_model_learns_its_examples(base, tmp_path):
    questions = _questions()
    mixed = mix(questions, epochs=30, shares=Shares(neighbours=0, swaps=0, typed=0, statements=0, short=0, histories=0))
    before = judge(base, questions)
    folder = train(mixed, tmp_path / "model", _settings(base))
    after = judge(folder, questions)
    assert after.f1 > 90 > before.f1
    assert after.threshold is not None


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_the_loss_falls_and_a_wrong_target_costs_more(base, precision):
    questions = _questions()
    run = Run(_settings(base, precision=precision))
    features = featurise(questions, Windows(run.tokenizer.backend_tokenizer))
    arrays = collate([part[0] for part in features], pad_id=run.tokenizer.pad_token_id)
    losses = [run.learn(arrays, 1.0) for _ in range(30)]
    assert losses[-1] < losses[0] / 2
    shifted = {**arrays, "start": np.roll(arrays["start"], 1), "end": np.roll(arrays["end"], 1)}
    assert run.learn(shifted, 0.0) > 2 * losses[-1]
    assert run.step == 31


def test_steps_too_small_for_bf16_are_learnt_beside_it(base):
    questions = _questions()
    run = Run(_settings(base, precision="bf16", learning_rate=1e-5))
    features = featurise(questions, Windows(run.tokenizer.backend_tokenizer))
    arrays = collate([part[0] for part in features], pad_id=run.tokenizer.pad_token_id)
    before = {name: weight.clone() for name, weight in run._model.named_parameters()}
    run.learn(arrays, 1.0)
    after = dict(run._model.named_parameters())
    assert all(weight.dtype == torch.float32 for weight in after.values())
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    lost = {name for name in changed if torch.equal(before[name].bfloat16(), after[name].bfloat16())}
    assert len(changed) > len(before) / 2
    assert lost


def test_a_teacher_has_no_say_in_what_it_is_not_asked(base):
    questions = _questions()
    run = Run(_settings(base, teacher=str(base), teacher_weight=1.0, learning_rate=0.0))
    plain = Run(_settings(base, learning_rate=0.0))
    features = featurise(questions, Windows(run.tokenizer.backend_tokenizer))
    windows = [part[0] for part in features]
    pad_id = run.tokenizer.pad_token_id
    arrays = collate(windows, pad_id=pad_id)
    whole, none, some = (
        {**arrays, **lesson(windows, read, pad_id=pad_id)}
        for read in (windows, [None] * len(windows), [windows[0], *[None] * (len(windows) - 1)])
    )
    assert run.learn(whole, 1.0) == pytest.approx(0.0, abs=1e-5)  # it says the same itself
    assert run.learn(none, 1.0) == run.learn(arrays, 1.0) == pytest.approx(plain.learn(arrays, 1.0))
    assert 0 < run.learn(some, 1.0) < plain.learn(arrays, 1.0)


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_killed_run_ends_with_the_same_weights_to_the_bit(base, tmp_path, precision):
    mixed = mix(_questions(), _questions()[:4], epochs=2, seed=3)
    settings = _settings(
        base, dropout=0.1, precision=precision
    )  # so that the state of the random generator matters too
    whole = train(mixed, tmp_path / "whole", settings)
    parts = tmp_path / "parts"
    train(mixed, parts, settings, stop_after=3)
    assert not (parts / "model.safetensors").exists()
    torch.rand(7)  # another process would have another state
    train(mixed, parts, settings, resume=True)
    one, other = _weights(whole), _weights(parts)
    assert all(torch.equal(one[name], other[name]) for name in one)
    again = torch.load(parts / CHECKPOINT, weights_only=True)
    assert again["step"] > 3


def test_another_seed_gives_other_weights(base, tmp_path):
    mixed = mix(_questions())
    one = _weights(train(mixed, tmp_path / "one", _settings(base, dropout=0.1, seed=1)))
    other = _weights(train(mixed, tmp_path / "other", _settings(base, dropout=0.1, seed=2)))
    assert any(not torch.equal(one[name], other[name]) for name in one)


def test_frozen_layers_stay_and_the_others_learn(base, tmp_path):
    before = _weights(base)
    folder = train(Mixed(_questions(), 0), tmp_path / "out", _settings(base, frozen=1))
    after = _weights(folder)
    lowest = [name for name in before if ".embeddings." in name or ".layer.0." in name]
    assert lowest
    assert all(torch.equal(before[name], after[name]) for name in lowest)
    assert any(not torch.equal(before[name], after[name]) for name in before if ".layer.1." in name)


def test_a_model_of_fewer_layers_is_trained_and_opened(base, tmp_path):
    folder = train(Mixed(_questions(), 0), tmp_path / "out", _settings(base, layers=1, teacher=str(base)))
    model = AutoModelForQuestionAnswering.from_pretrained(folder)
    assert len(model.base_model.encoder.layer) == 1
    before = AutoModelForQuestionAnswering.from_pretrained(base)
    assert not torch.equal(model.qa_outputs.weight, before.qa_outputs.weight)


def test_all_layers_cannot_be_frozen(base):
    with pytest.raises(ValueError, match="2 layers cannot be frozen"):
        Run(_settings(base, frozen=2))


def test_resuming_with_other_questions_is_refused(base, tmp_path):
    train(mix(_questions()), tmp_path, _settings(base), stop_after=1)
    with pytest.raises(ValueError, match="made with other questions or settings"):
        train(mix(_questions()[1:]), tmp_path, _settings(base), resume=True)
    with pytest.raises(ValueError, match="made with other questions or settings"):
        train(mix(_questions()), tmp_path, _settings(base, learning_rate=1e-3), resume=True)


def test_no_questions_are_refused(base, tmp_path):
    with pytest.raises(ValueError, match="no questions to train on"):
        train(Mixed([], 0), tmp_path, _settings(base))


def test_checkpoints_hand_out_the_average_so_far(base, tmp_path):
    seen = []

    def look(folder: Path, step: int) -> None:
        seen.append(step)
        assert AutoModelForQuestionAnswering.from_pretrained(folder).config.hidden_size == 32

    train(mix(_questions()), tmp_path, _settings(base), checkpoint_minutes=0, on_checkpoint=look)
    assert seen == list(range(1, len(seen) + 1))
    assert not list(tmp_path.rglob("*.part"))


def test_what_was_stopped_has_left_the_average_so_far(base, tmp_path):
    stopped, step = tmp_path / "stopped", tmp_path / "step"
    train(mix(_questions()), stopped, _settings(base), checkpoint_minutes=0, stop_after=2)
    assert not (stopped / "model.safetensors").exists()
    train(mix(_questions()), step, _settings(base), stop_after=1)
    kept = torch.load(step / CHECKPOINT, weights_only=True)["average"]
    left = AutoModelForQuestionAnswering.from_pretrained(stopped / "average").state_dict()
    assert all(torch.equal(tensor, kept[f"module.{name}"]) for name, tensor in left.items())


def test_when_time_is_short_the_cool_down_comes_early(base, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("qa.training.train._KNOWN", 0)
    mixed = mix(_questions(), epochs=4, shares=Shares(neighbours=0, swaps=0))
    folder = train(mixed, tmp_path, _settings(base), max_minutes=0)
    assert "time is short: cool-down at step 1" in caplog.text
    assert (folder / "model.safetensors").exists()


def test_the_rate_rises_stays_and_falls_to_nothing():
    rates = [rate(step, steps=100, cooldown=60, warm_up=10) for step in range(101)]
    assert rates[:2] == [0.1, 0.2]
    assert set(rates[9:61]) == {1.0}
    assert rates[80] == pytest.approx(0.5)
    assert rates[100] == 0.0
    assert all(rate(step, steps=3, cooldown=0, warm_up=9) > 0 for step in range(3))


def test_targets_read_back_as_the_answers(base):
    tokenizer = AutoTokenizer.from_pretrained(base)
    text = "Nothing of note happened here. " * 60 + "In the end Élodie Brün won 1,200 euros."
    start = text.index("Élodie")
    question = Question("q", "Who won?", text, ("Élodie Brün",), (start,))
    features = featurise([question], Windows(tokenizer.backend_tokenizer))[0]
    holding = [feature for feature in features if feature.start != NULL]
    assert len(features) > 1
    assert 1 <= len(holding) < len(features)
    for feature in holding:
        assert tokenizer.decode(feature.ids[feature.start : feature.end + 1]) == "elodie brun"


def test_answers_may_only_be_in_the_text_or_at_the_null_token(base):
    tokenizer = AutoTokenizer.from_pretrained(base)
    features = [part[0] for part in featurise(_questions(), Windows(tokenizer.backend_tokenizer))]
    arrays = collate(features, pad_id=tokenizer.pad_token_id)
    assert arrays["input_ids"].shape[1] % 16 == 0
    for row, (feature, question) in enumerate(zip(features, _questions(), strict=True)):
        allowed = np.flatnonzero(arrays["allowed"][row])
        assert allowed[0] == NULL
        words = tokenizer.decode(arrays["input_ids"][row][allowed[1:]])
        assert re.sub(r"\W", "", words) == re.sub(r"\W", "", question.context.lower())
        assert arrays["start"][row] in allowed
        assert arrays["end"][row] in allowed
        assert (arrays["start"][row], arrays["end"][row]) == (feature.start, feature.end)


def test_batches_hold_every_window_once_and_like_lengths_together(base):
    tokenizer = AutoTokenizer.from_pretrained(base)
    questions = [
        Question(str(i), "Who?", "word " * (1 + 37 * i % 301), (), ()) for i in range(200)
    ]  # lengths all mixed up
    features = featurise(questions, Windows(tokenizer.backend_tokenizer))
    plan = batches(features, 8, seed=1)
    places = [place for batch in plan for place in batch]
    assert sorted(places) == [(q, w) for q, part in enumerate(features) for w in range(len(part))]
    assert plan == batches(features, 8, seed=1)
    spread = [max(sizes) - min(sizes) for b in plan if (sizes := [len(features[q][w].ids) for q, w in b])]
    assert sum(spread) / len(spread) < 30


def test_distance_to_a_teacher_is_nought_for_the_same_and_grows(base):
    one = (torch.tensor([[2.0, 0.0, -1e4]]), torch.tensor([[0.0, 1.0, -1e4]]))
    other = (torch.tensor([[0.0, 2.0, -1e4]]), torch.tensor([[0.0, 1.0, -1e4]]))
    assert distance(one, one, 2.0).item() == pytest.approx(0, abs=1e-6)
    # KL of softmax(0, 1) from softmax(1, 0), the temperature halving the logits, times 2 squared, over two ends.
    p, q = 1 / (1 + np.exp(-1)), 1 / (1 + np.exp(1))
    worked = 4 * (p * np.log(p / q) + q * np.log(q / p)) / 2
    assert distance(one, other, 2.0).item() == pytest.approx(worked, rel=1e-5)


def test_a_student_comes_close_to_its_teacher(base, tmp_path):
    questions = _questions()
    plain = Shares(neighbours=0, swaps=0, typed=0, statements=0, short=0, histories=0)
    teacher = train(mix(questions, epochs=30, shares=plain), tmp_path / "teacher", _settings(base))
    unlabelled = [Question(q.id, q.question, q.context) for q in questions]  # all "impossible": labels say nothing
    settings = _settings(base, teacher=str(teacher), teacher_weight=1.0)
    student = train(mix(unlabelled, epochs=60, shares=plain), tmp_path / "student", settings)
    assert judge(student, questions).f1 > 90


def test_an_average_of_models_is_their_mean(base, tmp_path):
    for number in (1, 2):
        train(mix(_questions(), seed=number), tmp_path / str(number), _settings(base))
    folder = average([tmp_path / "1", tmp_path / "2"], tmp_path / "mean")
    one, two, mean = _weights(tmp_path / "1"), _weights(tmp_path / "2"), _weights(folder)
    assert any(not torch.equal(one[name], two[name]) for name in one)
    for name in one:
        torch.testing.assert_close(mean[name], (one[name] + two[name]) / 2)
    assert Reader.open(folder).read([("Who moved?", "Anna moved.")])[0].spans


def test_models_of_two_kinds_have_no_average(base, tmp_path):
    model = AutoModelForQuestionAnswering.from_pretrained(base)
    smaller = BertForQuestionAnswering(BertConfig(**{**model.config.to_diff_dict(), "intermediate_size": 32}))
    smaller.save_pretrained(tmp_path / "smaller")
    with pytest.raises(ValueError, match="not of one kind"):
        average([base, tmp_path / "smaller"], tmp_path / "mean")
    with pytest.raises(ValueError, match="two or more models, 1 given"):
        average([base], tmp_path / "mean")


def _run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    add_train_arguments(parser)
    return run_train(parser.parse_args(arguments))


def test_the_command_trains_and_writes_a_card(base, tmp_path, capsys):
    write_squad(tmp_path / "squad_moves.json", _questions())
    write_squad(tmp_path / "own.json", _questions()[:6])
    out = tmp_path / "out"
    arguments = ["--train", str(tmp_path / "squad_moves.json") + ":20", "--finish", str(tmp_path / "own.json")]
    arguments += ["--dev", str(tmp_path / "own.json"), "--base", str(base), "--out", str(out), "--batch-size", "8"]
    assert _run(*arguments, "--precision", "fp32", "--learning-rate", "0.001") == 0
    card = (out / "README.md").read_text(encoding="utf-8")
    assert "| squad_moves.json | 20 |" in card
    assert "CC BY-SA 4.0" in card
    assert "| own.json | 6 | 2 | not known |" in card
    assert "- learning_rate: 0.001" in card
    assert re.search(r"- own.json: EM [\d.]+, F1 [\d.]+ at threshold", card)
    assert str(tmp_path) not in card
    assert re.search(r"^own\.json: EM [\d.]+, F1", capsys.readouterr().out, re.MULTILINE)
    assert json.loads((out / "config.json").read_text())["architectures"] == ["BertForQuestionAnswering"]
    assert Reader.open(out).read([("Who moved?", "Anna moved.")])[0].spans


def test_a_part_of_a_file_holds_whole_contexts(tmp_path):
    questions = _questions()
    write_squad(tmp_path / "a.json", [each for turn in range(3) for each in questions[turn::3]])
    part = read_part(f"{tmp_path / 'a.json'}:6", 1)
    assert len({question.id for question in part}) == 6
    assert len({question.context for question in part}) == 2
    assert part == read_part(f"{tmp_path / 'a.json'}:6", 1)
    assert part != read_part(f"{tmp_path / 'a.json'}:6", 2)


def test_wrong_use_says_what_to_do(base, tmp_path):
    with pytest.raises(ValueError, match="needs --train FILE"):
        _run("--out", str(tmp_path / "out"))
    write_squad(tmp_path / "a.json", _questions())
    with pytest.raises(ValueError, match="has 24 questions, 25 were asked for"):
        read_part(f"{tmp_path / 'a.json'}:25", 0)
    with pytest.raises(SystemExit):
        _run("--out", str(tmp_path), "--batch-size", "many")
