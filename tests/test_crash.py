"""An index survives what machines do: processes killed at any moment, several at once, full and read-only disks.

`KILLS=100 python -m pytest tests/test_crash.py` kills a hundred times.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hashing import HashingEncoder
from test_index import consistent

from qa.documents import Document
from qa.index import Index
from qa.schema import StoreError

TESTS = Path(__file__).parent
KILLS = int(os.environ.get("KILLS", "12"))

# Adds, updates and removes documents by turns, in an order that the step alone decides, telling of each step
# before it begins. After step n the index holds what `expected(n)` says.
CHANGER = f"""
import sys
sys.path[:0] = [{str(TESTS)!r}, {str(TESTS.parent)!r}]
from test_crash import change
from hashing import HashingEncoder
from qa.index import Index
index = Index.open(sys.argv[1], encoder=HashingEncoder())
step = int(sys.argv[2])
while True:
    print(step, flush=True)
    change(index, step)
    step += 1
"""


def text(name: int, version: int) -> str:
    return "\n\n".join(f"Paragraph {part} of text {name} in version {version}. " * 12 for part in range(8))


def change(index: Index, step: int) -> None:
    """Step n concerns document n mod 7: it is added, then updated, then removed."""
    name, turn = step % 7, step // 7 % 3
    if turn < 2:
        index.add(Document(text=text(name, turn), source=str(name)))
    else:
        [record] = [record for record in index.documents() if record.source == str(name)]
        index.remove(record.id)


def expected(steps: int) -> set[tuple[str, int]]:
    """Source and version of the documents after that many steps."""
    held = {}
    for step in range(steps):
        held[str(step % 7)] = step // 7 % 3
    return {(source, version) for source, version in held.items() if version < 2}


def held(index: Index) -> set[tuple[str, int]]:
    found = set()
    for record in index.documents():
        document = index.document(record.id)
        assert document is not None
        version = int("version 1" in document.text)
        assert document.text == text(int(record.source), version)
        found.add((record.source, version))
    return found


def test_a_process_killed_at_any_moment_leaves_the_state_before_or_after(tmp_path: Path) -> None:
    Index.open(tmp_path / "index", encoder=HashingEncoder(), create=True).close()
    draw = random.Random(11)
    step, seen = 0, set()
    for _ in range(KILLS):
        child = subprocess.Popen(
            [sys.executable, "-c", CHANGER, str(tmp_path / "index"), str(step)], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        begun = [child.stdout.readline()]
        time.sleep(draw.uniform(0, 0.2))
        child.kill()
        begun += child.stdout.readlines()
        child.wait()
        child.stdout.close()
        last = int([line for line in begun if line.endswith("\n") and line.strip()][-1])
        index = Index.open(tmp_path / "index", encoder=HashingEncoder())
        state = held(index)
        assert state in (expected(last), expected(last + 1))
        consistent(index)
        step = last if state == expected(last) else last + 1
        seen.add(step)
        index.close()
    assert len(seen) > KILLS // 2  # the kills came in different states


# Makes the index of a folder anew, with one encoder and the other by turns.
REBUILDER = f"""
import sys
sys.path[:0] = [{str(TESTS)!r}, {str(TESTS.parent)!r}]
from hashing import HashingEncoder
import qa.changes
qa.changes.GROUP = 16
from qa.index import Index
print("ready", flush=True)
turn, last = int(sys.argv[3]), int(sys.argv[4])
while turn < last:
    Index.build(sys.argv[1], sys.argv[2], encoder=HashingEncoder(f"turn {{turn % 2}}", 32 + turn % 2)).close()
    turn += 1
