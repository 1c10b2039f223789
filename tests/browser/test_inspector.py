"""The inspector in a real browser: fast typing, completion by keyboard and mouse, two windows, dialogs, a phone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, WebSocketRoute, expect

from tests.e2e.app_process import AppProcess, eventually

GRAPH = {
    'nodes': [
        {'id': 'topic', 'type': 'input', 'config': {'fields': [{'name': 'topic', 'title': 'The topic'}]}},
        {'id': 'every', 'type': 'every', 'config': {'word': 'hello'}},
        {'id': 'way', 'type': 'condition', 'config': {'branches': [{'name': 'good', 'when': 'every.verdict'}]}},
        {'id': 'end', 'type': 'output', 'config': {'value': 'x'}},
    ],
    'edges': [
        {'source': 'topic', 'target': 'every'},
        {'source': 'every', 'target': 'way'},
        {'source': 'way', 'source_handle': 'good', 'target': 'end'},
    ],
}


@pytest.fixture(scope='module')
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppProcess]:
    """One app for all tests here; each has a workflow of its own."""
    script = Path(__file__).with_name('inspector_app.py')
    app = AppProcess(tmp_path_factory.mktemp('inspector') / 'data', script=script)
    yield app.start()
    app.close()


class Inspected:
    """A workflow that is inspected."""

    def __init__(self, app: AppProcess) -> None:
        self._app = app
        self._id = app.post('/workflows', {'name': 'Inspected', 'graph': GRAPH})['id']

    def open(self, page: Page, node_id: str) -> None:
        page.goto(f'/inspect/{self._id}?show={node_id}')
        page.get_by_role('complementary', name='Inspector').get_by_role('heading').first.wait_for()

    def stores(self, node_id: str, field: str, value: Any) -> None:
        """Waits until that is stored in the node's configuration."""
        eventually(lambda: self._config(node_id).get(field), lambda found: found == value)

    def _config(self, node_id: str) -> dict[str, Any]:
        nodes = self._app.get(f'/workflows/{self._id}')['graph']['nodes']
        found: dict[str, Any] = next(node['config'] for node in nodes if node['id'] == node_id)
        return found


FOCUS_IS_SEEN = """() => {
  const seen = (part) => getComputedStyle(part).boxShadow !== 'none' || getComputedStyle(part).outlineStyle !== 'none';
  const here = document.activeElement, field = here.closest('.q-field, .ao-braces');
  return [here, ...here.querySelectorAll('*')].some(seen) || Boolean(field);
}"""


@pytest.fixture
def inspected(app: AppProcess) -> Inspected:
    return Inspected(app)


def template(page: Page, label: str) -> Locator:
    return page.locator(f'textarea[aria-label="{label}"]')


def option(page: Page, name: str) -> Locator:
    return page.locator('.ao-complete-option', has=page.locator('.ao-complete-name', has_text=name))


@pytest.mark.parametrize('label', ['A word', 'Prompt', 'Essay'])
def test_fast_typing_loses_no_letter(page: Page, inspected: Inspected, label: str) -> None:
    inspected.open(page, 'every')
    page.get_by_label(label, exact=True).click()
    page.keyboard.press('Control+A')
    typed = 'each of its reasons, in the order in which they came up, and who said so first'
    for word in typed.split(' '):
        page.keyboard.type(word if word == 'each' else f' {word}')
        page.wait_for_timeout(70)  # now and then a pause, so that edits and saves happen in between
        if word.endswith(','):
            page.wait_for_timeout(700)
    expect(page.get_by_label(label, exact=True)).to_have_value(typed)
    inspected.stores('every', {'A word': 'word', 'Prompt': 'prompt', 'Essay': 'essay'}[label], typed)
    expect(page.get_by_label(label, exact=True)).to_have_value(typed)


def test_what_is_typed_is_kept_by_selecting_another_node_at_once(page: Page, inspected: Inspected) -> None:
    inspected.open(page, 'every')
    page.get_by_label('A word').fill('quick')
    page.get_by_role('button', name='end', exact=True).click()
    inspected.stores('every', 'word', 'quick')


