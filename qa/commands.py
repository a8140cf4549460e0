"""Commands: what `python -m qa index`, `ask` and so on do, each a few lines around the part that does the work.

That part is imported when its command runs, so that `ask` loads nothing that an answer does not need. Every command
takes the parsed options (see cli) and returns the exit status. Those of training are in training.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qa.changes import Progress

CORPUS = "corpus"
LISTED = 20  # sources that were added, and so on; all that were skipped are told


# Texts


def run_index(options: argparse.Namespace) -> int:
    """Adds, updates or rebuilds, and tells what changed; status 1 when a file was left out."""
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


def run_documents(options: argparse.Namespace) -> int:
    """Lists the documents."""
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


def run_check(options: argparse.Namespace) -> int:
    """Tells what does not agree and repairs it; status 1 when that cannot be done."""
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


def run_remove(options: argparse.Namespace) -> int:
    """Takes a document out of the index; its file stays."""
    from qa.index import Index

    record = Index.open(options.index).remove(options.id)
    if options.json:
        print(json.dumps({"removed": vars(record)}, ensure_ascii=False))
    else:
        print(f"removed {record.source} ({record.passages} passages); its file stays where it is")
    return 0


# Questions


def run_ask(options: argparse.Namespace) -> int:
    """Answers one question."""
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


# Measuring and serving


def run_evaluate(options: argparse.Namespace) -> int:
    """Measures answers on a file of questions and prints or draws the result."""
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
        skip=options.skip,
        limit=options.limit,
        top_k=options.top_k,
        threshold=options.threshold,
        history=not options.no_history,
        misspelt=options.misspelt,
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


def run_serve(options: argparse.Namespace) -> int:
    """Opens the chat page."""
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
