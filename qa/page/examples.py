"""Examples: questions that the texts themselves suggest, and that the reader answers as expected.

A sentence such as "The bridge was built in 1684" suggests "When was the bridge built?" and its answer. A
question is kept only when the assistant, reading all texts, finds that same answer, and is sure of it: round-trip
consistency (Alberti et al. 2019, https://aclanthology.org/P19-1620). The patterns are English; texts in other
languages give no examples.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from qa.assistant import Assistant
from qa.documents import Document
from qa.metrics import normalise
from qa.sentences import sentences

WANTED = 4
DOCUMENTS = 12  # looked at; a large collection need not be read for four questions
TRIED = 32  # questions put to the reader
LEAST = 0.5  # confidence of an answer that is good enough to show off with
CHARACTERS = (18, 90)  # of a question that reads well


@dataclass(frozen=True)
class Example:
    """A question that a sentence suggests; `kind` is its question word."""

    question: str
    answer: str
    kind: str


_NAME = r"[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)+"
_VERB = r"(?!said|told|added|noted|had\b|was\b|were\b|has\b)(?:[a-z]{2,}ed|built|wrote|won|found|led|made|took|gave)"
_OBJECT = r"(?:an?|the|his|her|its|their|more|[A-Z0-9])[^,;:()—]{8,60}?"
_END = r"(?=[,.;:()—]| and | as | in order | after | which | who )"
_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_DATE = rf"(?:(?:\d{{1,2}} )?{_MONTH}(?: \d{{1,2}})?(?:,? \d{{4}})?|\d{{4}}|{_DAY})"
_NUMBER = r"(?:(?:about|some|around|over|at least|more than|nearly) )?\d[\d,.]*"
_DONE = r"[a-z]{2,}ed|built|written|won|found|born|held"
_THING = r"(?:The|the|An?|His|Her|Its) [\w’' -]{3,40}?|" + _NAME

_DID = re.compile(rf"({_NAME}),? ({_VERB}) ({_OBJECT}){_END}")
_COUNT = re.compile(rf"([a-z]{{2,}}ed) ({_NUMBER}) ((?:[a-z]+ )?(?:people|[a-z]{{4,}}s))\b")
_PASSIVE = re.compile(rf"({_THING}) (was|were) ({_DONE}) (in|on|by) ({_DATE}|{_NAME})")
_ROLE = re.compile(rf"((?:[A-Z][\w-]+['’]s|[Tt]he) (?:[a-z]+ ){{1,3}}?[a-z]+), ({_NAME}),")
_SHORT = re.compile(r"\(([A-Z]{2,6})\)")


def examples(assistant: Assistant, *, wanted: int = WANTED) -> tuple[str, ...]:
    """Up to `wanted` questions, of as many kinds and answers as there are, best answered first in each kind."""
    records = assistant.index.documents()
    step = max(1, len(records) // DOCUMENTS)
    texts = (assistant.index.document(record.id) for record in records[::step][:DOCUMENTS])
    tried = _mixed(example for text in texts if text is not None for example in suggested(text))[:TRIED]
    if not tried:
        return ()
    answers = assistant.ask_many([example.question for example in tried])
    good = [
        (answer.confidence, example)
        for example, answer in zip(tried, answers, strict=True)
        if answer.text is not None and answer.confidence >= LEAST and _agree(answer.text, example.answer)
    ]
    good.sort(key=lambda pair: -pair[0])
    fresh: dict[str, Example] = {}  # the best for each answer
    for _, example in good:
        fresh.setdefault(normalise(example.answer), example)
    others = [example for _, example in good if example not in fresh.values()]
    return tuple(example.question for example in [*_mixed(fresh.values()), *_mixed(others)][:wanted])


def suggested(document: Document) -> Iterator[Example]:
    """The questions that the sentences of the document suggest, in their order, each once."""
    seen = set()
    for start, end in sentences(document.text):
        for example in _from_sentence(" ".join(document.text[start:end].split())):
            if CHARACTERS[0] <= len(example.question) <= CHARACTERS[1] and example.question not in seen:
                seen.add(example.question)
                yield example


def _from_sentence(sentence: str) -> Iterator[Example]:
    for match in _DID.finditer(sentence):
        who, verb, what = match.groups()
        yield Example(f"Who {verb} {_unquoted(what)}?", who, "who")
    for match in _COUNT.finditer(sentence):
        verb, number, what = match.groups()
        yield Example(f"How many {what} were {verb}?", number, "how many")
    for match in _PASSIVE.finditer(sentence):
        thing, was, done, how, what = match.groups()
        thing = thing[0].lower() + thing[1:] if thing.split()[0] in ("The", "A", "An", "His", "Her", "Its") else thing
        if how == "by":
            yield Example(f"Who {was} {thing} {done} by?", what, "by whom")
        elif re.fullmatch(_DATE, what):
            yield Example(f"When {was} {thing} {done}?", what, "when")
        else:
            yield Example(f"Where {was} {thing} {done}?", what, "where")
    for match in _ROLE.finditer(sentence):
        role, name = match.groups()
        yield Example(f"Who is {role[0].lower() + role[1:] if role.startswith('The ') else role}?", name, "who is")
    for match in _SHORT.finditer(sentence):
        meaning = _spelled_out(sentence[: match.start()].split(), match[1])
        if meaning is not None:
            yield Example(f"What does {match[1]} stand for?", meaning, "what")


def _spelled_out(before: list[str], short: str) -> str | None:
    """The last words before a short form whose initials it is; None when they are not."""
    last = before[-len(short) :]
    return " ".join(last) if "".join(word[0] for word in last).upper() == short else None


def _unquoted(text: str) -> str:
    return re.sub(r"[\"“”]", "", text).strip()


def _agree(one: str, other: str) -> bool:
    """Whether one answer holds the other, case, articles and punctuation apart."""
    a, b = f" {normalise(one)} ", f" {normalise(other)} "
    return a in b or b in a


def _mixed(examples: Iterable[Example]) -> list[Example]:
    """One of each kind in turn, so that the first few are of many kinds."""
    kinds: dict[str, list[Example]] = {}
    for example in examples:
        kinds.setdefault(example.kind, []).append(example)
    longest = max(map(len, kinds.values()), default=0)
    return [kind[place] for place in range(longest) for kind in kinds.values() if place < len(kind)]
