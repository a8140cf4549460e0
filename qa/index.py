"""Index: texts in, the passages nearest to a question out.

An index is a folder: `passages.db`, the truth (see store), and `vectors.faiss`, a cache of its embeddings.
A search ranks passages by meaning (FAISS) and by words (BM25) and fuses the two rankings. An open index
follows what other processes change. Scope: finding passages. Reading answers out of them is not.
"""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from qa.changes import Changes, Progress, Writer
from qa.checks import Check, check_store
from qa.database import WAIT_SECONDS
from qa.documents import Document, find_files
from qa.encoder import Encoder
from qa.fusion import fuse, keyword_query
from qa.hits import Hit, distinct
from qa.passages import OVERLAP, SIZE, Passage
from qa.schema import StoreError
from qa.sources import absolute_path, compare, existing, inside, portable_path
from qa.spelling import corrected
from qa.store import DocumentRecord, Store
from qa.vectors import Vectors

CANDIDATES = 50  # passages taken from each ranking before they are fused


class IndexMismatch(ValueError):
    """The index was made by another encoder than the one asked for."""


class Index:
    """An open index; made by `Index.build` or `Index.open`. Safe to use from several threads."""

    def __init__(self, folder: Path, store: Store, encoder: Encoder | None) -> None:
        self.folder = folder
        self._store = store
        self._encoder = encoder
        self._lock = threading.RLock()
        self._vectors: Vectors | None = None
        self.changes = Changes()  # what the last change by this object did
        self._seen: tuple[str, int] | None = None  # store and generation that the vectors show

    # Making and opening

    @classmethod
    def build(
        cls,
        corpus: str | Path | Sequence[str | Path],
        folder: str | Path,
        *,
        encoder: Encoder | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> Index:
        """Makes the index in `folder` hold exactly the texts of `corpus`: a folder, or several folders and files.

        Where an index of the same encoder stands already, only what changed is read, and a build that was
        stopped goes on. One of another encoder is replaced in one transaction when the new one is complete.

        Raises FileNotFoundError when `corpus` does not exist, StoreError when `folder` cannot be written or another
        process is building there and takes too long.
        """
        paths, folder = existing(corpus), Path(folder)
        encoder = Encoder.open() if encoder is None else encoder
        index = cls(folder, _store_for(folder, encoder), encoder)
        with _alone(folder):
            staging = folder / "rebuild"
            if index.encoder_name != encoder.name:
                cls._stage(staging, paths, encoder, progress)
                index._store.replace(staging / "passages.db")
            shutil.rmtree(staging, ignore_errors=True)  # also what a build that was killed has left
            index._take_in(paths, progress, base=folder, revive=True)
            writer = index._writer(None, base=folder)
            wanted = inside(paths, folder)
            writer.drop([record.path for record in index._store.files() if not wanted(record.path)])
            index.changes += writer.changes
            with index._store.change():
                index._store.describe({"folders": json.dumps([portable_path(p, folder) for p in paths if p.is_dir()])})
            index._save()
        return index

    @classmethod
    def _stage(
        cls, staging: Path, paths: Sequence[Path], encoder: Encoder, progress: Callable[[Progress], None] | None
    ) -> None:
        """Makes an index by another encoder in the folder `staging`, or goes on with one that was begun there."""
        staged = cls(staging, _store_for(staging, encoder), encoder)
        if staged.encoder_name != encoder.name:
            staged.close()
            shutil.rmtree(staging)
            staged = cls(staging, _store_for(staging, encoder), encoder)
        staged._take_in(paths, progress, base=staging.parent, revive=True)
        staged.close()

    @classmethod
    def open(cls, folder: str | Path, *, encoder: Encoder | None = None, create: bool = False) -> Index:
        """The index in `folder`, with the encoder that it was made with; an empty one when `create` is set.

        Raises FileNotFoundError when there is none, IndexMismatch when `encoder` is another one than the
        index was made with, StoreError when it is damaged.
        """
        folder = Path(folder)
        if create and not (folder / "passages.db").is_file():
            encoder = Encoder.open() if encoder is None else encoder
            return cls(folder, _store_for(folder, encoder), encoder)
        try:
            store = Store.open(folder / "passages.db")
        except FileNotFoundError:
            raise FileNotFoundError(
                f"no index in {str(folder)!r}: expected the file passages.db there. "
                f"Build one: python -m qa index CORPUS --index {folder}"
            ) from None
        index = cls(folder, store, encoder)
        made_by = store.manifest().get("encoder")
        if encoder is not None and made_by not in (None, encoder.name):
            index.close()
            raise IndexMismatch(
                f"the index in {str(folder)!r} was made by the encoder {made_by!r}, not by {encoder.name!r}. "
                "Leave the encoder out to go on with the index's own, or build the index again: "
                f"Index.build(corpus, {str(folder)!r}, encoder=...)"
            )
        return index

    def close(self) -> None:
        self._store.close()

    def __len__(self) -> int:
        """How many passages it holds."""
        return self._store.passage_count()

    @property
    def encoder_name(self) -> str | None:
        """Of the encoder that made it; None before anything was added."""
        return self._store.manifest().get("encoder")

    @property
    def encoder(self) -> Encoder:
        """Opened when it is first needed."""
        with self._lock:
            if self._encoder is None:
                self._encoder = Encoder.open(self.encoder_name)
            made = self._store.manifest().get("dimension")
            if made is not None and int(made) != self._encoder.dimension:
                raise IndexMismatch(
                    f"the index in {str(self.folder)!r} holds vectors of {made} dimensions; the encoder "
                    f"{self._encoder.name!r} makes {self._encoder.dimension}. Delete the folder and build "
                    "the index again: python -m qa index CORPUS"
                )
            return self._encoder

    # Changing

    def add(
        self,
        items: str | Path | Document | Iterable[str | Path | Document],
        *,
        progress: Callable[[Progress], None] | None = None,
        dry_run: bool = False,
    ) -> Changes:
        """Adds documents, files, zip files and folders; one whose source is known already is updated.

        With `dry_run` nothing is changed: the result tells what would be.

        A file that cannot be read is reported in the result's `skipped`, the others go in.
        Raises FileNotFoundError for a path that does not exist, before anything is added.
        """
        items = [items] if isinstance(items, str | Path | Document) else list(items)
        documents = [item for item in items if isinstance(item, Document)]
        paths = existing([item for item in items if not isinstance(item, Document)])
        writer = self._writer(progress, dry_run=dry_run)
        writer.add_documents(documents)
        writer.add_files(list(find_files(paths)))
        if not dry_run:
            self._save()
        self.changes = writer.changes
        return self.changes

    def sync(
        self,
        corpus: str | Path | None = None,
        *,
        progress: Callable[[Progress], None] | None = None,
        dry_run: bool = False,
    ) -> Changes:
        """Makes the index agree with a folder: adds what is new, reads again what changed, drops what is gone.

        Files whose size and time are as before are not read. What was added from elsewhere stays, and what the
        user removed stays removed until its file changes. The folder is remembered; without `corpus` all that
        were remembered and still exist are brought up to date. With `dry_run` nothing is changed: the result tells
        what would be.

        Raises NotADirectoryError when there is no such folder: one that is missing is not one that was emptied.
        """
        if corpus is None:
            folders = [folder for folder in self.folders if folder.is_dir()]
        elif Path(corpus).is_dir():
            folders = [Path(corpus)]
        else:
            raise NotADirectoryError(f"no folder {str(corpus)!r}: expected a folder with texts")
        changes = self._take_in(folders, progress, base=self.folder, dry_run=dry_run)
        if dry_run:
            return changes
        portable = [portable_path(folder, self.folder) for folder in folders]
        known = json.loads(self._store.manifest().get("folders", "[]"))
        if not set(portable) <= set(known):
            with self._store.change():
                self._store.describe({"folders": json.dumps(sorted({*known, *portable}))})
        if changes:
            self._save()
        return changes

    def remove(self, document_id: str) -> DocumentRecord:
        """Removes the document of that id, or of the one id that begins so; returns what was removed.

        Raises KeyError when there is none, or more than one.
        """
        with self._store.change():
            matches = [record for record in self.documents() if record.id.startswith(document_id)]
            if len(matches) != 1 or not document_id:
                raise KeyError(
                    f"{len(matches)} documents have an id that begins with {document_id!r}, expected one; "
                    "list them: python -m qa documents"
                )
            self._store.remove(matches[0].id)
        self._save()
        self.changes = Changes(removed=(matches[0].source,))
        return matches[0]

    def check(self) -> Check:
        """Verifies that documents, passages, keywords and vectors agree, and repairs what can be repaired."""
        result = check_store(self._store, self.encoder)
        with self._lock, self._store.snapshot():
            if self._current().agree(self._store):
                return result
            self._vectors = Vectors.build(self._store, self.encoder.dimension)
            self._vectors.save(self.folder / "vectors.faiss", self._store, always=True)
        repaired = "the vectors did not agree with the store; they were taken from it again"
        return replace(result, repaired=(*result.repaired, repaired))

    def documents(self) -> list[DocumentRecord]:
        """All documents, without their texts, in the order of their sources."""
        return self._store.documents()

    def document(self, document_id: str) -> Document | None:
        return self._store.document(document_id)

    def passages(self, document_id: str) -> tuple[list[Passage], np.ndarray]:
        """The passages of a document, in its order, and their vectors: float32 (passages, dimension), unit rows."""
        with self._store.snapshot():
            ids = self._store.passage_ids(document_id)
            return [passage for passage, _ in self._store.passages(ids.tolist()).values()], self._store.embeddings(ids)

    @property
    def folders(self) -> list[Path]:
        """The folders that the index was made to agree with."""
        known = json.loads(self._store.manifest().get("folders", "[]"))
        return [absolute_path(portable, self.folder) for portable in known]

    def _writer(
        self, progress: Callable[[Progress], None] | None, *, base: Path | None = None, dry_run: bool = False
    ) -> Writer:
        manifest = self._store.manifest()
        return Writer(
            self._store,
            lambda: self.encoder,
            base=self.folder if base is None else base,
            size=int(manifest.get("size", SIZE)),
            overlap=int(manifest.get("overlap", OVERLAP)),
            progress=progress,
            dry_run=dry_run,
        )

    def _take_in(
        self,
        paths: Sequence[Path],
        progress: Callable[[Progress], None] | None,
        *,
        base: Path,
        revive: bool = False,
        dry_run: bool = False,
    ) -> Changes:
        """Reads what is new or changed in the paths and drops what is gone from those that are folders."""
        compared = compare(self._store.files(), paths, base=base, revive=revive)
        writer = self._writer(progress, base=base, dry_run=dry_run)
        writer.keep(compared.unchanged)
        writer.drop(compared.gone)
        writer.add_files(compared.changed)
        self.changes = writer.changes
        return self.changes

    def _save(self) -> None:
        with self._lock, self._store.snapshot():
            self._current().save(self.folder / "vectors.faiss", self._store)

    # Searching

    def search(self, question: str, *, top_k: int = 8) -> list[Hit]:
        """The passages that most likely hold the answer, best first; [] for an empty index or question."""
        return self.search_many([question], top_k=top_k)[0]

    def search_many(self, questions: Sequence[str], *, top_k: int = 8) -> list[list[Hit]]:
        """`search` for each question, encoded in one batch."""
        if top_k < 1:
            raise ValueError(f"top_k is {top_k}, expected at least 1")
        vectors = self.encoder.query_embed(questions)
        with self._lock, self._store.snapshot():
            nearest = self._current().search(vectors, CANDIDATES)
            results = []
            for question, dense in zip(questions, nearest, strict=True):
                query = keyword_query(question)
                keyword = self._store.keywords.search(query, CANDIDATES) if query else []
                ranked = fuse(dense, keyword)
                hits = distinct(ranked, self._store, top_k)
                results.append(hits if question.strip() else [])
        return results

    def corrected(self, question: str) -> str:
        """The question with words that neither English nor the texts know set right (see spelling)."""
        with self._store.snapshot():
            return corrected(question, self._store.keywords)

    def _current(self) -> Vectors:
        """The vectors of the store's state; inside a snapshot."""
        manifest = self._store.manifest()
        state = (manifest["store"], int(manifest["generation"]))
        if self._vectors is None or self._seen is None or self._seen[0] != state[0]:
            self._vectors = Vectors.open(self.folder / "vectors.faiss", self._store, self.encoder.dimension)
        elif self._seen != state:
            self._vectors.refresh(self._store)
        self._seen = state
        return self._vectors


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keeps other builds out of the folder. The lock is the system's: it ends with the process, however that ends."""
    lock = FileLock(folder / "build.lock", timeout=WAIT_SECONDS)
    try:
        lock.acquire()
    except Timeout:
        raise StoreError(
            f"another process is building the index in {str(folder)!r}. Wait until it has finished and try again."
        ) from None
    except OSError as error:
        raise StoreError(
            f"the index in {str(folder)!r} cannot be built: {error}. Check that this user may write to the folder."
        ) from error
    try:
        yield
    finally:
        lock.release()


def _store_for(folder: Path, encoder: Encoder) -> Store:
    """The store of the folder, made for this encoder when there is none."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"the index folder {str(folder)!r} cannot be made: {error.strerror}") from error
    store = Store.open(folder / "passages.db", create=True)
    if "encoder" not in store.manifest():
        with store.change():
            store.describe(
                {
                    "encoder": encoder.name,
                    "dimension": str(encoder.dimension),
                    "metric": "inner product",
                    "size": str(SIZE),
                    "overlap": str(OVERLAP),
                }
            )
    return store
