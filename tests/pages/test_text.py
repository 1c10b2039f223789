"""What people and models write, as it reaches the browser."""

from nicegui import ui
from nicegui.testing import User

from pages.components.text import marked_text

TEXT = 'Use a Vec<String>, and <think>think</think>, if `a < b`:\n\n- **now**'


async def test_tags_in_a_text_are_shown_and_take_no_words_away(user: User) -> None:
    @ui.page('/told')
    def told() -> None:
        marked_text(TEXT)

    await user.open('/told')
    shown = next(iter(user.find(kind=ui.markdown).elements)).props['innerHTML']
    assert 'Use a Vec&lt;String&gt;, and &lt;think&gt;think&lt;/think&gt;, if <code>a &lt; b</code>:' in shown
    assert '<strong>now</strong>' in shown


async def test_lines_stay_lines_and_code_stays_code(user: User) -> None:
    @ui.page('/lines')
    def lines() -> None:
        marked_text('Dear Ann,\nthank you.\n\n```\na\nb\n```')

    await user.open('/lines')
    shown = next(iter(user.find(kind=ui.markdown).elements)).props['innerHTML']
    assert 'Dear Ann,<br />\nthank you.' in shown
    assert 'a\nb' in shown
