"""Report: runs the evaluations that docs/measurements.md is made from, and makes it.

    python benchmarks/report.py DATA            # what is missing in docs/results, then the page
    python benchmarks/report.py DATA --again    # all of it, after the reader has changed
    python benchmarks/report.py DATA --limit 300    # a first look: 300 questions of each
    python benchmarks/report.py                 # only the page and its plots, from docs/results

DATA is a folder of SQuAD-format files named as in `RUNS`. Each run is one `python -m qa evaluate` command, its
output kept in docs/results with the machine and the revision that it was run on, so that a run that was stopped
goes on with the next. On two cores all of it takes hours; `--only NAME` runs one.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from qa.network import usable_cores  # noqa: E402
from qa.plots import draw  # noqa: E402

RESULTS, PLOTS, PAGE = ROOT / "docs" / "results", ROOT / "docs" / "plots", ROOT / "docs" / "measurements.md"


@dataclass(frozen=True)
class Run:
    """One evaluation; `options` are those of the command, `title` is its row in the tables."""

    title: str
    file: str
    options: tuple[str, ...]
    limit: int | None = None  # questions; None for all of the file


SQUAD1, SQUAD2, NEWS, COQA = (
    "squad_v1_dev_b.json.xz",
    "squad_v2_dev_b.json.xz",
    "newsqa_part.json.xz",
    "coqa_part.jsonl.xz",
)
RUNS = {
    "squad2-reader": Run("SQuAD 2.0, 17 articles", SQUAD2, ("--mode", "reader")),
    "squad1-reader": Run("SQuAD 1.1, 30 articles", SQUAD1, ("--mode", "reader")),
    "squad1-first-reader": Run("SQuAD 1.1", SQUAD1, ("--mode", "reader"), 1500),
    "newsqa-reader": Run("NewsQA, whole articles", NEWS, ("--mode", "reader")),
    "squad1-retrieval": Run("SQuAD 1.1, 30 articles", SQUAD1, ("--mode", "retrieval")),
    "squad1-end-to-end": Run("SQuAD 1.1", SQUAD1, ("--mode", "end-to-end"), 1500),
    "squad1-misspelt": Run("SQuAD 1.1", SQUAD1, ("--mode", "end-to-end", "--misspelt"), 1500),
    # How much versions of a question count was chosen on the first 806 turns.
    "coqa-conversation": Run("CoQA", COQA, ("--mode", "conversation", "--skip", "806")),
}


def run(name: str, data: Path, limit: int | None) -> None:
    """Runs one evaluation and keeps its output; one that fails is told and leaves what was there."""
    spec = RUNS[name]
    limit = spec.limit if limit is None else limit
    options = [*spec.options, *([] if limit is None else ["--limit", str(limit)])]
    shown = " ".join(["python -m qa evaluate", f"DATA/{spec.file}", *options])
    print(f"{name}: {shown}", flush=True)
    command = [sys.executable, "-m", "qa", "evaluate", str(data / spec.file), *options, "--json"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        print(f"{name}: failed with status {done.returncode}", file=sys.stderr)
        return
    result = {**json.loads(done.stdout), "command": shown, "machine": machine(), "revision": revision()}
    RESULTS.mkdir(parents=True, exist_ok=True)
    partial = RESULTS / f"{name}.part"
    partial.write_text(json.dumps(result) + "\n", encoding="utf-8")
    os.replace(partial, RESULTS / f"{name}.json")


def title(name: str, results: dict[str, dict[str, Any]]) -> str:
    """Of the run's rows; with the number of questions where not the whole file was asked."""
    result = results[name]
    limited = "--limit" in result["command"]
    return RUNS[name].title + (f", the first {result['questions']:,}" if limited else "")


def machine() -> str:
    """The processor, how many of its cores are used, and whether it multiplies int8 fast."""
    try:
        info = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        info = ""
    names = [line.split(":", 1)[1].strip() for line in info.splitlines() if line.startswith("model name")]
    int8 = ", VNNI" if "vnni" in info else ", no VNNI" if info else ""
    return f"{names[0] if names else platform.processor() or platform.machine()}, {usable_cores()} cores{int8}"