"""


def test_a_rebuild_killed_at_any_moment_leaves_the_old_index_or_the_new_one(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number in range(40):
        (corpus / f"{number}.txt").write_text(text(number, 0), encoding="utf-8")
    made = [HashingEncoder(f"turn {turn}", 32 + turn) for turn in range(2)]
    index = Index.build(corpus, tmp_path / "index", encoder=made[0])
    passages = len(index)
    index.close()
    draw = random.Random(5)
    seen = []
    for _ in range(max(4, KILLS // 4)):
        turn = 1 if not seen else 1 - seen[-1]
        child = subprocess.Popen(
            [sys.executable, "-c", REBUILDER, str(corpus), str(tmp_path / "index"), str(turn), "1000000"],
            stdout=subprocess.PIPE,
        )
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(draw.uniform(0, 1))
        child.kill()
        child.wait()
        child.stdout.close()
        index = Index.open(tmp_path / "index")
        seen.append(int(str(index.encoder_name).removeprefix("turn ")))
        index.close()
        index = Index.open(tmp_path / "index", encoder=made[seen[-1]])
        assert len(index.documents()) == 40
        assert len(index) == passages
        consistent(index)
        index.close()
    done = Index.build(corpus, tmp_path / "index", encoder=made[1])
    assert (done.encoder_name, len(done)) == ("turn 1", passages)
    assert not (tmp_path / "index" / "rebuild").exists()
    consistent(done)


def test_two_rebuilds_with_different_encoders_take_turns(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number in range(40):
        (corpus / f"{number}.txt").write_text(text(number, 0), encoding="utf-8")
    command = [sys.executable, "-c", REBUILDER, str(corpus), str(tmp_path / "index")]
    children = [
        subprocess.Popen([*command, *turns], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for turns in (("0", "6"), ("1", "7"))
    ]
    for child in children:
        _, errors = child.communicate(timeout=120)
        assert child.returncode == 0, errors
    index = Index.open(tmp_path / "index")
    assert len(index.documents()) == 40
    name = str(index.encoder_name)
    index.close()
    index = Index.open(tmp_path / "index", encoder=HashingEncoder(name, 32 + int(name.removeprefix("turn "))))
    consistent(index)


ONE_CHANGE = f"""
import sys
sys.path[:0] = [{str(TESTS)!r}, {str(TESTS.parent)!r}]
from hashing import HashingEncoder
from qa.documents import Document
from qa.index import Index
index = Index.open(sys.argv[1], encoder=HashingEncoder())
if sys.argv[2] == "add":
    index.add(Document(text="The elk runs through Vardo.", source="elk"))
else:
    index.remove(next(record.id for record in index.documents() if record.source == sys.argv[2]))
