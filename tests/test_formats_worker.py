"""Worker: the same texts as in this process, and an end to everything that has none."""

import contextlib
import subprocess
import sys
import threading
import time
import zipfile

import pytest
from files import LAUGHS, form, make_docx, make_epub, make_pdf, paragraph, stream

from qa.documents import read_documents
from qa.formats import Unreadable
from qa.formats.worker import READERS, Worker, shared

SECONDS = 2.0  # that hostile files get here
HTML = b"<html><h1>A bridge too far</h1>" + b"<p>The council met on Monday evening to discuss the bridge.</p>" * 3
FILES = {
    ".pdf": make_pdf(["The bridge is closed."], ["So it is."], info="/Title (A bridge too far)"),
    ".html": HTML,
    ".docx": make_docx(paragraph("The bridge is closed.")),
    ".epub": make_epub(["<p>The bridge is closed.</p>"], metadata="<dc:date>1999-01-02</dc:date>"),
}
HOSTILE = {
    "pdf: drawings that double 40 times": (
        ".pdf",
        make_pdf(
            [],
            objects={5: stream(b"/X Do")}
            | {100 + n: form(b"/X Do /X Do", f"/X {101 + n} 0 R") for n in range(40)}
            | {140: stream(b"")},
        ),
    ),
    "pdf: a drawing that shows itself": (
        ".pdf",
        make_pdf([], objects={5: stream(b"/X Do"), 100: form(b"/X Do /X Do", "/X 100 0 R")}),
    ),
    "html: endless breaks": (".html", b"<p>a<br>" * 1_000_000),
    "html: tags 100,000 deep": (".html", b"<b><i><table><tr><td><p>" * 100_000),
    "docx: a billion laughs": (".docx", make_docx(paragraph("&j;"), LAUGHS)),
    "docx: parts 3,000 deep": (
        ".docx",
        make_docx("<w:sdt><w:sdtContent>" * 3000 + paragraph("x") + "</w:sdtContent></w:sdt>" * 3000),
    ),
    "epub: a billion laughs": (".epub", make_epub(["<p>x</p>"], metadata="<x>&j;</x>", prolog=LAUGHS)),
}


@pytest.fixture(scope="module")
def worker():
    worker = Worker(seconds=SECONDS)
    yield worker
    worker.close()


@pytest.mark.parametrize("kind", FILES)
def test_texts_are_those_of_the_readers(worker, kind):
    assert worker.read(kind, FILES[kind]) == READERS[kind](FILES[kind])


def test_reasons_come_across(worker):
    with pytest.raises(Unreadable) as caught:
        worker.read(".pdf", b"hello")
    assert caught.value.reason == "it is damaged or not a PDF file"
    assert "save it anew" in caught.value.advice


@pytest.mark.parametrize(("kind", "data"), HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_files_end_in_time_and_the_next_file_is_read(worker, kind, data):
    worker.read(".docx", FILES[".docx"])
    began = time.monotonic()
    with contextlib.suppress(Unreadable):
        assert len(worker.read(kind, data).text) < 10_000_000
    assert time.monotonic() - began < SECONDS + 5
    assert worker.read(".docx", FILES[".docx"]).text == "The bridge is closed."


def test_a_file_that_takes_too_long_is_told_from_one_that_crashes():
    endless = b"<p>a<br>" * 1_000_000
    worker = Worker(seconds=0.5)
    with pytest.raises(Unreadable, match="takes more than"):
        worker.read(".html", endless)
    worker.seconds = 60
    threading.Timer(0.5, lambda: worker._child.kill()).start()
    with pytest.raises(Unreadable, match="crashed"):
        worker.read(".html", endless)
    worker.close()


def test_a_zip_file_of_files_that_never_end_ends(tmp_path, monkeypatch):
    monkeypatch.setattr(shared(), "seconds", 0.2)
    shared().close()
    members = {f"{n}.html": b"<p>a<br>" * 1_000_000 + b"%d" % n for n in range(5)}
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    *each, whole = read_documents(tmp_path / "many.zip")
    assert [item.source for item in each] == ["many.zip/0.html", "many.zip/1.html", "many.zip/2.html"]
    assert (whole.source, "the rest was not read" in whole.reason) == ("many.zip", True)


def test_a_child_that_died_is_replaced(worker):
    worker.read(".docx", FILES[".docx"])
    worker._child.kill()
    worker._child.wait()
    assert worker.read(".docx", FILES[".docx"]).text == "The bridge is closed."


def test_threads_share_a_worker(worker):
    results: dict[int, str] = {}

    def read(number: int) -> None:
        results[number] = worker.read(".docx", make_docx(paragraph(f"Text {number}."))).text

    threads = [threading.Thread(target=read, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {number: f"Text {number}." for number in range(12)}


def test_the_child_ends_with_its_parent(tmp_path):
    code = (
        "import os; from qa.formats.worker import shared; w = shared(); "
        f"w.read('.docx', {FILES['.docx']!r}); print(w._child.pid, flush=True); os._exit(9)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    pid = int(run.stdout)
    for _ in range(50):
        alive = subprocess.run([sys.executable, "-c", f"import os; os.kill({pid}, 0)"], capture_output=True)
        if alive.returncode:
            return
        time.sleep(0.1)
    pytest.fail(f"child {pid} outlived its parent")


@pytest.mark.skipif(sys.platform != "linux", reason="this system does not limit the memory of a process")
def test_memory_is_limited():
    code = "from qa.formats.worker import MEMORY, _limit_memory; _limit_memory(); bytearray(MEMORY)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "MemoryError" in run.stderr
