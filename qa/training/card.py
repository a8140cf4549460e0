"""Card: the README.md of a trained model, saying what it was made from, how, and how well it reads.

In the form that model hubs show: https://huggingface.co/docs/hub/model-cards
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

# By the first word of a file's name. What is not known is said to be so: a licence must not be guessed.
_LICENCES = {
    "squadshifts": "CC BY 4.0",
    "squad": "CC BY-SA 4.0",
    "qamr": "MIT",
    "natural": "MIT (nq-open), CC BY-SA 3.0 (QED)",
}
UNKNOWN = "not known"


@dataclass(frozen=True)
class Source:
    """A file of questions that a model was trained on."""

    path: str
    questions: int
    impossible: int

    @property
    def licence(self) -> str:
        return _LICENCES.get(Path(self.path).name.split(".")[0].split("_")[0].lower(), UNKNOWN)


def write_card(
    folder: str | Path, settings: Any, shares: Any, sources: Sequence[Source], figures: Mapping[str, str]
) -> None:
    """Writes `folder/README.md`. `settings` and `shares` are dataclasses; `figures` by the name of the dev file."""
    rows = [f"| {Path(s.path).name} | {s.questions:,} | {s.impossible:,} | {s.licence} |" for s in sources]
    lines = [
        "---",
        "pipeline_tag: question-answering",
        "---",
        f"# {Path(folder).resolve().name}",
        "",
        "An extractive reader: it marks the span of a text that answers a question, or its first token if none does.",
        f"Fine-tuned from `{_short(settings.base)}`. Answers are quoted, never made up, but can be the wrong quote.",
        "",
        "## Trained on",
        "| file | questions | of them unanswerable | licence of the original |",
        "|---|---|---|---|",
        *rows,
        "",
        "## Settings",
        *(f"- {name}: {_short(value)}" for part in (settings, shares) for name, value in asdict(part).items()),
        "",
        "## Figures",
        *(f"- {name}: {figure}" for name, figure in figures.items()),
        *(["None were measured while training."] if not figures else []),
        "",
    ]
    (Path(folder) / "README.md").write_text("\n".join(lines), encoding="utf-8")


def _short(value: Any) -> Any:
    """A folder by its last part: where it lay on the machine that trained is of no use to others."""
    return Path(value).name if isinstance(value, str) and (os.path.isabs(value) or Path(value).is_dir()) else value
