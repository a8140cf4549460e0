"""Vectors: the embeddings of a store in a FAISS index, for search by inner product of unit vectors (cosine).

A cache: everything here can be made again from the store without encoding a text. Passage ids are never used
twice, so bringing the vectors to the store's state means dropping the ids that are gone and fetching those
that are new; that is also how an open index follows the changes of another process. The file carries the
store's identity and a checksum: a torn one, or one of another store, is made anew.

Scope: exact search, which up to about 100,000 passages takes milliseconds.
"""

from __future__ import annotations

import json
import logging
import os
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from qa.store import Store

logger = logging.getLogger(__name__)

FETCH = 10_000  # embeddings taken from the store at a time, so that memory stays bounded


class Vectors:
    """A FAISS index whose ids are passage ids."""

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self._ids = np.zeros(0, dtype=np.int64)
        self._index = _flat(dimension)

    def __len__(self) -> int:
        return len(self._ids)

    @classmethod
    def open(cls, path: Path, store: Store, dimension: int) -> Vectors:
        """The vectors of the store's present state, from the cache at `path` as far as that is good."""
        vectors = cls(dimension)
        cached = _load(path, store.manifest()["store"], dimension)
        if cached is not None:
            vectors._index, vectors._ids = cached
        vectors.refresh(store)
        return vectors

    @classmethod
    def build(cls, store: Store, dimension: int) -> Vectors:
        """The vectors of the store's present state, from the store alone."""
        vectors = cls(dimension)
        vectors.refresh(store)
        return vectors

    def agree(self, store: Store) -> bool:
        """Whether they are the embeddings of the store, each under its id."""
        if not np.array_equal(np.sort(self._ids), store.passage_ids()):
            return False
        for begin in range(0, len(self._ids), FETCH):
            part = self._ids[begin : begin + FETCH]
            held = np.stack([self._index.reconstruct(int(number)) for number in part])
            if not np.allclose(held, store.embeddings(part), atol=1e-6):
                return False
        return True

    def refresh(self, store: Store) -> bool:
        """Brings the vectors to the store's state; true when there was a difference."""
        present = store.passage_ids()
        if np.array_equal(present, self._ids):
            return False
        gone = np.setdiff1d(self._ids, present, assume_unique=True)
        new = np.setdiff1d(present, self._ids, assume_unique=True)
        if len(gone):
            self._index.remove_ids(gone)
        for begin in range(0, len(new), FETCH):
            part = new[begin : begin + FETCH]
            self._index.add_with_ids(store.embeddings(part), part)
        self._ids = present
        return True

    def search(self, queries: np.ndarray, limit: int) -> list[list[tuple[int, float]]]:
        """For each row of `queries` (queries, dimension) the (passage id, cosine) of the nearest, best first."""
        limit = min(limit, len(self._ids))
        if not limit:
            return [[] for _ in queries]
        scores, ids = self._index.search(np.ascontiguousarray(queries, dtype=np.float32), limit)
        return [
            [(int(number), float(score)) for number, score in zip(*row, strict=True) if number >= 0]
            for row in zip(ids, scores, strict=True)
        ]

    def save(self, path: Path, store: Store) -> None:
        """Writes the cache, whole or not at all; a disk that is full or read-only only costs the next start time."""
        import faiss

        body: bytes = faiss.serialize_index(self._index).tobytes()
        header = {
            "store": store.manifest()["store"],
            "dimension": self.dimension,
            "checksum": zlib.crc32(body),
        }
        temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
        try:
            with temporary.open("wb") as file:
                file.write(json.dumps(header).encode() + b"\n")
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except OSError as error:
            logger.warning("the vector cache %s was not written: %s", path, error)
            temporary.unlink(missing_ok=True)


def _flat(dimension: int) -> Any:
    import faiss

    return faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))


def _load(path: Path, store: str, dimension: int) -> tuple[Any, np.ndarray] | None:
    import faiss

    try:
        with path.open("rb") as file:
            header = json.loads(file.readline(1000))
            body = file.read()
        if (header["store"], header["dimension"]) != (store, dimension) or header["checksum"] != zlib.crc32(body):
            raise ValueError("it belongs to another state")
        index: Any = faiss.deserialize_index(np.frombuffer(body, dtype=np.uint8))
        ids = np.sort(faiss.vector_to_array(index.id_map))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        logger.info("the vector cache %s is made anew: %s", path, error)
        return None
    return index, ids
