"""The three ways to answer questions that compare.py measures, each in a process of its own.

`python benchmarks/contestants.py NAME --reader DIR --encoder DIR` takes commands as JSON lines and answers each with
a JSON line: {"do": "index", "texts", "vectors", "folder"}, {"do": "open", "folder"}, {"do": "ask", "question"}.
With `--cold FOLDER QUESTION` it opens an index, prints one answer and ends.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

PASSAGES = 8  # found for a question


class Project:
    """This project as it is shipped: hybrid search, the int8 reader, reading that stops early."""

    def __init__(self, reader: str, encoder: str) -> None:
        from qa.encoder import Encoder
        from qa.reader import Reader

        self._encoder = Encoder.open()
        self._reader = Reader.open()

    def index(self, texts: list[str], folder: Path, vectors: np.ndarray | None) -> None:
        from qa.documents import Document
        from qa.index import Index

        encoder = self._encoder if vectors is None else _Known(self._encoder, dict(zip(texts, vectors, strict=True)))
        index = Index.open(folder, encoder=encoder, create=True)
        index.add([Document(text=text, source=str(number)) for number, text in enumerate(texts)])
        index.close()

    def open(self, folder: Path) -> None:
        from qa.assistant import Assistant
        from qa.index import Index

        self._assistant = Assistant.open(Index.open(folder, encoder=self._encoder), reader=self._reader)

    def ask(self, question: str) -> str:
        return self._assistant.ask(question, top_k=PASSAGES, threshold=0.0).text or ""


class _Known:
    """An encoder that looks vectors up, so that a large corpus is embedded once for all contestants."""

    def __init__(self, encoder: Any, vectors: dict[str, np.ndarray]) -> None:
        self._encoder, self._vectors = encoder, vectors
        self.name, self.dimension = encoder.name, encoder.dimension
        self.query_embed = encoder.query_embed

    def passage_embed(self, texts: list[str]) -> np.ndarray:
        rows = [self._vectors.get(text) for text in texts]
        missing = iter(self._encoder.passage_embed([t for t, row in zip(texts, rows, strict=True) if row is None]))
        return np.stack([next(missing) if row is None else row for row in rows])


class Haystack:
    """Haystack's pipeline as its documentation puts it together: embedder, in-memory store, extractive reader."""

    def __init__(self, reader: str, encoder: str) -> None:
        import torch
        from haystack import Document, Pipeline
        from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
        from haystack.document_stores.in_memory import InMemoryDocumentStore
        from haystack.utils import ComponentDevice
        from haystack_integrations.components.embedders.sentence_transformers import (
            SentenceTransformersDocumentEmbedder,
            SentenceTransformersTextEmbedder,
        )
        from haystack_integrations.components.readers.transformers import TransformersExtractiveReader

        device = ComponentDevice.from_str("cpu")
        self._document = Document
        self._stores, self._retriever = InMemoryDocumentStore, InMemoryEmbeddingRetriever
        self._pipeline = Pipeline
        self._documents = SentenceTransformersDocumentEmbedder(model=encoder, device=device, progress_bar=False)
        self._embedder = SentenceTransformersTextEmbedder(model=encoder, device=device, progress_bar=False)
        self._reader = TransformersExtractiveReader(
            model=reader, device=device, top_k=1, no_answer=False, model_kwargs={"dtype": torch.float32}
        )

    def index(self, texts: list[str], folder: Path, vectors: np.ndarray | None) -> None:
        documents = [self._document(content=text) for text in texts]
        if vectors is None:
            self._documents.warm_up()
            documents = self._documents.run(documents)["documents"]
        else:
            for document, vector in zip(documents, vectors, strict=True):
                document.embedding = vector.tolist()
        store = self._stores(embedding_similarity_function="cosine")
        store.write_documents(documents)
        folder.mkdir(parents=True)
        store.save_to_disk(str(folder / "store.json"))

    def open(self, folder: Path) -> None:
        store = self._stores.load_from_disk(str(folder / "store.json"))
        self._pipe = self._pipeline()
        self._pipe.add_component("embedder", self._embedder)
        self._pipe.add_component("retriever", self._retriever(store, top_k=PASSAGES))
        self._pipe.add_component("reader", self._reader)
        self._pipe.connect("embedder.embedding", "retriever.query_embedding")
        self._pipe.connect("retriever.documents", "reader.documents")
        self._pipe.warm_up()

    def ask(self, question: str) -> str:
        result = self._pipe.run({"embedder": {"text": question}, "reader": {"query": question}})
        answers = result["reader"]["answers"]
        return (answers[0].data or "") if answers else ""


