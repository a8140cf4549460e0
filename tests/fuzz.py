"""Feeds readers, cleaning and splitter with texts and files of every sort of wrong.

A small run is part of the tests (test_fuzz.py). A long one:
`PYTHONPATH=. python tests/fuzz.py --examples 100000`
"""

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from files import make_docx, make_epub, make_pdf, make_zip, paragraph
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa.cleaning import clean, scrub
from qa.documents import Document, Skipped, read_file
from qa.formats import Content, Unreadable, text
from qa.formats.worker import shared
from qa.passages import SIZE, Passage, split
from qa.sentences import sentence_at, sentences

PIECES = [
    *(
        "",
        "a",
        "word",
        ". ",
        "...",
        "! ",
        '?"',
        "\n",
        "\n\n",
        " \n",
        "\t",
        " ",
        "\u3000",
        "\r\n",
        "\x0c",
        "\x00",
        "\x1b[0m",
    ),
    *(
        "é",
        "e\u0301",
        "\u0301",
        "👨‍👩‍👧",
        "🇰🇿",
        "👍🏽",
        "\ufeff",
        "\ufffe",
        "\ud800",
        "\u202e",
        "今日は。",
        "نعم؟ ",
        "है। ",
    ),
    *(
        "Mr. ",
        "U.S. ",
        "No. 5",
        "1. ",
        "- ",
        "News / More",
        "Share this article",
        "www.example.com",
        "Facebook",
        "x" * 300,
    ),
    "The council met on Monday to discuss the bridge, which has been closed since March.",
]
texts = st.lists(st.one_of(st.text(max_size=60), st.sampled_from(PIECES)), max_size=40).map("".join)
HTML = (
    "<html><head><title>T</title><meta charset='utf-8'></head><body><h1>A bridge too far</h1>"
    + "<p>The council met on Monday to discuss the bridge, which has been closed since March.</p>" * 3
    + "<ul><li>one</li></ul><table><tr><td>a</td><td>b</td></tr></table></body></html>"
).encode()
SOUND = {
    ".pdf": make_pdf(["The bridge is closed.", "So it is."], ["Page two."], info="/Title (T)"),
    ".html": HTML,
    ".docx": make_docx(paragraph("The bridge", "Title") + paragraph("is closed.")),
    ".epub": make_epub(["<h1>One</h1><p>Text.</p>", "<p>More.</p>"], metadata="<dc:title>T</dc:title>"),
    ".zip": make_zip({"a.txt": "text", "b.md": "# T\n\ntext", "c.zip": "x"}),
}
outcomes: Counter[str] = Counter()


def check_passages(whole: str, passages: list[Passage], size: int = SIZE) -> None:
    """What holds of every split of every text."""
    covered = bytearray(len(whole))
    for number, passage in enumerate(passages):
        assert passage.number == number
        assert passage.text == whole[passage.start : passage.end]
        assert passage.text == passage.text.strip() != ""
        assert len(passage.text.encode("utf-8", "surrogatepass")) <= size
        covered[passage.start : passage.end] = b"\1" * (passage.end - passage.start)
    assert all(whole[i].isspace() for i, done in enumerate(covered) if not done)
    for left, right in pairwise(passages):
        assert left.start < right.start
        assert left.end < right.end


def check_document(document: Document) -> None:
    """What holds of every document that was read from a file."""
    assert document.text.encode().decode() == document.text == scrub(document.text)
    assert document.title == scrub(document.title)
    assert list(document.pages) == sorted(document.pages)
    assert all(0 <= start <= len(document.text) for start in document.pages)
    check_passages(document.text, split(document))


@st.composite
def damaged(draw: st.DrawFn, sound: bytes) -> bytes:
    """The file with some of its bytes changed, moved or missing."""
    data = bytearray(sound)
    for _ in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        change = draw(st.sampled_from(["set", "cut", "insert", "repeat"]))
        if change == "set":
            data[at : at + 1] = draw(st.binary(min_size=1, max_size=1))
        elif change == "cut":
            del data[at : at + draw(st.integers(1, 200))]
        elif change == "insert":
            data[at:at] = draw(st.binary(min_size=1, max_size=20))
        else:
            data[at:at] = data[at : at + draw(st.integers(1, 50))] * draw(st.integers(1, 5))
    return bytes(data)


@given(texts, st.integers(40, 300), st.integers(0, 39))
def splitting(whole: str, size: int, overlap: int) -> None:
    passages = split(Document(whole), size=size, overlap=overlap)
    check_passages(whole, passages, size)
    places = [(passage.start, passage.end) for passage in passages]
    for start, end in sentences(whole):
        if len(whole[start:end].encode("utf-8", "surrogatepass")) <= size:
            assert any(first <= start and end <= last for first, last in places)
    outcomes["split"] += 1


@given(texts, st.data())
def quoting(whole: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    left, right = sentence_at(whole, start, end)
    assert 0 <= left <= start <= end <= right <= len(whole)
    outcomes["quoted"] += 1


@given(texts)
def cleaning(whole: str) -> None:
    cleaned = clean(whole)
    assert clean(cleaned) == cleaned
    rest = iter(scrub(whole).split("\n"))
    assert all(any(line.rstrip() == kept.rstrip() for line in rest) for kept in cleaned.split("\n"))
    outcomes["cleaned"] += 1


@given(st.one_of(st.binary(max_size=300), texts.map(lambda t: t.encode("utf-16", "surrogatepass"))), st.booleans())
def decoding(data: bytes, markdown: bool) -> None:
    _count(lambda: (text.read_markdown if markdown else text.read)(data))


@given(st.sampled_from([".pdf", ".html", ".docx", ".epub"]).flatmap(lambda k: st.tuples(st.just(k), damaged(SOUND[k]))))
def parsing(file: tuple[str, bytes]) -> None:
    _count(lambda: shared().read(*file))


@given(damaged(SOUND[".zip"]))
def unpacking(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "fuzz.zip")
        path.write_bytes(data)
        items = list(read_file(path))
    for item in items:
        if isinstance(item, Skipped):
            assert item.source.startswith("fuzz.zip")
            assert item.reason
            outcomes["refused"] += 1
        else:
            check_document(item)
            outcomes["read"] += 1


TARGETS = {
    splitting: 0.35,
    quoting: 0.1,
    cleaning: 0.15,
    decoding: 0.15,
    parsing: 0.2,
    unpacking: 0.05,
}


def run(examples: int) -> None:
    """Runs every target on its share of that many inputs; raises at the first that breaks a rule."""
    for target, share in TARGETS.items():
        began = time.perf_counter()
        checks = list(HealthCheck)
        count = round(examples * share)
        settings(max_examples=count, deadline=None, database=None, suppress_health_check=checks)(target)()
        print(f"{target.__name__:10} {count:8,} inputs  {time.perf_counter() - began:6.0f} s", flush=True)
    print(", ".join(f"{n:,} {name}" for name, n in outcomes.items()))


def _count(read: Callable[[], Content]) -> None:
    try:
        content = read()
    except Unreadable as error:
        given = (error.reason, error.advice)
    else:
        check_document(Document(content.text, pages=content.pages))
        outcomes["read"] += 1
        return
    assert all(given)
    outcomes["refused"] += 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--examples", type=int, default=10_000, help="how many inputs to make (default: 10,000)")
    run(parser.parse_args().examples)
