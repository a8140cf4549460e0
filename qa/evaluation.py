"""Evaluation: runs a file of questions through a part of the system, or the whole, and measures the answers.

Modes:
- reader: the gold paragraph is given; how well are spans read, and is it noticed when there is no answer?
- retrieval: is the gold paragraph, or a passage with a gold answer, among the first k found?
- end-to-end: question in, answer out, over all paragraphs of the file as one corpus, or over the present index;
  the measures of retrieval are given besides.
- conversation: turns that lean on what was said before (see dialogues).

Files: SQuAD JSON (.json, .gz, .xz), or JSON lines (see questions). Where questions come with a context, the
contexts of the whole file are the corpus, whatever the limit; else the present index is.

In a set whose questions all have answers nothing is to be refused, so reader and end-to-end then always answer,
as the official SQuAD 1.1 evaluation supposes. Scope: running. Numbers are made in outcomes, drawn in plots.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from qa.answers import Evidence, choose
from qa.assistant import TOP_K, Assistant, calibration_of
from qa.dialogues import evaluate_dialogues
from qa.documents import Document
from qa.hits import given
from qa.index import Index
from qa.latency import latency
from qa.metrics import mean_reciprocal_rank, recall_at
from qa.outcomes import Outcome, outcome_of, summarise
from qa.questions import holds_dialogues, read_questions
from qa.reader import Reader
from qa.spelling import with_slip
from qa.squad import Question, write_predictions

MODES = ("reader", "retrieval", "end-to-end", "conversation")
DEPTHS = (1, 2, 4, 8, 12, 20)  # k of recall@k
TOGETHER = 64  # questions read in one batch
T = TypeVar("T")


def evaluate(
    file: str | Path,
    *,
    mode: str | None = None,
    index: str | Path = "index",
    reader: str | None = None,
    skip: int = 0,
    limit: int | None = None,
    top_k: int = TOP_K,
    threshold: float | None = None,
    history: bool = True,
    misspelt: bool = False,
    predictions: str | Path | None = None,
    progress: bool = False,
) -> dict[str, Any]:
    """Measures of a file of questions; see the module for modes and files, outcomes for what is measured.

    `threshold` is the least probability of an answer at which one is given; None takes the reader's own, or 0
    where every question has an answer. `misspelt` misspells a word of every question first. `predictions` is a file
    to write, in the official SQuAD form. `skip` leaves out the first questions, `limit` takes so many of the others.
    Recall and mean reciprocal rank are in percent, latencies in seconds.

    Raises ValueError when file, mode and options do not suit each other, FileNotFoundError when there is no file.
    """
    rows = read_questions(file) if mode != "conversation" else []
    squad = bool(rows) and all(row.context for row in rows)
    if mode is None:
        mode = "conversation" if holds_dialogues(Path(file)) else "reader" if squad else "end-to-end"
    _check(mode, file, squad, threshold, history, misspelt, predictions)
    if mode == "conversation":
        return evaluate_dialogues(
            file, index=index, reader=reader, skip=skip, limit=limit, history=history, progress=progress
        )
    contexts = list(dict.fromkeys(row.context for row in rows if row.context))
    rows = rows[skip:][:limit]
    if misspelt:
        rows = [replace(row, question=with_slip(row.question, Random(place))) for place, row in enumerate(rows)]
    if threshold is None and not any(row.impossible for row in rows):
        threshold = 0.0
    result: dict[str, Any] = {"mode": mode, "questions": len(rows)}
    if mode == "reader":
        outcomes, measured = _read(rows, Reader.open(reader), threshold, progress)
    else:
        with _over(contexts, index, reader, progress) as assistant:
            if mode == "end-to-end":  # as the assistant searches
                searched = [replace(row, question=assistant.index.corrected(row.question)) for row in rows]
            else:
                searched = list(rows)
            found = _retrieval(searched, assistant.index, squad, progress)
            if mode == "retrieval":
                return result | found | latency(lambda row: assistant.index.search(row.question, top_k=top_k), rows)
            outcomes, measured = _ask(rows, assistant, threshold, top_k, progress)
            measured = found | measured
    if predictions is not None:
        write_predictions(predictions, {outcome.question.id: outcome.answer.text for outcome in outcomes})
    return result | summarise(outcomes) | measured


def _check(
    mode: str,
    file: object,
    squad: bool,
    threshold: float | None,
    history: bool,
    misspelt: bool,
    predictions: str | Path | None,
) -> None:
    """Before hours are spent: what would fail at their end, or be passed over in silence."""
    if mode not in MODES:
        raise ValueError(f"mode is {mode!r}, expected one of {', '.join(MODES)}")
    if mode == "reader" and not squad:
        raise ValueError(f"{file} gives no context for its questions, which mode reader needs: use end-to-end")
    if predictions is not None:
        if mode in ("retrieval", "conversation"):
            raise ValueError(f"mode {mode} has no predictions to write: use it without, or mode reader or end-to-end")
        if Path(predictions).is_dir() or not Path(predictions).absolute().parent.is_dir():
            raise ValueError(f"predictions cannot go to {str(predictions)!r}: expected a file in a folder that exists")
    if not history and mode != "conversation":
        raise ValueError(f"mode {mode} knows no history to leave out (--no-history): use mode conversation")
    if misspelt and mode != "end-to-end":
        raise ValueError(f"mode {mode} sets no misspelt words right (--misspelt): use mode end-to-end")
    if threshold is not None and mode in ("retrieval", "conversation"):
        raise ValueError(f"mode {mode} takes no threshold: use it without, or mode reader or end-to-end")


@contextmanager
def _over(contexts: Sequence[str], index: str | Path, reader: str | None, progress: bool) -> Iterator[Assistant]:
    """An assistant on the contexts as one corpus; on the present index if there are none."""
    if not contexts:
        yield Assistant.open(index, reader=reader)
        return
    documents = [Document(text=context, source=str(number)) for number, context in enumerate(contexts, start=1)]
    with tempfile.TemporaryDirectory() as folder:
        made = Index.open(folder, create=True)
        for part in _parts(documents, progress, "indexing", "paragraph"):
            made.add(part)
        yield Assistant.open(made, reader=reader)


def _read(
    rows: Sequence[Question], reader: Reader, threshold: float | None, progress: bool
) -> tuple[list[Outcome], dict[str, float]]:
    calibration = calibration_of(reader)

    def read(part: Sequence[Question]) -> list[Outcome]:
        readings = reader.read([(row.question, row.context) for row in part])
        return [
            outcome_of(row, choose(row.question, [Evidence(given(row), reading)], calibration, threshold=threshold))
            for row, reading in zip(part, readings, strict=True)
        ]

    # Like lengths together, the longest first: a network that pads reads less, and what memory it takes shows at once.
    order = sorted(range(len(rows)), key=lambda place: -len(rows[place].context))
    done: dict[int, Outcome] = {}
    for part in _parts(order, progress, "reading"):
        done |= zip(part, read([rows[place] for place in part]), strict=True)
    return [done[place] for place in range(len(rows))], latency(lambda row: read([row]), rows)


def _ask(
    rows: Sequence[Question], assistant: Assistant, threshold: float | None, top_k: int, progress: bool
) -> tuple[list[Outcome], dict[str, float]]:
    outcomes = []
    for part in _parts(rows, progress, "asking"):
        answers = assistant.ask_many([row.question for row in part], top_k=top_k, threshold=threshold)
        outcomes += [outcome_of(row, answer) for row, answer in zip(part, answers, strict=True)]
    return outcomes, latency(lambda row: assistant.ask(row.question, top_k=top_k, threshold=threshold), rows)


def _retrieval(rows: Sequence[Question], index: Index, squad: bool, progress: bool) -> dict[str, float]:
    """Recall@k and mean reciprocal rank of the gold paragraph (SQuAD) and of a passage with a gold answer."""
    paragraph_ranks: list[int | None] = []
    answer_ranks: list[int | None] = []
    ids = {context: Document(text=context).id for context in dict.fromkeys(row.context for row in rows)}
    for part in _parts([row for row in rows if row.answers], progress, "searching"):
        found = index.search_many([row.question for row in part], top_k=max(DEPTHS))
        for row, hits in zip(part, found, strict=True):
            golds = [answer.casefold() for answer in row.answers]
            paragraph_ranks.append(_first(hit.document.id == ids[row.context] for hit in hits))
            answer_ranks.append(_first(any(g in hit.passage.text.casefold() for g in golds) for hit in hits))
    result: dict[str, float] = {}
    named = {"paragraph": paragraph_ranks, "answer": answer_ranks} if squad else {"answer": answer_ranks}
    for name, ranks in named.items():
        if ranks:
            result |= {f"{name}_recall@{depth}": 100 * recall_at(depth, ranks) for depth in DEPTHS}
            result[f"{name}_mrr"] = 100 * mean_reciprocal_rank(ranks)
    return result


def _first(found: Iterable[bool]) -> int | None:
    """The place, from 1, of the first that holds."""
    return next((place for place, holds in enumerate(found, start=1) if holds), None)


def _parts(items: Sequence[T], progress: bool, what: str, unit: str = "question") -> Iterator[Sequence[T]]:
    """The items, so many at a time, with a bar on standard error that shows the time left."""
    from tqdm import tqdm

    with tqdm(total=len(items), desc=what, unit=unit, disable=not progress) as bar:
        for begin in range(0, len(items), TOGETHER):
            part = items[begin : begin + TOGETHER]
            yield part
            bar.update(len(part))