class Script:
    """What a capable user writes in an afternoon: sentence-transformers, FAISS and a model with a span head."""

    def __init__(self, reader: str, encoder: str) -> None:
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers import AutoModelForQuestionAnswering, AutoTokenizer

        self._encoder = SentenceTransformer(encoder, device="cpu")
        self._tokenizer = AutoTokenizer.from_pretrained(reader)
        self._model = AutoModelForQuestionAnswering.from_pretrained(reader, dtype=torch.float32).eval()

    def index(self, texts: list[str], folder: Path, vectors: np.ndarray | None) -> None:
        import faiss

        if vectors is None:
            vectors = self._encoder.encode(texts, normalize_embeddings=True, show_progress_bar=False)
        index: Any = faiss.IndexFlatIP(vectors.shape[1])
        index.add(vectors)
        folder.mkdir(parents=True)
        faiss.write_index(index, str(folder / "vectors.faiss"))
        (folder / "texts.json").write_text(json.dumps(texts), encoding="utf-8")

    def open(self, folder: Path) -> None:
        import faiss

        self._index = faiss.read_index(str(folder / "vectors.faiss"))
        self._texts = json.loads((folder / "texts.json").read_text(encoding="utf-8"))

    def ask(self, question: str) -> str:
        import torch

        vector = self._encoder.encode([question], normalize_embeddings=True, show_progress_bar=False)
        texts = [self._texts[number] for number in self._index.search(vector, PASSAGES)[1][0] if number >= 0]
        encoded = self._tokenizer(
            [question] * len(texts),
            texts,
            truncation="only_second",
            max_length=384,
            stride=128,
            padding=True,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
            return_tensors="pt",
        )
        offsets, owners = encoded.pop("offset_mapping"), encoded.pop("overflow_to_sample_mapping")
        with torch.inference_mode():
            output = self._model(**encoded)
        best, answer = -np.inf, ""
        for row, owner in enumerate(owners.tolist()):
            start, end = output.start_logits[row].numpy(), output.end_logits[row].numpy()
            null = start[0] + end[0]
            of_text = np.array([part == 1 for part in encoded.sequence_ids(row)])
            scores = np.where(of_text, start, -np.inf)[:, None] + np.where(of_text, end, -np.inf)[None, :]
            length = np.arange(len(end))[None, :] - np.arange(len(start))[:, None]
            scores[(length < 0) | (length >= 30)] = -np.inf
            first, last = np.unravel_index(np.argmax(scores), scores.shape)
            score = start[first] + end[last] - null
            if score > best:
                best = score
                answer = texts[owner][offsets[row][first][0] : offsets[row][last][1]]
        return answer


CONTESTANTS = {"project": Project, "haystack": Haystack, "script": Script}


def main() -> None:
    parser = argparse.ArgumentParser(description="One contestant of compare.py, driven by JSON lines.")
    parser.add_argument("name", choices=CONTESTANTS)
    parser.add_argument("--reader", required=True, metavar="DIR")
    parser.add_argument("--encoder", required=True, metavar="DIR")
    parser.add_argument("--cold", nargs=2, metavar=("FOLDER", "QUESTION"))
    options = parser.parse_args()
    contestant = CONTESTANTS[options.name](options.reader, options.encoder)
    if options.cold is not None:
        contestant.open(Path(options.cold[0]))
        print(contestant.ask(options.cold[1]))
        return
    replies, sys.stdout = sys.stdout, sys.stderr  # libraries that print must not spoil the replies
    for line in sys.stdin:
        command = json.loads(line)
        begun = time.perf_counter()
        reply: dict[str, Any] = {}
        if command["do"] == "ask":
            reply["answer"] = contestant.ask(command["question"])
        elif command["do"] == "open":
            contestant.open(Path(command["folder"]))
        else:
            texts = json.loads(Path(command["texts"]).read_text(encoding="utf-8"))
            vectors = None if command["vectors"] is None else np.load(command["vectors"])
            contestant.index(texts, Path(command["folder"]), vectors)
        reply["seconds"] = time.perf_counter() - begun
        reply["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # Linux counts in KiB
        print(json.dumps(reply), file=replies, flush=True)


if __name__ == "__main__":
    main()
