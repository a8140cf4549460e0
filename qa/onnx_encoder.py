"""The shipped encoder on ONNX Runtime in int8: nearly the vectors of sentence-transformers, in a third of the time.

When the shipped encoder is first used, its weights are written as an ONNX file under `qa/models/encoder/`, and used
from there; the file can be deleted at any time. The network is written out operator by operator, with the fused
ones that ONNX Runtime has for such networks (its "contrib operators"), so that neither sentence-transformers nor
torch, which take seconds to import, is needed.

Weights have 7 bits, with a scale for each output channel: products then fit the 16 bits in which x86 processors
without VNNI add them, and every processor makes the same integers (ONNX Runtime's guide to quantisation,
"reduce_range"). Inputs have 8 bits, with one scale for all that is read at once. So each text goes through alone:
its vector does not depend on what it is encoded beside, nothing is padded, and threads never wait for each other.

Measured with `benchmarks/encode.py` on two cores with AVX2 and no VNNI: 3.3 times as many passages in a second of
processor time as sentence-transformers in fp32 (2.99 to 3.46 in five rounds); of 7,483 questions of SQuAD 1.1 dev, the
paragraph is among the first 8 of 1,424 for 90.35% instead of 90.78%.

Scope: networks like BERT's with mean pooling, which the shipped one is.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from qa.network import usable_cores

LEVELS = 63  # of a weight to either side of zero: 7 bits
FUSED = "com.microsoft"  # the domain of ONNX Runtime's own operators


class OnnxEncoder:
    """What `Encoder` needs of a SentenceTransformer, from an ONNX file and the tokenizer beside the original."""

    def __init__(self, path: Path, folder: Path) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        settings = json.loads((folder / "sentence_bert_config.json").read_text(encoding="utf-8"))
        self._tokenizer.enable_truncation(settings["max_seq_length"])
        self._pool = ThreadPoolExecutor(usable_cores(), thread_name_prefix="encoder")

    def get_embedding_dimension(self) -> int:
        return self._session.get_outputs()[0].shape[-1]

    def encode(self, texts: Sequence[str], **_: object) -> np.ndarray:
        """Float32 array (texts, dimension) of unit rows."""
        encodings = self._tokenizer.encode_batch(list(texts))
        order = sorted(range(len(texts)), key=lambda place: -len(encodings[place].ids))  # all threads end together
        rows = np.zeros((len(texts), self.get_embedding_dimension()), dtype=np.float32)
        vectors = self._pool.map(self._vector, [encodings[place].ids for place in order])
        for place, vector in zip(order, vectors, strict=True):
            rows[place] = vector
        return rows

    encode_document = encode
    encode_query = encode

    def _vector(self, ids: list[int]) -> np.ndarray:
        return self._session.run(None, {"input_ids": np.array([ids], dtype=np.int64)})[0][0]


def export(folder: Path, path: Path) -> None:
    """Writes the model in `folder` (config.json, model.safetensors) as an int8 ONNX file, whole or not at all.

    The file takes `input_ids` (1, tokens), with all tokens meant, and gives `embedding` (1, dimension) of length 1.
    Raises OSError when the file cannot be written.
    """
    import onnx
    from safetensors.numpy import load_file

    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    model = _Graph(load_file(folder / "model.safetensors"), config).model()
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        onnx.save(model, str(temporary))
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


class _Graph:
    """A BERT encoder (Devlin et al. 2018), its mean pooling and normalisation, as an ONNX graph."""

    def __init__(self, weights: dict[str, np.ndarray], config: dict[str, Any]) -> None:
        self._weights = {name: array.astype(np.float32) for name, array in weights.items()}
        self._config = config
        self._epsilon = config["layer_norm_eps"]
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def model(self) -> Any:
        from onnx import TensorProto, helper

        hidden = self._embeddings()
        for layer in range(self._config["num_hidden_layers"]):
            hidden = self._layer(hidden, f"encoder.layer.{layer}")
        [mean] = self._add("ReduceMean", [hidden, self._constant(np.array([1]))], keepdims=0)
        self._add("LpNormalization", [mean], outputs=["embedding"], axis=-1, p=2)
        graph = helper.make_graph(
            self._nodes,
            "encoder",
            [helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, "tokens"])],
            [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [1, self._config["hidden_size"]])],
            self._constants,
        )
        domains = [helper.make_opsetid("", 18), helper.make_opsetid(FUSED, 1)]
        return helper.make_model(graph, opset_imports=domains, ir_version=9)

    def _embeddings(self) -> str:
        part = "embeddings"
        # A single text has tokens of the first type only, so that its vector can be added beforehand.
        table = self._weights[f"{part}.position_embeddings.weight"]
        places = self._constant(table + self._weights[f"{part}.token_type_embeddings.weight"][0])
        [words] = self._add("Gather", [self._constant(self._weights[f"{part}.word_embeddings.weight"]), "input_ids"])
        [length] = self._add("Shape", ["input_ids"], start=1, end=2)
        zero = self._constant(np.array([0]))
        [place] = self._add("Slice", [places, zero, length, zero])
        [total] = self._add("Add", [words, place])
        return self._add("LayerNormalization", [total, *self._norm(part)], axis=-1, epsilon=self._epsilon)[0]

    def _layer(self, hidden: str, part: str) -> str:
        attention = f"{part}.attention"
        together = self._dense(hidden, *(f"{attention}.self.{name}" for name in ("query", "key", "value")))
        split = [f"{part}.{name}" for name in ("query", "key", "value")]
        self._add("Split", [together], outputs=split, axis=-1, num_outputs=3)
        heads = self._config["num_attention_heads"]
        [context] = self._add("MultiHeadAttention", split, domain=FUSED, num_heads=heads)
        hidden = self._add_and_norm(self._dense(context, f"{attention}.output.dense"), hidden, f"{attention}.output")
        inner = self._dense(hidden, f"{part}.intermediate.dense")
        [inner] = self._add("Gelu", [inner], domain=FUSED)
        return self._add_and_norm(self._dense(inner, f"{part}.output.dense"), hidden, f"{part}.output")

    def _dense(self, tensor: str, *parts: str) -> str:
        """The layers named, side by side, in int8."""
        weight = np.concatenate([self._weights[f"{part}.weight"] for part in parts]).T
        bias = np.concatenate([self._weights[f"{part}.bias"] for part in parts])
        scale = np.maximum(np.abs(weight).max(axis=0), 1e-9) / LEVELS
        whole = np.rint(weight / scale).astype(np.int8)
        arrays = (whole, scale.astype(np.float32), np.zeros(len(scale), dtype=np.int8), bias)
        return self._add("DynamicQuantizeMatMul", [tensor, *map(self._constant, arrays)], domain=FUSED)[0]

    def _add_and_norm(self, tensor: str, other: str, part: str) -> str:
        inputs = [tensor, other, *self._norm(part)]
        return self._add("SkipLayerNormalization", inputs, domain=FUSED, epsilon=self._epsilon)[0]

    def _norm(self, part: str) -> list[str]:
        return [self._constant(self._weights[f"{part}.LayerNorm.{name}"]) for name in ("weight", "bias")]

    def _constant(self, array: np.ndarray) -> str:
        from onnx import numpy_helper

        name = f"constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def _add(
        self, operator: str, inputs: list[str], *, outputs: list[str] | None = None, domain: str = "", **settings: Any
    ) -> list[str]:
        from onnx import helper

        outputs = [f"{operator}_{len(self._nodes)}"] if outputs is None else outputs
        self._nodes.append(helper.make_node(operator, inputs, outputs, domain=domain, **settings))
        return outputs
