"""Mention: a person, place, group or thing that a text speaks of, and which pronouns can stand for it.

Rules over letter case, titles, endings and small word lists: a follow-up needs to know no more than that "she" is
not Mr Hall and "there" is not Thursday. What the words leave open stays open, and the reader decides.

Scope: English. Finding what a pronoun stands for is the business of followups.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from qa.sentences import sentences


def vocabulary(line: str) -> frozenset[str]:
    return frozenset(line.split())


AUXILIARIES = vocabulary(
    "is are was were am be been being do does did has have had can could will would shall should may might must "
    "isn't aren't wasn't weren't don't doesn't didn't hasn't haven't hadn't can't couldn't won't wouldn't shouldn't"
)
QUESTION_WORDS = vocabulary("who whom whose what which when where why how")
PREPOSITIONS = vocabulary(
    "of in on at by for from to with about into onto over under after before since until till during against between "
    "among through across near behind without within towards toward upon around as than because despite per"
)
PRONOUNS = vocabulary(
    "i me my mine you your yours we us our ours he him his himself she her hers herself it its itself they them "
    "their theirs themselves this that these those there here one ones someone anyone everyone somebody something"
)
_OTHERS = vocabulary(
    "the a an and or but nor so if then also not no yes any some each every both all many much more most other another "
    "such very too just only even ever still again already else exactly ago now later meanwhile however although "
    "though while soon finally recently today yesterday tomorrow earlier several few once there's it's that's what's "
    "who's please tell say says said mr mrs ms dr"
)
FUNCTION_WORDS = AUXILIARIES | QUESTION_WORDS | PREPOSITIONS | PRONOUNS | _OTHERS
DETERMINERS = vocabulary("the a an this that these those his her its their our my your some several")
_LINKS = vocabulary("of the de da del di du la le van von der den al bin ibn for & and")
_TIMES = vocabulary(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december spring summer autumn winter christmas easter morning afternoon evening night "
    "year years month months week weeks day days hour hours minute minutes century decade decades midnight noon"
)
_MALE = vocabulary(
    "mr sir lord king prince duke emperor pope father dad brother son uncle nephew husband grandfather grandpa boy man "
    "gentleman spokesman chairman policeman fireman actor businessman monk priest widower god count baron wizard"
)
_FEMALE = vocabulary(
    "mrs ms miss madam lady queen princess duchess empress mother mom mum sister daughter aunt niece wife grandmother "
    "grandma girl woman spokeswoman chairwoman policewoman actress businesswoman nun widow goddess countess witch maid"
)
_ROLES = vocabulary(
    "president minister premier chancellor governor mayor senator chief general colonel captain sergeant officer "
    "judge doctor dr professor prof bishop rev coach manager director secretary ambassador leader founder author "
    "writer poet artist painter singer composer player engineer scientist teacher student farmer owner baker doctor "
    "nurse lawyer driver pilot soldier child baby person spokesperson chairperson head analyst reporter journalist "
    "architect historian chef inventor explorer candidate commander expert researcher curator editor official "
    "champion winner friend neighbour neighbor boss host guest victim suspect patient witness"
)
_PEOPLE = _MALE | _FEMALE | _ROLES
_GROUPS = vocabulary(
    "organization organisation company corporation inc ltd corp co ministry department agency party university college "
    "school institute bank council union association committee club team army navy force forces government parliament "
    "congress senate court church commission board band orchestra alliance league federation group society foundation "
    "police crew family staff media press channel news network office museum"
)
_MANY = vocabulary("people police children men women media crew staff cattle data mice feet teeth geese parents twins")
_PLACES = vocabulary(
    "city town village country province state region county district street road avenue square park river lake sea "
    "ocean island mountain mount valley hill forest desert bay port harbour harbor bridge airport station building "
    "house castle palace hotel hospital farm garden kingdom republic capital area coast beach republic continent"
)
# The commonest given names of English texts; of other names only titles and the text itself tell.
_HIS_NAMES = vocabulary(
    "james john robert michael william david richard joseph thomas charles daniel matthew anthony mark steven paul "
    "andrew joshua george kevin brian edward jason jeffrey ryan jacob gary nicholas eric jonathan stephen larry justin "
    "scott frank benjamin gregory samuel raymond patrick jack dennis jerry peter henry tom tim bill bob jim joe mike "
    "dan ben max sam harry fred louis oscar omar ali ahmed mohammed ivan carlos juan jose luis pedro hans karl pierre "
    "jean marc antonio marco giovanni vladimir sergei igor arthur albert ernest walter philip simon martin adam alan"
)
_HER_NAMES = vocabulary(
    "mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty margaret sandra ashley "
    "kimberly emily donna michelle carol amanda melissa deborah stephanie rebecca sharon laura cynthia kathleen amy "
    "angela shirley anna ann anne brenda pamela emma nicole helen samantha katherine christine rachel carolyn janet "
    "maria catherine heather diane olivia julie joyce victoria ruth virginia lauren kelly christina joan evelyn judith "
    "alice julia grace hannah sophia sophie ella lily lucy jane kate molly rosa elena olga natasha fatima aisha ingrid "
    "greta clara eva ida marie charlotte claire martha leila layla zoe chloe isabella mia"
)
_WORD = re.compile(r"[^\W_]+(?:['’.&-][^\W_]+)*")
_POSSESSIVE = re.compile(r"['’]s?$")
REACH = 250  # characters after a name in which a pronoun tells its gender


@dataclass(frozen=True)
class Mention:
    """`kind` is person, place, group, thing, time, or name: a name of what is not known.

    `male` runs from -1, surely female, to 1, surely male.
    """

    text: str
    kind: str
    male: float = 0.0
    plural: bool = False

    @property
    def key(self) -> str:
        """Equal for the same thing said alike; a person goes by the last name."""
        words = [word.lower() for word in _WORD.findall(_POSSESSIVE.sub("", self.text))]
        words = [word for word in words if word not in DETERMINERS] or words
        return words[-1] if words and self.kind in ("person", "name") else " ".join(words)


def agreement(mention: Mention, pronoun: str) -> float | None:
    """How well a pronoun ("he", "it", "they", "there") suits a mention; None when it cannot stand for it."""
    kind, plural = mention.kind, mention.plural
    if kind == "time":
        return None
    if pronoun in ("he", "she"):
        male = mention.male if pronoun == "he" else -mention.male
        if plural or male <= -1 or kind not in ("person", "name"):
            return None
        return (2.0 if kind == "person" else 0.5) + male
    if pronoun == "it":
        if plural or kind == "person":
            return None
        return {"thing": 1.5, "group": 1.5, "name": 0.5, "place": 1.0}[kind]
    if pronoun == "they":
        if plural:
            return 2.0
        return {"group": 1.0, "person": -0.5, "name": 0.0}.get(kind)
    if plural or kind in ("person", "group"):
        return None
    return {"place": 2.0, "name": 0.5, "thing": -1.0}[kind]


def words(text: str) -> list[re.Match[str]]:
    """The words of the text, each with its place; "Kassym-Jomart" and "Almaty's" are one."""
    return list(_WORD.finditer(text))


@lru_cache(maxsize=64)
def names(text: str) -> tuple[Mention, ...]:
    """The names in the text, in its order, each as often as it stands there."""
    found = []
    for begin, end in sentences(text):
        found += [_named(text, start, stop) for start, stop in _name_spans(text, begin, end)]
    return tuple(found)


def describe(phrase: str, context: str = "") -> Mention:
    """The mention that a phrase is (an answer, say), as far as its words and the text it stands in tell."""
    phrase = phrase.strip(" \n\t.,;:!?\"'“”")
    lowered = [match[0].lower() for match in words(phrase)]
    if not lowered:
        return Mention(phrase, "time")
    head = _head(lowered)
    if phrase[:1].isdigit() or head in _TIMES or (lowered[0] in _TIMES and lowered[0] != "may"):
        many = _is_plural(head) and head not in _TIMES and not head[0].isdigit()
        return Mention(phrase, "thing" if many else "time", plural=many)
    if any(char.isupper() for char in phrase):
        spans = list(_name_spans(phrase, 0, len(phrase)))
        if spans and spans[-1][1] - spans[0][0] >= len(phrase) * 0.6 and len(spans) > 1 and " and " in phrase:
            return Mention(phrase, "thing", plural=True)
        if spans and not (lowered[0] in ("a", "an") or (head in _ROLES and phrase.islower())):
            start, stop = spans[0]
            if stop - start >= len(phrase) * 0.5:
                return _named_in(phrase[start:stop], before=phrase[:start], context=context)
    return _common(phrase, lowered, head)


def noun_phrases(text: str, context: str = "") -> Iterator[Mention]:
    """Names and phrases such as "the state of emergency" and "protesters" in a question or sentence.

    Where a phrase ends can be seen only where `context` holds it; otherwise it is a word long.
    """
    lower_context = context.lower()
    taken = 0
    matches = words(text)
    named = dict(_name_spans(text, 0, len(text), context))
    for place, match in enumerate(matches):
        if match.start() < taken:
            continue
        word = match[0].lower()
        if match.start() in named:
            taken = named[match.start()]
            before = text[: match.start()]
            yield _named_in(text[match.start() : taken], before=before, context=context)
        elif word in DETERMINERS and word not in ("this", "that", "these", "those"):
            taken = _phrase_end(text, matches, place, lower_context)
            if taken > match.end():
                yield describe(text[match.start() : taken])
        elif word not in FUNCTION_WORDS and _is_plural(word) and (not context or word in lower_context):
            taken = match.end()
            start = match.start()
            verb = place > 1 and matches[place - 2][0].lower() in QUESTION_WORDS  # "who sent engineers?"
            if place and not verb and matches[place - 1][0].lower() not in FUNCTION_WORDS:
                both = text[matches[place - 1].start() : taken]
                start = matches[place - 1].start() if both.lower() in lower_context else start
            yield Mention(text[start:taken], "thing", plural=True)


def _phrase_end(text: str, matches: list[re.Match[str]], place: int, lower_context: str) -> int:
    """Where the phrase that begins with the determiner at `place` ends."""
    first = matches[place].end()
    best = 0
    for number, match in enumerate(matches[place + 1 : place + 7], start=1):
        gap = text[matches[place + number - 1].end() : match.start()]
        word = match[0].lower()
        if gap.strip() or word in AUXILIARIES | QUESTION_WORDS | PRONOUNS or word in ("and", "or", "but"):
            break
        if best and match[0][0].isupper() and matches[place + number - 1][0].islower():
            break  # "the unrest prompted Tokayev"
        if word in PREPOSITIONS or word in DETERMINERS:
            if word not in ("of", "for", "the") or not best:
                break
            continue
        if best and word.endswith("ed"):
            break
        if not best or _holds(lower_context, text[first : match.end()].strip().lower()):
            best = match.end()
        else:
            break
    return best


def _holds(lower_context: str, phrase: str) -> bool:
    """Whether the phrase stands there in whole words."""
    return phrase in lower_context and bool(re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", lower_context))


def _name_spans(text: str, begin: int, end: int, context: str = "") -> Iterator[tuple[int, int]]:
    """(start, end) of each run of capitalised words of one sentence; `context` is more of the text, or none."""
    run: list[re.Match[str]] = []
    matches = list(_WORD.finditer(text, begin, end))
    for place, match in enumerate(matches):
        word = match[0]
        gap = text[run[-1].end() : match.start()] if run else ""
        joined = bool(run) and not gap.strip(" \u00a0.") and not _POSSESSIVE.search(run[-1][0])
        capital = word[0].isupper() and not (word.lower() in FUNCTION_WORDS and (place == 0 or word == "I"))
        if place == 0 and capital and _is_common_opening(context or text, match, matches):
            capital = False
        if capital and word.lower() not in _TIMES - {"may"}:
            if run and not joined:
                yield from _closed(run)
                run = []
            run.append(match)
        elif run and joined and word.lower() in _LINKS - {"and"} and _goes_on(text, matches, place):
            run.append(match)
        else:
            yield from _closed(run)
            run = []
    yield from _closed(run)


def _is_common_opening(text: str, match: re.Match[str], matches: list[re.Match[str]]) -> bool:
    """Whether the capital of a sentence's first word says nothing: the text writes the word small as well."""
    if len(matches) > 1 and matches[1][0][0].isupper():
        return False
    word = _POSSESSIVE.sub("", match[0]).lower()
    return _is_plural(word) or word in _PEOPLE or bool(re.search(rf"\b{re.escape(word)}\b", text))


