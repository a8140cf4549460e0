"""Change: what is brought into a store or taken out of it, and the making of it.

Documents are read, split and encoded in groups, and each group is one transaction: memory stays bounded, and a
change that was stopped half-way leaves whole documents behind and can simply be asked for again.

One file can bring several documents (a zip file), and several files the same one, which is then stored once and
stays as long as one of them has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from qa.documents import KINDS, MAX_BYTES, Document, Skipped, read_file
from qa.encoder import Encoder
from qa.passages import Passage, split
from qa.sources import portable_path, stamp
from qa.store import FileRecord, Store

GROUP = 512  # passages committed together, and more where one file has more
BATCH = 128  # passages encoded between two reports of progress
DIRECT = "added:"  # begins the path of what was added as a Document, not from a file


@dataclass(frozen=True)
class Progress:
    """How far a change has come. Bytes are known from the start, passages only as they are made."""

    source: str = ""  # read last
    files: int = 0  # read so far
    files_total: int = 0
    bytes: int = 0  # of the files that are done, and of those being encoded in proportion
    bytes_total: int = 0
    passages: int = 0  # encoded so far


@dataclass(frozen=True)
class Changes:
    """What a change did: the sources of documents, and what was left out and why. False when nothing changed."""

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: int = 0  # files that brought what they had brought before
    skipped: tuple[Skipped, ...] = ()
    repeated: tuple[str, ...] = ()  # new files whose text another one has brought already

    def __bool__(self) -> bool:
        return bool(self.added or self.updated or self.removed)

    def __add__(self, other: Changes) -> Changes:
        return Changes(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))


@dataclass(frozen=True)
class _File:
    """All that one file brought, ready to be stored."""

    path: str
    size: int
    records: tuple[FileRecord, ...]
    documents: tuple[Document, ...]
    passages: tuple[Passage, ...]  # of all the documents


class Writer:
    """Makes one change of a store and keeps account of it in `changes`."""

    def __init__(
        self,
        store: Store,
        encoder: Callable[[], Encoder],  # called only when there is something to encode
        *,
        base: Path,
        size: int,
        overlap: int,
        progress: Callable[[Progress], None] | None = None,
        dry_run: bool = False,  # reads and compares, but encodes and keeps nothing
    ) -> None:
        self._dry_run = dry_run
        self._store = store
        self._encoder = encoder
        self._base = base
        self._size = size
        self._overlap = overlap
        self._progress = progress
        self._at = Progress()
        self._added: list[str] = []
        self._updated: list[str] = []
        self._removed: list[str] = []
        self._unchanged = 0
        self._skipped: list[Skipped] = []
        self._repeated: list[str] = []

    @property
    def changes(self) -> Changes:
        return Changes(
            tuple(self._added),
            tuple(self._updated),
            tuple(self._removed),
            self._unchanged,
            tuple(self._skipped),
            tuple(self._repeated),
        )

    def keep(self, records: Iterable[FileRecord]) -> None:
        """Takes account of files that are as before; what was wrong with one is reported again."""
        for record in records:
            self._unchanged += record.document_id is not None
            if record.problem is not None:
                self._skipped.append(Skipped(record.source, record.problem, record.advice or ""))

    def drop(self, paths: Sequence[str]) -> None:
        """Removes the documents that no other file has."""
        if not paths:
            return
        with self._store.change(keep=not self._dry_run):
            before = [record for path in paths for record in self._store.files(path)]
            for path in paths:
                self._store.forget_files(path)
            self._remove_orphans(before, self._removed)

    def add_documents(self, documents: Sequence[Document]) -> None:
        for document in documents:
            if not document.text.strip():
                name = document.source or document.title or document.id[:12]
                raise ValueError(f"the document {name!r} holds no text: nothing to index")
        self._at = Progress(files_total=len(documents), bytes_total=sum(len(document.text) for document in documents))
        self._store_all(self._file_of(document) for document in documents)

    def add_files(self, found: Sequence[tuple[Path, str]]) -> None:
        """Reads (path, source) pairs; what cannot be read goes to `changes.skipped`."""
        self._at = Progress(files_total=len(found), bytes_total=sum(_work(path) for path, _ in found))
        self._store_all(self._read(found))

    def _tell(self, **news: Any) -> None:
        self._at = replace(self._at, **news)
        if self._progress is not None:
            self._progress(self._at)

    def _file_of(self, document: Document) -> _File:
        source, size = document.source or document.title or document.id[:12], len(document.text)
        record = FileRecord(DIRECT + source, source, document.id, size, 0)
        self._tell(source=source, files=self._at.files + 1)
        return _File(record.path, size, (record,), (document,), tuple(self._split(document)))

    def _read(self, found: Sequence[tuple[Path, str]]) -> Iterator[_File]:
        for number, (path, source) in enumerate(found, start=1):
            size, modified = stamp(path)
            portable = portable_path(path, self._base)
            records, documents, passages = [], [], []
            for item in read_file(path, source=source):
                if isinstance(item, Skipped):
                    self._skipped.append(item)
                    records.append(FileRecord(portable, item.source, None, size, modified, item.reason, item.advice))
                else:
                    records.append(FileRecord(portable, item.source, item.id, size, modified))
                    documents.append(item)
                    passages += self._split(item)
            self._tell(source=source, files=number)
            yield _File(portable, _work(path), tuple(records), tuple(documents), tuple(passages))

    def _split(self, document: Document) -> list[Passage]:
        return split(document, size=self._size, overlap=self._overlap)

    def _store_all(self, files: Iterator[_File]) -> None:
        group: list[_File] = []
        for file in files:
            group.append(file)
            if sum(len(member.passages) for member in group) >= GROUP:
                self._commit(group)
                group = []
        if group:
            self._commit(group)

    def _commit(self, group: Sequence[_File]) -> None:
        documents = {document.id: document for file in group for document in file.documents}
        found = {(passage.document_id, passage.number): passage for file in group for passage in file.passages}
        missing: dict[str, list[Passage]] = {
            number: [] for number, document in documents.items() if not self._store.holds(number)
        }
        for passage in found.values():
            if passage.document_id in missing:
                missing[passage.document_id].append(passage)
        size, begun = sum(file.size for file in group), self._at
        vectors: dict[tuple[str, int], np.ndarray] = {}
        wanted = [passage for passages in missing.values() for passage in passages]
        for begin in range(0, len(wanted), BATCH):
            vectors |= self._embed(wanted[begin : begin + BATCH], documents)
            share = min(1.0, (begin + BATCH) / len(wanted))
            self._tell(passages=begun.passages + len(vectors), bytes=begun.bytes + int(size * share))
        with self._store.change(keep=not self._dry_run):
            for file in group:
                self._commit_file(file, missing, vectors)
        self._tell(bytes=begun.bytes + size)

    def _embed(
        self, passages: Sequence[Passage], documents: Mapping[str, Document]
    ) -> dict[tuple[str, int], np.ndarray]:
        """Unit vectors, as they are stored, by document id and passage number."""
        if not passages:
            return {}
        texts = [text_to_embed(passage, documents[passage.document_id]) for passage in passages]
        rows = np.zeros((len(texts), 1)) if self._dry_run else self._encoder().passage_embed(texts)
        return {(p.document_id, p.number): row for p, row in zip(passages, rows.astype(np.float16), strict=True)}

    def _commit_file(
        self, file: _File, missing: dict[str, list[Passage]], vectors: dict[tuple[str, int], np.ndarray]
    ) -> None:
        before = self._store.files(file.path)
        known = {record.source for record in before if record.document_id is not None}
        self._store.forget_files(file.path)
        new = set()
        for document in file.documents:
            if self._store.holds(document.id):
                continue
            passages = missing.get(document.id)
            if passages is None:  # another process removed it since this group was encoded
                passages = self._split(document)
                vectors |= self._embed(passages, {document.id: document})
            rows = np.stack([vectors[p.document_id, p.number] for p in passages])
            self._store.add(document, passages, rows)
            new.add(document.id)
        changed = {record.source for record in file.records if record.document_id is not None}
        same = {(record.source, record.document_id) for record in before}
        for record in file.records:
            self._store.record_file(record)
            if record.document_id is None:
                continue
            if (record.source, record.document_id) in same:
                self._unchanged += 1
            elif record.source in known:
                self._updated.append(record.source)
            elif record.document_id in new:
                self._added.append(record.source)
                new.remove(record.document_id)
            else:
                self._repeated.append(record.source)
        self._remove_orphans([r for r in before if r.source not in changed], self._removed)
        self._remove_orphans([r for r in before if r.source in changed], [])

    def _remove_orphans(self, before: Iterable[FileRecord], removed: list[str]) -> None:
        for record in before:
            number = record.document_id
            if number is not None and self._store.holds(number) and not self._store.needed(number):
                self._store.remove(number)
                removed.append(record.source)


def text_to_embed(passage: Passage, document: Document) -> str:
    """What the encoder sees of a passage: the document's title goes with it, as its context."""
    return f"{document.title}\n{passage.text}" if document.title else passage.text


def _work(path: Path) -> int:
    """Bytes of the file that will be read: none of one that is refused unread."""
    size, kind = stamp(path)[0], path.suffix.lower()
    return size if kind == ".zip" or (kind in KINDS and size <= MAX_BYTES) else 0
