"""Vectors: the embeddings of a store in a FAISS index, for search by inner product of unit vectors (cosine).

A cache: everything here can be made again from the store without encoding a text. Passage ids are never used
twice, so bringing the vectors to the store's state means dropping the ids that are gone and fetching those
that are new; that is also how an open index follows the changes of another process. The file carries the
store's identity and a checksum: a torn one, or one of another store, is made anew.

Up to `FLAT_UP_TO` passages are searched one by one, which takes milliseconds and misses nothing. Above, an inverted
file (https://github.com/facebookresearch/faiss/wiki/Faiss-indexes) searches only the lists of like vectors nearest to
the question: as many as a measurement on this very store says that it takes. Unlike a graph it can forget passages.

Measured with `benchmarks/scale.py --words` on two busy cores: a search among 99,549 passages one by one takes 27 ms,
among 104,547 with an inverted file, 256 of whose 1,293 lists are searched, 19 ms, with a recall@10 of 0.983 for real
questions.

Scope: which vectors are near.
"""

from __future__ import annotations

import json
import logging
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from qa.store import Store

logger = logging.getLogger(__name__)

FETCH = 10_000  # embeddings taken from the store at a time, so that memory stays bounded
FLAT_UP_TO = 100_000  # passages
RECALL = 0.99  # the least share of the true 10 nearest found on the sample; real questions find a little less
SAMPLE = 256  # passages whose neighbours are looked for to measure that
LISTS = 4  # times the root of the number of passages, as FAISS advises
PER_LIST = 40  # passages that a list is trained on, the least that FAISS asks for
WORTH_SAVING = 0.05  # of the vectors: fewer that changed are fetched from the store at the next start


class Vectors:
    """A FAISS index whose ids are passage ids."""

    def __init__(self, dimension: int, *, flat_up_to: int = FLAT_UP_TO) -> None:
        self.dimension = dimension
        self._flat_up_to = flat_up_to
        self._ids = np.zeros(0, dtype=np.int64)
        self._index = _flat(dimension)
        self._trained = 0  # how many vectors the lists were made for; 0 without lists
        self._unsaved = 0

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def kind(self) -> str:
        """The kind of FAISS index, in words."""
        return f"inverted file, {self._index.nprobe} of {self._index.nlist} lists" if self._trained else "flat"

    @classmethod
    def open(cls, path: Path, store: Store, dimension: int, *, flat_up_to: int = FLAT_UP_TO) -> Vectors:
        """The vectors of the store's present state, from the cache at `path` as far as that is good."""
        vectors = cls(dimension, flat_up_to=flat_up_to)
        cached = _load(path, store.manifest()["store"], dimension)
        if cached is None:
            vectors._unsaved = 1
        else:
            vectors._index, vectors._ids, vectors._trained = cached
        vectors.refresh(store)
        return vectors

    @classmethod
    def build(cls, store: Store, dimension: int, *, flat_up_to: int = FLAT_UP_TO) -> Vectors:
        """The vectors of the store's present state, from the store alone."""
        vectors = cls(dimension, flat_up_to=flat_up_to)
        vectors._unsaved = 1
        vectors.refresh(store)
        return vectors

    def agree(self, store: Store) -> bool:
        """Whether they are the embeddings of the store, each under its id."""
        if not np.array_equal(np.sort(self._ids), store.passage_ids()):
            return False
        return all(np.allclose(self.held(part), rows, atol=1e-6) for part, rows in _parts(store, self._ids))

    def held(self, ids: np.ndarray) -> np.ndarray:
        """Float32 array (ids, dimension) of the vectors held under those ids."""
        import faiss

        if self._trained:
            self._index.set_direct_map_type(faiss.DirectMap.Hashtable)  # type: ignore[attr-defined]
        try:
            return np.stack([self._index.reconstruct(int(number)) for number in ids])
        finally:
            if self._trained:
                self._index.set_direct_map_type(faiss.DirectMap.NoMap)  # type: ignore[attr-defined]

    def refresh(self, store: Store) -> bool:
        """Brings the vectors to the store's state; true when there was a difference."""
        present = store.passage_ids()
        if np.array_equal(present, self._ids):
            return False
        self._unsaved += len(np.setxor1d(present, self._ids, assume_unique=True))
        # Lists go with a number of passages: they are made anew when that has doubled, and given up at the half.
        if len(present) > max(self._flat_up_to, 2 * self._trained):
            self._index = _inverted(store, present, self.dimension)
            self._trained = len(present)
        elif self._trained and len(present) < self._flat_up_to / 2:
            self._index, self._trained = _flat(self.dimension), 0
            _fill(self._index, store, present)
        else:
            gone = np.setdiff1d(self._ids, present, assume_unique=True)
            if len(gone):
                self._index.remove_ids(gone)
            _fill(self._index, store, np.setdiff1d(present, self._ids, assume_unique=True))
        self._ids = present
        return True

    def search(self, queries: np.ndarray, limit: int) -> list[list[tuple[int, float]]]:
        """For each row of `queries` (queries, dimension) the (passage id, cosine) of the nearest, best first."""
        limit = min(limit, len(self._ids))
        if not limit:
            return [[] for _ in queries]
        import faiss

        # FAISS gives each thread queries of its own: for one query, others would only wait and take its time.
        threads = faiss.omp_get_max_threads()
        faiss.omp_set_num_threads(min(threads, len(queries)))
        try:
            scores, ids = self._index.search(np.ascontiguousarray(queries, dtype=np.float32), limit)
        finally:
            faiss.omp_set_num_threads(threads)
        return [
            [(int(number), float(score)) for number, score in zip(*row, strict=True) if number >= 0]
            for row in zip(ids, scores, strict=True)
        ]

    def save(self, path: Path, store: Store, *, always: bool = False) -> None:
        """Writes the cache, whole or not at all, when enough has changed to be worth it.

        A disk that is full or read-only only costs the next start time.
        """
        import faiss

        if not always and (not self._unsaved or self._unsaved < WORTH_SAVING * len(self)):
            return
        header = {"store": store.manifest()["store"], "dimension": self.dimension, "trained": self._trained}
        temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
        checksum = 0
        try:
            with temporary.open("wb") as file:

                def write(data: bytes) -> int:
                    nonlocal checksum
                    checksum = zlib.crc32(data, checksum)
                    return file.write(data)

                write(json.dumps(header).encode() + b"\n")
                writer = faiss.PyCallbackIOWriter(write)  # type: ignore[attr-defined]
                faiss.write_index(self._index, writer)
                del writer  # hands on what it holds back
                file.write(checksum.to_bytes(4, "big"))
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
            self._unsaved = 0
        except (OSError, RuntimeError) as error:  # FAISS makes the one into the other
            logger.warning("the vector cache %s was not written: %s", path, error)
            temporary.unlink(missing_ok=True)


