"""Augmentation: new training questions from given ones, each a pure function of a question and a random generator.

Natural unanswerable questions are few, so two kinds are made:
- `Neighbours`: the question beside a lexically close paragraph that lacks the answer, which is what retrieval
  really hands to a reader (Clark & Gardner 2018, section 3.2, train on such paragraphs).
- `qa.training.swaps`: the question with something in it exchanged, beside its own paragraph.

The others keep the answer: `cropped` shortens the context to sentences around it, `as_typed` writes the question
as people do (lower case, no question mark, a misspelling), `as_statement` turns "Who is the mayor?" into "the mayor".

Offsets stay exact: for every result, `context[start : start + len(answer)] == answer`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from random import Random

from qa.spelling import misspelt
from qa.squad import Question

_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+")
_IS = re.compile(r"^(?:what|who|which|where)(?: is| are| was| were|'s)\s+(?P<rest>[^?]{4,80})\??$", re.IGNORECASE)
_NAME_OF = re.compile(r"^(?:what is |what was |what's )?the name of (?P<rest>[^?]{4,60})\??$", re.IGNORECASE)


def cropped(question: Question, random: Random, *, characters: int) -> Question:
    """The context cut to whole neighbouring sentences, up to about `characters` long, around all the answers.

    The stretch stands at random around them, or anywhere where there is no answer. At least one sentence remains.
    """
    context = question.context
    if len(context) <= characters:
        return question
    borders = [0, *(match.end() for match in _SENTENCE_END.finditer(context)), len(context)]
    sentences = [(a, b) for a, b in pairwise(borders) if b > a]
    if question.answers:
        low = min(question.starts)
        high = max(start + len(text) for text, start in zip(question.answers, question.starts, strict=True))
        first = max(i for i, (a, _) in enumerate(sentences) if a <= low)
        last = min(i for i, (_, b) in enumerate(sentences) if b >= high)
    else:
        first = last = random.randrange(len(sentences))
    while True:
        grown = [
            (f, n)
            for f, n in ((first - 1, last), (first, last + 1))
            if f >= 0 and n < len(sentences) and sentences[n][1] - sentences[f][0] <= characters
        ]
        if not grown:
            break
        first, last = random.choice(grown)
    start, end = sentences[first][0], sentences[last][1]
    return replace(question, context=context[start:end], starts=tuple(s - start for s in question.starts))


def as_typed(question: Question, random: Random) -> Question:
    """The question as typed in a hurry: lower case, without a question mark, and sometimes with a misspelt word."""
    text = question.question.strip().rstrip("?").rstrip().lower()
    words = text.split(" ")
    long = [i for i, word in enumerate(words) if len(word) > 4 and word.isalpha()]
    if long and random.random() < 0.4:
        i = random.choice(long)
        words[i] = misspelt(words[i], random)
    return replace(question, question=" ".join(words))


def as_statement(question: Question, random: Random) -> Question | None:
    """ "What is the name of the mayor?" as "the mayor's name", "Who is the mayor?" as "the mayor"; None if neither."""
    if match := _NAME_OF.match(question.question.strip()):
        rest = match["rest"].strip()
        return replace(question, question=random.choice((f"{rest}'s name", f"the name of {rest}")))
    if match := _IS.match(question.question.strip()):
        return replace(question, question=match["rest"].strip())
    return None


class Neighbours:
    """Finds, for a question, paragraphs that share its words and lack its answer. TF-IDF, as a keyword search would."""

    def __init__(self, questions: Sequence[Question], *, top: int = 6) -> None:
        import numpy as np
        from sklearn.feature_extraction.text import TfidfVectorizer

        self._contexts = list(dict.fromkeys(question.context for question in questions))
        self._vectorizer = TfidfVectorizer(sublinear_tf=True, stop_words="english", dtype=np.float32)
        self._matrix = self._vectorizer.fit_transform(self._contexts).T.tocsc()
        self._lower = [context.lower() for context in self._contexts]
        self._top = top

    def of(self, questions: Sequence[Question], random: Random) -> list[Question | None]:
        """For each question the same question beside one of the closest such paragraphs, or None if none is close."""
        import numpy as np

        results: list[Question | None] = []
        for block in range(0, len(questions), 512):
            part = questions[block : block + 512]
            scores = (self._vectorizer.transform([q.question for q in part]) @ self._matrix).tocsr()
            for row, question in enumerate(part):
                columns = scores.indices[scores.indptr[row] : scores.indptr[row + 1]]
                values = scores.data[scores.indptr[row] : scores.indptr[row + 1]]
                best = columns[np.lexsort((columns, -values))[: 4 * self._top]]
                golds = [answer.lower() for answer in question.answers]
                fit = [
                    int(i)
                    for i in best
                    if self._contexts[i] != question.context and not any(gold in self._lower[i] for gold in golds)
                ][: self._top]
                results.append(
                    replace(question, context=self._contexts[random.choice(fit)], answers=(), starts=())
                    if fit
                    else None
                )
        return results