class SlowSocket:
    """A page's connection: what the server says is held back until the page is let connect."""

    def __init__(self, page: Page) -> None:
        self._held: list[tuple[WebSocketRoute, str | bytes]] | None = []
        page.route_web_socket('**/socket.io/**', self._join)

    def connect(self) -> None:
        held, self._held = self._held, None
        for route, message in held or ():
            route.send(message)

    def _join(self, route: WebSocketRoute) -> None:
        def deliver(message: str | bytes) -> None:
            if self._held is None:
                route.send(message)
            else:
                self._held.append((route, message))

        route.connect_to_server().on_message(deliver)


def test_what_is_typed_before_the_page_is_connected_is_kept(page: Page, inspected: Inspected) -> None:
    socket = SlowSocket(page)
    inspected.open(page, 'every')
    page.get_by_label('A word').fill('early')
    socket.connect()
    page.get_by_role('button', name='In a dialog').click()
    page.get_by_role('dialog').wait_for()
    expect(page.get_by_label('A word')).to_have_value('early')
    inspected.stores('every', 'word', 'early')


def test_what_is_done_before_the_page_is_connected_arrives_in_its_order(page: Page, inspected: Inspected) -> None:
    socket = SlowSocket(page)
    inspected.open(page, 'every')
    page.get_by_label('A word').fill('')
    page.get_by_label('A word').press_sequentially('in its order', delay=7)
    page.get_by_role('button', name='end', exact=True).click()
    socket.connect()
    template(page, 'Value').wait_for()
    inspected.stores('every', 'word', 'in its order')


def test_what_is_typed_is_kept_by_closing_the_page_at_once(page: Page, inspected: Inspected) -> None:
    sent: list[str] = []
    page.on('websocket', lambda socket: socket.on('framesent', lambda frame: sent.append(str(frame))))
    inspected.open(page, 'every')
    page.get_by_label('A word').fill('gone')
    while not any('gone' in frame for frame in sent):
        page.wait_for_timeout(10)
    page.close()
    inspected.stores('every', 'word', 'gone')


def test_a_template_is_completed_by_keyboard(page: Page, inspected: Inspected) -> None:
    inspected.open(page, 'end')
    value = template(page, 'Value')
    value.click()
    page.keyboard.press('Control+A')
    page.keyboard.type('About {{')
    expect(option(page, 'every')).to_have_attribute('aria-selected', 'false')
    expect(option(page, 'way')).to_have_attribute('aria-selected', 'true')
    page.keyboard.type('top')
    expect(option(page, 'topic')).to_have_attribute('aria-selected', 'true')
    page.keyboard.press('Enter')
    expect(value).to_have_value('About {{ topic }}')
    page.keyboard.type('.')
    expect(option(page, 'topic')).to_contain_text('The topic')
    page.keyboard.press('Tab')
    page.keyboard.type(' | tr')
    expect(option(page, 'trim')).to_contain_text('without blanks')
    page.keyboard.press('ArrowDown')
    page.keyboard.press('ArrowUp')
    page.keyboard.press('Enter')
    expect(value).to_have_value('About {{ topic.topic | trim }}')
    expect(page.locator('.ao-complete')).to_have_count(0)
    page.keyboard.press('End')
    page.keyboard.type(' and {{ ev')
    page.keyboard.press('Escape')
    expect(page.locator('.ao-complete')).to_have_count(0)
    page.keyboard.press('Control+Space')
    page.keyboard.press('Enter')
    expect(value).to_have_value('About {{ topic.topic | trim }} and {{ every }}')
    inspected.stores('end', 'value', 'About {{ topic.topic | trim }} and {{ every }}')
    expect(page.locator('.ao-braces-place')).to_have_count(2)


def test_an_expression_is_completed_by_mouse(page: Page, inspected: Inspected) -> None:
    inspected.open(page, 'way')
    when = template(page, 'When')
    when.fill('')
    when.press_sequentially('not ev')
    option(page, 'every').click()
    when.press_sequentially('.')
    option(page, 'verdict').click()
    expect(when).to_have_value('not every.verdict')
    expect(when).to_be_focused()
    when.press('Enter')
    expect(when).to_have_value('not every.verdict')
    inspected.stores('way', 'branches', [{'name': 'good', 'when': 'not every.verdict'}])


def test_the_browsers_own_undo_knows_what_was_completed(page: Page, inspected: Inspected) -> None:
    inspected.open(page, 'end')
    value = template(page, 'Value')
    value.fill('')
    value.press_sequentially('{{ top')
    expect(option(page, 'topic')).to_be_visible()
    page.keyboard.press('Enter')
    expect(value).to_have_value('{{ topic }}')
    page.keyboard.press('Control+Z')
    expect(value).to_have_value('{{ top')


