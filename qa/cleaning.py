"""Cleaning: what stays of a text. Page furniture goes, every character of what stays is as it was.

Two steps, both linear in the length of the text:

- `scrub` makes newlines `\\n` (from CR LF, CR, form feed, vertical tab, NEL, the Unicode line and paragraph
  separators), removes NUL, the other control characters but tab, and byte order marks, and puts U+FFFD in the
  place of lone surrogates.
- `remove_furniture` drops the lines that a saved web page carries around its article: breadcrumbs, share and
  follow lines, apps and television devices, alternate addresses, newsletter, cookie and copyright lines.

Only whole lines are dropped, only from a text that reads as an article (prose in paragraphs), and lines that
could be meant, such as a bare web address, only beside lines that could not. When in doubt a line stays: a
furniture line that stays costs a little precision, a sentence that goes can never be found.

Not done here: Unicode normalisation, mending of wrongly decoded text, or any change within a line, because
answers are quoted verbatim.
"""

from __future__ import annotations

import re
from itertools import pairwise

_NEWLINES = re.compile(r"\r\n?|[\n\v\f\x85\u2028\u2029]")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")

MAX_FURNITURE = 120  # characters; no longer line is ever dropped
MIN_PROSE = 60  # characters in a line of prose that ends as a sentence does
MIN_PROSE_LINES = 2  # lines of prose that make a text an article

_CLOSERS = r"['\"”’»)\]]*$"
_SENTENCE_END = re.compile(r"[.!?…。！？؟۔।]" + _CLOSERS)
_LINE_END = re.compile(r"[.!?…:;。！？؟۔।]" + _CLOSERS)

_NETWORK = (
    r"(?:facebook|twitter|x|instagram|whats ?app|telegram|linked ?in|pinterest|reddit|tumblr|you ?tube|tik ?tok"
    r"|threads|bluesky|mastodon|messenger|snapchat|vk|weibo|we ?chat|viber|e-?mail|rss|google news|flipboard)"
)
_NETWORKS = rf"{_NETWORK}(?:[\s,|/·•&+]+(?:and |or )?{_NETWORK})*"
_DEVICE = (
    r"(?:roku|apple tv|android tv|google tv|fire ?tv|fire stick|chromecast|smart tv|samsung tv|lg tv|app ?store"
    r"|google play|play store|app ?gallery|microsoft store)"
)
_DEVICES = rf"{_DEVICE}(?:[\s,|/·•&+]+(?:and |or )?(?:the )?{_DEVICE})*"
_PIECE = r"(?:article|story|post|page|report|news|video)"


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


# Lines that nobody writes as a line of a text.
_CERTAIN = _any_of(
    rf"share (?:this|(?:this|the) {_PIECE})(?: (?:on|via|with|by|to) (?:{_NETWORKS}|your friends|friends|others))?",
    rf"(?:share|send|post) (?:on|via|by|to) {_NETWORKS}|tweet this(?: {_PIECE})?",
    rf"(?:print|e-?mail|save|bookmark|rate|listen to|reuse) this (?:{_PIECE}|content)",
    rf"(?:follow|like|find|join|connect with|watch) (?:us|our \w+) (?:on|via|at) (?:\w+ )?{_NETWORKS}",
    r"(?:download|get|install|try) our (?:free )?(?:[\w']+ ){0,3}apps?(?: (?:now|today|here))?",
    rf"(?:(?:also )?available|download|get it|watch us|find us)(?: now)? (?:on|from|in) (?:the )?{_DEVICES}",
    r".{0,60}\b(?:website|site|page)s? can (?:also )?be (?:accessed|reached|visited|found) (?:at|on|via|through) "
    r"(?:the |these )?(?:following )?(?:alternat\w+|mirror|other) (?:web )?(?:address(?:es)?|sites?|links?|domains?)",
    r"(?:sign|sign me) up (?:for|to) our (?:[\w'-]+ ){0,4}(?:newsletters?|updates|e-?mails?|alerts?)(?: \w+)?",
    r"subscribe to our (?:[\w'-]+ ){0,4}(?:newsletters?|channels?|podcasts?|updates|feed)(?: on \w+)?",
    r"(?:we|(?:this|our) (?:web ?)?site) uses? cookies\b.{0,60}\b(?:experience|site|website|browser|consent|agree)\b.*",
    r"accept (?:all )?cookies|(?:copyright )?© ?(?:copyright )?\d{4}\b.{0,80}|.{0,60}\ball rights reserved",
    r"copyright (?:\(c\) )?\d{4}(?: ?[-–,] ?\d{4})?(?: [\w&.,'-]+){0,5}",
    r"advertisement|(?:article|story) continues (?:below|after)(?: (?:this |the )?ad(?:vertisement)?)?",
    r"skip to (?:main |the )?(?:content|navigation|article)|back to (?:the )?top|toggle (?:the )?(?:menu|navigation)",
    rf"most (?:read|popular|viewed|shared)(?: {_PIECE}s?| stories)?|you (?:may|might) also (?:like|be interested in)",
    r"\d+ comments?|comments? \(\d+\)|join the (?:conversation|discussion)|leave a (?:comment|reply)|trending now",
    r"artikel teilen|partager (?:cet |l['’])article|compartir (?:este )?artículo|condividi (?:questo )?articolo",
    r"folgen sie uns auf .{2,40}|suivez[- ]nous sur .{2,40}|síguenos en .{2,40}|seguici su .{2,40}",
)
# Lines that may be a heading, a list entry or a chat message too: they go only beside one of those above.
_LIKELY = _any_of(
    rf"{_NETWORKS}|(?:[\w'’&.+-]+ ){{0,5}}{_DEVICES}|\d+ (?:shares?|likes?|views?)|\d+ min(?:ute)?s? read",
    r"share|tweet|print|follow(?: us)?|like|comments?|save|more|menu|search|home|next|previous|close|live|subscribe",
    rf"(?:e-?mail|print|save|share|copy|report|show|read) (?:the )?(?:{_PIECE}|link|more)|link copied|log ?in|sign ?in",
    r"(?:recommended|related|more|latest) (?:stories|articles|posts|news|videos|topics)|sponsored(?: content)?",
    r"privacy(?: policy)?|terms (?:of|and) (?:use|service|conditions)|cookies?(?: (?:settings|policy|preferences))?",
    r"contact(?: us)?|about(?: us)?|advertis(?:e|ing)(?: with us)?|help|faq|site ?map|powered by [\w. ]{2,30}",
    r"(?:sign up|register|subscribe)(?: now| here| today)?|(?:view|show|hide) (?:all )?comments|comments are closed",
)
# Likewise, and only below one: above it stands what the text itself refers to.
_ADDRESS = _any_of(r"(?:https?://|www\.)\S+|(?:[\w-]+\.)+[a-z]{2,}(?:/\S*)?")

