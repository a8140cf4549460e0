"""Network: padded token ids to start and end logits, by ONNX Runtime or by transformers.

`open_network` picks the one that a folder or Hub name calls for, and refuses, with a reason, what cannot
read: no such folder, no trained question-answering head, no fast tokenizer. Cutting text into windows comes
before it and searching spans after it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

if TYPE_CHECKING:
    from tokenizers import Tokenizer

ONNX_FILE = "model.onnx"


class Network(Protocol):
    """A span model. Safe to call from several threads at once."""

    batch_tokens: int  # how many padded tokens it is best given at once; bounds the memory
    workers: int  # how many threads should call it side by side

    def logits(self, inputs: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Start and end logits, float32 (windows, tokens), of the int64 arrays that `windows.pad` makes.

        A model takes of the arrays those that it was trained with: RoBERTa, say, knows no token types.
        """
        ...


class Opened(NamedTuple):
    """A network with the tokenizer that it was trained with."""

    network: Network
    tokenizer: Tokenizer
    pad_id: int
    max_tokens: int  # the longest input, special tokens included


def open_network(name: str | os.PathLike[str], *, threads: int | None = None) -> Opened:
    """The network in a folder, or of that name on the Hub.

    A folder with `model.onnx` runs on ONNX Runtime; any other goes through transformers. `threads` defaults
    to the cores that this process may use. Raises ValueError for what cannot be opened or is not trained.
    """
    folder = Path(name).expanduser()
    if (folder / ONNX_FILE).is_file():
        return _open_onnx(folder, threads)
    if not folder.is_dir() and (folder.exists() or folder.is_absolute() or len(folder.parts) > 2):
        raise ValueError(
            f"no reader in {str(name)!r}: expected a folder with {ONNX_FILE} and tokenizer.json, or a "
            "checkpoint that AutoModelForQuestionAnswering loads; check the path"
        )
    return _open_transformers(str(folder) if folder.is_dir() else str(name), threads)


def usable_cores() -> int:
    """Cores that this process may use: under taskset or in a container, fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    count = os.process_cpu_count() if hasattr(os, "process_cpu_count") else os.cpu_count()
    return count or 1


class OnnxNetwork:
    """A model.onnx on ONNX Runtime, on the processor.

    Reads one window at a time, with a window in every thread. Dynamic quantisation takes one scale for all that
    is read at once: alone, a window gets its own, so that its logits are exact to the bit whatever is read
    beside it. It is also the fastest way: nothing is padded, and threads never wait for each other.
    """

    batch_tokens = 1

    def __init__(self, path: Path, *, threads: int | None = None) -> None:
        import onnxruntime

        self.workers = usable_cores() if threads is None else threads
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        if not _exact_int8():
            options.add_session_config_entry("session.x64quantprecision", "1")
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # ONNX Runtime raises many kinds, none of them exported
            raise ValueError(f"{path} is no model that ONNX Runtime can run: {error}") from error
        self._inputs = [tensor.name for tensor in self._session.get_inputs()]
        missing = {"start_logits", "end_logits"} - {tensor.name for tensor in self._session.get_outputs()}
        if missing:
            raise ValueError(f"{path} has no output named {' or '.join(sorted(missing))}: not a reader")

    def logits(self, inputs: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        start, end = self._session.run(["start_logits", "end_logits"], {name: inputs[name] for name in self._inputs})
        return start, end


class TorchNetwork:
    """A transformers model with a question-answering head, in fp32."""

    batch_tokens = 4096
    workers = 1  # torch spreads one batch over the cores by itself

    def __init__(self, model: Any, input_names: list[str]) -> None:
        self.model = model
        self.input_names = input_names

    def logits(self, inputs: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        import torch

        with torch.inference_mode():
            output = self.model(**{name: torch.from_numpy(inputs[name]) for name in self.input_names})
        return output.start_logits.float().numpy(), output.end_logits.float().numpy()


def _exact_int8() -> bool:
    """Whether the processor is known to multiply int8 exactly.

    x86 processors without VNNI add products in 16 bits, which overflow and spoil answers, unless ONNX Runtime
    is told to use kernels that are exact and half as fast there (its guide to quantisation, "U8S8"). Other
    processors, such as ARM, ignore that setting.
    """
    try:
        return "vnni" in Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return False


def _open_onnx(folder: Path, threads: int | None) -> Opened:
    # Neither transformers nor torch is imported on this way: that would take seconds before the first answer.
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except Exception as error:  # tokenizers raises bare Exception
        raise ValueError(
            f"the reader in {folder} is not whole: {ONNX_FILE} needs tokenizer.json and config.json beside "
            f"it ({error}); export it again"
        ) from error
    network = OnnxNetwork(folder / ONNX_FILE, threads=threads)
    return Opened(network, tokenizer, config.get("pad_token_id") or 0, config.get("max_position_embeddings", 512))


def _open_transformers(name: str, threads: int | None) -> Opened:
    import torch
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    try:
        model, report = AutoModelForQuestionAnswering.from_pretrained(
            name, dtype=torch.float32, output_loading_info=True
        )
        tokenizer = AutoTokenizer.from_pretrained(name)
    except (OSError, ValueError, ImportError) as error:
        reason = str(error).strip().splitlines()
        raise ValueError(
            f"no reader {name!r}: expected a folder, or a Hub name that can be or was fetched, "
            f"of a model with a question-answering head ({reason[0] if reason else type(error).__name__})"
        ) from error
    if report["missing_keys"]:
        # transformers fills what a checkpoint lacks with random numbers: its answers would be noise.
        lacking = ", ".join(sorted(report["missing_keys"])[:4])
        raise ValueError(
            f"{name!r} has no trained question-answering head (it lacks {lacking}): "
            "fine-tune it first, or give a model trained on SQuAD or the like"
        )
    if not getattr(tokenizer, "is_fast", False):
        raise ValueError(
            f"{name!r} has only a slow tokenizer, which does not say where a token stands in the text: "
            "expected a checkpoint with a tokenizer.json"
        )
    if threads is not None:
        torch.set_num_threads(threads)  # torch knows one number for the whole process, so only when asked for
    # Some tokenizers offer token types to models that have none, as BERT's does to DistilBERT.
    known = {"input_ids", "attention_mask", "token_type_ids"} & set(signature(model.forward).parameters)
    names = [key for key in tokenizer.model_input_names if key in known]
    pad_id = 0 if tokenizer.pad_token_id is None else tokenizer.pad_token_id
    return Opened(TorchNetwork(model.eval(), names), tokenizer.backend_tokenizer, pad_id, tokenizer.model_max_length)
