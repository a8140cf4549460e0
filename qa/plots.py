"""Plots: pictures of an evaluation, from the numbers that it gives, which `--json` prints too.

Reliability and risk against coverage where questions were answered, recall@k where passages were searched; each
as PNG and SVG, the same bytes for the same numbers. Scope: drawing. What the numbers mean is told in `qa.outcomes`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

FORMATS = ("png", "svg")
_BLUE, _ORANGE, _GREY = "#1f6fb4", "#d1690e", "#777777"  # told apart by the colour-blind too, and by their marks
_STYLE: Any = {
    "figure.figsize": (5.6, 4.4),
    "figure.dpi": 150,
    "figure.constrained_layout.use": True,
    "font.size": 10.5,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": "#e3e3e3",
    "legend.frameon": False,
    "svg.hashsalt": "qa",
}


def ready(folder: str | Path) -> Path:
    """The folder, made where there is none. Raises ValueError when it cannot be or when nothing can be drawn."""
    path = Path(folder)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(f"plots cannot go to {str(folder)!r}: {error.strerror}; expected a folder") from error
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise ValueError(f"plots need matplotlib ({error}): pip install -r requirements.txt") from error
    return path


def draw(result: Mapping[str, Any], folder: str | Path) -> list[Path]:
    """Writes the plots that the measures of an evaluation give; returns the files."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    folder = ready(folder)
    plots = {"reliability": _reliability, "risk-coverage": _risk_coverage, "recall": _recall}
    needs = {"reliability": "reliability", "risk-coverage": "risk_coverage", "recall": "answer_mrr"}
    files = []
    for name, plot in plots.items():
        if needs[name] not in result:
            continue
        with rc_context(_STYLE):
            figure = Figure()  # not by pyplot, which would hold on to it and choose a window system
            plot(figure, result)
            for suffix in FORMATS:
                file = folder / f"{name}.{suffix}"
                figure.savefig(file, metadata={"Date": None} if suffix == "svg" else None)
                files.append(file)
    return files


def _reliability(figure: Any, result: Mapping[str, Any]) -> None:
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(4, 1))
    upper.plot([0, 100], [0, 100], color=_GREY, linestyle="--", linewidth=1, label="perfect")
    width = 100 / 15 / 2.4
    for name, colour, mark, side in (("answers", _BLUE, "o", -1), ("refusals", _ORANGE, "s", 1)):
        points = result["reliability"][name]
        if not points:
            continue
        confidence, right = ([100 * point[column] for point in points] for column in (0, 1))
        upper.plot(confidence, right, color=colour, marker=mark, linewidth=1.5, label=name)
        sizes = [point[2] for point in points]
        lower.bar([x + side * width / 2 for x in confidence], sizes, width=width, color=colour)
    upper.set(ylabel="right, %", xlim=(0, 100), ylim=(0, 100))
    upper.set_title(f"Reliability ({_what(result)}): calibration error {result['calibration_error']:.3f}", fontsize=11)
    upper.legend(loc="upper left")
    lower.set(xlabel="confidence, %", ylabel="questions")


def _risk_coverage(figure: Any, result: Mapping[str, Any]) -> None:
    axes = figure.subplots()
    points = result["risk_coverage"]
    coverage, risk = ([100 * point[column] for point in points] for column in (1, 2))
    axes.plot(coverage, risk, color=_BLUE, linewidth=2, label="by confidence")
    axes.fill_between(coverage, risk, color=_BLUE, alpha=0.12, linewidth=0)
    wrong = risk[-1]
    best = [x for x in range(1, 101) if x > 100 - wrong]
    axes.plot(
        [0, 100 - wrong, *best],
        [0, 0, *(100 * (x - 100 + wrong) / x for x in best)],
        color=_GREY,
        linestyle="--",
        linewidth=1,
        label="best possible order",
    )
    answered, wrong_of_answered = result["answered"], result["wrong_of_answered"]
    label = f"at the threshold: {answered:.0f}% answered, {wrong_of_answered:.0f}% of those wrong"
    axes.plot([answered], [wrong_of_answered], color=_ORANGE, marker="D", linestyle="none", label=label, clip_on=False)
    axes.set(xlabel="questions answered, %", ylabel="wrong answers among them, %", xlim=(0, 100))
    axes.set_ylim(0, max(10.0, 1.25 * max(*risk, wrong_of_answered)))
    axes.set_title(f"Risk and coverage ({_what(result)}): area {result['risk_coverage_area']:.3f}", fontsize=11)
    axes.legend(loc="upper left")


def _recall(figure: Any, result: Mapping[str, Any]) -> None:
    axes = figure.subplots()
    lowest = 100.0
    for name, label, colour, mark, below in (
        ("answer", "a passage with an answer", _ORANGE, "s", False),
        ("paragraph", "the paragraph asked about", _BLUE, "o", True),
    ):
        depths, values = _curve(result, f"{name}_recall@")
        if not depths:
            continue
        axes.plot(depths, values, color=colour, marker=mark, linewidth=2, label=label)
        for x, y in zip(depths, values, strict=True):
            offset = (0, -14) if below else (0, 7)
            axes.annotate(f"{y:.1f}", (x, y), offset, textcoords="offset points", ha="center", fontsize=8.5)
        lowest = min(lowest, *values)
    axes.set_xscale("log")
    axes.set_xticks(depths or [1], [str(depth) for depth in depths] or ["1"])
    axes.minorticks_off()
    axes.set_ylim(max(0.0, 10 * (lowest // 10) - 10), 102)
    axes.set(xlabel="passages found (k)", ylabel="questions with it among them, %")
    axes.set_title(f"Recall@k ({_what(result)})", fontsize=11)
    axes.legend(loc="lower right")


def _curve(result: Mapping[str, Any], prefix: str) -> tuple[Sequence[int], Sequence[float]]:
    points = sorted((int(key.removeprefix(prefix)), value) for key, value in result.items() if key.startswith(prefix))
    return [x for x, _ in points], [y for _, y in points]


def _what(result: Mapping[str, Any]) -> str:
    return f"{result['mode']}, {result['questions']:,} questions"