def _goes_on(text: str, matches: list[re.Match[str]], place: int) -> bool:
    following = matches[place + 1 : place + 3]
    return any(match[0][0].isupper() for match in following[:1]) or (
        len(following) > 1 and following[0][0].lower() == "the" and following[1][0][0].isupper()
    )


def _closed(run: list[re.Match[str]]) -> Iterator[tuple[int, int]]:
    """The run's place, without a possessive and without the titles before a person's name."""
    if not run:
        return
    start, end = run[0].start(), run[-1].end()
    possessive = _POSSESSIVE.search(run[-1][0])
    end -= len(possessive[0]) if possessive else 0
    for match in run[:-1]:
        if match[0].lower().rstrip(".") in _PEOPLE:
            start = run[run.index(match) + 1].start()
    if start < end:
        yield start, end


def _named(text: str, start: int, end: int) -> Mention:
    return _named_in(text[start:end], before=text[max(0, start - 40) : start], context=text)


@lru_cache(maxsize=4096)
def _named_in(name: str, *, before: str, context: str) -> Mention:
    lowered = [match[0].lower() for match in words(name)]
    before_words = [match[0].lower() for match in words(before)][-2:]
    near = set(before_words[-1:]) | ({before_words[0]} if before.rstrip().endswith(",") and before_words else set())
    male = 0.0
    if near & _MALE or lowered[0] in _HIS_NAMES:
        male = 1.0
    elif near & _FEMALE or lowered[0] in _HER_NAMES:
        male = -1.0
    mention = Mention(name, "name", male)
    if set(lowered) & _GROUPS or (name.isupper() and len(name) > 1):
        return replace(mention, kind="group", male=0.0)
    if male or near & _PEOPLE:
        kind = "person"
    elif set(lowered) & _PLACES or _is_placed(name, context):
        return replace(mention, kind="place")
    else:
        fuller = _fuller(name, context)
        kind = "person" if (len(lowered) in (2, 3) and not set(lowered) & _LINKS) or fuller else "name"
    if not male:
        male = _gender_told(name, context)
    return replace(mention, kind=kind, male=male)


