"""Evaluation: runs a file of questions through a part of the system, or the whole, and measures the answers.

Modes:
- reader: the gold paragraph is given; how well are spans read, and is it noticed when there is no answer?
- retrieval: is the gold paragraph, or a passage with a gold answer, among the first k found?
- end-to-end: question in, answer out, over all paragraphs of the file as one corpus, or over the present index.
- conversation: turns that lean on what was said before.

Files: SQuAD JSON (.json, .gz, .xz), or JSON lines with `question` and `answers` (over the present index), with
`context` and `history` as well, or with `turns` of `q` and `a` (conversation).

In a set whose questions all have answers nothing is to be refused, so reader and end-to-end then always answer,
as the official SQuAD 1.1 evaluation supposes. Scope: numbers. Plots are drawn elsewhere.
"""

from __future__ import annotations

import gzip
import json
import lzma
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from qa.answers import Answer, Evidence, choose
from qa.assistant import Assistant, calibration_of
from qa.documents import Document
from qa.hits import Hit
from qa.index import Index
from qa.metrics import (
    best_threshold,
    calibration_error,
    exact_match,
    f1,
    mean_reciprocal_rank,
    recall_at,
)
from qa.passages import Passage
from qa.reader import Reader
from qa.squad import Question, read_squad, write_predictions

MODES = ("reader", "retrieval", "end-to-end", "conversation")
DEPTHS = (1, 4, 8, 20)  # k of recall@k
TOGETHER = 64  # questions read in one batch
TIMED = 100  # questions asked one by one, to measure the time that one takes
QUESTION_WORDS = ("who", "what", "when", "where", "why", "how", "which")


@dataclass(frozen=True)
class Outcome:
    """One question with what was answered and how that compares."""

    question: Question
    answer: Answer
    exact_match: float
    f1: float


def evaluate(
    file: str | Path,
    *,
    mode: str | None = None,
    index: str | Path = "index",
    reader: str | None = None,
    limit: int | None = None,
    top_k: int = 8,
    threshold: float | None = None,
    history: bool = True,
    predictions: str | Path | None = None,
    progress: bool = False,
) -> dict[str, Any]:
    """Measures of a file of questions; see the module for modes and files. Rates and scores are in percent.

    Raises ValueError when the file does not suit the mode, FileNotFoundError when there is none.
    """
    rows = read_questions(file)[:limit]
    if not rows:
        raise ValueError(f"{file} holds no questions")
    squad = all(row.context for row in rows)
    if mode is None:
        mode = "reader" if squad else "end-to-end"
    if mode not in MODES:
        raise ValueError(f"mode is {mode!r}, expected one of {', '.join(MODES)}")
    if mode == "conversation":
        from qa.dialogues import evaluate_dialogues

        return evaluate_dialogues(file, index=index, reader=reader, limit=limit, history=history, progress=progress)
    if mode == "reader" and not squad:
        raise ValueError(f"{file} gives no context for its questions, which mode reader needs: use end-to-end")
    if threshold is None and not any(row.impossible for row in rows):
        threshold = 0.0
    latency: dict[str, float] = {}
    if mode == "reader":
        answers = _read(rows, Reader.open(reader), threshold, progress)
    else:
        with _over(rows, index, reader) as assistant:
            if mode == "retrieval":
                measured = _retrieval(rows, assistant.index, squad, progress)
                return {"mode": mode, "questions": len(rows), **measured}
            answers = _ask(rows, assistant, threshold, top_k, progress)
            latency = _latency(rows, assistant, threshold, top_k)
    outcomes = [_outcome(row, answer) for row, answer in zip(rows, answers, strict=True)]
    if predictions is not None:
        write_predictions(predictions, {outcome.question.id: outcome.answer.text for outcome in outcomes})
    return {"mode": mode, "questions": len(rows), **summarise(outcomes), **latency}


def read_questions(file: str | Path) -> list[Question]:
    """Questions of a SQuAD file, or of JSON lines, which have no context."""
    path = Path(file)
    if not path.is_file():
        raise FileNotFoundError(f"no file {str(file)!r}: expected SQuAD JSON or JSON lines of questions")
    if not is_lines(path):
        return read_squad(path)
    rows = []
    for number, row in enumerate(read_lines(path), start=1):
        if "turns" in row:
            rows += [Question(f"{number}.{place}", turn["q"], "") for place, turn in enumerate(row["turns"])]
            continue
        if not isinstance(row.get("question"), str) or not isinstance(row.get("answers"), list):
            raise ValueError(f'{file}, line {number}: expected {{"question": text, "answers": [text, ...]}}')
        answers = tuple(row["answers"])
        rows.append(Question(str(row.get("id", number)), row["question"], "", answers, (0,) * len(answers)))
    return rows


def is_lines(path: Path) -> bool:
    """Whether the name is that of a JSON lines file, packed or not."""
    return ".jsonl" in path.suffixes


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON lines file. Raises ValueError with the line for one that is not JSON."""
    opener: Any = {".gz": gzip.open, ".xz": lzma.open}.get(path.suffix, open)
    with opener(path, "rt", encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                try:
                    yield json.loads(line)
                except json.JSONDecodeError as error:
                    raise ValueError(f"{path}, line {number} is not JSON: {error}") from None


def given(question: Question) -> Hit:
    """The question's own context, as if it had been found."""
    document = Document(text=question.context, title=question.title, source=question.id)
    passage = Passage(document.id, 0, 0, len(question.context), question.context)
    return Hit(passage, document, 1.0, 1, 1)


