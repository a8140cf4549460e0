"""What each augmentation of the training questions is worth: a reader trained on without any, and with each alone.

    PYTHONPATH=. python benchmarks/augmentations.py --base MODEL --train FILE[:N]... --dev FILE --work DIR

MODEL may be an encoder or, as sooner shows what matters, a reader trained for a while. From it all are trained alike
but for the one share, which adds examples or changes some, and are read in int8 on the dev questions as they stand
and as each augmentation supposes they come. Where some questions have no answer the threshold is the one best for F1
on them, so figures are comparable with each other, not with those of the model card. MODEL and the training files
should know nothing of the articles of the dev file. Models stay in --work, and what is there is not trained again, so
the same command goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from random import Random

from qa.export import export
from qa.squad import Question, read_squad
from qa.training.augment import Neighbours, as_statement, as_typed, cropped
from qa.training.commands import read_part
from qa.training.judge import judge
from qa.training.mixture import Shares, mix
from qa.training.run import Settings
from qa.training.train import train

NONE = Shares(**{field.name: 0.0 for field in fields(Shares) if field.name != "longest"}, longest=800)
VARIANTS: Mapping[str, Shares] = {
    "none": NONE,
    "neighbours 0.25": replace(NONE, neighbours=0.25),
    "swaps 0.25": replace(NONE, swaps=0.25),
    "swaps 0.75": replace(NONE, swaps=0.75),
    "typed 0.2": replace(NONE, typed=0.2),
    "statements 0.3": replace(NONE, statements=0.3),
    "short 0.12": replace(NONE, short=0.12),
    "all of these": Shares(neighbours=0.25, swaps=0.75, longest=800),
}


def dev_sets(questions: Sequence[Question], most: int) -> dict[str, list[Question]]:
    """The questions as they stand, and in the ways that the augmentations are meant for; at most that many of each."""
    draw = Random(0)
    answerable = [question for question in questions if not question.impossible]
    some = _sample(answerable, most // 2, draw)
    beside = [question for question in Neighbours(questions).of(some, draw) if question is not None]
    statements = [as_statement(question, draw) for question in answerable]
    return {
        "as they stand": _sample(questions, most, draw),
        "answerable": some,
        "own or close paragraph": [*some, *beside],
        "typed": [as_typed(question, draw) for question in some],
        "statements": _sample([question for question in statements if question is not None], most, draw),
        "short texts": [cropped(question, draw, characters=250) for question in some],
    }


def _sample(questions: Sequence[Question], most: int, draw: Random) -> list[Question]:
    return draw.sample(questions, min(most, len(questions)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", required=True)
    parser.add_argument("--train", nargs="+", required=True, metavar="FILE[:N]")
    parser.add_argument("--finish", nargs="+", default=[], metavar="FILE[:N]")
    parser.add_argument("--dev", required=True, metavar="FILE")
    parser.add_argument("--work", required=True, type=Path)
    parser.add_argument("--out", type=Path, help="Markdown file to write (default: printed)")
    parser.add_argument("--learning-rate", type=float, default=1e-4)
    parser.add_argument("--frozen", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0, help="of the training; give each its own --work (0)")
    parser.add_argument("--most", type=int, default=2000, help="dev questions of a kind (2000)")
    parser.add_argument("--only", nargs="+", default=[*VARIANTS], choices=[*VARIANTS], metavar="NAME", help="variants")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    questions = [question for name in args.train for question in read_part(name, 0)]
    finish = [question for name in args.finish for question in read_part(name, 0)]
    dev = dev_sets(read_squad(args.dev), args.most)
    settings = Settings(
        args.base, learning_rate=args.learning_rate, frozen=args.frozen, average_decay=0.99, seed=args.seed
    )
    rows = {}
    for name, shares in VARIANTS.items():  # in this order, however they were named: the first is compared with
        if name not in args.only:
            continue
        folder = args.work / name.replace(" ", "-")
        figures = folder / "figures.json"
        if not figures.is_file():
            mixed = mix(questions, finish, finish_passes=1, shares=shares, seed=args.seed)
            train(mixed, folder, settings, resume=True)
            read = folder / "int8"
            export(folder, read, samples=questions[:256])
            measured = {each: judge(read, asked).f1 for each, asked in dev.items()}
            figures.write_text(json.dumps(measured), encoding="utf-8")
        rows[name] = json.loads(figures.read_text(encoding="utf-8"))
        text = table(rows, dev)
        if args.out is None:
            print(text, flush=True)
        else:
            args.out.write_text(text, encoding="utf-8")


def table(rows: Mapping[str, Mapping[str, float]], dev: Mapping[str, Sequence[Question]]) -> str:
    """F1 of the first model, and of each other one how much more or less that is."""
    lines = [
        "| | " + " | ".join(f"{name} ({len(asked)})" for name, asked in dev.items()) + " |",
        "|---|" + "---|" * len(dev),
    ]
    plain = next(iter(rows.values()))
    for name, measured in rows.items():
        first = measured is plain
        cells = [f"{value:.1f}" if first else f"{value - plain[each]:+.1f}" for each, value in measured.items()]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