def _is_placed(name: str, context: str) -> bool:
    """Whether the text says "in Almaty" or "Mangistau Province"."""
    places = "|".join(_PLACES)
    escaped = re.escape(name)
    if re.search(rf"\b{escaped}(?i: (?:{places})\b)", context):
        return True
    ruled = r"(?:mayor|governor|king|queen|president|city|town|capital|republic|people) of"
    return bool(re.search(rf"\b(?:in|at|near|across|throughout|(?i:{ruled}))\s+{escaped}\b", context))


def _fuller(name: str, context: str) -> bool:
    """Whether a single name is the last one of someone whom the text calls by two."""
    return " " not in name and bool(re.search(rf"\b[A-Z][\w'’-]+ {re.escape(name)}\b", context))


def _gender_told(name: str, context: str) -> float:
    """From the pronouns that follow the name in the text: weak, for they may mean another."""
    told = 0
    for match in re.finditer(re.escape(name), context):
        after = re.search(r"\b(he|him|his|she|her|hers)\b", context[match.end() : match.end() + REACH])
        told += 0 if after is None else 1 if after[0].startswith("h") and after[0] not in ("her", "hers") else -1
    return 0.5 * ((told > 0) - (told < 0))


def _head(lowered: list[str]) -> str:
    """The word that says what the phrase is: the last one before a preposition or the like."""
    for place, word in enumerate(lowered):
        if place and word in PREPOSITIONS | AUXILIARIES | QUESTION_WORDS and lowered[place - 1] not in FUNCTION_WORDS:
            return lowered[place - 1]
    return lowered[-1]


def _common(phrase: str, lowered: list[str], head: str) -> Mention:
    plural = _is_plural(head) or (" and " in phrase and len(lowered) < 8 and lowered[0] not in ("a", "an"))
    if head in _PEOPLE and not plural:
        return Mention(phrase, "person", (head in _MALE) - (head in _FEMALE))
    if plural and head.rstrip("s") in _PEOPLE:
        return Mention(phrase, "thing", plural=True)
    if head in _GROUPS:
        return Mention(phrase, "group", plural=head in _MANY)
    place = head in _PLACES and not plural and "state of" not in phrase.lower()
    return Mention(phrase, "place" if place else "thing", plural=plural)


def _is_plural(word: str) -> bool:
    if word in _MANY:
        return True
    return len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "'s", "’s", "news", "series"))