@contextmanager
def _over(rows: Sequence[Question], index: str | Path, reader: str | None) -> Iterator[Assistant]:
    """An assistant on the questions' own contexts as one corpus; on the present index if they have none."""
    contexts = [context for context in dict.fromkeys(row.context for row in rows) if context]
    if not contexts:
        yield Assistant.open(index, reader=reader)
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Assistant.on_texts(contexts, folder, reader=reader)


def _read(rows: Sequence[Question], reader: Reader, threshold: float | None, progress: bool) -> list[Answer]:
    calibration = calibration_of(reader)
    answers = []
    for part in _parts(rows, progress, "reading"):
        readings = reader.read([(row.question, row.context) for row in part])
        for row, reading in zip(part, readings, strict=True):
            evidence = [Evidence(given(row), reading)]
            answers.append(choose(row.question, evidence, calibration, threshold=threshold))
    return answers


def _ask(
    rows: Sequence[Question], assistant: Assistant, threshold: float | None, top_k: int, progress: bool
) -> list[Answer]:
    answers = []
    for part in _parts(rows, progress, "asking"):
        questions = [row.question for row in part]
        for answer in assistant.ask_many(questions, top_k=top_k, threshold=threshold):
            answers.append(replace(answer, evidence=()))  # thousands of them would not fit in memory
    return answers


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
        result |= {f"{name}_recall@{depth}": 100 * recall_at(depth, ranks) for depth in DEPTHS}
        result[f"{name}_mrr"] = 100 * mean_reciprocal_rank(ranks)
    return result


def _first(found: Iterable[bool]) -> int | None:
    """The place, from 1, of the first that holds."""
    return next((place for place, holds in enumerate(found, start=1) if holds), None)


def _outcome(question: Question, answer: Answer) -> Outcome:
    golds = question.answers
    return Outcome(question, answer, exact_match(answer.text, golds), f1(answer.text, golds))


def summarise(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Exact match and F1 over all, with and without answer, by question word; refusals; calibration error."""
    answerable = [outcome for outcome in outcomes if not outcome.question.impossible]
    impossible = [outcome for outcome in outcomes if outcome.question.impossible]
    result: dict[str, Any] = {
        "exact_match": _percent(outcome.exact_match for outcome in outcomes),
        "f1": _percent(outcome.f1 for outcome in outcomes),
    }
    if impossible and answerable:
        result |= {
            "answerable_exact_match": _percent(outcome.exact_match for outcome in answerable),
            "answerable_f1": _percent(outcome.f1 for outcome in answerable),
            "unanswerable_refused": _percent(outcome.answer.text is None for outcome in impossible),
            "answerable_answered": _percent(outcome.answer.text is not None for outcome in answerable),
        }
        best = [answer.text if answer.text is not None else _refused(answer) for answer in (o.answer for o in outcomes)]
        gains = [f1(text, outcome.question.answers) for text, outcome in zip(best, outcomes, strict=True)]
        # With the threshold that suits this very set best: says how much a better threshold could still give.
        result["f1_at_best_threshold"] = (
            100
            * best_threshold(
                [outcome.answer.answerable for outcome in outcomes],
                gains,
                [outcome.question.impossible for outcome in outcomes],
            ).mean
        )
    result["calibration_error"] = calibration_error(
        [outcome.answer.confidence for outcome in outcomes], [outcome.exact_match > 0 for outcome in outcomes]
    )
    for word in QUESTION_WORDS:
        asked = [outcome for outcome in outcomes if word in outcome.question.question.lower().split()[:3]]
        if asked:
            result[f"f1_{word}"] = _percent(outcome.f1 for outcome in asked)
    return result


def _refused(answer: Answer) -> str | None:
    """What would have been answered if it had not been refused."""
    return answer.alternatives[0].text if answer.alternatives else None


def _latency(rows: Sequence[Question], assistant: Assistant, threshold: float | None, top_k: int) -> dict[str, float]:
    assistant.ask(rows[0].question, top_k=top_k)
    seconds = []
    for row in rows[:TIMED]:
        begun = time.perf_counter()
        assistant.ask(row.question, top_k=top_k, threshold=threshold)
        seconds.append(time.perf_counter() - begun)
    seconds.sort()
    return {
        "seconds_p50": seconds[len(seconds) // 2],
        "seconds_p95": seconds[min(len(seconds) - 1, int(len(seconds) * 0.95))],
    }


def _parts(rows: Sequence[Question], progress: bool, what: str) -> Iterator[Sequence[Question]]:
    from tqdm import tqdm

    with tqdm(total=len(rows), desc=what, unit="question", disable=not progress) as bar:
        for begin in range(0, len(rows), TOGETHER):
            part = rows[begin : begin + TOGETHER]
            yield part
            bar.update(len(part))


def _percent(values: Iterable[float]) -> float:
    values = list(values)
    return 100.0 * sum(values) / len(values) if values else 0.0
