"""Cleaning: what stays of a text. Page furniture goes, every character of what stays is as it was.

Two steps, both linear in the length of the text:

- `scrub` makes newlines `\\n` (from CR LF, CR, form feed, vertical tab, NEL and the Unicode line and paragraph
  separators), removes NUL and the other control characters, and puts U+FFFD in the place of lone surrogates.
- `remove_furniture` drops the lines that a saved web page carries around its article: breadcrumbs, share and
  follow lines, apps and television devices, alternate addresses, newsletter, cookie and copyright lines.

Only whole lines are dropped, only from a text that reads as an article (prose in paragraphs), and lines that
could be meant, such as a bare web address, only next to lines that could not. When in doubt a line stays: a
furniture line that stays costs a little precision, a sentence that goes can never be found.

Not done here: Unicode normalisation, mending of mis-decoded text, or any change within a line, because answers
are quoted verbatim.
"""

from __future__ import annotations

import re

_NEWLINES = re.compile(r"\r\n?|[\n\v\f\x85\u2028\u2029]")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")

MAX_FURNITURE = 120  # characters; no line longer than this is ever dropped
MIN_PROSE_LINE = 60  # characters in a line of prose that ends as a sentence does
MIN_PROSE_LINES = 2  # lines of prose that make a text an article

_ENDED = re.compile(r"[.!?…:;。！？؟۔।]['\"”’»)\]]*$")
_SENTENCE_END = re.compile(r"[.!?…。！？؟۔।]['\"”’»)\]]*$")

_NETWORK = (
    r"(?:facebook|twitter|x|instagram|whats ?app|telegram|linked ?in|pinterest|reddit|tumblr|you ?tube|tik ?tok|"
    r"threads|bluesky|mastodon|messenger|snapchat|vk|weibo|we ?chat|viber|e-?mail|rss|google news|flipboard|print)"
)
_NETWORKS = rf"{_NETWORK}(?:[\s,|/·•&+]+(?:and |or )?{_NETWORK})*"
_PIECE = r"(?:article|story|post|page|report|news|video|link)"
_DEVICE = (
    r"(?:roku|apple tv|android tv|google tv|fire ?tv|fire stick|chromecast|smart tv|samsung tv|lg tv|app ?store|"
    r"google play|play store|app ?gallery|microsoft store|ios|android|iphone|ipad)"
)

# Nobody writes these lines on their own as part of an article.
_STRONG = re.compile(
    "|".join(
        [
            rf"share (?:this|the)(?: {_PIECE})?(?: (?:on|via|with|by|to) (?:{_NETWORKS}|your friends|friends|others))?",
            rf"(?:share|tweet|pin|post|send|e-?mail|print|save|bookmark|copy)(?: (?:on|via|by|to) {_NETWORKS}| {_PIECE})",
            rf"(?:print|e-?mail|save|bookmark|report|like|rate|tweet) this(?: {_PIECE})?",
            r"copy (?:the |this )?(?:link|url|address)(?: to clipboard)?|link copied",
            rf"(?:follow|like|find|join|connect with|watch) (?:us|me|our \w+) (?:on|via|at) (?:\w+ )?{_NETWORKS}",
            r"(?:download|get|install|try) (?:the|our) (?:free )?(?:[\w']+ ){0,3}(?:app|apps)(?: (?:now|today|here))?",
            rf"(?:(?:also )?available|download|get it|watch us|listen|find us)(?: now)? (?:on|from|in) (?:the )?{_DEVICE}"
            rf"(?:[\s,|/]+(?:and |or )?(?:the )?{_DEVICE})*",
            r".{0,60}\b(?:website|site|page)s? can (?:also )?be (?:accessed|reached|visited|found) (?:at|on|via|through) "
            r"(?:the |these )?(?:following )?(?:alternat\w+|mirror|other) (?:web )?(?:addresses|address|sites|links|domains?)",
            r"(?:alternat\w+|mirror) (?:web )?(?:addresses|links|sites)",
            r"(?:sign|sign me) up (?:for|to) (?:our|the) (?:[\w'-]+ ){0,4}(?:newsletters?|updates|e-?mails?|alerts?|briefing)"
            r"(?: (?:here|now|today))?",
            r"subscribe(?: now| here| today)?(?: (?:to|for) (?:our|the|my) (?:[\w'-]+ ){0,4}"
            r"(?:newsletters?|channels?|podcasts?|updates|feed))?(?: (?:on|via) [\w ]{2,20})?",
            r"(?:we|this (?:web ?)?site|our (?:web ?)?site) uses? cookies\b.{0,90}",
            r"accept (?:all )?cookies|cookie (?:settings|preferences|policy|notice)|manage (?:cookies|consent)",
            r"(?:copyright )?(?:©|\(c\)|copyright) ?(?:copyright )?(?:\d{4}(?: ?[-–] ?\d{4})?)?[^.]{0,60}"
            r"(?:\. ?)?(?:all rights reserved)?",
            r"all rights reserved|privacy policy|terms (?:of|and) (?:use|service|conditions)|terms & conditions",
            r"advertisements?|advertising|sponsored content|story continues below(?: (?:this )?advertisement)?|"
            r"(?:article|story) continues (?:below|after (?:the )?ad(?:vertisement)?)|skip (?:the )?ads?(?:vertisement)?",
            r"skip to (?:main |the )?(?:content|navigation|article)|back to (?:the )?top|toggle (?:the )?(?:menu|navigation)",
            r"(?:most (?:read|popular|viewed|shared)|recommended|related|more|latest)(?: \w+)? "
            r"(?:stories|articles|posts|news|videos|headlines)|you (?:may|might) also (?:like|be interested in)|trending now",
            r"(?:post|leave|write|add|view|show|read|hide|load)(?: \w+)? (?:comments?|a reply)|\d+ comments?|comments? \(\d+\)|"
            r"comments are closed|join the (?:conversation|discussion)",
            r"(?:log|sign) ?in(?: or (?:register|sign ?up|subscribe))?|create (?:an|your) (?:free )?account|powered by [\w. ]{2,30}",
        ]
    ),
    re.IGNORECASE,
)
# These may be part of a text, so they go only where they touch a line of the kind above.
_WEAK = re.compile(
    "|".join(
        [
            r"(?:https?://|www\.)\S+|[\w-]+(?:\.[\w-]+)+(?:/\S*)?",
            rf"(?:[\w'’&.+-]+ ){{0,5}}{_DEVICE}(?:[\s,|/·•]+{_DEVICE})*",
            _NETWORKS,
            r"share|tweet|follow|like|comment|comments|save|more|menu|search|home|next|previous|close|live|contact us|about us|"
            r"advertise(?: with us)?|help|faq|careers|site ?map",
            r"\d+ (?:shares?|likes?|views?|reads?)",
        ]
    ),
    re.IGNORECASE,
)
_BREADCRUMB = re.compile(r"(?:[^\W_][\w&'’.-]*(?: [\w&'’.-]+){0,3}(?: [/>»›|→] (?=\S)|$)){2,6}")


