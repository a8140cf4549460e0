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


def _any(*patterns: str) -> str:
    return f"(?:{'|'.join(patterns)})"


_GREETING = (
    r"(?:hi|hello|hey|hiya|howdy|greetings|good (?:morning|afternoon|evening|day)|welcome)"
    r"(?: (?:there|again|all|everyone|everybody|assistant|bot|chatbot|friend))?"
)
_MOOD = _any(
    r"how are (?:you|things)(?: doing)?(?: today)?",
    r"how(?:'s| is) it going",
    r"how do you do",
    r"what(?:'s| is) up",
    r"nice to meet you",
)
_THANKS = _any(
    r"(?:(?:ok(?:ay)?|great|perfect|cool|nice|good) )?(?:many )?(?:thanks|thank you|thx|cheers)"
    r"(?: (?:a lot|so much|very much|a bunch|again|for (?:that|this|the help|your help|the answer|everything)))*",
    r"much appreciated",
    r"that(?:'s| is| was) (?:all|great|helpful|very helpful|perfect|good|it)",
)
_PRAISE = _any(
    r"ok(?:ay)?|great|perfect|cool|nice|awesome|excellent|wonderful|alright|i see|got it",
    r"well done|good (?:job|answer|bot)",
)
_GOODBYE = (
    r"(?:good ?bye|bye(?: bye)?|see (?:you|ya)|farewell|good night|take care|so long|have a (?:nice|good|great) \w+)"
    r"(?: (?:later|soon|then|now|all|for now|tomorrow))?"
)
_POLITE = r"(?:(?:please|(?:can|could|would|will) you|i(?: want|'d like) you to)(?: please)? )?"
_ABLE = _any(
    r"what (?:can|could|do) you do(?: for me)?(?: exactly)?",
    r"what are you able to do",
    r"what (?:can|should) i (?:ask|do)(?: you)?(?: (?:here|about|for))?",
    r"how (?:can|do) (?:you help(?: me)?|i use (?:you|this))",
    r"how do you work|how does this work",
    r"what are your (?:features|capabilities|skills)",
    r"help(?: me)?",
    r"what kind of questions can (?:i ask(?: you)?|you answer)",
    r"what can you (?:help|assist)(?: me)? with",
)
_WHO = _any(
    r"(?:who|what) (?:are|r) (?:you|u)",
    r"what(?:'s| is) your name",
    r"who (?:made|built|created) you",
    r"are you (?:a |an )?(?:bot|chatbot|robot|human|person|ai|machine|real|chatgpt)",
    r"tell me about yourself|introduce yourself",
)
_TEXT = _any(
    r"texts?|documents?|articles?|files?|sources?|stor(?:y|ies)|reports?|pages?|papers?|books?",
    r"corpus|library|collection",
)
_THESE = r"(?:the|this|that|these|those|your|my|our|all(?: of)?(?: the| your| my| these)?)"
_NAMED = rf"(?:{_THESE} )?(?:whole |entire |last |first |news )?{_TEXT}"
_ALL_OF_IT = _any(_NAMED, "it|this|that|them|everything|(?:it|them) all")
_HELD = _any(
    r"do you (?:have|know|use|hold|contain)|are there|can you read|have you (?:got|read)|is this",
    r"are (?:available|loaded|indexed|in (?:here|the index|the corpus))",
)
_LIST = _any(
    rf"(?:which|what|how many) {_TEXT} {_HELD}",
    rf"(?:list|show|name)(?: me)?(?: {_THESE})? {_TEXT}(?: you have)?",
    r"what (?:do you know|have you (?:got|read))(?: about)?",
    r"what(?:'s| is) in (?:the|your) (?:corpus|index|library|collection)",
    r"what are (?:your|the) (?:sources|texts|documents)",
)
_SHORT = r"(?:(?:a|an|the) )?(?:short |brief |quick )?(?:summary|overview|outline|gist)"
_CENTRAL = r"(?:main|key|most important|central|major)"
_SUMMARY = re.compile(
    _POLITE
    + _any(
        rf"(?:summari[sz]e|sum up|outline|recap|tl;?dr|(?:give me )?{_SHORT} of)(?: (?P<object>.+))?",
        rf"(?:give me |show me |i (?:want|need) )?{_SHORT}",
        r"what(?:'s| is| are| was) (?P<about>.+?) (?:all )?about",
        rf"what does (?P<says>{_NAMED}) say",
        rf"what happens in (?P<happens>{_NAMED})",
        rf"tell me about (?P<told>{_NAMED})",
        rf"what are (?:the )?{_CENTRAL} (?:points|ideas|facts|messages|topics)(?: (?:of|in|from) (?P<points>.+))?",
        r"sum (?:it|this|that|them|everything) up",
        rf"what(?:'s| is) the {_CENTRAL} (?:point|idea|message|topic|theme|gist)(?: (?:of|in) (?P<point>.+))?",
    )
    + r"(?: for me)?(?: please)?(?: in (?:short|brief|a few (?:words|sentences)))?",
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
    rf"^\W*(?:{_GREETING}|thanks(?: a lot)?|thank you(?: very much)?|ok(?:ay)?|great|i see|got it|alright)"
    r"\s*[,.!;:–—-]+\s*(?=\S)(?:(?:and|but|so)\s+)?",
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
    if not match["object"] and not re.search(rf"\b{_TEXT}$", named, re.IGNORECASE):
        return None  # "What is the alliance about?" is for the texts to answer
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
