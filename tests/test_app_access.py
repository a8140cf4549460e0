"""The page for everyone: by keyboard alone, read out, in dark and light, on a phone, in any script."""

from __future__ import annotations

from pathlib import Path

import pytest
from browsing import PATIENCE, ask, remove, upload
from serving import Server


def test_the_keyboard_alone_is_enough(page):
    question = page.get_by_label("Your question")
    question.wait_for()
    page.wait_for_function("document.activeElement.tagName === 'TEXTAREA'")
    page.keyboard.type("who did Tokayev appoint?")
    page.keyboard.press("Enter")
    page.locator("#chat .answer").wait_for()
    page.keyboard.press("Shift+Tab")
    for _ in range(8):
        if page.evaluate("document.activeElement.matches('#chat button.open')"):
            break
        page.keyboard.press("Shift+Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.matches('#document mark')")
    page.get_by_role("tab", name="Chat", exact=True).focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Kazakhstan unrest").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.matches('#reading article')")


NAMELESS = """
() => [...document.querySelectorAll('button, input, textarea, select, [role=tab], [role=button]')]
  .filter(e => e.checkVisibility() && e.type !== 'hidden' && e.type !== 'file')
  .filter(e => !(e.getAttribute('aria-label') || e.title || e.innerText?.trim() || [...(e.labels || [])].length))
  .map(e => e.outerHTML.slice(0, 200))
"""


def test_everything_has_a_name_for_a_screen_reader_and_answers_are_announced(page):
    ask(page, "who did Tokayev appoint?")
    assert page.locator("#chat [role=log][aria-live=polite] .answer").count() == 1
    assert page.locator("#chat [aria-label*='<']").count() == 0
    page.get_by_role("button", name="Settings").click()
    assert page.evaluate(NAMELESS) == []
    page.get_by_role("tab", name="Texts").click()
    page.locator("#texts td").first.wait_for()
    assert page.evaluate(NAMELESS) == []


CONTRASTS = """
() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const layers = element => {
    const found = [];
    for (let e = element; e; e = e.parentElement) found.unshift(getComputedStyle(e).backgroundColor);
    return found;
  };
  const luminance = colours => {
    canvas.fillStyle = 'white';
    canvas.fillRect(0, 0, 1, 1);
    for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map(v => v / 255)
      .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const words = '.said, .answer p, .answer blockquote, b.best, .facts, .hint, summary, button.open, mark, li p, td, th';
  return [...document.querySelectorAll(words)].filter(e => e.checkVisibility() && e.innerText.trim()).map(e => {
    const behind = layers(e);
    const [a, b] = [luminance(behind), luminance([...behind, getComputedStyle(e).color])].sort((x, y) => x - y);
    return [(b + 0.05) / (a + 0.05), `${e.tagName}.${e.className} ${e.innerText.slice(0, 30)}`];
  });
}
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_what_is_behind_them(browser, server: Server, scheme: str):
    tab = browser.new_page(color_scheme=scheme)
    tab.set_default_timeout(PATIENCE)
    tab.goto(server.address)
    ask(tab, "who did Tokayev appoint?")
    ask(tab, "Who won the football world cup in 1998?")
    contrasts = tab.evaluate(CONTRASTS)
    assert len(contrasts) > 10
    assert [each for each in contrasts if each[0] < 4.5] == []  # the WCAG's least, level AA
    dark = tab.evaluate("matchMedia('(prefers-color-scheme: dark)').matches && document.body.matches('.dark')")
    assert dark == (scheme == "dark")
    tab.close()


def test_it_fits_a_phone_and_needs_no_mouse(browser, server: Server):
    phone = browser.new_page(viewport={"width": 375, "height": 700}, color_scheme="dark")
    phone.set_default_timeout(PATIENCE)
    phone.goto(server.address)
    phone.get_by_label("Your question").focus()
    phone.keyboard.type("who did Tokayev appoint?")
    phone.keyboard.press("Enter")
    phone.locator("#chat .answer b.best").wait_for()
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert phone.locator("#chat [role=log][aria-live=polite]").count() == 1
    source = phone.locator("#chat .answer").get_by_role("button", name="Kazakhstan unrest")
    source.focus()
    phone.keyboard.press("Enter")
    phone.locator("#document mark.best").wait_for()
    phone.close()


def test_a_text_of_any_script_is_shown_right(page, tmp_path: Path):
    hebrew = "ראש העיר של זנתיה הוא יעקב לוי (נולד ב-1961)."
    arabic = "عاصمة زنتيا هي مدينة النور."
    mixed = "Zanthia 👩🏽‍🚀 e\u0301tude 漢字 ไทย हिन्दी 𝒳."
    (tmp_path / "scripts.txt").write_text(f"{hebrew}\n\n{arabic}\n\n{mixed}", encoding="utf-8")
    upload(page, tmp_path / "scripts.txt")
    page.get_by_role("button", name="Scripts").click()
    page.locator("#reading article").wait_for()
    paragraphs = page.locator("#reading article p[dir=auto]")
    assert paragraphs.all_text_contents()[-3:] == [hebrew, arabic, mixed]
    directions = paragraphs.evaluate_all("all => all.map(each => getComputedStyle(each).direction)")
    assert directions[-3:] == ["rtl", "rtl", "ltr"]
    remove(page, "Scripts")
