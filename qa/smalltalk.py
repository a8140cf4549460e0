"""Small talk: greetings, thanks, and questions about the assistant or its texts as such.

Each is known only when all of what was typed is made of it: "Hello! What can you do?" is, "Who said hello to the
crowd?" and "What can the president do?" are questions to the texts. A greeting before a question is left out.

Scope: telling what is wanted. Summaries are made by summary, questions are answered by the assistant.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.store import DocumentRecord

LISTED = 10  # texts named when they are asked for; the rest are counted

_GREETING = (
    r"(?:hi|hello|hey|hiya|howdy|greetings|good (?:morning|afternoon|evening|day)|welcome)"
    r"(?: (?:there|again|all|everyone|everybody|assistant|bot|chatbot|friend))?"
)
_MOOD = r"(?:how are (?:you|things)(?: doing)?(?: today)?|how(?:'s| is) it going|how do you do|what(?:'s| is) up|nice to meet you)"
_THANKS = (
    r"(?:(?:ok(?:ay)?|great|perfect|cool|nice|good)?,? ?(?:many )?(?:thanks|thank you|thx|cheers|ta)"
    r"(?: (?:a lot|so much|very much|a bunch|again|for (?:that|this|the help|your help|the answer|everything)))*"
    r"|much appreciated|that(?:'s| is| was) (?:all|great|helpful|very helpful|perfect|good|it))"
)
_PRAISE = r"(?:ok(?:ay)?|great|perfect|cool|nice|awesome|excellent|wonderful|well done|good (?:job|answer|bot)|i see|got it|alright)"
_GOODBYE = (
    r"(?:(?:good ?bye|bye(?: bye)?|see you|see ya|farewell|good night|take care|so long|have a (?:nice|good|great) \w+)"
    r"(?: (?:later|soon|then|now|all|for now|tomorrow))?)"
)
_POLITE = r"(?:(?:please|can you|could you|would you|will you|i want you to|i'd like you to)(?: please)? )?"
_ABLE = (
    r"(?:what (?:can|could|do) you do(?: for me)?(?: exactly)?|what are you able to do|what can i (?:ask|do)(?: you)?(?: (?:here|about|for))?"
    r"|how (?:can|do) (?:you help(?: me)?|i use (?:you|this))|how do you work|how does this work|what are your (?:features|capabilities|skills)"
    r"|(?:can you )?help(?: me)?|what kind of questions can (?:i ask(?: you)?|you answer)|what should i ask(?: you)?|what can you (?:help|assist)(?: me)? with)"
)
_WHO = (
    r"(?:who|what) (?:are|r) (?:you|u)|what(?:'s| is) your name|who (?:made|built|created) you"
    r"|are you (?:a |an )?(?:bot|chatbot|robot|human|person|ai|machine|real|chatgpt)|tell me about yourself|introduce yourself"
)
_TEXT = r"(?:texts?|documents?|articles?|files?|sources?|stor(?:y|ies)|reports?|pages?|corpus|books?|library|collection|papers?)"
_THESE = r"(?:the|this|that|these|those|your|my|all(?: of)?(?: the| your| my| these)?|our)"
_LIST = (
    rf"(?:which|what) {_TEXT} (?:do you have|are there|can you read|have you (?:got|read)|do you (?:know|use|hold|contain)|are (?:available|loaded|indexed|in (?:here|the index|the corpus))|is this)"
    rf"|(?:list|show|name)(?: me)?(?: {_THESE})? {_TEXT}(?: you have)?|how many {_TEXT} (?:do you have|are there|have you (?:got|read))"
    rf"|what (?:do you know|have you (?:got|read))(?: about)?|what(?:'s| is) in (?:the|your) (?:corpus|index|library|collection)"
    rf"|what are (?:your|the) (?:sources|texts|documents)"
)
_NAMED = rf"(?:{_THESE} )?(?:whole |entire |last |first |news )?{_TEXT}"
_ALL_OF_IT = rf"(?:{_NAMED}|it|this|that|them|everything|(?:it|them) all)"
_SUM_UP = r"(?:summari[sz]e|sum up|outline|recap|tl;?dr|give (?:me )?(?:a|an|the) (?:short |brief |quick )?(?:summary|overview|outline|gist) of|(?:a |the )?(?:summary|overview|gist) of)"
_ABOUT = rf"(?:what(?:'s| is| are| was) (?P<about>.+?) (?:all )?about|what does (?P<says>{_NAMED}) say|what happens in (?P<happens>{_NAMED})|tell me about (?P<told>{_NAMED}))"
_POINTS = r"(?:what are (?:the )?(?:main|key|most important|central|major) (?:points|ideas|facts|messages|topics|things)(?: (?:of|in|from) (?P<points>.+))?|what(?:'s| is) the (?:main|key|central) (?:point|idea|message|topic|theme|gist)(?: (?:of|in) (?P<point>.+))?)"
_SUMMARY = re.compile(
    rf"{_POLITE}(?:{_SUM_UP}(?: (?P<object>.+))?|{_ABOUT}|{_POINTS}|(?:give me |show me |i (?:want|need) )?(?:a |the )?(?:short |brief |quick )?(?:summary|overview|gist)(?: please)?)(?: for me)?(?: please)?(?: in (?:short|brief|a few (?:words|sentences)))?",
    re.IGNORECASE,
)
_TALK = {
    "thanks": _THANKS,
    "goodbye": _GOODBYE,
    "able": _POLITE + _ABLE,
    "who": _WHO,
    "list": _POLITE + _LIST,
    "mood": _MOOD,
    "praise": _PRAISE,
    "greeting": _GREETING,
}
_KINDS = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _TALK.items()}
_OPENING = re.compile(
    rf"^\W*(?:{_GREETING}|thanks(?: a lot)?|thank you(?: very much)?|ok(?:ay)?|great|i see|got it|alright)\s*[,.!;:–—-]+\s*(?=\S)(?:(?:and|but|so)\s+)?",
    re.IGNORECASE,
)
_WEIGHT = ("list", "able", "who", "goodbye", "thanks", "mood", "greeting", "praise")  # what the reply goes to first


@dataclass(frozen=True)
class Wish:
    """What is wanted other than an answer: `kind` is "summary" or a kind of talk; `object` names a text, or is ""."""

    kind: str
    object: str = ""


def without_greeting(text: str) -> str:
    """What was typed, without a greeting or thanks before it: "Hi! Who resigned?"."""
    rest = text
    while match := _OPENING.match(rest):
        rest = rest[match.end() :]
    return rest if re.search(r"\w", rest) else text


def wish(text: str) -> Wish | None:
    """What all of the text asks for, if that is no question to the texts."""
    kinds = []
    for piece in re.split(r"[.!?;\n]+|,(?= )", text):
        said = " ".join(piece.replace("’", "'").strip(" \t\"'()-–—:,…~*").split())
        said = re.sub(r"[^\w\s',;-]", "", said).strip()
        if not re.search(r"\w", said):
            continue
        found = _kind(said)
        if found is None:
            return _summary(" ".join(re.sub(r"[^\w\s';-]", " ", text.replace("’", "'")).split()))
        kinds.append(found)
    if not kinds:
        return None
    summaries = [found for found in kinds if found.kind == "summary"]
    return summaries[0] if summaries else min(kinds, key=lambda found: _WEIGHT.index(found.kind))


def _kind(said: str) -> Wish | None:
    for kind, pattern in _KINDS.items():
        if pattern.fullmatch(said) or (kind in ("able", "who") and pattern.fullmatch(said.removesuffix(" please"))):
            return Wish(kind)
    return _summary(said)


def _summary(said: str) -> Wish | None:
    match = _SUMMARY.fullmatch(said)
    if match is None:
        return None
    groups = match.groupdict()
    named = next((value for value in groups.values() if value), "")
    named = re.sub(r"(?: please| for me| in (?:short|brief|a few (?:words|sentences)))+$", "", named).strip()
    if re.fullmatch(_ALL_OF_IT, named, re.IGNORECASE) or not named:
        return Wish("summary")
    return Wish("summary", named)


def named_text(name: str, records: Sequence[DocumentRecord]) -> DocumentRecord | None:
    """The text whose title or source holds every word of the name; None where there is none, or more than one."""
    wanted = set(re.findall(r"\w+", name.lower())) - {"the", "a", "an", "text", "article", "document", "file", "story"}
    if not wanted:
        return None
    matches = [r for r in records if wanted <= set(re.findall(r"\w+", f"{r.title} {r.source}".lower()))]
    return matches[0] if len(matches) == 1 else None


def reply(kind: str, records: Sequence[DocumentRecord]) -> str:
    """What is said to a kind of small talk."""
    if kind == "list":
        return _listing(records)
    return _REPLIES[kind]


_ABILITIES = (
    "Ask me a question about your texts, and I answer with their exact words and show where they stand, or tell you "
    "that the texts do not say. You can go on asking with “he”, “there” or just “and when?”. I can also list the "
    "texts (“which texts do you have?”) and pick out their central sentences (“summarise the article”)."
)
_REPLIES = {
    "greeting": f"Hello! {_ABILITIES}",
    "mood": "All is well, thank you. What would you like to know from the texts?",
    "thanks": "You are welcome. Ask on whenever you like.",
    "praise": "Good. Is there anything else you would like to know from the texts?",
    "goodbye": "Goodbye! The texts stay here for when you come back.",
    "able": _ABILITIES,
    "who": "I am a program that quotes: I look for the answers to your questions in your texts, and never make up "
    "words of my own. " + _ABILITIES,
}


def _listing(records: Sequence[DocumentRecord]) -> str:
    if not records:
        return "There are no texts yet: put some into the folder corpus, or add them on the page under “Texts”."
    lines = [f"• {record.title or record.source or 'untitled text'}" for record in records[:LISTED]]
    count = "one text" if len(records) == 1 else f"{len(records)} texts"
    more = [f"… and {len(records) - LISTED} more"] if len(records) > LISTED else []
    return "\n".join([f"I have {count}:", *lines, *more])