def test_completion_works_in_a_dialog_and_escape_closes_one_thing_at_a_time(page: Page, inspected: Inspected) -> None:
    inspected.open(page, 'end')
    page.get_by_role('button', name='In a dialog').click()
    made = template(page, 'In the dialog')
    made.click()
    page.keyboard.type('{{ t')
    expect(option(page, 'topic')).to_be_visible()
    page.keyboard.press('Escape')
    expect(page.locator('.ao-complete')).to_have_count(0)
    expect(made).to_be_visible()
    page.keyboard.type('o')
    option(page, 'topic').click()
    expect(made).to_have_value('{{ topic }}')
    page.keyboard.press('Escape')
    expect(made).to_have_count(0)


def test_a_template_that_cannot_be_read_is_explained_below_it(page: Page, inspected: Inspected) -> None:
    inspected.open(page, 'end')
    template(page, 'Value').fill('Hello {{ topic')
    expect(page.get_by_text('A place begins with {{ and has no }}.')).to_be_visible()
    template(page, 'Value').fill('Hello {{ nobody.text }}')
    expect(page.get_by_text('Names nobody in value, which does not exist.')).to_be_visible()
    template(page, 'Value').fill('Hello {{ topic.topic }}')
    expect(page.locator('.ao-field-error:visible')).to_have_count(0)


def test_undo_shows_in_the_fields_at_once(page: Page, inspected: Inspected) -> None:
    inspected.open(page, 'every')
    page.get_by_label('A word').fill('second')
    page.get_by_label('Count').fill('7')
    page.get_by_role('button', name='Undo').click()
    expect(page.get_by_label('Count')).to_have_value('')
    page.get_by_role('button', name='Undo').click()
    expect(page.get_by_label('A word')).to_have_value('hello')
    page.get_by_role('button', name='Redo').click()
    page.get_by_role('button', name='Redo').click()
    expect(page.get_by_label('Count')).to_have_value('7')


def test_two_windows_edit_one_node_and_neither_loses_a_letter(context: BrowserContext, inspected: Inspected) -> None:
    first, second = context.new_page(), context.new_page()
    for page in (first, second):
        inspected.open(page, 'every')
    template(first, 'Prompt').click()
    template(second, 'Test').click()
    for letters in ('Say it ', 'once ', 'more'):
        first.keyboard.type(letters)
        second.keyboard.type('1 + ' if letters != 'more' else '2 > 3')
        first.wait_for_timeout(400)
    expect(template(first, 'Test')).to_have_value('1 + 1 + 2 > 3')
    expect(template(second, 'Prompt')).to_have_value('Say it once more')
    expect(template(first, 'Prompt')).to_have_value('Say it once more')
    inspected.stores('every', 'test', '1 + 1 + 2 > 3')
    inspected.stores('every', 'prompt', 'Say it once more')


def test_on_a_phone_it_is_a_sheet_that_can_be_closed(browser: Browser, app: AppProcess, inspected: Inspected) -> None:
    phone = browser.new_context(
        viewport={'width': 390, 'height': 844}, base_url=app.url, has_touch=True, is_mobile=True
    )
    page = phone.new_page()
    inspected.open(page, 'every')
    sheet = page.get_by_role('complementary', name='Inspector')
    box = sheet.bounding_box()
    assert box is not None
    assert (box['x'], box['width']) == (0, 390)
    assert page.evaluate('document.documentElement.scrollWidth') == 390
    page.get_by_label('A word').fill('by thumb')
    sheet.get_by_role('button', name='Close').tap()
    expect(sheet).to_be_hidden()
    inspected.stores('every', 'word', 'by thumb')
    phone.close()


def test_whatever_has_the_focus_shows_it(page: Page, inspected: Inspected) -> None:
    inspected.open(page, 'topic')
    page.get_by_label('Name', exact=True).first.focus()
    page.keyboard.press('Tab')
    expect(page.get_by_role('button', name='Change the id')).to_be_focused()
    for _ in range(12):  # through buttons, folds, fields, and a switch
        assert page.evaluate(FOCUS_IS_SEEN), page.evaluate('document.activeElement.outerHTML')
        page.keyboard.press('Tab')