def _flat(dimension: int) -> Any:
    import faiss

    return faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))


def _inverted(store: Store, ids: np.ndarray, dimension: int) -> Any:
    """An inverted file of those passages that finds at least `RECALL` of the 10 nearest.

    The sample's own passages are left out of what is found: each is its own nearest, and always found.
    """
    import faiss

    lists = int(LISTS * len(ids) ** 0.5)
    logger.info("making an inverted file of %d lists for %d passages", lists, len(ids))
    draw = np.random.default_rng(0)
    index = faiss.IndexIVFFlat(faiss.IndexFlatIP(dimension), dimension, lists, faiss.METRIC_INNER_PRODUCT)
    index.cp.min_points_per_centroid = 1
    index.train(store.embeddings(draw.choice(ids, min(len(ids), PER_LIST * lists), replace=False)))
    sample = draw.choice(ids, min(len(ids), SAMPLE), replace=False)
    queries = store.embeddings(sample)
    exact = faiss.ResultHeap(len(queries), 11, keep_max=True)
    for part, rows in _parts(store, ids):
        index.add_with_ids(rows, part)
        scores = queries @ rows.T
        places = np.argsort(-scores, axis=1)[:, :11]
        exact.add_result(np.take_along_axis(scores, places, axis=1), part[places])
    exact.finalize()
    index.nprobe = 1
    while index.nprobe < lists:
        found = index.search(queries, 11)[1]
        recall = np.mean(
            [
                len((set(near) & set(true)) - {own}) / max(1, len(set(true) - {own}))
                for own, near, true in zip(sample.tolist(), found.tolist(), exact.I.tolist(), strict=True)
            ]
        )
        if recall >= RECALL:
            break
        index.nprobe = min(lists, 2 * index.nprobe)
    return index


def _parts(store: Store, ids: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    for begin in range(0, len(ids), FETCH):
        part = ids[begin : begin + FETCH]
        yield part, store.embeddings(part)


def _fill(index: Any, store: Store, ids: np.ndarray) -> None:
    for part, rows in _parts(store, ids):
        index.add_with_ids(rows, part)


def _load(path: Path, store: str, dimension: int) -> tuple[Any, np.ndarray, int] | None:
    import faiss

    try:
        with path.open("rb") as file:
            checksum, left = 0, path.stat().st_size - 4
            while left > 0 and (data := file.read(min(left, 1 << 20))):
                checksum, left = zlib.crc32(data, checksum), left - len(data)
            if left or file.read() != checksum.to_bytes(4, "big"):
                raise ValueError("it is torn")
            file.seek(0)
            header = json.loads(file.readline(1000))
            if (header["store"], header["dimension"]) != (store, dimension):
                raise ValueError("it belongs to another store")
            index: Any = faiss.read_index(faiss.PyCallbackIOReader(file.read))  # type: ignore[attr-defined]
        ids = _ids_of(index)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        logger.info("the vector cache %s is made anew: %s", path, error)
        return None
    return index, np.sort(ids), int(header["trained"])


def _ids_of(index: Any) -> np.ndarray:
    import faiss

    if not isinstance(index, faiss.IndexIVF):
        return faiss.vector_to_array(index.id_map)
    lists: Any = index.invlists
    held = [n for n in range(lists.nlist) if lists.list_size(n)]
    return np.concatenate([faiss.rev_swig_ptr(lists.get_ids(n), lists.list_size(n)) for n in held]).copy()
