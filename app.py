"""The chat page: `python app.py`, then http://127.0.0.1:7860.

On first use the index is built from `corpus/`; later, what changed there is taken in. The page itself is
`qa.page`; this file reads the options and starts it.
"""

from __future__ import annotations

import argparse
import atexit
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qa.changes import Progress


def main(arguments: Sequence[str] | None = None) -> int:
    """Opens the page and stays until it is stopped; returns the exit status."""
    options = _parser().parse_args(arguments)
    user = None
    if options.auth is not None:
        name, colon, password = options.auth.partition(":")
        if not (name and colon and password):
            print("error: --auth needs user:password", file=sys.stderr)
            return 2
        if options.mcp:
            print("error: --mcp cannot be used with --auth: its clients have no way to log in", file=sys.stderr)
            return 2
        user = (name, password)
    if options.mcp and find_spec("mcp") is None:
        print('error: --mcp needs a package that is not installed: pip install "gradio[mcp]"', file=sys.stderr)
        return 2
    _stay_private()
    from qa.assistant import Assistant
    from qa.schema import StoreError

    print("Reading the texts ...", flush=True)
    begun = time.perf_counter()
    try:
        assistant = Assistant.open(options.index, corpus=options.corpus, progress=_telling())
    except (ValueError, OSError, StoreError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    texts = len(assistant.index.documents())
    print(
        f"{texts} text{'s' * (texts != 1)}, {len(assistant.index)} passages ({time.perf_counter() - begun:.1f} s)",
        flush=True,
    )

    from qa.page.edits import MAX_UPLOAD_BYTES
    from qa.page.layout import CSS, page, theme

    assistant.ask("Which texts are there?")  # loads what the first answer would otherwise wait for
    try:
        page(assistant, read_only=options.read_only).queue(default_concurrency_limit=4).launch(
            server_name=options.host,
            server_port=options.port,
            auth=user,
            share=False,
            mcp_server=options.mcp,
            allowed_paths=[],
            max_file_size=1 if options.read_only else MAX_UPLOAD_BYTES,
            enable_monitoring=False,
            ssr_mode=False,
            theme=theme(),
            css_paths=CSS,
            footer_links=["api"],
        )
    except OSError:
        where = f"{options.host}:{options.port}"
        print(f"error: {where} cannot be used, something else may be served there: try --port", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python app.py",
        description="The chat page over your texts.",
        epilog="example: python app.py --index index --port 7860",
    )
    parser.add_argument("--index", default="index", metavar="DIR", help="the index folder (default: index)")
    parser.add_argument("--corpus", metavar="DIR", help="the folder of texts (default: that of the index, or corpus)")
    parser.add_argument("--host", default="127.0.0.1", help="0.0.0.0 lets other machines in (default: 127.0.0.1)")
    parser.add_argument("--port", type=int, default=7860, help="default: 7860")
    parser.add_argument("--auth", metavar="USER:PASSWORD", help="ask for this login")
    parser.add_argument("--read-only", action="store_true", help="refuse every change of the texts")
    parser.add_argument("--mcp", action="store_true", help="serve the Model Context Protocol as well")
    return parser


def _stay_private() -> None:
    """Before the page library is imported: no reports home, and uploads in a folder of this process alone."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    folder = tempfile.mkdtemp(prefix="ask-your-texts-")
    os.environ["GRADIO_TEMP_DIR"] = folder
    atexit.register(shutil.rmtree, folder, ignore_errors=True)


def _telling() -> Callable[[Progress], None]:
    """Prints a line for every file."""
    printed = ""

    def tell(progress: Progress) -> None:
        nonlocal printed
        line = f"  {progress.files} of {progress.files_total}: {progress.source}"
        if line != printed:
            print(line, flush=True)
            printed = line

    return tell


if __name__ == "__main__":
    sys.exit(main())
