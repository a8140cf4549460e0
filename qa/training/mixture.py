"""Mixture: which questions are trained on, in which order and how changed; all decided before training starts.

The list is a pure function of files, shares and seed, so a resumed run sees what an uninterrupted one would.
Training has two parts (see `qa.training.train`). The last part, the cool-down, holds its share of everything
and, several times over, the questions given as `finish`: the few best ones, natural unanswerable questions above
all, are learnt best when they are seen last.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from qa.squad import Question
from qa.training.augment import Neighbours, as_statement, as_typed, cropped
from qa.training.history import asked_on, grouped
from qa.training.joining import joined
from qa.training.swaps import swapped
from qa.training.turns import Turn, repeated

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Shares:
    """How much of each augmentation, as a share of the questions it applies to."""

    neighbours: float = 0.15  # answerable questions asked again beside a close paragraph without the answer
    swaps: float = 0.15  # answerable questions asked again with something exchanged or negated
    typed: float = 0.0  # questions written as people type; measured, it did not help on such questions
    statements: float = 0.3  # of the few questions that can be turned into a statement
    histories: float = 0.0  # questions asked again behind ones before them; for readers of conversations
    short: float = 0.12  # contexts cut to the length of a caption or a news brief
    longest: int = 1200  # characters; longer contexts are cut to this, which saves a third of the time


@dataclass(frozen=True)
class Mixed:
    """Questions in training order, at most one answer each; those from `cooldown` on are the cool-down's."""

    questions: list[Question]
    cooldown: int
    # By the number of a question whose wording was changed, and not its meaning: how it was worded before. None for
    # one that has no other wording and is learnt from its label alone.
    meant: Mapping[int, str | None] = field(default_factory=dict)


def mix(
    train: Sequence[Question],
    finish: Sequence[Question] = (),
    *,
    epochs: int = 1,
    finish_passes: int = 2,
    cooldown: float = 0.35,
    turns: Sequence[Turn] = (),
    turn_passes: int = 2,
    shares: Shares | None = None,
    seed: int = 0,
) -> Mixed:
    """Orders `train`, seen `epochs` times, `turns`, seen `turn_passes` times, and `finish` in the cool-down.

    That is seen `finish_passes` times; `cooldown` is the share of all else kept for the cool-down.
    """
    shares = Shares() if shares is None else shares
    random = Random(seed)
    both = [*train, *finish]
    contexts: dict[str, dict[str, None]] = defaultdict(dict)
    for question in both:
        contexts[question.title][question.context] = None
    texts = {title: list(distinct) for title, distinct in contexts.items()}
    answerable = [question for question in both if not question.impossible]
    neighbours = Neighbours(both) if shares.neighbours > 0 and answerable else None
    placed: list[tuple[float, Question]] = []
    alone: dict[int, str | None] = {}  # the wording of what is now behind others, by its identity
    for _ in range(epochs):
        placed += [(random.random(), question) for question in train]
        chosen = [question for question in answerable if random.random() < shares.neighbours]
        beside = [] if neighbours is None else neighbours.of(chosen, random)
        chosen = [question for question in answerable if random.random() < shares.swaps]
        # Cut first: afterwards nothing tells where the sentence is that makes it hard.
        chosen = [cropped(question, random, characters=shares.longest) for question in chosen]
        exchanged = [swapped(question, random, others=texts[question.title]) for question in chosen]
        placed += [(random.random(), question) for question in (*beside, *exchanged) if question is not None]
        asked = _histories(both, texts, shares, neighbours, random)
        placed += [(random.random(), question) for question, _ in asked]
        alone.update((id(question), wording) for question, wording in asked)
        log.info("%d questions with a neighbour, %d swapped, %d behind others", len(beside), len(exchanged), len(asked))
    conversed = repeated(turns, turn_passes, random, longest=shares.longest)
    placed += [(random.random(), question) for question in conversed]
    alone.update((id(question), None) for question in conversed)
    for _ in range(finish_passes):
        placed += [(1 - cooldown * random.random(), question) for question in finish]
    placed.sort(key=lambda pair: pair[0])
    natural = {id(question) for question in (*both, *conversed) if question.impossible}
    questions = [_varied(question, id(question) in natural, shares, random) for _, question in placed]
    wordings = [alone.get(id(question), question.question) for _, question in placed]
    meant = {
        number: wording
        for number, (question, wording) in enumerate(zip(questions, wordings, strict=True))
        if question.question != wording
    }
    return Mixed(questions, sum(position <= 1 - cooldown for position, _ in placed), meant)


def _histories(
    questions: Sequence[Question],
    texts: Mapping[str, Sequence[str]],
    shares: Shares,
    neighbours: Neighbours | None,
    random: Random,
) -> list[tuple[Question, str]]:
    """Some of the questions as turns of a conversation, some of these swapped or beside a paragraph without the answer.

    Each with its wording where it stands alone. `texts` are the paragraphs of each article.
    """
    if shares.histories == 0:
        return []
    questions = joined(questions)  # on a single sentence nobody asks on for long
    groups = grouped(questions)
    found: list[tuple[Question, str]] = []
    for question in questions:
        if random.random() < shares.histories:
            others = groups.get(question.context, ())
            # As large a share without an answer as among the questions that stand alone.
            if not question.impossible and random.random() < shares.swaps / (1 + shares.swaps):
                cut = cropped(question, random, characters=shares.longest)
                exchanged = swapped(cut, random, others=texts.get(question.title, ()))
                if exchanged is None:
                    continue
                question = exchanged
            asked = asked_on(question, others, random)
            if asked is not None:
                found.append((asked, question.question))
    if neighbours is None:
        return found
    strayed = [random.random() < shares.neighbours and not question.impossible for question, _ in found]
    straying = [pair for pair, strays in zip(found, strayed, strict=True) if strays]
    beside = neighbours.of([question for question, _ in straying], random)
    kept = [pair for pair, strays in zip(found, strayed, strict=True) if not strays]
    moved = [(other, wording) for other, (_, wording) in zip(beside, straying, strict=True) if other is not None]
    return [*kept, *moved]


def _varied(question: Question, natural: bool, shares: Shares, random: Random) -> Question:
    """The question as it is trained on once: one annotated answer, its context cut, its wording changed or not."""
    if question.answers:
        # People disagree; drawing anew each time weighs their answers as they gave them.
        i = random.randrange(len(question.answers))
        question = replace(question, answers=question.answers[i : i + 1], starts=question.starts[i : i + 1])
    if not natural:  # cutting could remove what makes a natural unanswerable question hard
        short = random.random() < shares.short
        question = cropped(question, random, characters=random.randint(150, 600) if short else shares.longest)
    if random.random() < shares.statements and (statement := as_statement(question, random)) is not None:
        return statement
    return as_typed(question, random) if random.random() < shares.typed else question
