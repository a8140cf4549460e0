"""Export: the int8 model reads as the fp32 model does, and nothing is overwritten by a failed export."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from tiny import save_bert, save_roberta

from qa.export import BUILT_IN, Check, export
from qa.network import ONNX_FILE, TorchNetwork, open_network
from qa.reader import SHIPPED, Reader
from qa.training.base import load_base
from qa.windows import Windows, pad

ARTICLE = (Path(__file__).parent.parent / "corpus" / "kazakhstan-unrest.txt").read_text(encoding="utf-8")
PARAGRAPHS = [part for part in ARTICLE.split("\n\n") if len(part) > 100]
QUESTIONS = [  # (question, words of the paragraph that it is asked about)
    ("How many people were arrested?", "Clashes between protesters"),
    ("What was the cause of the protests?", "Clashes between protesters"),
    ("Who is the police spokesman?", "Police spokesman"),
    ("What did the rioters try to storm?", "Police spokesman"),
    ("What did extremist forces try to assault?", "Last night"),
    ("Who blamed the unrest on extremists?", "police chief"),
    ("How many civilians were assaulted?", "police chief"),
    ("Who gathered in the main square?", "renewed clashes"),
    ("What did police fire to disperse crowds?", "tear gas"),
    ("Where did mass protests begin?", "Mangistau Province on Sunday"),
    ("What does LPG stand for?", "Mangistau Province on Sunday"),
    ("How long is the state of emergency?", "two-week"),
    ("Who was appointed acting prime minister?", "Later in the day"),
    ("How many were injured?", "Khabar 24"),
    ("Which channel reported the toll?", "Khabar 24"),
    ("Who appealed to the CSTO for help?", "escalating unrest"),
    ("What is the CSTO?", "escalating unrest"),
    ("Which states sent troops?", "Moscow-led"),
    ("Why were the peacekeeping forces sent?", "Peacekeeping forces"),
    ("What rank does Kazakhstan have for gas?", "major energy power"),
]


@pytest.fixture(scope="module", params=["bert", "roberta"])
def exported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Check]:
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "bert":
        save_bert(folder / "fp32")
    else:
        save_roberta(folder / "fp32", ARTICLE)
    return folder / "fp32", folder / "int8", export(folder / "fp32", folder / "int8")


def test_int8_logits_are_close_to_those_of_transformers(exported: tuple[Path, Path, Check]) -> None:
    exact, rounded = open_network(exported[0]), open_network(exported[1])
    windows = Windows(exact.tokenizer).cut([("Who came?", part) for part in PARAGRAPHS[:6]])
    for window in windows:
        inputs = pad([window], pad_id=exact.pad_id)
        ours = np.concatenate(exact.network.logits(inputs))
        theirs = np.concatenate(rounded.network.logits(inputs))
        assert np.corrcoef(ours.ravel(), theirs.ravel())[0, 1] > 0.995
        assert np.abs(ours - theirs).max() < 0.15 * np.abs(ours).max()


def test_the_check_compares_the_two_readers(exported: tuple[Path, Path, Check]) -> None:
    exact, folder, check = exported
    pairs = [(each.question, each.context) for each in BUILT_IN]
    ours, theirs = (Reader.open(path).read(pairs, top_k=1) for path in (exact, folder))
    same = [a.spans[0].text == b.spans[0].text for a, b in zip(ours, theirs, strict=True)]
    assert check.same == sum(same) / len(BUILT_IN)
    assert check.questions == len(BUILT_IN)
    nulls = max(abs(a.null_score - b.null_score) for a, b in zip(ours, theirs, strict=True))
    assert nulls - 0.01 < check.score_difference < nulls + 2
    assert check.megabytes == pytest.approx((folder / ONNX_FILE).stat().st_size / 1e6)


def test_the_folder_is_whole_and_says_what_was_measured(exported: tuple[Path, Path, Check]) -> None:
    _, folder, check = exported
    assert {path.name for path in folder.iterdir()} == {ONNX_FILE, "config.json", "tokenizer.json", "README.md"}
    assert str(check) in (folder / "README.md").read_text(encoding="utf-8")


def test_every_large_weight_is_int8(exported: tuple[Path, Path, Check]) -> None:
    model = onnx.load(str(exported[1] / ONNX_FILE))
    floats = [t for t in model.graph.initializer if t.data_type == onnx.TensorProto.FLOAT and len(t.dims) == 2]
    assert all(tensor.dims[0] < 4096 or tensor.dims[1] <= 2 for tensor in floats)
    assert sum(node.op_type == "MatMulInteger" for node in model.graph.node) == 2 * 6


def test_what_was_exported_is_no_checkpoint(exported: tuple[Path, Path, Check], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="exported already"):
        export(exported[1], tmp_path)


def test_a_spoilt_model_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.export._LEAST_SAME", 1.01)  # so that any model counts as spoilt
    (tmp_path / "int8").mkdir()
    (tmp_path / "int8" / ONNX_FILE).write_bytes(b"before")
    with pytest.raises(ValueError, match="nothing was written"):
        export(save_bert(tmp_path / "fp32"), tmp_path / "int8")
    assert [path.read_bytes() for path in (tmp_path / "int8").iterdir()] == [b"before"]


def test_the_shipped_reader_reads_as_its_weights_do_in_transformers() -> None:
    """The graph that ships is BERT: its weights, turned back to fp32, give the same answers in transformers."""
    exact = open_network(SHIPPED)
    restored = exact._replace(
        network=TorchNetwork(load_base(SHIPPED)[0].eval(), ["input_ids", "attention_mask", "token_type_ids"])
    )
    pairs = [(question, next(part for part in PARAGRAPHS if words in part)) for question, words in QUESTIONS]
    ours = Reader(restored, "restored").read(pairs, top_k=1)
    theirs = Reader.open().read(pairs, top_k=1)
    same = [a.spans[0].text == b.spans[0].text for a, b in zip(ours, theirs, strict=True)]
    assert sum(same) >= 19, [pair[0] for pair, equal in zip(pairs, same, strict=True) if not equal]
    assert all(abs(a.null_score - b.null_score) < 1 for a, b in zip(ours, theirs, strict=True))
