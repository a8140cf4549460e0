"""Edits: what the page does to the texts of an index, one edit at a time, each told in HTML.

What comes from a browser is not believed: kind, size and place of every file are checked here. Whatever goes
wrong is told in the `Changes` that come back, and ends nothing but the edit.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from qa.changes import Changes, Progress
from qa.documents import KINDS, Document, Skipped, read_file
from qa.index import Index
from qa.page.marks import escaped
from qa.schema import StoreError

MAX_UPLOAD_BYTES = 50_000_000  # of one file
MAX_FILES = 200  # in one upload
TOGETHER = 16  # files read and stored at a time, so that not all of them are held in memory

Tell = Callable[[Progress], None]


def add_uploads(index: Index, paths: Sequence[Path], tell: Tell) -> Changes:
    """Adds uploaded files, at most `MAX_FILES`, and deletes them; what is wrong with one is reported.

    They are added as documents, so that the index does not remember a path that is soon gone.
    """
    changes = Changes()
    sizes = [path.stat().st_size if _is_upload(path) else 0 for path in paths]
    try:
        for done in range(0, len(paths), TOGETHER):
            part = paths[done : done + TOGETHER]
            begun = Progress(part[0].name, done, len(paths), sum(sizes[:done]), sum(sizes))
            tell(begun)
            width = sum(sizes[done : done + TOGETHER])
            changes += _add(index, part, MAX_FILES - done, _part_of(tell, begun, len(part), width))
    except (StoreError, OSError) as error:
        changes += _failed(error, "nothing more was added")
    finally:
        for path in paths:
            if _is_upload(path):
                path.unlink(missing_ok=True)
    return changes


def _add(index: Index, paths: Sequence[Path], free: int, tell: Tell) -> Changes:
    documents, skipped = [], []
    for number, path in enumerate(paths):
        problem = f"more than {MAX_FILES} files at once" if number >= free else _problem(path)
        if problem is not None:
            skipped.append(Skipped(path.name, problem, "nothing of it was read"))
            continue
        for item in read_file(path, source=path.name):
            if isinstance(item, Document):
                documents.append(item)
            else:
                skipped.append(item)
    changes = index.add(documents, progress=tell) if documents else Changes()
    return changes + Changes(skipped=tuple(skipped))


def remove_texts(index: Index, ids: Sequence[str], tell: Tell) -> Changes:
    """Removes the documents of those ids; one that is gone already is reported."""
    changes = Changes()
    for number, document_id in enumerate(ids):
        tell(Progress("", number, len(ids), number, len(ids)))
        try:
            changes += Changes(removed=(index.remove(document_id).source,))
        except KeyError:
            changes += Changes(skipped=(Skipped(document_id[:12], "it is not there (any more)", "nothing to do"),))
        except StoreError as error:
            return changes + _failed(error, "nothing more was removed")
    return changes


def sync(index: Index, tell: Tell) -> Changes:
    """Takes in what is new or changed in the folders of the index."""
    try:
        return index.sync(progress=tell)
    except (StoreError, OSError) as error:
        return _failed(error, "nothing more was changed")


def rebuild(index: Index, tell: Tell) -> Changes:
    """Makes the index hold what its folders hold: what was added here goes, what was removed here comes back."""
    folders = [folder for folder in index.folders if folder.is_dir()]
    try:
        if not folders:
            raise FileNotFoundError("it was not made from a folder that still exists")
        other = Index.build(folders, index.folder, encoder=index.encoder, progress=tell)
    except (StoreError, OSError) as error:
        return _failed(error, "nothing more was changed")
    try:
        return other.changes
    finally:
        other.close()


def _failed(error: Exception, advice: str) -> Changes:
    return Changes(skipped=(Skipped("the index", str(error), advice),))


def _part_of(tell: Tell, begun: Progress, files: int, size: int) -> Tell:
    """Tells of so many files, and bytes, from `begun` on as of the whole."""
    return lambda step: tell(
        replace(
            begun,
            source=step.source,
            files=begun.files + min(step.files, files),
            bytes=begun.bytes + round(size * share(step)),
        )
    )


def _is_upload(path: Path) -> bool:
    uploads = Path(os.environ["GRADIO_TEMP_DIR"]).resolve()
    return path.resolve().is_relative_to(uploads) and path.is_file()


def _problem(path: Path) -> str | None:
    """What keeps an upload from being read; None when nothing does."""
    if not _is_upload(path):
        return "it was not uploaded"
    if path.suffix.lower() not in KINDS:
        return f"files of the kind {path.suffix!r} are not known, only {' '.join(KINDS)}"
    if path.stat().st_size > MAX_UPLOAD_BYTES:
        return f"it is larger than {MAX_UPLOAD_BYTES // 1_000_000} MB"
    return None


def share(step: Progress) -> float:
    """How much is done, from 0 to 1."""
    return min(1.0, step.bytes / max(step.bytes_total, 1))


def progress_html(step: Progress | None) -> str:
    """How far an edit has come."""
    if step is None:
        return '<div class="progress"><p>Reading …</p><progress aria-label="Progress"></progress></div>'
    what = f"Reading <bdi>{escaped(step.source)}</bdi>" if step.source else "Removing"
    count = f"{step.files:,} of {number(step.files_total, 'file' if step.source else 'text')}"
    return (
        f'<div class="progress"><p>{what} ({count}), {share(step):.0%}</p>'
        f'<progress aria-label="Progress" max="1" value="{share(step):.3f}"></progress></div>'
    )


def changes_html(changes: Changes) -> str:
    """What a change did, and what was left out and why."""
    parts = ['<div role="alert">']  # read out when it appears
    for what in ("added", "updated", "removed", "repeated"):
        sources = getattr(changes, what)
        if sources:
            names = ", ".join(escaped(source) for source in sources[:20])
            more = f" and {len(sources) - 20} more" if len(sources) > 20 else ""
            said = "there already under another name" if what == "repeated" else what
            parts.append(f"<p>{number(len(sources), 'text')} {said}: <bdi>{names}</bdi>{more}</p>")
    if changes.unchanged:
        parts.append(f"<p>{number(changes.unchanged, 'text')} as before.</p>")
    if changes.skipped:
        items = "".join(
            f"<li><b><bdi>{escaped(item.source)}</bdi></b>: {escaped(item.reason)}; {escaped(item.advice)}</li>"
            for item in changes.skipped
        )
        parts.append(f'<p>Left out:</p><ul class="skipped">{items}</ul>')
    if changes == Changes():
        parts.append("<p>Nothing changed.</p>")
    return "".join(parts) + "</div>"


def number(count: int, noun: str) -> str:
    """1 text, 2 texts."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
