"""The shipped encoder on ONNX Runtime: the same vectors as from sentence-transformers, without its start-up time.

sentence-transformers and torch take seconds to import, more than all else that answering one question takes. So
when the shipped encoder is first used, its model is written as an ONNX file in fp32 under `qa/models/encoder/`, and
used from there. The file can be deleted at any time.

Scope: models with mean pooling and three inputs as BERT has them, which the shipped one is.
"""

from __future__ import annotations

import json
import logging
import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from qa.network import usable_cores

logger = logging.getLogger(__name__)

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
BATCH_TOKENS = 2048  # padded tokens that the model sees at once: bounds the memory


class OnnxEncoder:
    """What `Encoder` needs of a SentenceTransformer, from an ONNX file and the tokenizer beside the original."""

    def __init__(self, path: Path, folder: Path) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = usable_cores()
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        settings = json.loads((folder / "sentence_bert_config.json").read_text(encoding="utf-8"))
        self._tokenizer.enable_truncation(settings["max_seq_length"])

    def get_embedding_dimension(self) -> int:
        return self._session.get_outputs()[0].shape[-1]

    def encode(self, texts: Sequence[str], **_: object) -> np.ndarray:
        """Float32 array (texts, dimension) of unit rows. Texts of like length go through the model together."""
        encodings = self._tokenizer.encode_batch(list(texts))
        order = sorted(range(len(texts)), key=lambda place: -len(encodings[place].ids))
        rows = np.zeros((len(texts), self.get_embedding_dimension()), dtype=np.float32)
        while order:
            width = len(encodings[order[0]].ids)
            count = max(1, BATCH_TOKENS // width)
            part, order = order[:count], order[count:]
            inputs = {name: np.zeros((len(part), width), dtype=np.int64) for name in INPUTS}
            for row, place in enumerate(part):
                ids = encodings[place].ids
                inputs["input_ids"][row, : len(ids)] = ids
                inputs["attention_mask"][row, : len(ids)] = 1
            rows[part] = self._session.run(None, inputs)[0]
        return rows

    encode_document = encode
    encode_query = encode


def export(model: Any, path: Path) -> None:
    """Writes a SentenceTransformer, pooling and normalisation included, as an ONNX file, whole or not at all.

    Raises OSError when the file cannot be written.
    """
    import torch

    class Embedding(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
            return self.model(dict(zip(INPUTS, inputs, strict=True)))["sentence_embedding"]

    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    ids = torch.tensor([[101, 7592, 102], [101, 102, 0]])
    inputs = (ids, (ids > 0).long(), torch.zeros_like(ids))
    try:
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                Embedding().eval(),
                inputs,
                str(temporary),
                input_names=list(INPUTS),
                output_names=["embedding"],
                dynamic_axes={name: {0: "texts", 1: "tokens"} for name in INPUTS} | {"embedding": {0: "texts"}},
                opset_version=18,
                dynamo=False,  # the newer exporter needs packages that nothing else here does
            )
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
