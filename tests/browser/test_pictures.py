"""Pictures beside a message in a real browser: chosen, dropped, and pasted."""

import base64
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_importing import Drag
from tests.core.llm.test_images import PNG
from tests.e2e.app_process import AppProcess

PASTE = """(field, [name, type, base64, words]) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([bytes], name, {type}));
    if (words) clipboardData.setData("text/plain", words);
    const event = new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true});
    field.dispatchEvent(event);
    return event.defaultPrevented;
}"""
BASE64 = base64.b64encode(PNG).decode()

BREAK = """() => {
    window.own = Object.getOwnPropertyDescriptor(XMLHttpRequest.prototype, "status");
    Object.defineProperty(XMLHttpRequest.prototype, "status", {configurable: true, get: () => 0});
}"""
MEND = '() => Object.defineProperty(XMLHttpRequest.prototype, "status", window.own)'


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder with three pictures, one that is too large, a text, and a folder."""
    for name in ('a.png', 'b.png', 'c.png'):
        (tmp_path / name).write_bytes(PNG)
    (tmp_path / 'huge.png').write_bytes(PNG + bytes(10_000_000))
    (tmp_path / 'notes.txt').write_text('words')
    (tmp_path / 'more').mkdir()
    return tmp_path


@pytest.fixture
def playground(app: AppProcess, page: Page) -> Page:
    page.goto('/agents/brief-editor')
    page.locator('.ao-drop-zone').wait_for(state='attached')
    return page


def message(page: Page) -> Locator:
    return page.get_by_label('Message', exact=True)


def attached(page: Page) -> Locator:
    return page.locator('.ao-attached img')


def choose(page: Page, *files: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role('button', name='Attach pictures').click()
    chooser.value.set_files(files)


def test_pictures_are_chosen_in_their_order_taken_away_and_sent(playground: Page, pictures: Path) -> None:
    choose(playground, *(pictures / name for name in ('c.png', 'a.png', 'b.png')))
    expect(attached(playground)).to_have_count(3)
    names = [each.get_attribute('alt') for each in attached(playground).all()]
    assert names == ['c.png', 'a.png', 'b.png']
    playground.get_by_role('button', name='Take a.png away').click()
    expect(attached(playground)).to_have_count(2)
    choose(playground, pictures / 'a.png')  # the same file once more
    expect(attached(playground)).to_have_count(3)
    message(playground).fill('What are these?')
    message(playground).press('Enter')
    expect(playground.locator('.ao-said img')).to_have_count(3)
    drawn = playground.locator('.ao-said img').first.evaluate('(img) => img.decode().then(() => img.naturalWidth)')
    assert drawn == 1, 'as wide as it is'
    expect(attached(playground)).to_have_count(0)
    expect(playground.locator('.ao-answer')).to_contain_text('3 pictures came along', timeout=20_000)


def test_pictures_are_dropped_anywhere_and_what_is_none_is_refused_by_name(playground: Page, pictures: Path) -> None:
    drag = Drag(playground, *(pictures / name for name in ('a.png', 'huge.png')))
    expect(playground.get_by_text('Drop to show it')).to_be_visible()
    drag.drop()
    expect(playground.get_by_role('alert')).to_contain_text('huge.png is larger than 10 MB.')
    expect(attached(playground)).to_have_count(1)
    Drag(playground, pictures / 'notes.txt').drop()
    expect(playground.get_by_role('alert')).to_have_text('notes.txt is no PNG, JPEG, WebP or GIF.')
    Drag(playground, pictures / 'more').drop()
    expect(playground.get_by_role('alert')).to_contain_text('more is a folder')
    expect(attached(playground)).to_have_count(1)


def test_a_picture_is_pasted_but_not_instead_of_words(playground: Page) -> None:
    taken = message(playground).evaluate(PASTE, ['image.png', 'image/png', BASE64, ''])
    assert taken
    expect(attached(playground)).to_have_count(1)
    taken = message(playground).evaluate(PASTE, ['cell.png', 'image/png', BASE64, 'What a cell says'])
    assert not taken
    message(playground).fill('What is this?')
    message(playground).press('Enter')
    expect(playground.locator('.ao-said img')).to_have_count(1)


def test_what_did_not_arrive_is_said_and_can_be_sent_again(playground: Page, pictures: Path) -> None:
    playground.route('**/upload/**', lambda route: route.fulfill(status=200))
    playground.evaluate(BREAK)  # an answer of 503 would be a complaint in the console
    choose(playground, pictures / 'a.png')
    expect(playground.get_by_role('alert')).to_contain_text('a.png did not reach the app')
    playground.unroute('**/upload/**')
    playground.evaluate(MEND)
    choose(playground, pictures / 'a.png')
    expect(attached(playground)).to_have_count(1)
