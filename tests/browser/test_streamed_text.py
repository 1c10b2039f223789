"""Text that grows in a browser: each word stands there once, in whatever order the news arrives."""

from pathlib import Path

from playwright.sync_api import Browser

import pages.components
from pages.components.streamed import length_in_browser

SOURCE = Path(pages.components.__file__).with_name('streamed.js').read_text(encoding='utf-8')
BUILD = """() => {
    const box = document.body.appendChild(document.createElement('div'));
    window.shown = Object.assign({$refs: {box}}, window.streamed.methods);
}"""


def test_a_word_that_came_with_the_page_is_not_added_again(browser: Browser) -> None:
    page = browser.new_page()
    page.add_script_tag(content=SOURCE.replace('export default', 'window.streamed ='))
    page.evaluate(BUILD)
    page.evaluate('shown.replace("🐝 one two ")')  # the page was drawn after the text had grown
    page.evaluate('at => shown.append("two ", at)', length_in_browser('🐝 one '))
    page.evaluate('at => shown.append("two three", at)', length_in_browser('🐝 one '))
    page.evaluate('at => shown.append(" four", at)', length_in_browser('🐝 one two three'))
    assert page.evaluate('shown.$refs.box.textContent') == '🐝 one two three four'
    page.close()