_BREADCRUMB = re.compile(r"[\w&'’.-]+(?: [\w&'’.-]+){0,3}(?: [/>»›|→] [\w&'’.-]+(?: [\w&'’.-]+){0,3}){1,5}")
_SECTION = _any_of(
    r"\b(?:home|news|more|world|politics|business|economy|sports?|opinion|culture|arts|science|tech|technology|health"
    r"|society|lifestyle|video|africa|americas?|asia|europe|middle east|uk|us|local|national|international)\b"
)


def clean(text: str) -> str:
    """The text without control characters and page furniture, and without blank lines at either end."""
    return remove_furniture(scrub(text)).strip("\n").rstrip()


def scrub(text: str) -> str:
    """The same text with newlines as `\\n` and without control characters."""
    return _SURROGATES.sub("\ufffd", _CONTROLS.sub("", _NEWLINES.sub("\n", text)))


def remove_furniture(text: str) -> str:
    """The text without the lines that a saved web page carries around its article; other texts unchanged."""
    lines = text.split("\n")
    prose = [number for number, line in enumerate(lines) if is_prose(line)]
    if len(prose) < MIN_PROSE_LINES:
        return text
    dropped = _breadcrumbs(lines[: prose[0]]).union(*_runs(lines))
    if not dropped:
        return text
    kept: list[str] = []
    for number, line in enumerate(lines):
        # Where a line went, the blank lines on its two sides become one gap.
        gap = not line.strip() and number - 1 in dropped and (not kept or not kept[-1].strip())
        if number in dropped or gap:
            continue
        kept.append(line)
    return "\n".join(kept)


def is_prose(line: str) -> bool:
    """Whether the line is long enough for a line of prose and ends as a sentence does."""
    return len(line) >= MIN_PROSE and _SENTENCE_END.search(line.rstrip()[-8:]) is not None


def _words(line: str) -> str:
    """The line as the patterns want it: one space between words, no marks at its ends; "" when it is too long."""
    return " ".join(line.split()).strip(" .:!*-–—•·|>»›→#_[]") if len(line) <= MAX_FURNITURE else ""


def _runs(lines: list[str]) -> list[list[int]]:
    """Line numbers of each group of neighbouring furniture lines (blank lines aside) that is to go."""
    runs: list[list[int]] = []
    run: list[int] = []
    certain = False
    above = ""  # the line directly above, when that is neither blank nor furniture
    for number, line in enumerate(lines):
        if not line.strip():
            above = ""
            continue
        words = _words(line)
        sure = bool(_CERTAIN.fullmatch(words))
        likely = sure or bool(_LIKELY.fullmatch(words)) or (certain and bool(_ADDRESS.fullmatch(words)))
        # In prose wrapped at a fixed width, a line may be part of the sentence above or below it.
        lower = line.lstrip()[:1].islower()
        if likely and not (above and (lower or not _LINE_END.search(above[-8:]))):
            run.append(number)
            certain = certain or sure
            continue
        if certain and not (lower and lines[number - 1].strip()):
            runs.append(run)
        run, certain, above = [], False, line.rstrip()
    return [*runs, run] if certain else runs


def _breadcrumbs(head: list[str]) -> set[int]:
    """Numbers of the navigation lines ("News / More") at the top, with a headline still to come before the prose."""
    found = set()
    for number, _ in pairwise(number for number, line in enumerate(head) if line.strip()):
        words = " ".join(head[number].split())
        if len(words) > MAX_FURNITURE or not _BREADCRUMB.fullmatch(words) or not _SECTION.search(words):
            break
        found.add(number)
    return found
