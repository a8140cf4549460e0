"""Follow-ups: a question that leans on what was said before, made to stand alone.

Pronouns, "there" and "that alliance" are replaced by what they may stand for (see antecedents), where gender and
number agree. Questions without a verb are completed (see ellipsis). Rules propose versions, every one is read, and
the reader's confidence picks (see votes).

A question with none of these signs stands alone and is never touched. Scope: English.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.antecedents import LONGEST_ANSWER, Said, candidates
from qa.ellipsis import asked_with, completed, is_elliptic, of_event, without_opening
from qa.lexicon import AUXILIARIES, DETERMINERS, FUNCTION_WORDS, PREPOSITIONS, vocabulary, words
from qa.mentions import Mention, agreement, describe, noun_phrases

TURNS = 2  # before a question that it is put behind
BEHIND = 40  # words of them and the question: the reader takes 64 tokens
MOST = 3  # versions of a question, the literal one among them

_PRONOUNS = {
    "he": "he", "him": "he", "his": "he", "himself": "he",
    "she": "she", "her": "she", "hers": "she", "herself": "she",
    "it": "it", "its": "it", "itself": "it",
    "they": "they", "them": "they", "their": "they", "theirs": "they", "themselves": "they",
    "there": "there",
}  # fmt: skip
_OWNING = vocabulary("his her its their")
_OBJECTS = vocabulary("him her it them")
_CLAUSES = vocabulary(
    "that when where while because after before since until if and but who which whether although to for as than say "
    "says said saying claim claimed claims think thinks thought believe believed argue argued deny denied announce "
    "announced"
)
_DOING = vocabulary("do did done doing")
_TIMELESS = vocabulary("year month week day days time night morning evening century moment period decade")
_TEXTS = vocabulary("article text document passage")  # what is asked, not what it speaks of
_NO_REFERENCE = re.compile(
    r"\bit (?:is |was )?(?:true|possible|that|raining|necessary|likely|important|clear|known|about|like to|seems?)\b"
    r"|\bit (?:take|cost|mean)s?\b|\btime is it\b|\b(?:is|was) it (?:a|an|the|not)\b",
    re.IGNORECASE,
)
_LOOSE = re.compile(
    r"\b(?:do|did|done|doing) (?:it|that|this|so)\b"
    r"|\b(?:the two|both of them|the former|the latter|the same (?:day|year|time))\b"
    r"|\b(?:then|so)\W*$|\b(?:that|the same) (?:day|night|year|time|moment)\b|\b(?:this|that|it)\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Slot:
    """A word or two of a question that stand for something said before: [start, end) and what may stand there."""

    start: int
    end: int
    group: str  # slots of one group mean the same
    owning: bool
    pronoun: str
    noun: str = ""


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
    slots = _slots(question, last.text)
    if slots:
        found += _resolved(without_opening(question), _slots(without_opening(question), last.text), turns)
    if not found and (is_elliptic(question) or _LOOSE.search(question)):
        found.append(behind(question, [last]))
    return tuple(dict.fromkeys([question, *found]))[:MOST]


def behind(question: str, turns: Sequence[Said]) -> str:
    """The question behind the last turns, as many of the last `TURNS` as its place in a model's input has room for."""
    parts = [question]
    room = BEHIND - len(question.split())
    for turn in reversed(turns[-TURNS:]):
        before = turn.question.strip().rstrip("?")
        answer = "" if turn.answer is None else f" {' '.join(turn.answer.split()[:LONGEST_ANSWER])}."
        room -= len(before.split()) + len(answer.split())
        if room < 0:
            break
        parts.append(f"{before}?{answer}")
    return " ".join(reversed(parts))


def understood(question: str, turns: Sequence[Said]) -> str:
    """The likeliest version, by the rules alone."""
    return (*versions(question, turns)[:2], question)[1]


# Pronouns