def revision() -> str:
    """The commit that is checked out, by its first letters."""
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


def page(results: dict[str, dict[str, Any]]) -> str:
    """The page, with what there are results of."""
    parts = [
        "# How good it is",
        "Made by `python benchmarks/report.py`; do not edit. Every row is one command, listed at the end. Scores are "
        "in percent: EM is an exact match, F1 the share of words in common, both as the official SQuAD scripts have "
        "them. None of these questions was trained on, nor was a threshold or a probability fitted to them.",
        _reading(results),
        _words(results),
        _finding(results),
        _whole(results),
        _talking(results),
        _time(results),
        _commands(results),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _reading(results: dict[str, dict[str, Any]]) -> str:
    rows = [
        [
            title(name, results),
            f"{r['questions']:,}",
            _number(r["exact_match"]),
            _number(r["f1"]),
            _number(r.get("answerable_f1")),
            _number(r.get("answerable_answered")),
            _number(r.get("unanswerable_refused")),
            f"{r['calibration_error']:.3f}",
            f"{r['risk_coverage_area']:.3f}",
        ]
        for name, r in results.items()
        if r["mode"] == "reader"
    ]
    if not rows:
        return ""
    columns = ("the text is given", "questions", "EM", "F1", "F1 with answer", "answered", "refused")
    text = (
        "*F1 with answer*: over the questions that have one. *Answered*: the share of those that got an answer; "
        "*refused*: the share of the others that were refused, both at the shipped threshold. Where every question "
        "has an answer nothing is refused. *Calibration error*: how far the shown confidence is from how often it is "
        "right, on average, in 15 bins; a refusal is right when there is no answer. The confidence is fitted to texts "
        "that often hold no answer: on SQuAD 1.1, where every one does, it is too low. *Area*: the mean share of wrong "
        "answers if only the surest 1%, 2%, … 100% of the questions were answered (0 is best); what was refused "
        "counts with the answer that was refused."
    )
    pictures = _pictures("squad2-reader", results, "reliability", "risk-coverage")
    return "\n\n".join(
        part for part in ("## Reading", _table((*columns, "calibration error", "area"), rows), text, pictures) if part
    )


def _words(results: dict[str, dict[str, Any]]) -> str:
    names = [name for name in ("squad1-reader", "squad2-reader", "newsqa-reader") if name in results]
    words = list(dict.fromkeys(word for name in names for word in results[name]["by_question_word"]))
    rows = []
    for word in words:
        row = [word]
        for name in names:
            part = results[name]["by_question_word"].get(word)
            row.append("" if part is None else f"{part['f1']:.1f} ({part['questions']:,})")
        rows.append(row)
    if not names:
        return ""
    table = _table(("", *(title(name, results) for name in names)), rows)
    return "\n\n".join(["### By question word", "F1, and the number of questions.", table])


def _finding(results: dict[str, dict[str, Any]]) -> str:
    found = results.get("squad1-retrieval")
    if found is None:
        return ""
    depths = sorted(int(key.split("@")[1]) for key in found if key.startswith("answer_recall@"))
    rows = [
        [what, *(_number(found[f"{kind}_recall@{depth}"]) for depth in depths), _number(found[f"{kind}_mrr"])]
        for kind, what in (("paragraph", "the paragraph asked about"), ("answer", "a passage with an answer"))
    ]
    text = (
        f"The paragraphs of all 30 articles of SQuAD 1.1 are one corpus, {found['questions']:,} questions are asked: "
        "how often is it among the first k found? MRR is the mean of 1 / place."
    )
    table = _table(("", *(f"k = {depth}" for depth in depths), "MRR"), rows)
    return "\n\n".join(["## Finding", text, table, _pictures("squad1-retrieval", results, "recall")])


def _whole(results: dict[str, dict[str, Any]]) -> str:
    asked, read, slips = (results.get(name) for name in ("squad1-end-to-end", "squad1-first-reader", "squad1-misspelt"))
    if asked is None:
        return ""
    rows = [
        [what, f"{r['questions']:,}", _number(r["exact_match"]), _number(r["f1"])]
        for what, r in (
            ("8 passages found in all 30 articles", asked),
            ("with a word of every question misspelt", slips),
            ("the paragraph is given", read),
        )
        if r is not None
    ]
    text = (
        f"Question in, answer out, over the same corpus: the first {asked['questions']:,} questions, all answered. For "
        f"{asked['answer_recall@8']:.1f}% of them an answer stands in the 8 passages found. Calibration error "
        f"{asked['calibration_error']:.3f}, area {asked['risk_coverage_area']:.3f}."
    )
    pictures = _pictures("squad1-end-to-end", results, "reliability", "risk-coverage")
    return "\n\n".join(["## The whole way", text, _table(("", "questions", "EM", "F1"), rows), pictures])


def _talking(results: dict[str, dict[str, Any]]) -> str:
    asked = results.get("coqa-conversation")
    if asked is None:
        return ""
    rows = [
        [named, f"{asked['questions']:,}", _number(asked[f"exact_match{how}"]), _number(asked[f"f1{how}"])]
        for named, how in (("as turns of a conversation", ""), ("as if each were the first", "_without_history"))
    ]
    text = (
        f"{title('coqa-conversation', results)}: questions that lean on those before them, the text given, without the "
        "first 806, on which it was chosen how much each version of a question counts. "
        f"{asked['changed']:.1f}% are understood otherwise than typed."
    )
    return "\n\n".join(["## Follow-ups", text, _table(("", "turns", "EM", "F1"), rows)])


def _time(results: dict[str, dict[str, Any]]) -> str:
    rows = [
        [
            title(name, results),
            r["mode"],
            f"{1000 * r['seconds_p50']:.0f}",
            f"{1000 * r['seconds_p95']:.0f}",
            r["machine"],
        ]
        for name, r in results.items()
        if "seconds_p50" in r
    ]
    text = (
        "Milliseconds that one question takes when it comes alone, over 100 questions of the file: half take at most "
        "*p50*, 19 of 20 at most *p95*. A machine that does other work as well is slower. How fast it is beside other "
        "tools on the same machine is measured in [benchmarks](../benchmarks/)."
    )
    if not rows:
        return ""
    return "\n\n".join(["## Time", text, _table(("", "mode", "p50", "p95", "machine"), rows)])


def _commands(results: dict[str, dict[str, Any]]) -> str:
    rows = [[f"`{r['command']}`", r["machine"], r["revision"]] for r in results.values()]
    return "## Commands\n\n" + _table(("command", "run on", "revision"), rows, side="---")


def _pictures(name: str, results: dict[str, dict[str, Any]], *plots: str) -> str:
    """The plots of a run, drawn anew in a folder of its name; the page shows SVG."""
    if name not in results:
        return ""
    draw(results[name], PLOTS / name)
    for file in (PLOTS / name).iterdir():
        if file.suffix != ".svg" or file.stem not in plots:
            file.unlink()
    return "\n".join(f"![{plot}, {title(name, results)}](plots/{name}/{plot}.svg)" for plot in plots)


def _table(columns: tuple[str, ...], rows: list[list[str]], *, side: str = "---:") -> str:
    lines = [columns, ["---", *[side] * (len(columns) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def main() -> int:
    parser = argparse.ArgumentParser(description="Run the evaluations and write docs/measurements.md.")
    parser.add_argument("data", nargs="?", type=Path, metavar="DATA", help="folder of SQuAD-format files")
    parser.add_argument("--again", action="store_true", help="run what has a result already, too")
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N questions of every file")
    parser.add_argument("--only", choices=RUNS, action="append", metavar="NAME", help=", ".join(RUNS))
    options = parser.parse_args()
    for name in options.only or RUNS:
        if options.data is not None and (options.again or options.only or not (RESULTS / f"{name}.json").exists()):
            run(name, options.data, options.limit)
    kept = {name: RESULTS / f"{name}.json" for name in RUNS}
    results = {name: json.loads(file.read_text(encoding="utf-8")) for name, file in kept.items() if file.is_file()}
    if not results:
        parser.error("there are no results in docs/results yet: give DATA, a folder of SQuAD-format files")
    PAGE.write_text(page(results), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
