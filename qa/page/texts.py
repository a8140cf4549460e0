"""Texts: the tab that lists the documents of the index, and adds and removes them.

Changes wait for each other; the chat goes on answering meanwhile. Only wiring: what is changed stands in `edits`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import gradio as gr

from qa.changes import Changes, Progress
from qa.documents import KINDS
from qa.index import Index
from qa.page import edits
from qa.page.edits import MAX_UPLOAD_BYTES, Tell, changes_html, number, progress_html
from qa.page.marks import document_html, escaped, link
from qa.schema import StoreError
from qa.store import DocumentRecord

BROKEN = "Something went wrong while the texts were changed; the program's log says what."
SHOWN = 500  # documents listed at once; the filter finds the others
REDRAWN_SECONDS = 0.4  # between two states of the progress bar

logger = logging.getLogger(__name__)

PRIVATE: dict[str, Any] = {"api_visibility": "private"}
ONE_AT_A_TIME: dict[str, Any] = {
    "concurrency_limit": 1, "concurrency_id": "changes", "show_progress": "hidden", **PRIVATE
}  # fmt: skip
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
                    f'<p class="hint">{" ".join(KINDS)}, up to {MAX_UPLOAD_BYTES // 1_000_000} MB each</p>',
                    js_on_load=None,
                )
                report = gr.HTML(elem_id="report", js_on_load=None, min_height=70)
                with gr.Row():
                    look = gr.Button("Look for changes", size="sm")
                    again = gr.Button("Rebuild", size="sm")
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
        shown = f"{len(found):,} of {len(records):,} texts" if words.strip() else number(len(records), "text")
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

    def shown(words: str, edit: Callable[[Tell], Changes]) -> Iterator[dict[Any, Any]]:
        """Runs the edit beside, and draws how far it has come until it is done; it goes on when nobody looks."""
        steps: list[Progress] = []
        aside = ThreadPoolExecutor(1)
        work = aside.submit(edit, steps.append)
        work.add_done_callback(lambda _: changed())
        aside.shutdown(wait=False)
        while not work.done():
            yield {report: progress_html(steps[-1] if steps else None)}
            wait([work], timeout=REDRAWN_SECONDS)
        try:
            told = changes_html(work.result())
        except Exception:  # whatever it is, a person who waits gets a sentence
            logger.exception("the texts could not be changed")
            told = f'<p role="alert">{BROKEN}</p>'
        yield {**listing(words), report: told}

    def add(files: Sequence[str] | None, words: str) -> Iterator[dict[Any, Any]]:
        if files:
            yield {upload: None}  # room for the next ones
            paths = [Path(file) for file in files]
            yield from shown(words, lambda tell: edits.add_uploads(index, paths, tell))

    def drop(ids: object, words: str) -> Iterator[dict[Any, Any]]:
        if not ids or not isinstance(ids, list):
            yield {report: '<p role="alert">First tick the texts in the list that are to be removed.</p>'}
        else:
            yield from shown(words, lambda tell: edits.remove_texts(index, [str(each) for each in ids], tell))

    def sync(words: str) -> Iterator[dict[Any, Any]]:
        yield from shown(words, lambda tell: edits.sync(index, tell))

    def rebuild(words: str) -> Iterator[dict[Any, Any]]:
        yield from shown(words, lambda tell: edits.rebuild(index, tell))

    outputs = [*listed, report]
    upload.upload(add, [upload, find], [*outputs, upload], trigger_mode="multiple", **ONE_AT_A_TIME)
    remove.click(drop, [picked, find], outputs, js=PICKED, **ONE_AT_A_TIME)
    look.click(sync, find, outputs, **ONE_AT_A_TIME)
    again.click(rebuild, find, outputs, **ONE_AT_A_TIME)
    return listing, listed


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