"""


def test_an_open_index_follows_what_another_process_adds_and_removes(tmp_path: Path) -> None:
    index = Index.open(tmp_path / "index", encoder=HashingEncoder(), create=True)
    index.add(Document(text="The heron waits in Narvik.", source="heron"))
    found = []
    for change in ("add", "heron"):
        subprocess.run([sys.executable, "-c", ONE_CHANGE, str(tmp_path / "index"), change], check=True)
        found.append({hit.document.source for hit in index.search("Who runs or waits in Vardo or Narvik?")})
        assert {record.source for record in index.documents()} == found[-1]
        consistent(index)
    assert found == [{"heron", "elk"}, {"elk"}]


def test_a_second_writer_is_refused_with_a_reason(tmp_path: Path) -> None:
    one = Index.open(tmp_path / "index", encoder=HashingEncoder(), create=True)
    one.add(Document(text="The heron waits.", source="heron"))
    two = Index.open(tmp_path / "index", encoder=HashingEncoder())
    two._store._connection.execute("PRAGMA busy_timeout = 100")  # instead of half a minute
    with one._store.change():
        with pytest.raises(StoreError, match="Another process is changing this index; wait"):
            two.add(Document(text="The elk runs.", source="elk"))
        assert two.search("heron")[0].document.source == "heron"  # reading goes on
    two.add(Document(text="The elk runs.", source="elk"))
    assert {record.source for record in one.documents()} == {"heron", "elk"}


def test_readers_see_whole_states_while_a_process_writes(tmp_path: Path) -> None:
    Index.open(tmp_path / "index", encoder=HashingEncoder(), create=True).close()
    child = subprocess.Popen(
        [sys.executable, "-c", CHANGER, str(tmp_path / "index"), "0"], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    child.stdout.readline()
    steps = threading.Thread(target=child.stdout.read)  # the pipe must not fill up
    steps.start()
    index = Index.open(tmp_path / "index", encoder=HashingEncoder())
    versions = set()
    until = time.monotonic() + 2
    while time.monotonic() < until:
        for hit in index.search("paragraph of text in version"):
            version = int("version 1" in hit.document.text)
            assert hit.document.text == text(int(hit.document.source), version)
            assert hit.document.text[hit.passage.start : hit.passage.end] == hit.passage.text
            versions.add((hit.document.source, version))
    assert child.poll() is None
    child.kill()
    steps.join()
    child.wait()
    child.stdout.close()
    assert len(versions) > 2
    consistent(index)


def test_two_writers_take_turns(tmp_path: Path) -> None:
    one = Index.open(tmp_path / "index", encoder=HashingEncoder(), create=True)
    two = Index.open(tmp_path / "index", encoder=HashingEncoder())
    threads = [
        threading.Thread(
            target=lambda index=index, letter=letter: [
                index.add(Document(text=f"Text {letter} {number}.", source=f"{letter}{number}")) for number in range(15)
            ]
        )
        for index, letter in ((one, "a"), (two, "b"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(one.documents()) == len(two.documents()) == 30
    consistent(one)
    consistent(two)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MB of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting a small file system needs root on Linux")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_is_told_and_the_index_stays_as_it_was(small_disk: Path) -> None:
    index = Index.open(small_disk / "index", encoder=HashingEncoder(), create=True)
    index.add(Document(text="The heron waits.", source="heron"))
    big = "\n\n".join(f"Paragraph {number} tells of number {number}. " * 20 for number in range(4000))
    with pytest.raises(StoreError, match="Make room on the disk"):
        index.add(Document(text=big, source="big"))
    assert [record.source for record in index.documents()] == ["heron"]
    consistent(index)
    index.close()
    again = Index.open(small_disk / "index", encoder=HashingEncoder())
    assert again.search("heron")[0].document.source == "heron"
    again.add(Document(text="The elk runs.", source="elk"))
    consistent(again)


def test_a_read_only_folder_can_be_searched_and_refuses_changes(small_disk: Path) -> None:
    index = Index.open(small_disk / "index", encoder=HashingEncoder(), create=True)
    index.add(Document(text="The heron waits.", source="heron"))
    index.close()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    index = Index.open(small_disk / "index", encoder=HashingEncoder())
    assert index.search("heron")[0].document.source == "heron"
    with pytest.raises(StoreError, match="may write to it"):
        index.add(Document(text="The elk runs.", source="elk"))
    with pytest.raises(StoreError, match="new"):
        Index.open(small_disk / "new", encoder=HashingEncoder(), create=True)
    assert [record.source for record in index.documents()] == ["heron"]


def test_check_finds_and_repairs_what_does_not_agree(tmp_path: Path) -> None:
    index = Index.open(tmp_path / "index", encoder=HashingEncoder(), create=True)
    index.add([Document(text=f"The {name} waits.", source=name) for name in ("heron", "elk", "fox")])
    assert index.check().repaired == index.check().problems == ()
    ids = index._store.passage_ids().tolist()
    with index._store.change():
        index._store._connection.execute("UPDATE passages SET embedding = zeroblob(128) WHERE id = ?", (ids[0],))
        index._store._connection.execute("UPDATE passages SET embedding = x'00' WHERE id = ?", (ids[1],))
        index._store._connection.execute("INSERT INTO keywords (keywords) VALUES ('delete-all')")
    result = index.check()
    assert result.problems == ()
    assert len(result.repaired) == 2
    assert "2 passages" in result.repaired[1]
    assert index.check().repaired == ()
    with index._store.change():  # a vector that is valid, but not the one that was read into memory
        index._store.replace_embeddings(ids[:1], HashingEncoder().passage_embed(["something else"]))
    assert "the vectors did not agree" in index.check().repaired[0]
    assert index.check().repaired == ()
    consistent(index)
    assert index.search("heron")[0].keyword_rank == 1


def test_a_dry_run_changes_nothing(tmp_path: Path, corpus: Path) -> None:
    index = Index.build(corpus, tmp_path / "index", encoder=HashingEncoder())
    (corpus / "comet.txt").unlink()
    (corpus / "new.txt").write_text("A new text.", encoding="utf-8")
    generation = index._store.generation()
    changes = index.sync(corpus, dry_run=True)
    assert (changes.added, changes.removed, changes.unchanged) == (("new.txt",), ("comet.txt",), 2)
    assert index.add(Document(text="Another.", source="x"), dry_run=True).added == ("x",)
    assert index._store.generation() == generation
    assert len(index.documents()) == 3
    shutil.rmtree(corpus)


def test_near_duplicates_do_not_fill_the_results(tmp_path: Path) -> None:
    index = Index.open(tmp_path / "index", encoder=HashingEncoder(), create=True)
    report = "The heron waits at the river every morning until the fish come up to the light of the day"
    copies = [Document(text=f"{report}. Copy {number}.", source=str(number)) for number in range(20)]
    index.add([*copies, Document(text="A heron was seen in town.", source="other")])
    hits = index.search("Where does the heron wait?", top_k=5)
    assert len(hits) == 2
    assert hits[1].document.source == "other"
