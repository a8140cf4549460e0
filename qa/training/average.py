"""Average: one model whose weights are the mean of several, fine-tuned from one base.

Several checkpoints or seeds average to a better model at no cost in use (Wortsman et al. 2022, model soups).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from qa.training.base import load_base


def average(folders: Sequence[str | Path], out: str | Path) -> Path:
    """Writes the mean of the models in `folders`, with the first one's tokenizer, into `out` and returns it.

    Raises ValueError for fewer than two folders, or models that differ in more than their weights.
    """
    if len(folders) < 2:
        raise ValueError(f"an average takes two or more models, {len(folders)} given")
    model, tokenizer = load_base(folders[0])
    total = {name: tensor.double() for name, tensor in model.state_dict().items()}
    for folder in folders[1:]:
        state = load_base(folder)[0].state_dict()
        for name, tensor in total.items():
            if name not in state or state[name].shape != tensor.shape:
                raise ValueError(f"{folder} is not of one kind with {folders[0]}: they differ in {name}")
            tensor += state[name]
    model.load_state_dict({name: (tensor / len(folders)).float() for name, tensor in total.items()})
    model.save_pretrained(out)
    tokenizer.save_pretrained(out)
    return Path(out)
