"""Worker: a child process that reads the files whose readers parse much and trust much (PDF, HTML, DOCX, EPUB).

A file made to harm, or merely broken, can send a parser into endless work, exhaust the memory or crash it.
There it costs one file: the child has a time limit for each file and, where the system knows such limits
(Linux), one for memory; when it dies it is started again for the next file. It reads many files one after
another, so that its start is paid for once.

Bytes go in and JSON comes out, over pipes, so that nothing which a file makes the child send can do harm here.
"""

from __future__ import annotations

import atexit
import contextlib
import dataclasses
import faulthandler
import functools
import json
import logging
import os
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO, Any

from qa.formats import Content, Exhausting, Unreadable, docx, epub, html, pdf

log = logging.getLogger(__name__)

SECONDS = 60.0  # for one file
MEMORY = 2_000_000_000  # bytes, for all that the child holds
READERS = {
    ".pdf": pdf.read,
    ".html": html.read,
    ".htm": html.read,
    ".xhtml": html.read,
    ".docx": docx.read,
    ".epub": epub.read,
}
_REQUEST = struct.Struct("<8sdQ")  # kind, seconds, length of the bytes that follow
_REPLY = struct.Struct("<Q")
_DIED = (OSError, EOFError, ValueError, struct.error)  # what asking raises when the child is gone
_CRASHED = ("its reader crashed, or ran out of memory", "save it anew in its own program, or as plain text")


class Worker:
    """Reads one file at a time in a child process, started when first needed. Safe to share between threads."""

    def __init__(self, *, seconds: float = SECONDS) -> None:
        self.seconds = seconds
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None

    def read(self, kind: str, data: bytes) -> Content:
        """Content of a file of one of the kinds in `READERS`, such as ".pdf". Raises `Unreadable`."""
        with self._lock:
            used = self._child is not None
            began = time.monotonic()
            try:
                reply = self._ask(kind, data)
            except _DIED as error:
                if time.monotonic() - began >= self.seconds:
                    raise Exhausting(
                        f"reading it takes more than {self.seconds:.0f} seconds", "save it as plain text"
                    ) from error
                if not used:
                    raise Exhausting(*_CRASHED) from error
                reply = self._ask_again(kind, data)
        if "reason" in reply:
            refusal = Exhausting if reply.get("last") else Unreadable
            raise refusal(reply["reason"], reply["advice"])
        return Content(**{**reply, "pages": tuple(reply["pages"])})

    def close(self) -> None:
        """Ends the child; a later `read` starts another."""
        with self._lock:
            self._stop()

    def _ask_again(self, kind: str, data: bytes) -> dict[str, Any]:
        """The reply of a new child: the file before may have left the old one in a state to crash."""
        try:
            return self._ask(kind, data)
        except _DIED as error:
            raise Exhausting(*_CRASHED) from error

    def _ask(self, kind: str, data: bytes) -> dict[str, Any]:
        child = self._running()
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            child.stdin.write(_REQUEST.pack(kind.encode(), self.seconds, len(data)))
            child.stdin.write(data)
            child.stdin.flush()
            (length,) = _REPLY.unpack(_exactly(child.stdout, _REPLY.size))
            reply: dict[str, Any] = json.loads(_exactly(child.stdout, length))
        except BaseException as error:  # also when interrupted: what the child still says answers nothing any more
            log.info("reading a %s file ended its process: %r", kind, error)
            self._stop()
            raise
        if reply.get("last"):
            self._stop()
        return reply

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "qa.formats.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=Path(__file__).parents[2],  # where the child finds this package
            )
        return self._child

    def _stop(self) -> None:
        if self._child is not None:
            self._child.kill()
            for pipe in (self._child.stdin, self._child.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
            self._child.wait()
            self._child = None


@functools.cache
def shared() -> Worker:
    """The worker of this process."""
    worker = Worker()
    atexit.register(worker.close)
    return worker


def _exactly(stream: IO[bytes], length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise EOFError(f"{len(data)} of {length} bytes")
    return data


def _serve(requests: IO[bytes], replies: IO[bytes]) -> None:
    """The child's work: answers requests until there are no more."""
    while len(head := requests.read(_REQUEST.size)) == _REQUEST.size:
        kind, seconds, length = _REQUEST.unpack(head)
        data = _exactly(requests, length)
        # A thread without Python in it, which ends the process even when the reader never gives way, and also
        # when nobody waits for the answer any more.
        faulthandler.dump_traceback_later(seconds, exit=True)
        try:
            reply = dataclasses.asdict(READERS[kind.rstrip(b"\0").decode()](data))
        except Unreadable as error:
            reply = {"reason": error.reason, "advice": error.advice}
        except (MemoryError, RecursionError):
            reply = {"reason": "reading it takes too much memory", "advice": "save it as plain text, or in parts"}
            reply["last"] = True  # this process may not be sound any more
        except Exception as error:
            cause = f"{type(error).__name__}: {error}".split("\n")[0][:200]
            reply = {
                "reason": f"it is damaged or not of the kind its name says ({cause})",
                "advice": "open it in its own program and save it anew",
            }
        faulthandler.cancel_dump_traceback_later()
        answer = json.dumps(reply).encode()
        replies.write(_REPLY.pack(len(answer)) + answer)
        replies.flush()


def _limit_memory() -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    except (ImportError, ValueError, OSError):  # Windows has no such limit, macOS none that holds
        log.debug("this system does not limit the memory of a process")


if __name__ == "__main__":
    # Replies keep the pipe to themselves, whatever a library prints.
    pipe = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    _limit_memory()
    _serve(sys.stdin.buffer, pipe)
