"""The command line: `python -m qa index | ask | documents | remove | evaluate | train | export | calibrate | serve`.

Prints for people, or with `--json` one JSON object for programs. Exit status 0 when all went well, 1 when the
index could not be changed or a file was left out, 2 for wrong use. Here stands what can be typed; what is then done
stands in commands.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

from qa.commands import run_ask, run_check, run_documents, run_evaluate, run_index, run_remove, run_serve

INDEX = "index"
PIPE_CLOSED = 141  # what a shell reports of a program that SIGPIPE ended


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns the exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    logging.basicConfig(
        level=logging.INFO if options.verbose else logging.WARNING,
        format="%(levelname)s %(name)s: %(message)s",
    )
    from qa.schema import StoreError

    try:
        status = options.run(options)
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # what reads the output has had enough, as `head` has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes once more as it ends
        return PIPE_CLOSED
    except (ValueError, FileNotFoundError, NotADirectoryError, KeyError) as error:
        message = error.args[0] if isinstance(error, KeyError) and error.args else error
        print(f"error: {message}", file=sys.stderr)
        return 2
    except (StoreError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; what was stored so far is kept", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m qa", description="Ask your texts: answers quoted word for word, or none."
    )
    parser.add_argument("--verbose", action="store_true", help="tell what is being done")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[Any], int], summary: str, example: str, *, index: bool = True) -> Any:
        sub = commands.add_parser(
            name,
            help=summary,
            description=summary,
            epilog=f"example: python -m qa {example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        sub.set_defaults(run=run)
        if index:
            sub.add_argument("--index", default=INDEX, metavar="DIR", help="the index folder (default: index)")
            sub.add_argument("--json", action="store_true", help="print one JSON object")
        return sub

    sub = command("index", run_index, "add or update texts; without PATH, bring the index up to date", "index corpus")
    sub.add_argument("paths", nargs="*", metavar="PATH", help="files, zip files and folders of texts")
    sub.add_argument("--rebuild", action="store_true", help="start anew with just these paths (default: corpus)")
    sub.add_argument("--encoder", metavar="NAME", help="sentence-transformers model for a new index")
    sub.add_argument("--dry-run", action="store_true", help="tell what would change, and change nothing")

    sub = command("ask", run_ask, "answer a question from the texts", 'ask "who did Tokayev appoint?"')
    sub.add_argument("question", metavar="QUESTION")
    sub.add_argument("--reader", metavar="NAME", help="another question-answering model: a folder or Hub name")
    sub.add_argument("--top-k", type=_positive, metavar="N", help="passages to read (default: 8)")
    sub.add_argument("--threshold", type=_probability, metavar="P", help="answer from this probability on (0 to 1)")

    command("documents", run_documents, "list the documents of the index", "documents --json")

    command("check", run_check, "verify that texts, keywords and vectors agree, and repair them", "check --index index")

    sub = command("remove", run_remove, "remove a document from the index", "remove 3fa9c1")
    sub.add_argument("id", metavar="ID", help="the id, or enough of its beginning")

    _add_evaluate(command)
    _add_training(command)

    sub = command("serve", run_serve, "open the chat page", "serve --port 7860", index=False)
    sub.add_argument("options", nargs=argparse.REMAINDER, help="passed on to app.py: see python app.py --help")
    return parser


def _positive(text: str) -> int:
    if not (text.isdecimal() and int(text) >= 1):
        raise argparse.ArgumentTypeError(f"{text} given, expected a whole number from 1 on")
    return int(text)


def _probability(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} given, expected a number from 0 to 1")
    return value


def _add_evaluate(command: Callable[..., Any]) -> None:
    from qa.evaluation import MODES

    sub = command("evaluate", run_evaluate, "measure answers on a file of questions", "evaluate dev.json --mode reader")
    sub.add_argument("file", metavar="FILE", help="SQuAD JSON (.json .gz .xz) or JSON lines of question, answers")
    sub.add_argument(
        "--mode",
        choices=MODES,
        help="default: conversation for dialogues, reader where a context is given, or end-to-end",
    )
    sub.add_argument("--reader", metavar="NAME", help="another question-answering model: a folder or Hub name")
    sub.add_argument("--skip", type=_positive, default=0, metavar="N", help="leave out the first N questions")
    sub.add_argument("--limit", type=_positive, metavar="N", help="only the first N questions")
    sub.add_argument("--top-k", type=_positive, default=8, metavar="N", help="passages to read (default: 8)")
    sub.add_argument(
        "--threshold",
        type=_probability,
        metavar="P",
        help="answer from this probability on (default: the reader's own; 0 where every question has an answer)",
    )
    sub.add_argument("--misspelt", action="store_true", help="in mode end-to-end: misspell a word of every question")
    sub.add_argument("--predictions", metavar="OUT", help="write the answers, in the official SQuAD form")
    sub.add_argument("--plot", metavar="DIR", help="draw reliability, risk and coverage, recall@k as PNG and SVG")
    sub.add_argument("--no-history", action="store_true", help="in mode conversation: forget what was said before")


def _add_training(command: Callable[..., Any]) -> None:
    from qa.training.commands import add_train_arguments, run_train

    sub = command(
        "train",
        run_train,
        "fine-tune a reader",
        "train --train a.json --dev b.json --base M --out D",
        index=False,
    )
    add_train_arguments(sub)

    from qa.export import add_export_arguments, run_export

    sub = command("export", run_export, "write a trained reader as int8 ONNX", "export out/reader", index=False)
    add_export_arguments(sub)

    from qa.training.calibrate import add_calibrate_arguments, run_calibrate

    summary = "fit a reader's probabilities and its threshold for abstaining"
    sub = command("calibrate", run_calibrate, summary, "calibrate heldout.json --reader out/reader", index=False)
    add_calibrate_arguments(sub)
