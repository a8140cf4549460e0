"""What the page shows of answers and documents."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.answers import Answer
from qa.assistant import Assistant
from qa.documents import Document
from qa.page import marks, render
from qa.page.marks import Mark

HOSTILE = "<img src=x onerror=alert(1)> </div> **bold** $$x$$ {{this}} ${alert(1)} @children &lt; \"'`"


class Shown(HTMLParser):
    """What a browser would show: the text, the elements, and the text of the marks."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.tags, self.marks, self._open = "", [], [], False
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.tags.append(tag)
        if tag == "br":
            self.text += "\n"
        if tag == "mark":
            self._open = True
            self.marks.append("")

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag != "mark"

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._open:
            self.marks[-1] += data


@given(st.text())
def test_escaped_text_is_shown_as_it_is_and_stays_on_one_line(text: str):
    shown = Shown(marks.escaped(text))
    assert shown.text == text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    assert set(shown.tags) <= {"br"}
    assert "\n" not in marks.escaped(text)


@given(
    st.text(alphabet="ab <&\n", max_size=30), st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=4)
)
def test_marks_cover_their_words_and_lose_none(text: str, places: list[tuple[int, int]]):
    placed = [Mark(min(place), max(place), "other") for place in places]
    shown = Shown(marks.marked(text, 0, len(text), placed))
    assert shown.text == text
    if placed and placed[0].start < min(placed[0].end, len(text)):
        first = text[placed[0].start : placed[0].end]
        assert first.replace("\n", "") in shown.marks


def test_a_mark_is_clipped_to_the_part_shown():
    assert marks.marked("one two three", 4, 9, [Mark(0, 7, "best")]) == '<mark class="best">two</mark> t'


@pytest.mark.parametrize(
    ("confidence", "words"),
    [
        (1.0, "very sure (over 99%)"),
        (0.994, "very sure (99%)"),
        (0.7, "fairly sure (70%)"),
        (0.5, "unsure (50%)"),
        (0.006, "a guess (1%)"),
        (0.0, "a guess (under 1%)"),
    ],
)
def test_confidence_in_words_and_number(confidence: float, words: str):
    assert render.confidence_words(confidence) == words


def test_an_answer_shows_the_question_as_understood_only_when_it_differs(assistant: Assistant):
    answer = assistant.ask("who did Tokayev appoint?")
    assert "Understood as" not in render.answer_html(answer, asked="who did Tokayev appoint? ")
    assert "who did Tokayev appoint?" in render.answer_html(answer, asked="who did he appoint?")


def test_evidence_marks_the_answer_once_and_names_every_passage(assistant: Assistant):
    answer = assistant.ask("who did Tokayev appoint?")
    source = render.evidence_html(answer)
    assert Shown(source).marks.count("Alikhan Smailov") == 1
    assert source.count("<li>") == len(answer.evidence)


def test_hostile_words_become_no_element():
    document = Document(f"{HOSTILE}\n\nSecond.", title=HOSTILE, source=HOSTILE)
    answer = Answer(HOSTILE, HOSTILE, 0.5, document=document, start=0, end=len(HOSTILE))
    for source in (
        render.said(HOSTILE),
        render.answer_html(answer, asked="something else"),
        marks.document_html(document, [Mark(0, 5, "best")]),
    ):
        shown = Shown(source)
        assert "<img" in shown.text
        assert not {"img", "script"} & set(shown.tags)


def test_a_text_without_full_stops_is_clipped_around_the_answer():
    text = "word " * 2000 + "answer " + "word " * 2000
    start = text.index("answer")
    answer = Answer("q?", "answer", 0.9, document=Document(text, title="T"), start=start, end=start + 6)
    shown = Shown(render.answer_html(answer))
    assert "answer" in shown.text
    assert len(shown.text) < 2 * render.CLIP + 200


def test_a_very_long_document_is_shown_around_the_answer():
    text = "\n\n".join(f"Paragraph {number}." for number in range(200_000))
    start = text.index("Paragraph 150000.")
    shown = Shown(marks.document_html(Document(text, title="Long"), [Mark(start, start + 9, "best")]))
    assert shown.marks == ["Paragraph"]
    assert len(shown.text) < 1.1 * marks.WHOLE


def test_the_place_is_a_page_or_a_paragraph():
    paged = Document("one two", pages=(0, 4))
    assert marks.place(paged, 5) == "page 2"
    assert marks.place(Document("one\n\ntwo"), 5) == "paragraph 2"


def test_the_place_of_a_passage_is_the_stretch_of_its_pages_or_paragraphs():
    text = Document("one\n\ntwo\n\nthree")
    assert marks.passage_place(text, 0, 8) == "paragraphs 1 to 2"
    assert marks.passage_place(text, 5, 8) == "paragraph 2"
    assert marks.passage_place(Document("one two", pages=(0, 4)), 0, 7) == "pages 1 to 2"


@given(st.text(alphabet="ab  ", max_size=40), st.integers(1, 20))
def test_a_clipped_text_is_its_beginning_cut_between_words(text: str, length: int):
    clipped = marks.clip(text, length)
    if len(text.strip()) <= length:
        assert clipped == text.strip()
    else:
        kept = clipped.removesuffix(" …")
        assert text.strip().startswith(kept)
        assert len(kept) <= length
        assert text.strip()[len(kept)] == " " or " " not in text.strip()[length // 2 : length]


def test_other_candidates_are_folded_away_with_their_confidence(assistant: Assistant):
    answer = assistant.ask("When did the protests start?")
    assert answer.alternatives
    source = render.answer_html(answer)
    assert f"({len(answer.alternatives)})</summary>" in source
    for other in answer.alternatives:
        assert f'<bdi>{other.text}</bdi></button> <span class="facts">{render.percent(other.confidence)}<' in source


def test_a_refusal_names_the_closest_passage_and_says_how_sure_it_is(assistant: Assistant):
    source = Shown(render.answer_html(assistant.ask("Who won the football world cup in 1998?"))).text
    assert "The texts do not say. Confidence: very sure" in source
    assert "Closest passage: Kazakhstan unrest" in source
    assert "paragraph" in source
