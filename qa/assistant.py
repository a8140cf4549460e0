"""Assistant: question in, answer out; an index and a reader put together.

`Assistant.open` is the front door: it builds the index when there is none and brings it up to date with the
folder of texts when that has changed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from qa.answers import Answer, choose
from qa.antecedents import LOOK_BACK, Said, said
from qa.calibration import Calibration
from qa.changes import Progress
from qa.contexts import contexts, stretch
from qa.documents import Document
from qa.ellipsis import for_more
from qa.encoder import Encoder
from qa.followups import versions
from qa.hits import Hit
from qa.index import Index
from qa.passages import Passage
from qa.reader import SHIPPED, Reader
from qa.reading import read
from qa.smalltalk import named_text, reply, wish, without_greeting
from qa.summary import summarise
from qa.votes import SURE, leaning, pick

logger = logging.getLogger(__name__)

INDEX = "index"
CORPUS = "corpus"
TOP_K = 8  # passages found for a question, and read until it is settled
TOGETHER = 16  # questions read in one batch
SUMMARISED = 4  # texts that are summarised together


class Assistant:
    """Answers questions from the texts of an index. Safe to use from several threads."""

    def __init__(self, index: Index, reader: Reader, calibration: Calibration) -> None:
        self.index = index
        self.reader = reader
        self.calibration = calibration

    @classmethod
    def open(
        cls,
        index: str | Path | Index = INDEX,
        *,
        reader: str | Path | Reader | None = None,
        encoder: str | Encoder | None = None,
        corpus: str | Path | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> Assistant:
        """An assistant on an index folder, with the shipped reader and the index's own encoder.

        The index is first made to agree with its folder of texts: `corpus`, or the one that it was built
        from, or for a new index the folder `corpus` beside it. Where there is none of these, an index that
        exists is used as it is.

        Raises FileNotFoundError when there is neither an index nor a folder of texts, ValueError when there is
        no such reader or encoder.
        """
        encoder = Encoder.open(encoder) if isinstance(encoder, str) else encoder
        if not isinstance(index, Index):
            index = _current(Path(index), encoder, None if corpus is None else Path(corpus), progress)
        if not isinstance(reader, Reader):
            reader = Reader.open(reader)
        return cls(index, reader, calibration_of(reader))

    @classmethod
    def on_texts(
        cls, texts: Iterable[str], folder: str | Path, *, reader: str | Path | Reader | None = None
    ) -> Assistant:
        """An assistant on a new index in `folder` of just these texts, each one a document."""
        index = Index.open(folder, create=True)
        index.add([Document(text=text, source=str(number)) for number, text in enumerate(texts, start=1)])
        return cls.open(index, reader=reader)

    def ask(self, question: str, *, top_k: int = TOP_K, threshold: float | None = None) -> Answer:
        """The answer to one question, from the `top_k` passages found for it, read until the answer is settled.

        Misspelt words are set right first (see spelling); the answer's `question` has them so.

        `threshold` is the least probability that the texts hold an answer at which one is given; None takes
        the reader's own. Raises ValueError for a question without a word in it.
        """
        return self.ask_many([question], top_k=top_k, threshold=threshold)[0]

    def ask_many(self, questions: Sequence[str], *, top_k: int = TOP_K, threshold: float | None = None) -> list[Answer]:
        """`ask` for each question, found and read in batches."""
        if isinstance(questions, str):
            raise TypeError("ask_many takes a list of questions, not one: use ask for one")
        for question in questions:
            if not any(character.isalnum() for character in question):
                raise ValueError(f"the question {question!r} is empty: expected some words, ending in ?")
        answers = []
        for begin in range(0, len(questions), TOGETHER):
            part = [self.index.corrected(question) for question in questions[begin : begin + TOGETHER]]
            found = self.index.search_many(part, top_k=top_k)
            for question, hits, evidence in zip(part, found, read(self.reader, part, found), strict=True):
                answer = choose(question, evidence, self.calibration, threshold=threshold, passages=len(hits))
                answers.append(answer)
        return answers

    def conversation(self) -> Conversation:
        """A new conversation, which remembers what was asked and answered in it."""
        return Conversation(self)


class Conversation:
    """Questions in a row, each understood in the light of those before. Not to be shared by several users."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._turns: list[Answer] = []
        self._said: list[Said] = []

    @property
    def turns(self) -> tuple[Answer, ...]:
        return tuple(self._turns)

    def ask(self, question: str, *, top_k: int = TOP_K, threshold: float | None = None) -> Answer:
        """As `Assistant.ask`; the answer's `question` is the question as it was understood.

        To small talk, and where a summary is asked for, there is a `reply` instead of an answer.
        """
        replied = self._reply(question)
        if replied is not None:
            self._turns.append(replied)
            return replied
        typed, question = question, self._assistant.index.corrected(without_greeting(question))
        answer = self._understood(question, top_k, threshold)
        self._turns.append(answer)
        self._said = [*self._said, said(typed, answer)][-LOOK_BACK:]
        return answer

    def _reply(self, question: str) -> Answer | None:
        """The reply to what is no question to the texts; None for one that is."""
        wanted = wish(question)
        if wanted is None:
            return None
        records = self._assistant.index.documents()
        if wanted.kind != "summary":
            return Answer(question, None, 1.0, reply=reply(wanted.kind, records))
        if wanted.object:
            named = named_text(wanted.object, records)
            if named is None:
                return None
            documents = [named.id]
        else:
            recent = [turn.document.id for turn in reversed(self._turns) if turn.document is not None]
            documents = recent[:1] or [record.id for record in records[:SUMMARISED]]
        return summarise(question, documents, self._assistant.index)

    def _understood(self, question: str, top_k: int, threshold: float | None) -> Answer:
        """The answer to the question in the light of what was said."""
        found = versions(question, self._said)
        behind = contexts(question, found, self._said)
        # The likeliest version, the second, is read as a plain question is and the others in their best passage or
        # two, so that a follow-up takes about twice the time of a plain question.
        few, fewer = -(-top_k // 4), -(-top_k // 8)
        ways = [_Way(*each) for each in zip(found, found, (few, top_k, *[fewer] * len(found)), strict=False)]
        answers = []
        if len(found) == 1:
            alone = self._assistant.ask(question, top_k=top_k, threshold=threshold)
            if alone.text is None or alone.confidence >= SURE or not behind:
                return alone
            answers, ways = [alone], []
        near = self._near()
        behind = tuple(each for each in behind if near is not None or not each.near)
        likeliest = found[min(1, len(found) - 1)]  # for what stands behind turns is no question to be shown
        ways += [_Way(each.text, likeliest, few, near if each.near else None) for each in behind]
        answers += self._read(ways, question, top_k, threshold)
        in_context = list(zip(behind, answers[len(found) :], strict=True))
        calibration = self._assistant.calibration
        return pick(answers[: len(found)], calibration=calibration, threshold=threshold, in_context=in_context)

    def _near(self) -> Hit | None:
        """The text around the answer before, as if it had been found; None where it is no longer there."""
        place = stretch(self._said)
        document = None if place is None else self._assistant.index.document(place[0].document_id)
        if place is None or document is None:
            return None
        start, end = (place[0].offset + border for border in place[1:])
        return Hit(Passage(document.id, 0, start, end, document.text[start:end]), document, 1.0, None, None)

    def _read(self, ways: Sequence[_Way], question: str, top_k: int, threshold: float | None) -> list[Answer]:
        """The answers to a question read in several ways, searched for and read in one batch."""
        searched = [way for way in ways if way.only is None]
        everything = iter(self._assistant.index.search_many([way.text for way in searched], top_k=top_k))
        hits = [next(everything)[: way.passages] if way.only is None else [way.only] for way in ways]
        readings = read(self._assistant.reader, [way.text for way in ways], hits, thorough=for_more(question))
        return [
            choose(
                way.shown,
                [leaning(item, self._said, question=question) for item in evidence],
                self._assistant.calibration,
                threshold=threshold,
                passages=len(some),
            )
            for way, some, evidence in zip(ways, hits, readings, strict=True)
        ]


@dataclass(frozen=True)
class _Way:
    """A way to read a question: what is searched for and read, what that is shown as, and in how many passages."""

    text: str
    shown: str
    passages: int
    only: Hit | None = None  # read instead of what would be found


def calibration_of(reader: Reader) -> Calibration:
    """The calibration kept beside the reader's weights, or else the shipped reader's."""
    folder = SHIPPED if reader.name == "shipped" else Path(reader.name)
    return Calibration.open(folder) or Calibration.open(SHIPPED) or Calibration()


def _current(
    folder: Path, encoder: Encoder | None, corpus: Path | None, progress: Callable[[Progress], None] | None
) -> Index:
    if not (folder / "passages.db").is_file():
        texts = folder.parent / CORPUS if corpus is None else corpus
        if not texts.is_dir():
            raise FileNotFoundError(
                f"no index in {str(folder)!r} and no folder of texts in {str(texts)!r}: put texts in the latter, "
                f"or build an index from another folder: python -m qa index FOLDER --index {folder}"
            )
        logger.info("building the index in %s from %s", folder, texts)
        return Index.build(texts, folder, encoder=encoder, progress=progress)
    index = Index.open(folder, encoder=encoder)
    changes = index.sync(corpus, progress=progress)
    if changes:
        logger.info(
            "the texts changed: %d added, %d updated, %d removed",
            len(changes.added),
            len(changes.updated),
            len(changes.removed),
        )
    return index
