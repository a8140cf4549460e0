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
from qa.page.render import document_html, escaped, link
from qa.store import DocumentRecord, StoreError

MAX_UPLOAD_BYTES = 50_000_000  # of one file
MAX_FILES = 200  # in one upload
TOGETHER = 16  # files stored, and then listed, at a time
SHOWN = 500  # documents listed at once; the filter finds the others
PRIVATE: dict[str, Any] = {"api_visibility": "private"}
ONE_AT_A_TIME: dict[str, Any] = {**PRIVATE, "concurrency_limit": 1, "concurrency_id": "changes"}
HINT = (
    '<p class="hint">“Look for changes” reads what is new or changed in the folders that the index was made from. '
    "“Rebuild” makes it hold exactly what these folders hold: texts added here go, texts removed here come back.</p>"
)

# A click on a title becomes an event with the document's id; the box in the head ticks them all.
IN_TABLE = """
element.addEventListener('click', event => {
  const button = event.target.closest('button.open');
  if (button) trigger('click', {value: button.value});
});
element.addEventListener('change', event => {
  if (event.target.matches('.all')) {
    element.querySelectorAll('.pick').forEach(box => { box.checked = event.target.checked; });
  }
});
"""
PICKED = "(picked, words) => [[...document.querySelectorAll('#texts .pick:checked')].map(box => box.value), words]"
SHOW_TEXT = """
() => setTimeout(() => {
  const text = document.querySelector('#reading article');
  if (text) { text.scrollIntoView({block: 'start'}); text.focus({preventScroll: true}); }
}, 150)
"""

Listing = tuple[Callable[..., dict[Any, Any]], list[Any]]
Tell = Callable[[Progress], None]


def texts_tab(index: Index, *, read_only: bool, changed: Callable[[], None]) -> Listing:
    """Lays out the tab that is open and connects it; `changed` is called after every change.

    Returns the function that draws the list, and the components that it draws.
    """
    with gr.Row():
        with gr.Column(scale=3, min_width=320):
            find = gr.Textbox(label="Find texts", placeholder="Words of the title or file name", elem_id="find")
            count = gr.HTML(elem_id="count", js_on_load=None)
            table = gr.HTML(elem_id="texts", js_on_load=IN_TABLE)
            if not read_only:
                remove = gr.Button("Remove the ticked texts", size="sm")
        if not read_only:
            with gr.Column(scale=2, min_width=300):
                upload = gr.File(
                    file_count="multiple", file_types=list(KINDS), elem_id="upload", height=150, label="Add texts"
                )
                gr.HTML(
                    f'<p class="hint">{" ".join(KINDS)}, up to {_megabytes(MAX_UPLOAD_BYTES)} each</p>', js_on_load=None
                )
                report = gr.HTML(elem_id="report", js_on_load=None, min_height=70)
                with gr.Row():
                    again = gr.Button("Look for changes", size="sm")
                    rebuild = gr.Button("Rebuild", size="sm")
                gr.HTML(HINT, js_on_load=None)
                picked = gr.JSON(visible=False)
    reading = gr.HTML(elem_id="reading", js_on_load=None)
    listed: list[Any] = [table, count]

    def listing(words: str = "") -> dict[Any, Any]:
        try:
            records = index.documents()
        except StoreError as error:
            return {table: f'<p role="alert">{escaped(str(error))}</p>', count: ""}
        found = [record for record in records if _matches(record, words)]
        shown = f"{len(found):,} of {len(records):,} texts" if words.strip() else _number(len(records), "text")
        if len(found) > SHOWN:
            shown += f", the first {SHOWN} shown"
        return {
            table: _table(found[:SHOWN], ticks=not read_only),
            count: f'<p class="hint" role="status">{shown}</p>',
        }

    def read(event: gr.EventData) -> str:
        try:
            document = index.document(str(event._data.get("value")))
        except StoreError as error:
            return f'<p role="alert">{escaped(str(error))}</p>'
        return "" if document is None else document_html(document)

    table.click(read, None, reading, show_progress="hidden", **PRIVATE).then(None, js=SHOW_TEXT, **PRIVATE)
    find.change(listing, find, listed, show_progress="hidden", **PRIVATE)
    if read_only:
        return listing, listed

    def add(paths: Sequence[str] | None, words: str, progress: gr.Progress = gr.Progress()) -> Iterator[dict[Any, Any]]:  # noqa: B008
        if not paths:
            return
        yield {upload: None, report: '<p role="status">Reading …</p>'}  # room for the next ones
        changes = Changes()
        try:
            for done in range(0, len(paths), TOGETHER):
                part = [Path(path) for path in paths[done : done + TOGETHER]]
                tell = _bar(progress, begin=done / len(paths), width=len(part) / len(paths))
                changes += add_uploads(index, part, free=MAX_FILES - done, progress=tell)
                yield listing(words)
        except (StoreError, OSError) as error:
            changes += Changes(skipped=(Skipped("the index", str(error), "nothing more was added"),))
        finally:
            for path in paths:
                Path(path).unlink(missing_ok=True)
        changed()
        yield {**listing(words), report: changes_html(changes)}

    def drop(ids: object, words: str, progress: gr.Progress = gr.Progress()) -> dict[Any, Any]:  # noqa: B008
        if not ids or not isinstance(ids, list):
            return {report: '<p role="alert">Tick the texts to be removed in the list first.</p>'}
        changes = Changes()
        for document_id in progress.tqdm(ids, desc="Removing", unit="texts"):
            try:
                changes += Changes(removed=(index.remove(str(document_id)).source,))
            except KeyError:
                changes += Changes(skipped=(Skipped(str(document_id)[:12], "it is gone already", "nothing to do"),))
            except StoreError as error:
                changes += Changes(skipped=(Skipped("the index", str(error), "nothing more was removed"),))
                break
        changed()
        return {**listing(words), report: changes_html(changes)}

    def follow(words: str, make: Callable[[Tell], Changes], progress: gr.Progress) -> dict[Any, Any]:
        progress(0.0, desc="Looking for changes")
        try:
            changes = make(_bar(progress))
        except (StoreError, OSError) as error:
            changes = Changes(skipped=(Skipped("the index", str(error), "nothing was changed"),))
        changed()
        return {**listing(words), report: changes_html(changes)}

    def sync(words: str, progress: gr.Progress = gr.Progress()) -> dict[Any, Any]:  # noqa: B008
        return follow(words, lambda tell: index.sync(progress=tell), progress)

    def build(words: str, progress: gr.Progress = gr.Progress()) -> dict[Any, Any]:  # noqa: B008
        return follow(words, lambda tell: rebuilt(index, tell), progress)

    outputs = [*listed, report]
    shown_on: dict[str, Any] = {"show_progress_on": report, **ONE_AT_A_TIME}
    upload.upload(add, [upload, find], [*outputs, upload], trigger_mode="multiple", **shown_on)
    remove.click(drop, [picked, find], outputs, js=PICKED, **shown_on)
    again.click(sync, find, outputs, **shown_on)
    rebuild.click(build, find, outputs, **shown_on)
    return listing, listed


