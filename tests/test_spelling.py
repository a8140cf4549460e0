"""Misspelt words of a question give way to those of the texts, then of English; all others stay as they are."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.assistant import Assistant
from qa.documents import Document
from qa.keywords import Keywords
from qa.spelling import corrected, misspelt, with_slip
from qa.store import Store
from tests.test_store import put

TEXT = (
    "President Tokayev appointed Alikhan Smailov. Dozens of protesters were arrested in Almaty, said Saltanat "
    "Azirbek. A point was made: rested people wrested the wares from Quillor and located the airport of Xanthel."
)


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Keywords:
    store = Store.open(tmp_path_factory.mktemp("spelling") / "passages.db", create=True)
    put(store, Document(text=TEXT, title="Unrest", source="a"))
    return store.keywords


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("who did Tokayev apoint?", "who did Tokayev appoint?"),
        ("how many poeple were arested", "how many people were arrested"),
        ("who did tokaev appoint?", "who did tokayev appoint?"),
        ("Who did Tokaev appoint?", "Who did Tokayev appoint?"),
        ("Wich city is it in?", "Which city is it in?"),
        ("WHO WAS ARESTED THERE?", "WHO WAS ARRESTED THERE?"),
        ("where is the airport locatted?", "where is the airport located?"),
        ("what did the goverment do?", "what did the government do?"),
    ],
)
def test_misspelt_words_are_set_right(texts: Keywords, typed: str, meant: str) -> None:
    assert corrected(typed, texts) == meant
    assert corrected(meant, texts) == meant


@pytest.mark.parametrize(
    "question",
    [
        "Who is Quillor?",  # no English, but of the texts
        "Who is Kasparow, and who is Smalv?",  # names like no other, or too short to tell
        "What did Mr. Tokan say?",
        "who organised the programme, and what colour is the centre of the cheque?",  # British
        "Is x86sse or the i5-quillr faster?",
        "Was hat Tokajev gestern abend beschlosen?",  # not English
        "kto naznaczyl premierra?",
        "Who runs airprt.example.org or writes as @tokaev?",
        "Who said “l'arestation”?",
        "thse?",
    ],
)
def test_what_may_be_right_is_left_alone(texts: Keywords, question: str) -> None:
    assert corrected(question, texts) == question


@given(st.text(max_size=80))
def test_any_text_is_taken(texts: Keywords, question: str) -> None:
    changed = corrected(question, texts)
    assert [c for c in changed if not c.isalpha()] == [c for c in question if not c.isalpha()]


@given(st.sampled_from(["protesters", "arrested", "president", "located", "airport", "people"]), st.randoms())
def test_one_slip_is_set_right_or_is_another_word(texts: Keywords, word: str, random) -> None:
    from spellchecker import SpellChecker

    typed = misspelt(word, random)
    meant = corrected(f"what did the {typed} of it say?", texts).split()[3]
    assert meant == word or meant in SpellChecker()


def test_a_slip_changes_one_longer_word_that_is_no_name() -> None:
    question = "Who did President Tokayev appoint in Almaty?"
    slips = {with_slip(question, Random(seed)) for seed in range(40)}
    assert len(slips) > 5
    for slip in slips:
        changed = [n for n, pair in enumerate(zip(question.split(), slip.split(), strict=True)) if len(set(pair)) > 1]
        assert changed in ([4], [])  # two like letters may have changed places
    assert with_slip("Who is Tokayev?", Random(0)) == "Who is Tokayev?"


def test_an_answer_is_found_to_a_misspelt_question(assistant: Assistant) -> None:
    answer = assistant.ask("who did Tokayev apoint?")
    assert (answer.text, answer.question) == ("Alikhan Smailov", "who did Tokayev appoint?")
    talk = assistant.conversation()
    talk.ask("who did Tokayev apoint?")
    post = talk.ask("to wich post?")
    assert "which post" in post.question
    assert "prime minister" in (post.text or "")
