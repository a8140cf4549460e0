"""Follow-ups: a question that leans on what was said before, made to stand alone.

Pronouns, "there" and "that alliance" are replaced by what they may stand for (see antecedents), where gender and
number agree. Questions without a verb are completed (see ellipsis). Rules propose versions, every one is read, and
the reader's confidence picks (see votes).

A question with none of these signs stands alone and is never touched. Scope: English.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.antecedents import LONGEST_ANSWER, Said, candidates
from qa.clauses import without_opening
from qa.ellipsis import asked_with, completed, counting, is_elliptic, of_event
from qa.lexicon import DETERMINERS, words
from qa.mentions import Mention, agreement, describe, noun_phrases
from qa.slots import Slot, slots_of

TURNS = 3  # before a question that it may be put behind
BEHIND = 40  # words of them and the question: the reader takes 64 tokens
MOST = 3  # versions of a question, the literal one among them

_LOOSE = re.compile(
    r"\b(?:do|did|done|doing) (?:it|that|this|so)\b"
    r"|\b(?:the two|both of them|the former|the latter|the same (?:day|year|time))\b"
    r"|\b(?:then|so)\W*$|\b(?:that|the same) (?:day|night|year|time|moment)\b|\b(?:this|that|it)\W*$",
    re.IGNORECASE,
)


def versions(question: str, turns: Sequence[Said]) -> tuple[str, ...]:
    """The question as typed, then what it may mean after the turns, likeliest first; at most `MOST` in all."""
    if not turns:
        return (question,)
    last = turns[-1]
    found: list[str] = []
    event = of_event(question)
    if event is not None and not event.lower().endswith(tuple(asked_with(last.question).lower().split()[-1:])):
        found += completed(event, last.question, last.answer, last.text)
    if is_elliptic(question):
        answered = [turn for turn in reversed(turns[:-1]) if turn.answer is not None]
        for turn in [last, *(answered[:1] if last.answer is None else [])]:
            found += completed(question, turn.question, turn.answer, turn.text)
    counted = counting(question, last.question)
    whole = without_opening(question) if counted is None else counted
    if slots_of(question, last.text):
        found += _resolved(whole, slots_of(whole, last.text), turns)
    elif counted is not None:
        found.append(counted)
    if not found and (is_elliptic(question) or _LOOSE.search(question)):
        found.append(behind(question, [last]))
    return tuple(dict.fromkeys([question, *found]))[:MOST]


def behind(question: str, turns: Sequence[Said]) -> str:
    """The question behind the last turns, as many of the last `TURNS` as its place in a model's input has room for."""
    parts = [question]
    room = BEHIND - len(question.split())
    for turn in reversed(turns[-TURNS:]):
        before = turn.question.strip().rstrip("?")
        answer = "" if turn.answer is None else f" {' '.join(turn.answer.split()[:LONGEST_ANSWER]).rstrip('.')}."
        room -= len(before.split()) + len(answer.split())
        if room < 0:
            break
        parts.append(f"{before}?{answer}")
    return " ".join(reversed(parts))


def understood(question: str, turns: Sequence[Said]) -> str:
    """The likeliest version, by the rules alone."""
    return (*versions(question, turns)[:2], question)[1]


def _resolved(question: str, slots: Sequence[Slot], turns: Sequence[Said]) -> list[str]:
    """Versions with every slot filled: with the best for all, then with the second best for one of them."""
    pool = candidates(turns)
    present = {mention.key for mention in noun_phrases(question, turns[-1].text)}
    groups = list(dict.fromkeys(slot.group for slot in slots))
    ranked: dict[str, list[tuple[float, Mention]]] = {}
    for group in groups:
        slot = next(slot for slot in slots if slot.group == group)
        fitting = [
            (score + fit, mention)
            for score, mention in pool
            if mention.key not in present and (fit := _fit(mention, slot, turns[-1].text)) is not None
        ]
        ranked[group] = sorted(fitting, key=lambda entry: -entry[0])
    chosen: dict[str, Mention] = {}
    for group in groups:
        free = [mention for _, mention in ranked[group] if mention not in chosen.values()]
        if free:
            chosen[group] = free[0]
    if not chosen:
        return []
    found = [_filled(question, slots, chosen)]
    others = []
    for group, mention in chosen.items():
        scores = {other: score for score, other in ranked[group]}
        for score, other in ranked[group]:
            if not _alike(other, mention):
                swapped = {g: (mention if m == other else m) for g, m in chosen.items()}
                others.append((scores[mention] - score, _filled(question, slots, {**swapped, group: other})))
    return found + [text for _, text in sorted(others, key=lambda entry: entry[0])]


def _alike(one: Mention, other: Mention) -> bool:
    """Whether one says no more than the other: "the state of emergency", "a two-week state of emergency"."""
    first, second = ({match[0].lower() for match in words(mention.text)} - DETERMINERS for mention in (one, other))
    return first <= second or second <= first


def _fit(mention: Mention, slot: Slot, context: str) -> float | None:
    if not slot.noun:
        return agreement(mention, slot.pronoun)
    told = [match[0].lower() for match in words(mention.text)]
    if slot.noun in told:
        return 4.0
    wanted = describe(f"the {slot.noun}")
    if wanted.plural != mention.plural or mention.kind == "time":
        return None
    # "the CSTO, a military alliance": the text itself calls it so.
    name, noun = re.escape(mention.text), re.escape(slot.noun)
    near = rf"{name}\W.{{0,40}}\b{noun}\b|\b{noun}\b.{{0,20}}\W{name}"
    called = 3.0 if re.search(near, context, re.IGNORECASE) else 0.0
    if mention.kind not in (wanted.kind, "name") and not called:
        return None if {mention.kind, wanted.kind} & {"person"} else -1.0
    return called + (1.0 if mention.kind == wanted.kind else 0.0)


def _filled(question: str, slots: Sequence[Slot], chosen: dict[str, Mention]) -> str:
    parts: list[str] = []
    told: set[str] = set()
    done = 0
    for slot in slots:
        if slot.group not in chosen or slot.group in told:
            continue
        told.add(slot.group)  # a second "he" now stands for what the question itself names
        text = chosen[slot.group].text
        if slot.pronoun == "there":
            text = f"in {text}"
        elif slot.owning:
            text = f"{text}'" if text.endswith("s") and chosen[slot.group].plural else f"{text}'s"
        parts += [question[done : slot.start], text]
        done = slot.end
    whole = "".join([*parts, question[done:]])
    return f"{whole[:1].upper()}{whole[1:]}"
