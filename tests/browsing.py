"""What a user does on the page in a browser, for the tests of the page."""

from __future__ import annotations

import re
from pathlib import Path

from serving import Server

PATIENCE = 60_000  # milliseconds that the browser waits: the machine may be busy


def ask(page, question: str) -> str:
    """Types the question; returns the text of the new answer."""
    answers = page.locator("#chat .answer")
    before = answers.count()
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")
    answers.nth(before).wait_for()
    return answers.nth(before).inner_text()


def upload(page, *files: Path) -> str:
    """Uploads in the texts tab; returns the report."""
    page.get_by_role("tab", name="Texts").click()
    page.locator("#report [role=alert]").evaluate_all("all => all.forEach(e => e.remove())")
    page.set_input_files("#upload input[type=file]", [str(file) for file in files])
    report = page.locator("#report [role=alert]")
    report.wait_for()
    return report.inner_text()


def remove(page, title: str) -> str:
    page.get_by_role("tab", name="Texts").click()
    page.locator("#report [role=alert]").evaluate_all("all => all.forEach(e => e.remove())")
    page.get_by_label(re.compile(f"^Tick .*{title}", re.IGNORECASE)).first.check()
    page.get_by_role("button", name="Remove the ticked texts").click()
    report = page.locator("#report [role=alert]")
    report.wait_for()
    return report.inner_text()


def foreign(url: str, server: Server) -> bool:
    return not url.startswith((server.address, "data:", "blob:"))
