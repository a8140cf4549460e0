"""Zip files: what is in them, and what is in none of them."""

import io
import struct
import zipfile

import pytest
from files import make_zip

from qa.documents import Document, Skipped, UnreadableDocument, read_document, read_documents
from qa.formats import Unreadable, archive


@pytest.fixture
def read(tmp_path):
    def read_zip(data: bytes, name: str = "letters.zip") -> list[Document | Skipped]:
        (tmp_path / name).write_bytes(data)
        return list(read_documents(tmp_path / name))

    return read_zip


def test_documents_are_cited_by_both_names(read):
    data = make_zip(
        {"may/one.txt": "one", "two.md": "# Two", "may/.hidden.txt": "x", "__MACOSX/one.txt": "x", "d/": ""}
    )
    assert [(d.source, d.text, d.title) for d in read(data)] == [
        ("letters.zip/may/one.txt", "one", "One"),
        ("letters.zip/two.md", "# Two", "Two"),
    ]


def test_one_bad_member_stops_nothing(read):
    files = {"a.txt": "", "b.exe": "x", "c.zip": make_zip({"d.txt": "x"}), "e.pdf": "x", "f.txt": "good"}
    *skipped, good = read(make_zip(files))
    assert [item.source for item in skipped] == [f"letters.zip/{name}" for name in ("a.txt", "b.exe", "c.zip", "e.pdf")]
    assert [item.reason for item in skipped] == [
        "it is empty",
        "files of the kind .exe are not read",
        "a zip file inside a zip file is not opened",
        "it is damaged or not a PDF file",
    ]
    assert good.text == "good"


@pytest.mark.parametrize("name", ["../evil.txt", "/etc/evil.txt", "a/../../evil.txt", "..\\evil.txt", "C:\\evil.txt"])
def test_names_that_lead_out_are_refused(read, tmp_path, name):
    evil, good = read(make_zip({name: "evil", "good.txt": "good"}))
    assert "leads out of the zip file" in evil.reason
    assert good.text == "good"
    assert [path.name for path in tmp_path.rglob("*")] == ["letters.zip"]


def test_a_member_without_a_name_is_refused(read):
    data = make_zip({"a.txt": "evil", "good.txt": "good"}).replace(b"a.txt", b"\0.txt")
    evil, good = read(data)
    assert "leads out of the zip file, or nowhere" in evil.reason
    assert good.text == "good"


def test_a_bomb_is_refused_and_the_rest_read(read):
    bomb, good = read(make_zip({"bomb.txt": b"0" * 50_000_000, "good.txt": "good"}))
    assert "more than 200 times its size" in bomb.reason
    assert good.text == "good"


def test_limits_on_the_whole(read, monkeypatch):
    monkeypatch.setattr(archive, "MAX_TOTAL", 100_000)
    (skipped,) = read(make_zip({f"{n}.txt": bytes(range(256)) * 40 for n in range(11)}))
    assert "unpacks to 0 MB" in skipped.reason
    monkeypatch.setattr(archive, "MAX_MEMBERS", 2)
    (skipped,) = read(make_zip({f"{n}-{'n' * 200}.txt": "x" for n in range(3)}))
    assert "too many files" in skipped.reason


def test_a_member_that_lies_about_its_size_gives_no_more_than_it_says():
    buffer = io.BytesIO(make_zip({"a.txt": b"0" * 900_000}))
    data = bytearray(buffer.getvalue())
    entry = data.rindex(b"PK\1\2")
    struct.pack_into("<L", data, entry + 24, 10)
    with zipfile.ZipFile(io.BytesIO(data)) as lying:
        member = lying.infolist()[0]
        assert member.file_size == 10
        archive.check(member)
        with pytest.raises(zipfile.BadZipFile):
            lying.read(member)


def test_encrypted_members_are_named(read):
    data = bytearray(make_zip({"a.txt": "secret"}))
    for mark, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(mark) + flags] |= 1
    (skipped,) = read(bytes(data))
    assert skipped == Skipped("letters.zip/a.txt", "it is encrypted", "unpack it with its password and add the file")


@pytest.mark.parametrize("cut", [0, 1, 30, -1, -10, -40])
def test_damaged_zip_files_are_refused(read, cut):
    data = make_zip({"a.txt": "text " * 50, "b.txt": "more " * 50})
    (skipped,) = read(data[:cut])
    assert skipped.source == "letters.zip"
    assert "damaged" in skipped.reason


def test_a_damaged_member_is_named(read):
    data = bytearray(make_zip({"a.txt": bytes(range(256)), "b.txt": "good"}))
    data[60] ^= 0xFF
    bad, good = read(bytes(data))
    assert "damaged in the zip file" in bad.reason
    assert good.text == "good"


def test_an_empty_zip_file_and_the_single_reader(read, tmp_path):
    (skipped,) = read(make_zip({}))
    assert skipped.reason == "it is empty"
    with pytest.raises(UnreadableDocument, match="many documents; read it with read_documents"):
        read_document(tmp_path / "letters.zip")


def test_a_listing_of_the_large_form_is_refused():
    tail = b"PK\6\7" + b"\0" * 16 + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 9, 9, 9, 9, 0)
    with pytest.raises(Unreadable, match="too many files"):
        archive.open_archive(io.BytesIO(b"\0" * 100 + tail))