def _slots(question: str, context: str) -> list[_Slot]:
    """What in the question stands for something said before, and not for something in the question itself."""
    matches = words(question)
    lowered = [match[0].lower().replace("’", "'") for match in matches]
    slots = []
    for place, match in enumerate(matches):
        word = lowered[place].removesuffix("'s")
        before = lowered[place - 1] if place else ""
        after = lowered[place + 1] if place + 1 < len(lowered) else ""
        if word in ("this", "that", "these", "those"):
            slot = _demonstrative(matches, lowered, place)
            if slot is not None:
                slots.append(slot)
            continue
        if word not in _PRONOUNS:
            continue
        kind = _PRONOUNS[word]
        owning = word in _OWNING and bool(after) and (word != "her" or after not in FUNCTION_WORDS)
        if word == "there" and not _is_locative(lowered, place):
            continue
        if kind == "it" and (_NO_REFERENCE.search(question) or _is_deed(before, after)):
            continue
        if _is_bound(question, matches, lowered, place, kind, context, owning):
            continue
        aim = word in _OBJECTS and not owning and before not in AUXILIARIES
        end = match.end() - (2 if lowered[place].endswith("'s") else 0)
        slots.append(_Slot(match.start(), end, f"{kind} {aim}" if kind in ("he", "she") else kind, owning, kind))
    return slots


def _is_deed(before: str, after: str) -> bool:
    """Whether "it" or "that" is what was done, as in "who did it?", which no name stands for."""
    return before in _DOING and (not after or (before != "did" and after in PREPOSITIONS))


def _is_locative(lowered: list[str], place: int) -> bool:
    """Whether "there" is a place, as in "who lives there?" and not in "are there any?"."""
    if place == len(lowered) - 1 and lowered[0] == "who":
        return True
    before, after = lowered[place - 1], lowered[place + 1 : place + 2]
    exists = (AUXILIARIES - _DOING) | {"if", "that", "because"}
    return place > 0 and before not in exists and not set(after) & AUXILIARIES


def _demonstrative(matches: list[re.Match[str]], lowered: list[str], place: int) -> _Slot | None:
    word = lowered[place].removesuffix("'s")
    before = lowered[place - 1] if place else ""
    after = [*(["is"] if word != lowered[place] else []), *lowered[place + 1 : place + 3]]
    if _is_deed(before, after[0] if after else ""):
        return None
    many = word in ("these", "those")
    if after and after[0] not in FUNCTION_WORDS:
        if after[0] in _TIMELESS | _TEXTS:
            return None
        alone = before in ("do", "does", "did") and len(after) == 1 and word != "those"
        governed = before in AUXILIARIES | PREPOSITIONS or place + 2 == len(lowered) or word != "that"
        if not alone:
            if not governed:
                return None
            noun = after[0]
            end = matches[place + 1].end()
            return _Slot(matches[place].start(), end, f"that {noun}", False, "they" if many else "it", noun)
    elif (after and after[0] not in AUXILIARIES | PREPOSITIONS) or (
        word == "that" and before and before not in AUXILIARIES | PREPOSITIONS
    ):
        return None
    return _Slot(matches[place].start(), matches[place].end(), "that", False, "they" if many else "it")


def _is_bound(
    question: str, matches: list[re.Match[str]], lowered: list[str], place: int, kind: str, context: str, owning: bool
) -> bool:
    """Whether the pronoun stands for something that the question itself names before it.

    Within one clause an object is not the same as the subject: "Why did Tokayev dismiss him?".
    """
    if place and lowered[place - 1] in AUXILIARIES and not _CLAUSES & set(lowered[2 : place - 1]):
        return False  # what stands before the auxiliary is what is asked for: "How many troops did they send?"
    before = question[: matches[place].start()]
    mentions = [m for m in noun_phrases(before, context) if (agreement(m, kind) or -1) > 0]
    if not mentions:
        return False
    last = mentions[-1]
    start = before.rfind(last.text) + len(last.text)
    between = {word for word, match in zip(lowered, matches, strict=True) if start <= match.start() < len(before)}
    is_object = lowered[place] in _OBJECTS and not owning and lowered[place - 1] not in AUXILIARIES
    return not is_object or bool(between & _CLAUSES)


def _resolved(question: str, slots: Sequence[_Slot], turns: Sequence[Said]) -> list[str]:
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


def _fit(mention: Mention, slot: _Slot, context: str) -> float | None:
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


def _filled(question: str, slots: Sequence[_Slot], chosen: dict[str, Mention]) -> str:
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
