"""History: questions asked on, behind the ones before them, as in a conversation about one paragraph.

There is no training set of follow-ups at hand, but a paragraph carries several questions. One of them becomes the
next turn after others whose answers stand before its own, for those who ask on mostly go on from where they are
(Reddy et al. 2019, section 3.3), and is worded as people ask on: names said before, or what the article is about,
give way to pronouns ("Where was he born?"), words said before are left out ("And when?", "Who is the mayor?" without
"of Almaty"), and where the answer is close by the question word alone stays ("Why?"), also after a "yes" to the rest
of it. The turns before stand in front of it, in the form that `followups.behind` gives them in reading: as they were
meant, or as they were typed, which makes follow-ups of them too, and some of them yes/no questions.

By rule: a part of the results is odd, which training bears.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from random import Random

from qa.antecedents import Said
from qa.ellipsis import asked_with
from qa.followups import TURNS, behind
from qa.lexicon import AUXILIARIES, DETERMINERS, FUNCTION_WORDS, PREPOSITIONS, PRONOUNS, vocabulary, words
from qa.mentions import Mention, agreement, noun_phrases
from qa.squad import Question

NEAR = 250  # characters between two answers of which the second can be asked for with a question word alone
CONFIRMED = 0.15  # share of the turns that are asked for a yes, where they can be
TYPED = 0.5  # share of the conversations whose turns stand as they were typed
_VAGUE = vocabulary("what which how whose")  # alone they ask for nothing in particular
_FORMS = {  # subject, object, owner
    "he": ("he", "him", "his"),
    "she": ("she", "her", "her"),
    "it": ("it", "it", "its"),
    "they": ("they", "them", "their"),
}
_OPENINGS = ("", "", "", "and ", "And ", "so ")


def asked_on(question: Question, others: Sequence[Question], random: Random) -> Question | None:
    """The question as the turn after one to `TURNS` of `others`, answerable ones on the same context; None without any.

    Its answers stay as they are. Of an unanswerable one no words are left out, since they are what makes it so: names
    alone give way to pronouns, which stand for the same.
    """
    turns = _before(question, others, random)
    if not turns:
        return None
    said = _as_said(turns, random)
    confirmed = _confirmed(question.question)
    if confirmed is not None and not question.impossible and random.random() < CONFIRMED:
        said[-1] = Said(confirmed, confirmed, "yes")
        return replace(question, question=behind(f"{asked_with(question.question)}?", said))
    text = _pronominal(question, turns, random) if question.impossible else _worded(question, turns, random)
    if text == question.question and random.random() < 0.7:  # what stands alone is learnt elsewhere
        return None
    return replace(question, question=behind(text, said))


def leaning(question: Question, others: Sequence[Question], random: Random) -> tuple[str, list[Question]] | None:
    """The question with pronouns for what turns before spoke of, and these turns; None where it has none of either.

    It means what it meant, so its answers are right, or it has none, as before.
    """
    turns = _before(question, others, random)
    text = _pronominal(question, turns, random)
    return (text, turns) if turns and text != question.question else None


def _as_said(turns: Sequence[Question], random: Random) -> list[Said]:
    """The turns as they stand in front of the next: some confirmed with a yes, and all as meant or all as typed."""
    typed = random.random() < TYPED
    said = []
    for number, turn in enumerate(turns):
        text, answer = turn.question, turn.answers[0]
        if random.random() < CONFIRMED and (confirmed := _confirmed(text)) is not None:
            text, answer = confirmed, "yes"
        elif typed and number > 0:
            text = _worded(turn, turns[:number], random)
        said.append(Said(text, text, answer))
    return said


def _confirmed(text: str) -> str | None:
    """ "When was it sold?" as "Was it sold?", to which "yes" is an answer and "When?" asks on; None for others."""
    asked = asked_with(text)
    rest = text[len(asked) :].strip()
    opened = [match[0] for match in words(rest)[:2]]
    if not asked or len(opened) < 2 or opened[0].lower() not in AUXILIARIES:
        return None
    # Behind "What country is" stands a verb, which would be asked about nobody.
    subject = opened[1].lower() in DETERMINERS | PRONOUNS or opened[1][0].isupper()
    return rest[:1].upper() + rest[1:] if subject else None


def grouped(questions: Sequence[Question]) -> dict[str, list[Question]]:
    """The answerable questions of each context."""
    found: dict[str, list[Question]] = defaultdict(list)
    for question in questions:
        if not question.impossible:
            found[question.context].append(question)
    return found


def _before(question: Question, others: Sequence[Question], random: Random) -> list[Question]:
    """At most `TURNS` of the others, in the order in which they were asked: each mostly a little before the next."""
    chain = [question]
    for _ in range(random.randint(1, TURNS)):
        said = {answer for turn in chain for answer in turn.answers}
        pool = [other for other in others if other.id != question.id and not said & set(other.answers)]
        if not pool:
            break
        place = chain[0].starts[0] if chain[0].starts else random.randrange(len(question.context))
        near = [other for other in pool if 0 <= place - other.starts[0] <= NEAR]
        if near and random.random() < 0.75:
            chain.insert(0, random.choice(near))
        elif random.random() < 0.6:
            chain.insert(0, min(pool, key=lambda other: (other.starts[0] > place, abs(other.starts[0] - place))))
        else:
            chain.insert(0, random.choice(pool))
    return chain[:-1]


def _worded(question: Question, turns: Sequence[Question], random: Random) -> str:
    """The question in the words of one who asks on."""
    opening = random.choice(_OPENINGS)
    asked = asked_with(question.question)
    asked = "" if asked.lower() in _VAGUE else asked
    last = turns[-1]
    between = abs(question.starts[0] - last.starts[0])
    if asked and between <= NEAR and random.random() < 0.4:
        return _opened(opening, f"{asked}?")
    said = _content(_spoken(question, turns))
    rest = question.question[len(asked) :] if asked else question.question
    if asked and _content(rest) <= said and random.random() < 0.6:
        return _opened(opening, f"{asked}?")
    short = _without_end(question.question, said) if random.random() < 0.5 else question.question
    return _pronominal(replace(question, question=short), turns, random)


def _pronominal(question: Question, turns: Sequence[Question], random: Random) -> str:
    """The question with pronouns for what the turns, and the title, have spoken of."""
    return _with_pronouns(question.question, _spoken(question, turns).lower(), question.context, random)


def _spoken(question: Question, turns: Sequence[Question]) -> str:
    return " ".join([question.title.replace("_", " "), *(f"{turn.question} {turn.answers[0]}" for turn in turns)])


def _without_end(text: str, said: set[str]) -> str:
    """The question without a last "of ...", "in ..." of which all has been said, if enough of it is left."""
    found = words(text)
    for number in reversed(range(len(found))):
        if found[number][0].lower() not in PREPOSITIONS:
            continue
        rest = text[: found[number].start()].rstrip(" ,")
        told = _content(text[found[number].end() :])
        whole = number >= 4 and found[number - 1][0].lower() not in AUXILIARIES | DETERMINERS | PREPOSITIONS
        return f"{rest}?" if whole and told and told <= said and _content(rest) else text
    return text


def _opened(opening: str, text: str) -> str:
    return f"{opening}{text[:1].lower()}{text[1:]}" if opening else text


def _content(text: str) -> set[str]:
    return {match[0].lower().removesuffix("'s") for match in words(text)} - FUNCTION_WORDS


def _with_pronouns(text: str, spoken: str, context: str, random: Random) -> str:
    """Names and phrases that the turns before spoke of, replaced by pronouns; each pronoun for one thing only."""
    taken: set[str] = set()
    done = 0
    parts = []
    for mention in noun_phrases(text, context):
        start = text.find(mention.text, done)
        if start < 0 or not mention.key or mention.key not in spoken:
            continue
        if _is_part(text[:start], text[start + len(mention.text) :]):
            continue
        pronoun = _pronoun(mention, random)
        if pronoun is None or pronoun in taken or random.random() < 0.15:
            continue
        taken.add(pronoun)
        end = start + len(mention.text)
        word, begin, end = _form(text, start, end, mention, pronoun)
        if begin < done:
            continue
        parts += [text[done:begin], word]
        done = end
    changed = "".join([*parts, text[done:]])
    return changed[:1].upper() + changed[1:]


def _is_part(before: str, after: str) -> bool:
    """Whether the phrase between the two is a piece of a longer one: "the Pepsi campaign", "Ministry of Justice"."""
    left = [match[0] for match in words(before)[-3:]]
    left = left[:-1] if left and left[-1].lower() in DETERMINERS else left
    right = [match[0] for match in words(after)[:1] if after[:1] == " "]
    if left and left[-1].lower() not in FUNCTION_WORDS:
        return True
    if right[:1] == ["of"] or (len(left) > 1 and left[-1].lower() == "of" and left[-2][0].isupper()):
        return True
    subject = bool(left) and left[-1].lower() in AUXILIARIES  # what follows it then is a verb
    return bool(right) and right[0].lower() not in FUNCTION_WORDS and not subject


def _pronoun(mention: Mention, random: Random) -> str | None:
    fits = {pronoun: fit for pronoun in _FORMS if (fit := agreement(mention, pronoun)) is not None and fit > 0}
    if not fits:
        return None
    best = max(fits.values())
    return random.choice([pronoun for pronoun, fit in fits.items() if fit == best])


def _form(text: str, start: int, end: int, mention: Mention, pronoun: str) -> tuple[str, int, int]:
    """The pronoun in the form that its place asks for, and which characters give way to it."""
    owned = re.match(r"['’]s?\b|['’]", text[end:])
    if owned:
        return _FORMS[pronoun][2], start, end + owned.end()
    before = words(text[:start])[-1:]
    if before and before[0][0].lower() in ("the", "a", "an"):
        start = before[0].start()
        before = words(text[:start])[-1:]
    governed = bool(before) and before[0][0].lower() in PREPOSITIONS
    if governed and mention.kind == "place" and before[0][0].lower() in ("in", "at"):
        return "there", before[0].start(), end
    last = not words(text[end:])
    return _FORMS[pronoun][1 if governed or last else 0], start, end
