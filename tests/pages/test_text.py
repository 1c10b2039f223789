"""What people and models write, as it reaches the browser."""

from nicegui import ui
from nicegui.testing import User

from pages.components.layout import Phrase, phrase
from pages.components.text import marked_text
from pages.components.toasts import toast

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


async def test_what_the_app_says_between_backticks_is_code_and_nothing_else_is(user: User) -> None:
    @ui.page('/said')
    def said() -> None:
        made = phrase('Nothing leads to `<end>`. Connect <it> & go on.')
        ui.button('Change', on_click=lambda: setattr(made, 'text', 'Or use `a`.'))
        ui.button('Tell', on_click=lambda: toast('There is no `<b>`.', 'bad', detail='a < b'))

    await user.open('/said')
    made = next(iter(user.find(kind=Phrase).elements))
    assert made.props['innerHTML'] == 'Nothing leads to <code>&lt;end&gt;</code>. Connect &lt;it&gt; &amp; go on.'
    user.find('Change').click()
    assert made.props['innerHTML'] == 'Or use <code>a</code>.'
    user.find('Tell').click()
    assert user.notify.messages == ['There is no <code>&lt;b&gt;</code>.']
