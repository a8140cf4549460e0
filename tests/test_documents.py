"""Documents: files and folders in, exact clean texts out, and every bad file reported by name."""

import hashlib
import os
from pathlib import Path

import pytest

from qa.documents import MAX_BYTES, Document, Skipped, UnreadableDocument, read_document, read_documents

ARTICLE = Path("corpus/kazakhstan-unrest.txt")
HEADLINE = "Kazakhstan unrest: Dozens killed, about 2,000 arrested as protesters clash with police in Almaty"


def test_the_article_loses_its_furniture_and_nothing_else():
    document = read_document(ARTICLE)
    assert document.title == HEADLINE
    assert document.source == "kazakhstan-unrest.txt"
    assert document.text.startswith(HEADLINE + "\n\nTroops are seen at the main square")
    assert "(Photo by Reuters)" in document.text
    assert document.text.endswith("in its oil and metals industries.")
    page = ARTICLE.read_text(encoding="utf-8")
    assert document.text in page
    assert " ".join(page.replace(document.text, "").split()) == (
        "News / More Press TV’s website can also be accessed at the following alternate addresses: "
        "www.presstv.co.uk SHARE THIS ARTICLE Press TV News Roku"
    )


def test_the_same_text_twice_is_one_document():
    one, two = Document("text", title="one"), Document("text", source="two.txt")
    assert one.id == two.id == hashlib.sha256(b"text").hexdigest()
    assert Document("Text").id != one.id


def test_pages():
    document = Document("onetwothree", pages=(0, 3, 6))
    assert [document.page(offset) for offset in (0, 2, 3, 5, 6, 10)] == [1, 1, 2, 2, 3, 3]
    assert Document("text").page(2) is None


def test_a_folder_is_read_in_order_with_relative_sources(tmp_path):
    (tmp_path / "b" / "deep").mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    for name in ("b/deep/z.md", "b/a.TXT", "c.txt", ".git/config.txt", ".hidden.txt"):
        (tmp_path / name).write_text(f"text of {name}", encoding="utf-8")
    (tmp_path / "c.xyz").write_text("?")
    (tmp_path / "empty.txt").write_text(" \n")
    found = list(read_documents(tmp_path))
    assert [item.source for item in found] == ["b/a.TXT", "b/deep/z.md", "c.txt", "c.xyz", "empty.txt"]
    assert [type(item) for item in found] == [Document, Document, Document, Skipped, Skipped]
    assert "kind .xyz" in found[3].reason
    assert ".txt" in found[3].advice
    assert "no text" in found[4].reason


def test_links_out_of_the_folder_are_not_followed(tmp_path):
    folder, outside = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    outside.mkdir()
    (outside / "secret.txt").write_text("secret")
    (folder / "own.txt").write_text("own")
    try:
        (folder / "file.txt").symlink_to(outside / "secret.txt")
        (folder / "folder").symlink_to(outside)
        (folder / "loop").symlink_to(folder)
    except OSError:
        pytest.skip("this system makes no symbolic links")
    assert [item.source for item in read_documents(folder)] == ["own.txt"]


def test_files_that_cannot_be_read_are_named(tmp_path):
    (tmp_path / "good.txt").write_text("good")
    big = tmp_path / "big.txt"
    with big.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    (tmp_path / "noise.txt").write_bytes(bytes(range(256)) * 50)
    paths = [tmp_path / name for name in ("missing.txt", "big.txt", "noise.txt", "good.txt")]
    missing, large, noise, good = read_documents(paths)
    assert (missing.source, missing.reason) == ("missing.txt", "there is no such file")
    assert large.source == "big.txt"
    assert "100 MB" in large.reason
    assert noise.source == "noise.txt"
    assert good.text == "good"
    with pytest.raises(UnreadableDocument, match=r"missing\.txt: there is no such file; check the path") as caught:
        read_document(tmp_path / "missing.txt")
    assert caught.value.skipped == missing


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="every file opens for this user")
def test_a_file_without_permission_is_named(tmp_path):
    path = tmp_path / "locked.txt"
    path.write_text("text")
    path.chmod(0)
    (skipped,) = read_documents(path)
    assert "permission" in skipped.reason.lower()


def test_titles(tmp_path):
    path = tmp_path / "annual_report-2021.txt"
    path.write_text("no headline here")
    assert read_document(path).title == "Annual report 2021"
    path = tmp_path / "notes.md"
    path.write_text(
        '---\ntitle: "Of bridges"\ndate: 2021-03-04 10:00\ntags: [x]\n---\n\n# Bridges\n\nText.',
        encoding="utf-8",
    )
    document = read_document(path, source="upload.md")
    assert (document.title, document.date, document.source) == ("Of bridges", "2021-03-04", "upload.md")
    assert document.text == "# Bridges\n\nText."
    path.write_text("Words.\n\n## The *bridges* ##\n\nText.", encoding="utf-8")
    assert read_document(path).title == "The *bridges*"
