"""Summary: the most central sentences of a text, word for word and in its order, each with its place.

A sentence is central when many others say alike things. Sentences vote for each other by the cosine of their
vectors, as in continuous LexRank (Erkan and Radev 2004), and those picked must differ from each other (maximal
marginal relevance, Carbonell and Goldstein 1998). Of a long text only the sentences of its most central passages
are compared: their vectors are in the index already.

Scope: choosing sentences. Nothing is shortened, joined or put in other words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from qa.answers import Answer
from qa.documents import Document
from qa.encoder import Encoder
from qa.index import Index
from qa.passages import Passage
from qa.sentences import sentences

SENTENCES = 4  # in a summary
PASSAGES = 16  # whose sentences are compared
SHORTEST, LONGEST = 40, 500  # characters of a sentence that can stand in a summary: no headings, no lists
_LEANING = re.compile(r"\W*(?:he|she|it|they|this|these|but|and|so|however|also|later|then|meanwhile)\b", re.IGNORECASE)
DAMPING = 0.85
DIVERSITY = 0.5  # how much being unlike those picked before counts beside being central
STEPS = 50


def summarise(question: str, documents: Sequence[str], index: Index) -> Answer:
    """The most central sentences of the documents of these ids as the quotes of a reply."""
    found = [document for name in documents if (document := index.document(name)) is not None]
    quotes = []
    for document in found:
        passages, vectors = index.passages(document.id)
        count = max(1, SENTENCES // len(found))
        for start, end in central_sentences(document, passages, vectors, index.encoder, count=count):
            around = next((p for p in passages if p.start <= start and end <= p.end), None)
            quotes.append(Answer(question, document.text[start:end], 1.0, 1.0, document, start, end, around))
    names = " and ".join(f"“{document.title or document.source}”" for document in found)
    said = f"The most central sentences of {names}:" if quotes else "There are no texts to summarise yet."
    return Answer(question, None, 1.0, reply=said, quotes=tuple(quotes))


def central_sentences(
    document: Document, passages: Sequence[Passage], vectors: np.ndarray, encoder: Encoder, *, count: int = SENTENCES
) -> list[tuple[int, int]]:
    """(start, end) in the document of at most `count` sentences, in the order of the text.

    `vectors` (passages, dimension) are those of the passages, unit rows.
    """
    if not passages:
        return []
    chosen = np.argsort(-centrality(vectors), kind="stable")[:PASSAGES]
    spans: dict[tuple[int, int], None] = {}
    for number in sorted(int(place) for place in chosen):
        passage = passages[number]
        for start, end in sentences(passage.text):
            spans.setdefault((passage.start + start, passage.start + end))
    told = [(start, end) for start, end in sorted(spans) if _tells(document.text[start:end])]
    told = told or sorted(spans)[:1]
    rows = encoder.passage_embed([document.text[start:end] for start, end in told])
    return [told[place] for place in sorted(distinct(rows, centrality(rows), count))]


def centrality(vectors: np.ndarray) -> np.ndarray:
    """Float64 array (rows,), summing to 1: how much each unit row is like the others, and like those that are so."""
    count = len(vectors)
    if not count:
        return np.zeros(0)
    likeness = np.clip(vectors.astype(np.float64) @ vectors.astype(np.float64).T, 0.0, None)
    np.fill_diagonal(likeness, 0.0)
    sums = likeness.sum(axis=1, keepdims=True)
    steps = np.divide(likeness, sums, out=np.full_like(likeness, 1 / count), where=sums > 0)
    ranks = np.full(count, 1 / count)
    for _ in range(STEPS):
        ranks = (1 - DAMPING) / count + DAMPING * (ranks @ steps)
    return ranks


def distinct(vectors: np.ndarray, ranks: np.ndarray, count: int) -> list[int]:
    """At most `count` rows, the most central first, none of them much like one before."""
    scaled = ranks / max(float(ranks.max()), 1e-12)
    picked: list[int] = []
    while len(picked) < min(count, len(vectors)):
        nearest = (vectors @ vectors[picked].T).max(axis=1) if picked else np.zeros(len(vectors))
        gain = scaled - DIVERSITY * nearest
        gain[picked] = -np.inf
        picked.append(int(np.argmax(gain)))
    return picked


def _tells(sentence: str) -> bool:
    """Whether it is a sentence that says something by itself, and not a heading or a line of a list."""
    if _LEANING.match(sentence):
        return False
    return SHORTEST <= len(sentence) <= LONGEST and sentence[-1] in ".!?。！？”’\"'" and "\n\n" not in sentence
