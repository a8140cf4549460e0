"""Texts: the tab that lists the documents of the index, and adds and removes them.

Changes wait for each other; the chat goes on answering meanwhile. What comes from a browser is not believed: kind,
size and place of every file are checked again here.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from qa.changes import Changes, Progress
from qa.documents import KINDS, Document, Skipped, read_file
from qa.index import Index
from qa.page.chat import OPEN
from qa.page.render import document_html, escaped
from qa.store import DocumentRecord, StoreError

MAX_UPLOAD_BYTES = 50_000_000  # of one file
MAX_FILES = 200  # in one upload
TOGETHER = 16  # files stored and shown as progress at a time
SHOWN = 500  # documents listed at once; the filter finds the others
ONE_AT_A_TIME: dict[str, Any] = {"concurrency_limit": 1, "concurrency_id": "changes", "api_visibility": "private"}


Listing = tuple[Callable[..., dict[Any, Any]], list[Any]]


def texts_tab(index: Index, *, read_only: bool, changed: Callable[[], None]) -> Listing:
    """Lays out the tab that is open and connects it; `changed` is called after every change.

    Returns the function that draws the list, and the components that it draws.
    """
    with gr.Row():
        find = gr.Textbox(label="Find texts", placeholder="words of the title or file name", scale=3)
        count = gr.HTML(elem_id="count", js_on_load=None)
    table = gr.HTML(elem_id="texts", js_on_load=OPEN)
    listed: list[Any] = [table, count]
    if not read_only:
        with gr.Row():
            with gr.Column():
                gr.HTML(f'<p class="hint">Files that can be added: {" ".join(KINDS)}</p>', js_on_load=None)
                upload = gr.File(
                    file_count="multiple", file_types=list(KINDS), elem_id="upload", height=180,
                    label="Add texts",
                )  # fmt: skip
            with gr.Column():
                chosen = gr.Dropdown([], multiselect=True, label="Texts to remove", elem_id="chosen")
                remove = gr.Button("Remove from the index", variant="stop", size="sm")
                again = gr.Button("Read the folders again", size="sm")
                rebuild = gr.Button("Rebuild: exactly the texts of the folders", size="sm")
        report = gr.HTML(elem_id="report", js_on_load=None, min_height=60)
        listed.append(chosen)

    def listing(words: str = "") -> dict[Any, Any]:
        records = index.documents()
        found = [record for record in records if _matches(record, words)]
        shown = f"{len(found):,} of {len(records):,} texts" if words.strip() else _number(len(records), "text")
        if len(found) > SHOWN:
            shown += f", the first {SHOWN} shown"
        result: dict[Any, Any] = {
            table: _table(found[:SHOWN]),
            count: f'<p class="hint">{shown}</p>',
        }
        if not read_only:
            choices = [(f"{record.title} ({record.source})", record.id) for record in found[:SHOWN]]
            result[chosen] = gr.Dropdown(choices, value=[])
        return result

    reading = gr.HTML(elem_id="reading", js_on_load=None)

    def read(event: gr.EventData) -> str:
        document = index.document(str(event._data.get("id")))
        return "" if document is None else document_html(document)

    table.click(read, None, reading, api_visibility="private", show_progress="hidden")
    find.change(listing, find, listed, api_visibility="private", show_progress="hidden")
    if read_only:
        return listing, listed

    def add(paths: Sequence[str] | None, words: str, progress: gr.Progress = gr.Progress()) -> Iterator[dict[Any, Any]]:  # noqa: B008
        if not paths:
            return
        changes = Changes()
        try:
            for done in range(0, len(paths), TOGETHER):
                part = [Path(path) for path in paths[done : done + TOGETHER]]
                progress((done, len(paths)), desc=f"Reading {part[0].name}", unit="files")
                changes += add_uploads(index, part, free=MAX_FILES - done)
        except StoreError as error:
            changes += Changes(skipped=(Skipped("the index", str(error), "nothing more was added"),))
        finally:
            for path in paths:
                Path(path).unlink(missing_ok=True)
        changed()
        yield {**listing(words), report: changes_html(changes), upload: None}

    def drop(ids: Sequence[str], words: str) -> dict[Any, Any]:
        changes = Changes()
        for document_id in ids:
            try:
                changes += Changes(removed=(index.remove(document_id).source,))
            except (KeyError, StoreError) as error:
                changes += Changes(skipped=(Skipped(document_id[:12], str(error), "list the texts again"),))
        changed()
        return {**listing(words), report: changes_html(changes)}

    def follow(words: str, make: Callable[[Callable[[Progress], None]], Changes], bar: gr.Progress) -> dict[Any, Any]:
        def tell(step: Progress) -> None:
            bar((step.files, step.files_total), desc=f"Reading {step.source}", unit="files")

        try:
            changes = make(tell)
        except (StoreError, FileNotFoundError) as error:
            changes = Changes(skipped=(Skipped("the index", str(error), "nothing was changed"),))
        changed()
        return {**listing(words), report: changes_html(changes)}

    def sync(words: str, progress: gr.Progress = gr.Progress()) -> dict[Any, Any]:  # noqa: B008
        return follow(words, lambda tell: index.sync(progress=tell), progress)

    def build(words: str, progress: gr.Progress = gr.Progress()) -> dict[Any, Any]:  # noqa: B008
        return follow(words, lambda tell: rebuilt(index, tell), progress)

    outputs = [*listed, report]
    upload.upload(add, [upload, find], [*outputs, upload], show_progress_on=report, **ONE_AT_A_TIME)
    remove.click(drop, [chosen, find], outputs, show_progress_on=report, **ONE_AT_A_TIME)
    rebuild.click(build, find, outputs, show_progress_on=report, **ONE_AT_A_TIME)
    again.click(sync, find, outputs, show_progress_on=report, **ONE_AT_A_TIME)
    return listing, listed


def add_uploads(index: Index, paths: Sequence[Path], *, free: int) -> Changes:
    """Adds uploaded files; at most `free` of them, the others are reported.

    They are added as documents, so that the index does not remember a path that is soon gone.
    """
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
    changes = index.add(documents) if documents else Changes()
    return changes + Changes(skipped=tuple(skipped))


def rebuilt(index: Index, progress: Callable[[Progress], None]) -> Changes:
    """Makes the index hold what its folders hold: what was added here goes, what was removed here comes back."""
    folders = [folder for folder in index.folders if folder.is_dir()]
    if not folders:
        raise FileNotFoundError("the index was not made from a folder that still exists")
    other = Index.build(folders, index.folder, encoder=index.encoder, progress=progress)
    try:
        return other.changes
    finally:
        other.close()


def _problem(path: Path) -> str | None:
    """What keeps an upload from being read; None when nothing does."""
    uploads = Path(os.environ["GRADIO_TEMP_DIR"]).resolve()
    if not path.resolve().is_relative_to(uploads) or not path.is_file():
        return "it was not uploaded"
    if path.suffix.lower() not in KINDS:
        return f"files of the kind {path.suffix!r} are not known, only {' '.join(KINDS)}"
    if path.stat().st_size > MAX_UPLOAD_BYTES:
        return f"it is larger than {MAX_UPLOAD_BYTES // 1_000_000} MB"
    return None


def changes_html(changes: Changes) -> str:
    """What a change did, and what was left out and why."""
    parts = ['<div role="alert">']  # read out when it appears
    for what in ("added", "updated", "removed"):
        sources = getattr(changes, what)
        if sources:
            names = ", ".join(escaped(source) for source in sources[:20])
            more = f" and {len(sources) - 20} more" if len(sources) > 20 else ""
            parts.append(f"<p>{_number(len(sources), 'text')} {what}: <bdi>{names}</bdi>{more}</p>")
    if changes.unchanged:
        parts.append(f"<p>{_number(changes.unchanged, 'text')} as before.</p>")
    if changes.skipped:
        items = "".join(
            f"<li><b><bdi>{escaped(item.source)}</bdi></b>: {escaped(item.reason)}; {escaped(item.advice)}</li>"
            for item in changes.skipped
        )
        parts.append(f'<p>Left out:</p><ul class="skipped">{items}</ul>')
    if changes == Changes():
        parts.append("<p>Nothing changed.</p>")
    return "".join(parts) + "</div>"


def _table(records: Sequence[DocumentRecord]) -> str:
    rows = "".join(
        f'<tr><td><button class="open" data-id="{escaped(record.id)}"><bdi>{escaped(record.title or "untitled")}</bdi>'
        f"</button></td><td><bdi>{escaped(record.source)}</bdi></td><td>{escaped(record.date or '')}</td>"
        f"<td>{record.passages:,}</td><td>{escaped(record.id[:12])}</td></tr>"
        for record in records
    )
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("Title", "File", "Date", "Passages", "Id"))
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _matches(record: DocumentRecord, words: str) -> bool:
    named = f"{record.title} {record.source}".casefold()
    return all(word in named for word in words.casefold().split())


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
