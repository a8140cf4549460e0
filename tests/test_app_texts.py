"""Texts put on the page and taken off it in a real browser, sound and hostile ones."""

from __future__ import annotations

from pathlib import Path

from browsing import ask, remove, upload

HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script> **bold** $$x^2$$ {{this}} ${alert(3)} @children"


def test_files_are_dropped_on_the_page(page):
    page.get_by_role("tab", name="Texts").click()
    files = page.evaluate_handle(
        """() => {
          const dropped = new DataTransfer();
          for (const name of ['one', 'two'])
            dropped.items.add(new File([`Dropped was the text named ${name}.`], `${name}.txt`, {type: 'text/plain'}));
          return dropped;
        }"""
    )
    page.dispatch_event("#upload button", "drop", {"dataTransfer": files})
    page.locator("#report [role=alert]").wait_for()
    assert "2 texts added: one.txt, two.txt" in page.locator("#report").inner_text()
    remove(page, "one")
    remove(page, "two")


def test_questions_are_answered_while_a_large_text_is_added_and_its_progress_shown(page, tmp_path: Path):
    lines = [f"Barge {n} carried {n * 7} barrels of herring to pier {n % 90} of the fish market." for n in range(3500)]
    (tmp_path / "barges.txt").write_text(" ".join(lines))
    page.get_by_role("tab", name="Texts").click()
    page.evaluate(
        """() => {
          window.seen = [];
          new MutationObserver(() => {
            const bar = document.querySelector('#report progress[value]');
            if (bar) window.seen.push(bar.value);
          }).observe(document.body, {subtree: true, childList: true, attributes: true});
        }"""
    )
    page.set_input_files("#upload input[type=file]", str(tmp_path / "barges.txt"))
    page.locator("#report progress").wait_for()
    page.get_by_role("tab", name="Chat", exact=True).click()
    assert "Alikhan Smailov" in ask(page, "who did Tokayev appoint?")
    assert page.locator("#report [role=alert]").count() == 0
    page.get_by_role("tab", name="Texts").click()
    page.locator("#report [role=alert]").wait_for()
    assert "1 text added: barges.txt" in page.locator("#report").inner_text()
    seen = page.evaluate("seen")
    assert seen == sorted(seen)
    assert any(0 < share < 1 for share in seen)
    remove(page, "Barges")


def test_an_uploaded_text_is_answered_from_and_removed_again(page, tmp_path: Path):
    (tmp_path / "lighthouse.txt").write_text("The lighthouse of Vardholm was built in 1896 by Ida Berg.")
    (tmp_path / "empty.txt").write_text("   ")
    report = upload(page, tmp_path / "lighthouse.txt", tmp_path / "empty.txt")
    assert "1 text added: lighthouse.txt" in report
    assert "empty.txt: it holds no text" in report
    page.get_by_role("tab", name="Chat").click()
    assert "1896" in ask(page, "When was the lighthouse of Vardholm built?")
    assert "1 text removed: lighthouse.txt" in remove(page, "lighthouse")
    assert page.locator("#texts").get_by_text("lighthouse.txt").count() == 0
    page.get_by_role("tab", name="Chat").click()
    assert "Ida" not in ask(page, "When was the lighthouse of Vardholm built?")


def test_hostile_texts_names_and_questions_are_shown_as_text(page, tmp_path: Path):
    file = tmp_path / "<img src=x onerror=alert(4)>.txt"
    file.write_text(f"{HOSTILE} The secret harbour of Zanthia is called {HOSTILE} by Omar Lind.\n\n{HOSTILE}")
    upload(page, file)
    page.get_by_role("tab", name="Chat").click()
    ask(page, f"What is the secret harbour of Zanthia called? {HOSTILE}")
    said = page.locator("#chat .said").first
    assert HOSTILE in said.inner_text()
    page.locator("#chat .answer button.open").first.click()
    page.locator("#document article").wait_for()
    assert page.locator("#document article").text_content().count(HOSTILE) >= 2
    for place in ("#chat .said", "#chat .answer", "#passages", "#document", "#texts", "#report"):
        assert page.locator(f"{place} img[src=x], {place} script, {place} .katex").count() == 0, place
    remove(page, "img")
