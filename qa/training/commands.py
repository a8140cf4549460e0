"""Commands: `python -m qa train`, from arguments to a trained model with its card.

Every option is a field of `Settings` or `Shares`, with its default from there, or says which files to use. As part
of the command line this prints, which the rest of the package does not.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import fields
from itertools import chain
from pathlib import Path
from random import Random
from typing import Any

from qa.squad import Question, read_squad

_HELP = {
    "layers": "of the base's layers, those that are kept, evenly spaced; 0: all",
    "batch_size": "windows in a step",
    "learning_rate": "of the constant part",
    "warm_up": "share of all steps in which the learning rate rises",
    "weight_decay": "of all weights but biases and norms",
    "clip": "longest gradient",
    "average_decay": "of the moving average of the weights, which is what is saved",
    "dropout": "of the hidden states",
    "frozen": "lowest layers, and with them the embeddings, that stay as they are",
    "teacher": "model whose starts and ends are learnt besides the annotated ones",
    "teacher_weight": "share of the loss that is the distance to the teacher",
    "temperature": "softens the teacher's distribution",
    "doubt": "labels that the teacher finds less probable than this are left to the teacher alone",
    "precision": "auto, bf16 or fp32; auto: bf16 where the processor has it",
    "seed": "one seed, one result",
    "neighbours": "share of answerable questions also shown beside a close paragraph without the answer",
    "swaps": "share of answerable questions also shown with something exchanged or negated",
    "typed": "share of questions written as people type",
    "statements": "share of the questions that can be turned into a statement and are",
    "histories": "share of questions also shown behind ones before them, worded as follow-ups",
    "short": "share of contexts cut to a few sentences",
    "longest": "characters to which longer contexts are cut",
}


def add_train_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `train`."""
    from qa.training.mixture import Shares
    from qa.training.run import Settings

    parser.add_argument(
        "--train", nargs="+", default=[], metavar="FILE[:N]", help="SQuAD files; with :N, N questions of the file"
    )
    parser.add_argument(
        "--finish",
        nargs="+",
        default=[],
        metavar="FILE[:N]",
        help="SQuAD files for the cool-down, such as natural unanswerable questions",
    )
    parser.add_argument(
        "--turns", nargs="+", default=[], metavar="FILE", help="JSON lines of conversations, see qa.training.turns"
    )
    parser.add_argument("--dev", nargs="+", default=[], metavar="FILE[:N]", help="SQuAD files to measure on")
    parser.add_argument("--base", metavar="MODEL", help="checkpoint, exported reader or Hub name to start from")
    parser.add_argument("--out", required=True, metavar="DIR", help="where the model goes")
    parser.add_argument("--average", nargs="+", metavar="DIR", help="write the mean of these models; no training")
    parser.add_argument("--epochs", type=int, default=1, help="passes over --train (1)")
    parser.add_argument("--finish-passes", type=int, default=2, help="passes over --finish (2)")
    parser.add_argument("--turn-passes", type=int, default=2, help="passes over --turns (2)")
    parser.add_argument("--cooldown", type=float, default=0.35, help="share of --train for the cool-down (0.35)")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint in --out")
    parser.add_argument("--checkpoint-minutes", type=float, default=5.0, metavar="M", help="between checkpoints (5)")
    parser.add_argument("--max-minutes", type=float, metavar="M", help="leave the constant part early to end in time")
    for field in (*fields(Settings), *fields(Shares)):
        if field.name != "base":
            option = "--" + field.name.replace("_", "-")
            kind: Any = type(field.default) if field.default is not None else str
            text = f"{_HELP[field.name]} ({field.default})" if field.default is not None else _HELP[field.name]
            parser.add_argument(option, type=kind, default=field.default, help=text)


def run_train(args: argparse.Namespace) -> int:
    """Trains as told, or averages; returns the exit status. Raises ValueError for wrong use."""
    from qa.training.average import average
    from qa.training.card import Source, write_card
    from qa.training.judge import judge
    from qa.training.mixture import Shares, mix
    from qa.training.run import Settings
    from qa.training.train import train
    from qa.training.turns import read_turns

    dev = {name: read_part(name, args.seed) for name in args.dev}
    if args.average is not None:
        folder = average(args.average, args.out)
        for name, questions in dev.items():
            print(f"{Path(_split(name)[0]).name}: {judge(folder, questions)}")
        return 0
    if not args.train or args.base is None:
        raise ValueError("train needs --train FILE... and --base MODEL, or --average DIR...")
    settings = Settings(**{field.name: getattr(args, field.name) for field in fields(Settings)})
    shares = Shares(**{field.name: getattr(args, field.name) for field in fields(Shares)})
    files = {name: read_part(name, args.seed) for name in dict.fromkeys((*args.train, *args.finish))}
    turns = {name: read_turns(name) for name in args.turns}
    mixed = mix(
        [question for name in args.train for question in files[name]],
        [question for name in args.finish for question in files[name]],
        epochs=args.epochs,
        finish_passes=args.finish_passes,
        cooldown=args.cooldown,
        turns=[turn for part in turns.values() for turn in part],
        turn_passes=args.turn_passes,
        shares=shares,
        seed=args.seed,
    )

    def tell(folder: Path, step: int) -> None:
        for name, questions in dev.items():
            sample = Random(args.seed).sample(questions, min(500, len(questions)))
            print(f"step {step}, {len(sample)} of {Path(_split(name)[0]).name}: {judge(folder, sample)}", flush=True)

    folder = train(
        mixed,
        args.out,
        settings,
        resume=args.resume,
        checkpoint_minutes=args.checkpoint_minutes,
        max_minutes=args.max_minutes,
        on_checkpoint=tell if dev else None,
        progress=True,
    )
    figures = {Path(_split(name)[0]).name: str(judge(folder, questions)) for name, questions in dev.items()}
    parts = {_split(name)[0]: part for name, part in files.items()}
    parts |= {name: [turn.question for turn in part] for name, part in turns.items()}
    sources = [Source(name, len(part), sum(q.impossible for q in part)) for name, part in parts.items()]
    write_card(folder, settings, shares, sources, figures)
    for name, figure in figures.items():
        print(f"{name}: {figure}")
    return 0


def read_part(name: str, seed: int) -> Sequence[Question]:
    """The questions of `FILE`, or for `FILE:N` N of them: all those of contexts drawn at random, until they are enough.

    Raises ValueError for a bad N.
    """
    path, count = _split(name)
    questions = read_squad(path)
    if count is None:
        return questions
    if count > len(questions):
        raise ValueError(f"{name}: the file has {len(questions)} questions, {count} were asked for")
    groups: dict[str, list[Question]] = defaultdict(list)
    for question in questions:
        groups[question.context].append(question)
    together = list(groups.values())
    Random(seed).shuffle(together)
    return list(chain.from_iterable(together))[:count]


def _split(name: str) -> tuple[str, int | None]:
    path, colon, count = name.rpartition(":")
    return (path, int(count)) if colon and count.isdigit() else (name, None)