def _bar(progress: gr.Progress, *, begin: float = 0.0, width: float = 1.0) -> Tell:
    """Draws a part of the bar, `width` of it from `begin` on."""

    def tell(step: Progress) -> None:
        progress(begin + width * step.share, desc=f"Reading {step.source}")

    return tell


def add_uploads(index: Index, paths: Sequence[Path], *, free: int, progress: Tell | None = None) -> Changes:
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
    changes = index.add(documents, progress=progress) if documents else Changes()
    return changes + Changes(skipped=tuple(skipped))


def rebuilt(index: Index, progress: Tell) -> Changes:
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
        return f"it is larger than {_megabytes(MAX_UPLOAD_BYTES)}"
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


def _table(records: Sequence[DocumentRecord], *, ticks: bool) -> str:
    """`ticks`: with a box before each text."""
    if not records:
        return '<p class="hint">No texts.</p>'
    tick, every = "", ""
    if ticks:
        every = '<th><input type="checkbox" class="all" aria-label="Tick all"></th>'
    rows = []
    for record in records:
        title = record.title or "untitled"
        if ticks:
            name = escaped(f"Tick {title}")
            tick = f'<td><input type="checkbox" class="pick" value="{escaped(record.id)}" aria-label="{name}"></td>'
        rows.append(
            f"<tr>{tick}<td>{link(title, record.id)}</td><td><bdi>{escaped(record.source)}</bdi></td>"
            f"<td>{escaped(record.date or '')}</td><td>{record.passages:,}</td></tr>"
        )
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("Title", "File", "Date", "Passages"))
    return (
        '<div class="pane" tabindex="0" role="region" aria-label="Texts"><table>'
        f"<thead><tr>{every}{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _matches(record: DocumentRecord, words: str) -> bool:
    named = f"{record.title} {record.source}".casefold()
    return all(word in named for word in words.casefold().split())


def _megabytes(size: int) -> str:
    return f"{size // 1_000_000} MB"


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
