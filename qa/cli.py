"""The command line: `python -m qa index | ask | documents | remove | evaluate | train | export | calibrate | serve`.

Prints for people, or with `--json` one JSON object for programs. Exit status 0 when all went well, 1 when the
index could not be changed or a file was left out, 2 for wrong use. Nothing is decided here: every command is a
few lines around the part of the package that does the work, which is imported when the command runs.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qa.changes import Progress

INDEX = "index"
CORPUS = "corpus"
LISTED = 20  # sources that were added, and so on; all that were skipped are told


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
        return options.run(options)
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

    sub = command("index", _index, "add or update texts; without PATH, bring the index up to date", "index corpus")
    sub.add_argument("paths", nargs="*", metavar="PATH", help="files, zip files and folders of texts")
    sub.add_argument("--rebuild", action="store_true", help="start anew with just these paths (default: corpus)")
    sub.add_argument("--encoder", metavar="NAME", help="sentence-transformers model for a new index")
    sub.add_argument("--dry-run", action="store_true", help="tell what would change, and change nothing")

    sub = command("ask", _ask, "answer a question from the texts", 'ask "who did Tokayev appoint?"')
    sub.add_argument("question", metavar="QUESTION")
    sub.add_argument("--reader", metavar="NAME", help="another question-answering model: a folder or Hub name")
    sub.add_argument("--top-k", type=_positive, metavar="N", help="passages to read (default: 8)")
    sub.add_argument("--threshold", type=_probability, metavar="P", help="answer from this probability on (0 to 1)")

    command("documents", _documents, "list the documents of the index", "documents --json")

    command("check", _check, "verify that texts, keywords and vectors agree, and repair them", "check --index index")

    sub = command("remove", _remove, "remove a document from the index", "remove 3fa9c1")
    sub.add_argument("id", metavar="ID", help="the id, or enough of its beginning")

    _add_evaluate(command)
    _add_training(command)

    sub = command("serve", _serve, "open the chat page", "serve --port 7860", index=False)
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


# Texts


def _index(options: argparse.Namespace) -> int:
    import tempfile
    from pathlib import Path

    from qa.changes import Changes
    from qa.encoder import Encoder
    from qa.index import Index

    encoder = None if options.encoder is None else Encoder.open(options.encoder)
    begun = time.perf_counter()
    with _Bar(quiet=options.json) as bar:
        fresh = not (Path(options.index) / "passages.db").is_file()
        paths = [Path(path) for path in options.paths or ([CORPUS] if fresh or options.rebuild else [])]
        for path in paths:
            if not path.exists():
                raise FileNotFoundError(f"no file or folder {str(path)!r}: expected texts there")
        changes = Changes()
        if options.dry_run and (fresh or options.rebuild):
            with tempfile.TemporaryDirectory() as folder:
                index = Index.open(folder, encoder=encoder, create=True)
                changes = index.add(paths, progress=bar, dry_run=True)
        elif options.rebuild:
            index = Index.build(paths, options.index, encoder=encoder, progress=bar)
            changes = index.changes
        else:
            index = Index.open(options.index, encoder=encoder, create=True)
            how: Any = {"progress": bar, "dry_run": options.dry_run}
            for path in paths:
                changes += index.sync(path, **how) if path.is_dir() else index.add(path, **how)
            if not paths:
                changes = index.sync(**how)
        records = index.documents()
    if options.json:
        result = {
            "added": changes.added,
            "updated": changes.updated,
            "removed": changes.removed,
            "unchanged": changes.unchanged,
            "repeated": changes.repeated,
            "skipped": [vars(item) for item in changes.skipped],
            "documents": len(records),
            "passages": sum(record.passages for record in records),
            "dry_run": options.dry_run,
            "seconds": round(time.perf_counter() - begun, 3),
        }
        print(json.dumps(result, ensure_ascii=False))
    else:
        for verb in ("added", "updated", "removed", "repeated"):
            sources = getattr(changes, verb)
            for source in sources[:LISTED]:
                print(f"{verb:8} {source}{' (its text is there already)' if verb == 'repeated' else ''}")
            if len(sources) > LISTED:
                print(f"{verb:8} {len(sources) - LISTED:,} more (--json lists all)")
        for item in changes.skipped:
            print(f"skipped  {item}")
        counts = [f"{len(getattr(changes, verb)):,} {verb}" for verb in ("added", "updated", "removed", "skipped")]
        state = "nothing was changed, it would be: " if options.dry_run else ""
        print(f"{state}{', '.join(counts)}, {changes.unchanged:,} unchanged")
        passages = sum(record.passages for record in records)
        print(f"{options.index}: {len(records):,} documents, {passages:,} passages")
    return 1 if changes.skipped else 0


def _documents(options: argparse.Namespace) -> int:
    from qa.index import Index

    records = Index.open(options.index).documents()
    if options.json:
        print(json.dumps({"documents": [vars(record) for record in records]}, ensure_ascii=False))
        return 0
    for record in records:
        date = record.date or "no date"
        print(f"{record.id[:12]}  {record.passages:6} passages  {date:10}  {record.source}  {record.title}")
    if not records:
        print("no documents: add some with python -m qa index PATH")
    return 0


def _check(options: argparse.Namespace) -> int:
    from qa.index import Index

    result = Index.open(options.index).check()
    if options.json:
        print(json.dumps(vars(result), ensure_ascii=False))
    else:
        for line in result.problems:
            print(f"broken    {line}")
        for line in result.repaired:
            print(f"repaired  {line}")
        if result.problems:
            print("Build the index again: delete its folder and run python -m qa index PATH")
        elif not result.repaired:
            print("all agree")
    return 1 if result.problems else 0


def _remove(options: argparse.Namespace) -> int:
    from qa.index import Index

    record = Index.open(options.index).remove(options.id)
    if options.json:
        print(json.dumps({"removed": vars(record)}, ensure_ascii=False))
    else:
        print(f"removed {record.source} ({record.passages} passages); its file stays where it is")
    return 0


# Questions


def _ask(options: argparse.Namespace) -> int:
    from qa.assistant import TOP_K, Assistant
    from qa.output import answer_json, answer_text

    with _Bar(quiet=options.json) as bar:
        assistant = Assistant.open(options.index, reader=options.reader, progress=bar)
    begun = time.perf_counter()
    top_k = TOP_K if options.top_k is None else options.top_k
    answer = assistant.ask(options.question, top_k=top_k, threshold=options.threshold)
    seconds = time.perf_counter() - begun
    if options.json:
        print(json.dumps(answer_json(answer, seconds=seconds), ensure_ascii=False))
    else:
        bold = {"mark": "\033[1m", "unmark": "\033[0m"} if sys.stdout.isatty() else {}
        print(answer_text(answer, **bold))
    return 0


# Measuring, training, serving


def _add_evaluate(command: Callable[..., Any]) -> None:
    from qa.evaluation import MODES

    sub = command("evaluate", _evaluate, "measure answers on a file of questions", "evaluate dev.json --mode reader")
    sub.add_argument("file", metavar="FILE", help="SQuAD JSON (.json .gz .xz) or JSON lines of question, answers")
    sub.add_argument(
        "--mode",
        choices=MODES,
        help="default: conversation for dialogues, reader where a context is given, or end-to-end",
    )
    sub.add_argument("--reader", metavar="NAME", help="another question-answering model: a folder or Hub name")
    sub.add_argument("--limit", type=_positive, metavar="N", help="only the first N questions")
    sub.add_argument("--top-k", type=_positive, default=8, metavar="N", help="passages to read (default: 8)")
    sub.add_argument(
        "--threshold",
        type=_probability,
        metavar="P",
        help="answer from this probability on (default: the reader's own; 0 where every question has an answer)",
    )
    sub.add_argument("--predictions", metavar="OUT", help="write the answers, in the official SQuAD form")
    sub.add_argument("--plot", metavar="DIR", help="draw reliability, risk and coverage, recall@k as PNG and SVG")
    sub.add_argument("--no-history", action="store_true", help="in mode conversation: forget what was said before")


def _evaluate(options: argparse.Namespace) -> int:
    from qa.evaluation import evaluate
    from qa.output import measures_text
    from qa.plots import draw, ready

    if options.plot is not None:
        ready(options.plot)
    result = evaluate(
        options.file,
        mode=options.mode,
        index=options.index,
        reader=options.reader,
        limit=options.limit,
        top_k=options.top_k,
        threshold=options.threshold,
        history=not options.no_history,
        predictions=options.predictions,
        progress=not options.json or sys.stderr.isatty(),
    )
    files = [] if options.plot is None else draw(result, options.plot)
    if options.json:
        print(json.dumps(result, ensure_ascii=False))
        return 0
    print(measures_text(result))
    for file in files:
        print(f"wrote {file}")
    return 0


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


def _serve(options: argparse.Namespace) -> int:
    import app

    return app.main(options.options)


class _Bar:
    """A progress bar on standard error, shown as soon as there is something to index."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._bar: Any = None

    def __enter__(self) -> _Bar:
        return self

    def __call__(self, progress: Progress) -> None:
        if self._quiet:
            return
        if self._bar is None:
            from tqdm import tqdm

            self._bar = tqdm(total=progress.bytes_total, unit="B", unit_scale=True, desc="indexing")
            self._begun = time.perf_counter()
        self._bar.update(progress.bytes - self._bar.n)
        speed = progress.passages / max(time.perf_counter() - self._begun, 1e-9)
        self._bar.set_postfix_str(f"{progress.passages} passages, {speed:.0f}/s", refresh=False)

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()