def clean(text: str) -> str:
    """The text without control characters and page furniture, and without blank lines at either end."""
    return remove_furniture(scrub(text)).strip("\n").rstrip()


def scrub(text: str) -> str:
    """The same text with newlines as `\\n` and without control characters (tab stays)."""
    text = _SURROGATES.sub("\ufffd", _CONTROLS.sub("", _NEWLINES.sub("\n", text)))
    return text.removeprefix("\ufeff")


def remove_furniture(text: str) -> str:
    """The text without the lines that a saved web page carries around its article; other texts unchanged."""
    lines = text.split("\n")
    prose = [number for number, line in enumerate(lines) if is_prose(line)]
    if len(prose) < MIN_PROSE_LINES:
        return text
    dropped = {number for run in _runs(lines) for number in run}
    dropped |= _breadcrumbs(lines[: prose[0]])
    if not dropped:
        return text
    kept: list[str] = []
    for number, line in enumerate(lines):
        if number in dropped:
            continue
        # A dropped line leaves one gap between its neighbours, not two.
        if line.strip() or not (kept and not kept[-1].strip() and number - 1 in dropped):
            kept.append(line)
    return "\n".join(kept)


def is_prose(line: str) -> bool:
    """Whether the line is long enough for a paragraph of prose and ends as a sentence does."""
    return len(line) >= MIN_PROSE_LINE and _SENTENCE_END.search(line.rstrip()[-8:]) is not None


def _words(line: str) -> str:
    """The line as the patterns want it: one space between words, no decoration or punctuation at its ends."""
    return " ".join(line.split()).strip(" .:!*-–—•·|>»›→#_[]()")


def _runs(lines: list[str]) -> list[list[int]]:
    """Line numbers of each group of neighbouring furniture lines (blank lines aside) to drop."""
    runs: list[list[int]] = []
    run: list[int] = []
    certain = False
    before = ""  # the last line that is neither blank nor furniture, if no blank line followed it

    def close(after: str) -> None:
        if certain and not after[:1].islower():
            runs.append(run)

    for number, line in enumerate(lines):
        if not line.strip():
            before = ""
            continue
        words = _words(line) if len(line) <= MAX_FURNITURE else ""
        strong = bool(words) and _STRONG.fullmatch(words) is not None
        weak = bool(words) and not strong and _WEAK.fullmatch(words) is not None
        # In a text wrapped at a fixed width, a line that goes on from the one above is part of its sentence.
        goes_on = bool(before) and (not _ENDED.search(before[-8:]) or line.lstrip()[:1].islower())
        if (strong or weak) and not goes_on:
            run, certain = [*run, number], certain or strong
            continue
        close(line.lstrip() if number and lines[number - 1].strip() else "")
        run, certain, before = [], False, line.rstrip()
    close("")
    return runs


def _breadcrumbs(head: list[str]) -> set[int]:
    """Numbers of the navigation lines ("News / More") that stand above a headline, not being one themselves."""
    filled = [number for number, line in enumerate(head) if line.strip()]
    found = set()
    for number, below in zip(filled, filled[1:], strict=False):
        if not _BREADCRUMB.fullmatch(" ".join(head[number].split())):
            break
        if len(head[below].strip()) > len(head[number].strip()) or number + 1 == below:
            found.add(number)
    return found
