"""Question in, answer out, with the shipped models on the first text; and input that is not as it should be."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from qa import Answer, Assistant, Document, Index
from qa.encoder import Encoder
from qa.reader import Reader


def exact(answer: Answer) -> None:
    if answer.text is None:
        assert answer.document is answer.start is answer.end is None
    else:
        assert answer.document is not None
        assert answer.document.text[answer.start : answer.end] == answer.text
    for other in answer.alternatives:
        assert other.document is not None
        assert other.document.text[other.start : other.end] == other.text


def on(tmp_path: Path, encoder: Encoder, reader: Reader, *texts: str) -> Assistant:
    index = Index.open(tmp_path / "index", encoder=encoder, create=True)
    index.add([Document(text=text, source=f"{number}.txt") for number, text in enumerate(texts)])
    return Assistant.open(index, reader=reader)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("who did Tokayev appoint?", "Alikhan Smailov"),
        ("Who is the president of Kazakhstan?", "Kassym-Jomart Tokayev"),
        ("who heads the police in almaty?", "Kanat Taimerdenov"),
        ("How many civilians were assaulted?", "500"),
        ("How long is the state of emergency?", "two-week"),
        ("What is the name of Almaty's police chief?", "Kanat Taimerdenov"),
        ("Which news channel reported the toll?", "Khabar 24"),
    ],
)
def test_the_article_answers(assistant: Assistant, question: str, expected: str) -> None:
    answer = assistant.ask(question)
    exact(answer)
    assert answer.text is not None
    assert expected in answer.text
    assert len(answer.text) < len(expected) + 15
    assert answer.confidence > 0.4
    start, end = answer.sentence or (0, 0)
    assert start <= (answer.start or 0) < (answer.end or 0) <= end


@pytest.mark.parametrize(
    "question",
    ["Who won the Eurovision song contest?", "What is the capital of Norway?", "How do I bake bread?"],
)
def test_what_the_article_does_not_say_is_refused(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    exact(answer)
    assert answer.text is None
    assert answer.confidence > 0.5
    assert answer.evidence


def test_many_questions_give_the_answers_of_single_ones(assistant: Assistant) -> None:
    questions = ["who did Tokayev appoint?", "How do I bake bread?", "Where did the protests begin?"] * 7
    together = assistant.ask_many(questions)
    alone = {question: assistant.ask(question) for question in set(questions)}
    for question, answer in zip(questions, together, strict=True):
        assert (answer.question, answer.text) == (question, alone[question].text)
        assert answer.confidence == pytest.approx(alone[question].confidence, abs=0.05)
    assert assistant.ask_many([]) == []


@pytest.mark.parametrize("question", ["", "  \n\t", "?!", "\u200b", "\x00"])
def test_a_question_without_words_is_an_error(assistant: Assistant, question: str) -> None:
    with pytest.raises(ValueError, match=r"question .* is empty"):
        assistant.ask(question)


def test_a_list_is_asked_as_a_list(assistant: Assistant) -> None:
    with pytest.raises(TypeError, match="list of questions"):
        assistant.ask_many("who did Tokayev appoint?")
    with pytest.raises(ValueError, match="top_k is 0"):
        assistant.ask("who did Tokayev appoint?", top_k=0)


@pytest.mark.parametrize(
    "question",
    [
        "who did Tokayev appoint? " * 400,
        "x" * 10_000,
        "\U0001f600\U0001f1f0\U0001f1ff who did Tokayev appoint \U0001f468\u200d\U0001f469\u200d\U0001f467?",
        "who did To\u0301kayev appoi\u0308nt?",
        "من عين توكاييف رئيسا للوزراء؟",
        "who did\x00 Tokayev appoint?",
        'who "did" (Tokayev) AND NOT appoint* -- NEAR',
    ],
)
def test_unusual_questions_get_an_honest_answer(assistant: Assistant, question: str) -> None:
    assert len(question) >= 10
    exact(assistant.ask(question))


def test_an_empty_index_does_not_say(tmp_path: Path, encoder: Encoder, reader: Reader) -> None:
    answer = on(tmp_path, encoder, reader).ask("Who is it?")
    assert (answer.text, answer.evidence, answer.alternatives) == (None, (), ())


@pytest.mark.parametrize(
    ("text", "question", "expected"),
    [
        ("Reykjavik", "Which city?", "Reykjavik"),
        ("anna moss founded the club in 1931 and led it until her death", "Who founded the club?", "anna moss"),
        (
            "\U0001f600\U0001f600 The prize went to Zoe\u0308 A\u030aberg \U0001f3c6.",
            "Who got the prize?",
            "Zoe\u0308 A\u030aberg",
        ),
        ("قالت ليلى حداد (Leila Haddad) إن المتحف سيفتح في يونيو.", "Who is Leila Haddad?", None),
        ("Before the bell.\x00 The winner was Ida Holt.", "Who was the winner?", "Ida Holt"),
        ("word " * 3000 + "The mayor is Ida Holt." + " word" * 3000, "Who is the mayor?", "Ida Holt"),
    ],
)
def test_unusual_texts_are_quoted_exactly(
    tmp_path: Path, encoder: Encoder, reader: Reader, text: str, question: str, expected: str | None
) -> None:
    answer = on(tmp_path, encoder, reader, text).ask(question, threshold=0.0)
    exact(answer)
    if expected is not None:
        assert answer.text == expected


def test_first_use_builds_the_index_and_later_ones_notice_changes(
    tmp_path: Path, corpus: Path, encoder: Encoder, reader: Reader
) -> None:
    first = Assistant.open(tmp_path / "index", reader=reader)
    assert first.ask("Who built the bridge?").text == "Hannah Moss"
    (corpus / "bridge.txt").write_text("The old bridge over the Lune was built by Ruth Okafor.", encoding="utf-8")
    (corpus / "bakery.txt").unlink()
    second = Assistant.open(tmp_path / "index", reader=reader)
    assert second.ask("Who built the bridge?").text == "Ruth Okafor"
    assert [record.source for record in second.index.documents()] == ["bridge.txt", "comet.txt"]
    shutil.rmtree(corpus)  # a folder that is gone is not one that was emptied
    assert len(Assistant.open(tmp_path / "index", reader=reader).index.documents()) == 2


def test_without_index_and_texts_the_way_out_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="put texts in"):
        Assistant.open(tmp_path / "index")
    assert not (tmp_path / "index").exists()


def test_public_names_are_those_promised() -> None:
    import qa

    assert set(qa.__all__) == {"Answer", "Assistant", "Document", "Index", "Reader"}
    assert all(hasattr(qa, name) for name in qa.__all__)
    with pytest.raises(AttributeError, match="nonsense"):
        _ = qa.nonsense
