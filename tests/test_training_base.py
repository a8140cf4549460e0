"""Base: an exported reader is a checkpoint again, and what is not whole is refused."""

from __future__ import annotations

from pathlib import Path

import onnx
import pytest
import torch
from tiny import save_bert, save_roberta
from transformers import AutoModelForQuestionAnswering

from qa.export import BUILT_IN, export
from qa.network import ONNX_FILE
from qa.reader import SHIPPED, Reader
from qa.training.average import average
from qa.training.base import load_base, shorten


@pytest.fixture(scope="module", params=["bert", "roberta"])
def folders(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A checkpoint and what it is exported to."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "bert":
        save_bert(folder / "fp32")
    else:
        save_roberta(folder / "fp32", " ".join(each.context for each in BUILT_IN))
    model = AutoModelForQuestionAnswering.from_pretrained(folder / "fp32")
    torch.manual_seed(0)
    for weights in model.parameters():  # as in a trained model no two are equal, which export would store once
        weights.data += 0.02 * torch.randn_like(weights)
    model.save_pretrained(folder / "fp32")
    export(folder / "fp32", folder / "int8")
    return folder / "fp32", folder / "int8"


def test_the_weights_of_an_exported_reader_are_those_it_was_made_from(folders: tuple[Path, Path]) -> None:
    before = AutoModelForQuestionAnswering.from_pretrained(folders[0]).state_dict()
    after = load_base(folders[1])[0].state_dict()
    assert before.keys() == after.keys()
    for name, weights in before.items():
        assert (after[name] - weights).norm() < 0.03 * weights.norm(), name
    assert any(not torch.equal(after[name], weights) for name, weights in before.items())  # int8 was between them


def test_the_tokenizer_is_the_same(folders: tuple[Path, Path]) -> None:
    before, after = (load_base(folder)[1] for folder in folders)
    asked = [each.question for each in BUILT_IN]
    assert before(asked)["input_ids"] == after(asked)["input_ids"]
    assert before.pad_token_id == after.pad_token_id


def test_an_exported_reader_can_be_averaged_and_reads_as_before(folders: tuple[Path, Path], tmp_path: Path) -> None:
    folder = average([folders[1], folders[1]], tmp_path / "mean")
    pairs = [(each.question, each.context) for each in BUILT_IN]
    ours, theirs = (Reader.open(each).read(pairs, top_k=1) for each in (folder, folders[1]))
    assert sum(a.spans[0].text == b.spans[0].text for a, b in zip(ours, theirs, strict=True)) >= len(pairs) - 2


def test_a_model_that_lacks_weights_is_refused(tmp_path: Path) -> None:
    for name in ("config.json", "tokenizer.json"):
        (tmp_path / name).write_bytes((SHIPPED / name).read_bytes())
    model = onnx.load(str(SHIPPED / ONNX_FILE))
    lost = next(tensor for tensor in model.graph.initializer if tensor.name.endswith("layer.3.output.dense.bias"))
    model.graph.initializer.remove(lost)
    onnx.save(model, str(tmp_path / ONNX_FILE))
    with pytest.raises(ValueError, match=r"lacks 1 of the weights .* bert\.encoder\.layer\.3\.output\.dense\.bias"):
        load_base(tmp_path)


def test_a_shorter_model_has_layers_of_the_whole_one(tmp_path: Path) -> None:
    model, tokenizer = load_base(SHIPPED)
    whole = dict(model.state_dict())
    shorten(model, 6)
    model.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    short = load_base(tmp_path)[0]
    assert short.config.num_hidden_layers == 6
    for place, came_from in enumerate([0, 2, 4, 7, 9, 11]):  # as in DistilBERT
        name = "bert.encoder.layer.{}.attention.self.query.weight"
        assert torch.equal(short.state_dict()[name.format(place)], whole[name.format(came_from)])
    with pytest.raises(ValueError, match="7 layers cannot be kept: BertForQuestionAnswering has 6"):
        shorten(short, 7)
