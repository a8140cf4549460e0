"""Screenshots of the page's main states, for README and docs: `python tests/screenshots.py docs/images`.

Saved with few colours, which is enough for letters on plain ground and makes small files.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright
from serving import ARGUMENTS, find_browser, serving

COLOURS = 96


def main(folder: Path) -> None:
    program = find_browser()
    if program is None:
        sys.exit("no Chromium found: apt-get install chromium")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as served, serving(Path(served)) as server, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)

        def opened(width: int, height: int, scheme: str = "light") -> Page:
            page = chromium.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
            page.goto(server.address)
            page.locator("#chat .example").first.wait_for()
            return page

        page = opened(1280, 800)
        ask(page, "who did Tokayev appoint?")
        if page.locator("#chat summary").count():  # other candidates, where the reader found some
            page.locator("#chat summary").first.click()
        page.locator("#chat .answer button.open").first.click()
        page.locator("#document mark").wait_for()
        shoot(page, folder / "answer.png")
        ask(page, "Who won the football world cup in 1998?")
        shoot(page, folder / "refusal.png")
        page = opened(1280, 800, "dark")
        ask(page, "who did Tokayev appoint?")
        shoot(page, folder / "dark.png")
        page = opened(390, 780)
        ask(page, "who did Tokayev appoint?")
        shoot(page, folder / "phone.png")
        page = opened(1280, 800)
        page.get_by_role("tab", name="Texts").click()
        bridge, scan = Path(served, "bridge.txt"), Path(served, "scan.pdf")
        bridge.write_text("The old bridge over the Lune was built in 1684 by Hannah Moss.", encoding="utf-8")
        scan.write_bytes(b"%PDF-1.7 and then nothing")
        page.set_input_files("#upload input[type=file]", [bridge, scan])
        page.locator("#report [role=alert]").wait_for()
        shoot(page, folder / "texts.png")
        chromium.close()


def ask(page: Page, question: str) -> None:
    before = page.locator("#chat .answer").count()
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")
    page.locator("#chat .answer").nth(before).wait_for()


def shoot(page: Page, path: Path) -> None:
    page.wait_for_timeout(1000)  # scrolling and fading have ended
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("docs/images"))
    main(parser.parse_args().folder)
