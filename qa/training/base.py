"""Base: the model that training starts from, and its tokenizer.

A checkpoint, a name on the Hub, or a reader exported to int8: its weights become floats again, as close to those
it was made from as int8 comes, which training makes up for at once. So a reader can be trained further, or be
averaged with others, where only the exported one was kept.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.network import ONNX_FILE

if TYPE_CHECKING:
    import onnx


def load_base(name: str | Path, **options: Any) -> tuple[Any, Any]:
    """The fp32 model with a question-answering head, and the tokenizer, in a folder or of that name on the Hub.

    `options` are those of `AutoModelForQuestionAnswering.from_pretrained`. Raises OSError where there is no model,
    ValueError for an exported one that lacks weights.
    """
    import torch
    from transformers import AutoConfig, AutoModelForQuestionAnswering, AutoTokenizer

    file = Path(name) / ONNX_FILE
    tokenizer = AutoTokenizer.from_pretrained(name)
    if not file.is_file():
        return AutoModelForQuestionAnswering.from_pretrained(name, dtype=torch.float32, **options), tokenizer
    import onnx

    implementation = options.pop("attn_implementation", None)
    config = AutoConfig.from_pretrained(name, **options)
    model = AutoModelForQuestionAnswering.from_config(config, attn_implementation=implementation)
    weights = {key: torch.from_numpy(array) for key, array in floats(onnx.load(str(file))).items()}
    lacking = sorted(model.state_dict().keys() - weights.keys())
    if lacking:
        raise ValueError(
            f"{file} lacks {len(lacking)} of the weights of {type(model).__name__}, the first is {lacking[0]}: "
            "expected a reader written by `export`; give the checkpoint that it was made from"
        )
    model.load_state_dict(weights)
    return model, tokenizer


def shorten(model: Any, layers: int) -> None:
    """Leaves that many of the model's layers, the first, the last and those evenly between (Sanh et al. 2019).

    Raises ValueError if it has not as many.
    """
    import torch

    stack = getattr(getattr(model.base_model, "encoder", None), "layer", ())
    if not 0 < layers <= len(stack):
        raise ValueError(
            f"{layers} layers cannot be kept: {type(model).__name__} has {len(stack)}; give no more than that"
        )
    last = len(stack) - 1
    kept = [round(n * last / (layers - 1)) for n in range(layers)] if layers > 1 else [last]
    model.base_model.encoder.layer = torch.nn.ModuleList(stack[n] for n in kept)
    model.config.num_hidden_layers = layers


def floats(model: onnx.ModelProto) -> dict[str, np.ndarray]:
    """The fp32 weights that a model made by `qa.quantise` stands for, named as the checkpoint named them."""
    from onnx import numpy_helper

    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    makers = {node.output[0]: node for node in model.graph.node}
    weights = {name: array for name, array in arrays.items() if name.endswith((".weight", ".bias"))}
    for name in arrays:
        if name.endswith("_int8"):  # a table with a scale for each row
            table = name.removesuffix("_int8")
            weights[table] = arrays[name].astype(np.float32) * arrays[f"{table}_scale"]
    for node in model.graph.node:
        if node.op_type == "MatMulInteger" and node.input[1] in arrays:
            name = node.input[1]
            shift = arrays[name.replace("_quantized", "_zero_point")].astype(np.float32)
            weight = (arrays[name].astype(np.float32) - shift) * arrays[name.replace("_quantized", "_scale")]
            divided = makers[makers[node.input[0]].input[0]]  # by what the weights were multiplied with
            weights[_name(node.name)] = (weight * arrays[divided.input[1]][:, None]).T
        elif node.op_type == "MatMul" and node.input[1] in arrays:
            weights[_name(node.name)] = arrays[node.input[1]].T
    return {name.removeprefix("model."): np.array(array, order="C") for name, array in weights.items()}


def _name(product: str) -> str:
    """The weight of the linear layer that a product in the graph comes from, such as /model/a/b/MatMul_quant."""
    return product.strip("/").rpartition("/")[0].replace("/", ".") + ".weight"
