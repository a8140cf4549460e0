"""Ask your texts: extractive question answering that quotes and never invents.

    from qa import Assistant

    answer = Assistant.open("index").ask("who did Tokayev appoint?")
    answer.text, answer.confidence, answer.document.title

The public names are imported when they are first used, so that `import qa` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qa.answers import Answer as Answer
    from qa.assistant import Assistant as Assistant
    from qa.documents import Document as Document
    from qa.index import Index as Index
    from qa.reader import Reader as Reader

_HOMES = {
    "Answer": "qa.answers",
    "Assistant": "qa.assistant",
    "Document": "qa.documents",
    "Index": "qa.index",
    "Reader": "qa.reader",
}
__all__ = ["Answer", "Assistant", "Document", "Index", "Reader"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
