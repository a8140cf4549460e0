"""Run: a span model, the moving average of its weights and its optimiser, one training step after another.

The whole state can be saved between two steps and restored, after which it goes on as if nothing had happened.

Where the processor multiplies bf16 by itself, a copy of the model in bf16 does the work, while the weights
that learn stay in fp32 (Micikevicius et al. 2018): small steps would be lost in bf16. Casting every product's inputs
on the way instead, as autocast does, took a quarter longer.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from qa.training.base import load_base, shorten
from qa.training.lessons import PREFIX

OUTSIDE = -1e4  # the logit of tokens where no answer can be


@dataclass(frozen=True)
class Settings:
    """Everything besides the questions that shapes a run."""

    base: str  # a folder or Hub name, see `qa.training.base`
    layers: int = 0  # of the base that are kept; 0: all
    batch_size: int = 32
    learning_rate: float = 7e-5
    warm_up: float = 0.04  # share of all steps
    weight_decay: float = 0.01
    clip: float = 1.0  # of the norm of the gradients
    average_decay: float = 0.998  # of the moving average of the weights: about the last 500 steps
    dropout: float = 0.0  # of the hidden states
    frozen: int = 0  # lowest layers, and with them the embeddings, that stay as they are and cost no backward pass
    teacher: str | None = None
    teacher_weight: float = 0.5  # share of the loss that is the distance to the teacher
    temperature: float = 2.0  # divides both their logits
    doubt: float = 0.0  # labels that the teacher gives less than this probability are left to the teacher alone
    precision: str = "auto"  # bf16, fp32, or auto: bf16 where the processor has it
    seed: int = 0


class Run:
    """The state of training at `step`. On a CPU, equal settings and batches give equal weights to the bit."""

    def __init__(self, settings: Settings) -> None:
        """Loads the base, and the teacher if there is one.

        Raises OSError where transformers finds no model, ValueError for doubts that no teacher can have.
        """
        import torch
        from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

        from qa.training.dropout import with_quick_dropout

        if not 0 <= settings.doubt <= 1:
            raise ValueError(f"doubt is {settings.doubt}, expected a probability, from 0 to 1")
        if settings.doubt > 0 and settings.teacher is None:
            raise ValueError(
                f"doubt is {settings.doubt}, but there is no teacher to doubt labels: give one (--teacher)"
            )
        torch.manual_seed(settings.seed)
        self.step = 0
        self._settings = settings
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._half = settings.precision == "bf16" or (settings.precision == "auto" and has_bf16(self._device))
        # Dropout on the attention as well would cost a third of the speed on a CPU.
        model, self.tokenizer = load_base(
            settings.base,
            attn_implementation="eager",
            hidden_dropout_prob=settings.dropout,
            attention_probs_dropout_prob=0.0,
        )
        if settings.layers != 0:
            shorten(model, settings.layers)
        self._model: Any = with_quick_dropout(model).to(self._device).train()
        _freeze(self._model, settings.frozen)
        self._working = copy.deepcopy(self._model).to(torch.bfloat16) if self._half else self._model
        self._teacher = None
        if settings.teacher is not None:
            self._teacher = load_base(settings.teacher)[0].to(self._device).eval().requires_grad_(False)
            self._teacher = self._teacher.to(torch.bfloat16) if self._half else self._teacher
        parameters: list[Any] = [p for p in self._model.parameters() if p.requires_grad]
        groups: list[dict[str, Any]] = [
            {"params": [p for p in parameters if p.ndim >= 2]},
            {"params": [p for p in parameters if p.ndim < 2], "weight_decay": 0.0},
        ]
        self._optimizer = torch.optim.AdamW(
            groups,
            lr=settings.learning_rate,
            weight_decay=settings.weight_decay,
            fused=True,
        )
        self._average: Any = AveragedModel(self._model, multi_avg_fn=get_ema_multi_avg_fn(settings.average_decay))

    def learn(self, arrays: Mapping[str, np.ndarray], factor: float) -> float:
        """One step at `factor` times the learning rate; returns the loss.

        The arrays are those of `features.collate` and, for a teacher to have its say, of `lessons.lesson`.
        """
        import torch

        batch = {name: torch.from_numpy(array).to(self._device) for name, array in arrays.items()}
        golds, allowed = (batch["start"], batch["end"]), batch["allowed"]
        inputs = {name: batch[name] for name in self.tokenizer.model_input_names if name in batch}
        for group in self._optimizer.param_groups:
            group["lr"] = self._settings.learning_rate * factor
        logits = _logits(self._working, inputs, allowed)
        errors = [
            torch.nn.functional.cross_entropy(row, gold, reduction="none")
            for row, gold in zip(logits, golds, strict=True)
        ]
        losses = torch.stack(errors).mean(0)
        if self._teacher is not None and "places" in batch:
            taught = batch["taught"]
            with torch.no_grad():
                said = self._teacher(**{name: batch[f"{PREFIX}{name}"] for name in inputs})
                aims = [
                    row.float().gather(1, batch["places"]).masked_fill(~allowed[taught], OUTSIDE)
                    for row in (said.start_logits, said.end_logits)
                ]
            trusted = probability(aims, [gold[taught] for gold in golds]) >= self._settings.doubt
            weight = torch.where(trusted, self._settings.teacher_weight, 1.0)
            gaps = distance([rows[taught] for rows in logits], aims, self._settings.temperature)
            losses = losses.masked_scatter(taught, (1 - weight) * losses[taught] + weight * gaps)
        loss = losses.mean()
        loss.backward()
        self._take_gradients()
        torch.nn.utils.clip_grad_norm_(self._model.parameters(), self._settings.clip)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        self._give_weights()
        self._average.update_parameters(self._model)
        self.step += 1
        return float(loss.item())

    def _take_gradients(self) -> None:
        """From the bf16 copy to the weights that learn."""
        if self._working is not self._model:
            for own, other in zip(self._model.parameters(), self._working.parameters(), strict=True):
                if other.grad is not None:
                    own.grad, other.grad = other.grad.float(), None

    def _give_weights(self) -> None:
        """From the weights that learn to the bf16 copy."""
        import torch

        if self._working is not self._model:
            with torch.no_grad():
                for own, other in zip(self._model.parameters(), self._working.parameters(), strict=True):
                    other.copy_(own)

    def save(self, path: Path, fingerprint: str) -> None:
        """The whole state into one file, which is never seen half written."""
        import torch

        state = {
            "fingerprint": fingerprint,
            "step": self.step,
            "model": self._model.state_dict(),
            "average": self._average.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "rng": torch.get_rng_state(),
        }
        temporary = path.with_name(path.name + ".part")
        torch.save(state, temporary)
        os.replace(temporary, path)

    def restore(self, path: Path, fingerprint: str) -> None:
        """The state saved before. Raises ValueError when that was under another fingerprint."""
        import torch

        state = torch.load(path, map_location=self._device, weights_only=True)
        if state["fingerprint"] != fingerprint:
            raise ValueError(
                f"{path} was made with other questions or settings; give those again, or train without --resume"
            )
        self._model.load_state_dict(state["model"])
        self._give_weights()
        self._average.load_state_dict(state["average"])
        self._optimizer.load_state_dict(state["optimizer"])
        torch.set_rng_state(state["rng"].cpu())
        self.step = state["step"]

    def save_average(self, folder: Path) -> Path:
        """The averaged model and the tokenizer, as `from_pretrained` loads them; returns the folder."""
        self._average.module.save_pretrained(folder)
        self.tokenizer.save_pretrained(folder)
        return folder


def _freeze(model: Any, layers: int) -> None:
    """Leaves the embeddings and that many of the lowest layers as they are; raises ValueError if it has not as many."""
    if layers == 0:
        return
    encoder = getattr(model.base_model, "encoder", None)
    stack = getattr(encoder, "layer", ())
    if not 0 < layers < len(stack):
        raise ValueError(
            f"{layers} layers cannot be frozen: {type(model).__name__} has {len(stack)}; give less than that"
        )
    for part in (model.base_model.embeddings, *stack[:layers]):
        part.requires_grad_(False)


def _logits(model: Any, inputs: Mapping[str, Any], allowed: Any) -> tuple[Any, Any]:
    """Of starts and ends, fp32, (batch, tokens) each."""
    output = model(**inputs)
    start, end = (logits.float().masked_fill(~allowed, OUTSIDE) for logits in (output.start_logits, output.end_logits))
    return start, end


def distance(logits: Sequence[Any], taught: Sequence[Any], temperature: float) -> Any:
    """Kullback-Leibler divergence from the teacher's softened starts and ends (Hinton et al. 2015), mean of the two.

    Of each row; multiplied by the squared temperature, so that its gradients keep their size whatever it is.
    """
    import torch
    from torch.nn.functional import kl_div, log_softmax, softmax

    gaps = [
        kl_div(log_softmax(own / temperature, -1), softmax(aim / temperature, -1), reduction="none").sum(-1)
        for own, aim in zip(logits, taught, strict=True)
    ]
    return temperature**2 * torch.stack(gaps).mean(0)


def probability(logits: Sequence[Any], golds: Sequence[Any]) -> Any:
    """Of each row's labelled start and end together, by the logits of both, (batch, tokens) each."""
    import torch
    from torch.nn.functional import cross_entropy

    errors = [cross_entropy(row, gold, reduction="none") for row, gold in zip(logits, golds, strict=True)]
    return torch.stack(errors).sum(0).neg().exp()


def has_bf16(device: str) -> bool:
    """Whether the device multiplies bf16 matrices by itself; emulated it would be slower than fp32."""
    import torch

    if device == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
