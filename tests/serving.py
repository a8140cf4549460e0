"""`python app.py` as a user starts it, for tests, measurements and screenshots; and a browser to look at it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]


@dataclass(frozen=True)
class Server:
    address: str
    folder: Path  # holds corpus/ and index/
    log: Path
    process: int  # its id


@contextmanager
def serving(folder: Path, *flags: str) -> Iterator[Server]:
    """The page over a copy of the corpus, with its index in the same folder."""
    shutil.copytree(ROOT / "corpus", folder / "corpus", dirs_exist_ok=True)
    port, log = _free_port(), folder / "log.txt"
    command = [sys.executable, "app.py", "--index", str(folder / "index"), "--port", str(port), *flags]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "OMP_NUM_THREADS": "1", "TMPDIR": str(folder)}
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, env=environment)
    try:
        address = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 120
        while f":{port}" not in log.read_text():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"app.py did not start:\n{log.read_text()}")
            time.sleep(0.1)
        yield Server(address, folder, log, process.pid)
    finally:
        process.kill()
        process.wait()


def find_browser() -> str | None:
    """The path of Chromium, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
