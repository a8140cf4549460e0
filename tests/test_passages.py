"""Passages: exact offsets, whole sentences, nothing lost, at any text; and fast."""

import time
from itertools import pairwise

import pytest
from fuzz import check_passages, texts
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qa.documents import Document, read_document
from qa.passages import OVERLAP, split
from qa.sentences import sentences

ARTICLE = "corpus/kazakhstan-unrest.txt"


@given(texts, st.integers(40, 200), st.integers(0, 39))
@settings(max_examples=300, deadline=None)
@example("x" * 500, 40, 39)
@example("e" + "\u0301" * 500, 41, 3)
def test_every_split_is_exact_and_loses_nothing(text, size, overlap):
    document = Document(text)
    passages = split(document, size=size, overlap=overlap)
    assert {passage.document_id for passage in passages} <= {document.id}
    check_passages(text, passages, size)
    whole = [(passage.start, passage.end) for passage in passages]
    for start, end in sentences(text):
        if len(text[start:end].encode("utf-8", "surrogatepass")) <= size:
            assert any(first <= start and end <= last for first, last in whole)


@given(texts)
@settings(max_examples=100, deadline=None)
def test_default_sizes_hold_for_long_texts(text):
    text = "\n".join([text, read_document(ARTICLE).text, text * 20])
    check_passages(text, split(Document(text)))


def test_paragraphs_of_the_article_are_whole_in_a_passage():
    text = read_document(ARTICLE).text
    passages = split(Document(text))
    for paragraph in text.split("\n\n"):
        assert any(paragraph.strip() in passage.text for passage in passages)
    assert 4 <= len(passages) <= 10


def test_neighbours_share_whole_sentences_up_to_the_overlap():
    text = " ".join(f"Sentence number {n} says that {n} is followed by {n + 1}." for n in range(200))
    passages = split(Document(text))
    borders = {start for start, _ in sentences(text)}
    for left, right in pairwise(passages):
        assert right.start in borders
        assert 40 < left.end - right.start <= OVERLAP
    assert split(Document(text), overlap=0)[1].start > split(Document(text), overlap=0)[0].end


def test_a_sentence_longer_than_a_passage_is_cut_between_words():
    words = [f"word{n}" for n in range(2000)]
    passages = split(Document(" ".join(words)))
    assert {word for passage in passages for word in passage.text.split()} == set(words)


def test_a_character_of_several_code_points_is_not_cut():
    family, flag, accented = "👨‍👩‍👧‍👦", "🇰🇿", "e\u0301\u0327"
    for unit in (family, flag, accented):
        for passage in split(Document(unit * 2000)):
            assert len(passage.text) % len(unit) == 0
            assert passage.text == unit * (len(passage.text) // len(unit))


@pytest.mark.parametrize("text", ["", " \n\t\n ", "\n" * 1000])
def test_a_text_of_white_space_has_no_passages(text):
    assert split(Document(text)) == []


def test_one_word_and_no_full_stop():
    assert [passage.text for passage in split(Document("Almaty"))] == ["Almaty"]
    assert [passage.text for passage in split(Document("  no full stop here\n"))] == ["no full stop here"]


@pytest.mark.parametrize(("size", "overlap"), [(39, 0), (100, 100), (100, -1)])
def test_impossible_sizes_are_refused(size, overlap):
    with pytest.raises(ValueError, match=f"size {size} and overlap {overlap}"):
        split(Document("text"), size=size, overlap=overlap)


@pytest.mark.parametrize(
    "unit", ["x", ".", "!)", '."', ". ", "\n ", "e\u0301", "今日は。", "Mr. ", "a\n", "1.\n", "(", "👨‍👩‍👧"]
)
def test_a_million_characters_of_anything_take_seconds(unit):
    text = unit * (1_000_000 // len(unit))
    before = time.perf_counter()
    passages = split(Document(text))
    assert time.perf_counter() - before < 5  # about 0.1 s; anything quadratic would take hours
    assert sum(passage.end - passage.start for passage in passages) >= len(text.replace("\n", "").replace(" ", ""))
