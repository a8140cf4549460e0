"""Quantise: an fp32 ONNX reader to int8, a quarter of the size and twice as fast, with nearly the same logits.

Three steps, each for a loss that was measured (figures in models/reader/README.md):
- the word table becomes int8 with a scale for each word, since one scale for the whole table is coarse;
- matrix products become int8 by ONNX Runtime's dynamic quantisation, with a scale for each output channel;
- before that, each product's input is smoothed (Xiao et al. 2022, SmoothQuant): a few channels are far larger
  than the rest and would take up the range of the input's one scale, so they are divided by what the
  weights, which have range to spare, are multiplied with.

Any model that quantises well this way works, whatever its layers are called. Making the fp32 ONNX file and
checking the result is the business of export.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import onnx

# How much of a channel's size moves into the weights. Of 0.5, 0.7, 0.85, 0.95 and 1 the best: README.md
SMOOTHING = 0.85
_TABLE_ROWS = 4096  # tables with fewer rows (positions, types) are too small to be worth rounding
_HEAD_WIDTH = 16  # products with fewer outputs cost nothing, and the logits come from one


def quantise(source: Path, target: Path, samples: Iterable[Mapping[str, np.ndarray]]) -> None:
    """Writes the int8 model of the fp32 model `source`; `samples` are typical inputs, as for ONNX Runtime."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model = onnx.load(str(source))
    _smooth(model, samples)
    _round_tables(model)
    heads = [node.name for node, weight in _products(model) if weight.dims[1] < _HEAD_WIDTH]
    with TemporaryDirectory() as folder:
        smoothed = Path(folder) / "smoothed.onnx"
        onnx.save(model, str(smoothed))
        quantize_dynamic(
            smoothed,
            target,
            per_channel=True,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul"],
            nodes_to_exclude=heads,
        )


def _products(model: onnx.ModelProto) -> list[tuple[Any, Any]]:
    """Every matrix product with fixed weights, and its weights (inputs, outputs)."""
    weights = {tensor.name: tensor for tensor in model.graph.initializer}
    return [
        (node, weights[node.input[1]])
        for node in model.graph.node
        if node.op_type == "MatMul" and node.input[1] in weights
    ]


def _smooth(model: onnx.ModelProto, samples: Iterable[Mapping[str, np.ndarray]]) -> None:
    from onnx import helper, numpy_helper

    groups: dict[str, list[tuple[Any, Any]]] = {}  # products of the same input share its scales
    for node, weight in _products(model):
        if weight.dims[1] >= _HEAD_WIDTH:
            groups.setdefault(node.input[0], []).append((node, weight))
    largest = _channel_sizes(model, list(groups), samples)
    for number, (name, products) in enumerate(groups.items()):
        arrays = [numpy_helper.to_array(weight) for _, weight in products]
        rows = np.max([np.abs(array).max(axis=1) for array in arrays], axis=0)
        scale = np.maximum(largest[name], 1e-5) ** SMOOTHING / np.maximum(rows, 1e-5) ** (1 - SMOOTHING)
        scale = (scale / np.exp(np.log(scale).mean())).astype(np.float32)
        divisor, smoothed = f"smoothing_{number}", f"smoothed_{number}"
        model.graph.initializer.append(numpy_helper.from_array(1 / scale, divisor))
        first = next(i for i, node in enumerate(model.graph.node) if node.name == products[0][0].name)
        for (node, weight), array in zip(products, arrays, strict=True):
            weight.CopyFrom(numpy_helper.from_array(array * scale[:, None], weight.name))
            node.input[0] = smoothed
        model.graph.node.insert(first, helper.make_node("Mul", [name, divisor], [smoothed], name=smoothed))


def _channel_sizes(
    model: onnx.ModelProto, names: list[str], samples: Iterable[Mapping[str, np.ndarray]]
) -> dict[str, np.ndarray]:
    """The largest magnitude of each channel of the named tensors over the samples."""
    import onnx
    import onnxruntime
    from onnx import helper

    watched = onnx.ModelProto()
    watched.CopyFrom(model)
    watched.graph.output.extend(helper.make_empty_tensor_value_info(name) for name in names)
    session = onnxruntime.InferenceSession(watched.SerializeToString(), providers=["CPUExecutionProvider"])
    inputs = [tensor.name for tensor in session.get_inputs()]
    sizes: dict[str, np.ndarray] = {name: np.zeros(1, dtype=np.float32) for name in names}
    for sample in samples:
        for name, array in zip(names, session.run(names, {key: sample[key] for key in inputs}), strict=True):
            sizes[name] = np.maximum(sizes[name], np.abs(array).reshape(-1, array.shape[-1]).max(axis=0))
    return sizes


def _round_tables(model: onnx.ModelProto) -> None:
    """Turns each large table that rows are gathered from into int8 rows with a scale each."""
    from onnx import TensorProto, helper, numpy_helper

    graph = model.graph
    tables = {tensor.name: tensor for tensor in graph.initializer if len(tensor.dims) == 2}
    for node in [node for node in graph.node if node.op_type == "Gather" and node.input[0] in tables]:
        name, rows, output = node.input[0], node.input[1], node.output[0]
        table = numpy_helper.to_array(tables[name])
        if table.dtype != np.float32 or len(table) < _TABLE_ROWS:
            continue
        scale = np.maximum(np.abs(table).max(axis=1, keepdims=True), 1e-12) / 127
        graph.initializer.remove(tables[name])
        graph.initializer.append(numpy_helper.from_array(np.rint(table / scale).astype(np.int8), f"{name}_int8"))
        graph.initializer.append(numpy_helper.from_array(scale.astype(np.float32), f"{name}_scale"))
        place = list(graph.node).index(node)
        graph.node.remove(node)
        steps = [
            helper.make_node("Gather", [f"{name}_int8", rows], [f"{name}_rows"], axis=0),
            helper.make_node("Cast", [f"{name}_rows"], [f"{name}_floats"], to=TensorProto.FLOAT),
            helper.make_node("Gather", [f"{name}_scale", rows], [f"{name}_scales"], axis=0),
            helper.make_node("Mul", [f"{name}_floats", f"{name}_scales"], [output]),
        ]
        for offset, step in enumerate(steps):
            graph.node.insert(place + offset, step)
