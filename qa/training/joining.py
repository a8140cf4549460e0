"""Joining: sentences that were asked about one by one, put back into the texts that they were taken from.

QAMR (Michael et al. 2018) has dozens of short questions on each of some thousand single sentences, most of them
neighbours in an article. Alone, a sentence hardly leaves a choice; together they are paragraphs with questions all
the way along, as a conversation has them (see history). The ids tell where a sentence stands:
`Wiki1k:wikinews:1456077:5:0|...` is the first sentence of paragraph 5 of an article of Wikinews.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from qa.squad import Question

LONGEST = 1000  # characters of a joined text
_PLACE = re.compile(r"(?P<text>\w+:\w+:\d+):(?P<paragraph>\d+):(?P<sentence>\d+)\|")


def joined(questions: Sequence[Question], *, longest: int = LONGEST) -> list[Question]:
    """The questions, those on single sentences each on as many sentences of its text as fit into `longest`.

    Others, and those whose id tells nothing, are left as they are. Answers keep their place; the title becomes that of
    the text, and the order stays.
    """
    sentences: dict[str, dict[tuple[int, int], str]] = {}
    places = [_PLACE.match(question.id) for question in questions]
    for question, place in zip(questions, places, strict=True):
        if place is not None:
            number = (int(place["paragraph"]), int(place["sentence"]))
            sentences.setdefault(place["text"], {})[number] = question.context
    around: dict[tuple[str, str], tuple[str, int]] = {}  # (text, sentence): the joined text, where the sentence starts
    for name, found in sentences.items():
        for group in _groups([found[number] for number in sorted(found)], longest):
            text = " ".join(group)
            start = 0
            for sentence in group:
                around.setdefault((name, sentence), (text, start))
                start += len(sentence) + 1
    results = []
    for question, place in zip(questions, places, strict=True):
        if place is not None:
            context, start = around[place["text"], question.context]
            starts = tuple(start + begin for begin in question.starts)
            question = replace(question, context=context, starts=starts, title=place["text"])
        results.append(question)
    return results


def _groups(sentences: Sequence[str], longest: int) -> list[list[str]]:
    """Neighbours together, each group as long as `longest` allows, or one sentence."""
    groups: list[list[str]] = []
    for sentence in sentences:
        if groups and len(" ".join([*groups[-1], sentence])) <= longest:
            groups[-1].append(sentence)
        else:
            groups.append([sentence])
    return groups
