"""An encoder for tests that are about the index, not about meaning: words hashed into 64 dimensions, no model."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

import numpy as np

from qa.encoder import Encoder


class HashingEncoder(Encoder):
    """Texts that share words are near each other; nothing is loaded, so that child processes start at once."""

    def __init__(self, name: str = "hashing", dimension: int = 64) -> None:
        self.name = name
        self.dimension = dimension

    def passage_embed(self, texts: Sequence[str]) -> np.ndarray:
        rows = np.full((len(texts), self.dimension), 1e-3, dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in re.findall(r"\w+", text.lower()):
                row[zlib.crc32(word.encode()) % self.dimension] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    query_embed = passage_embed
