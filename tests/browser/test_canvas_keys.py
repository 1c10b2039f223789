"""Keys of the canvas where they do more than one line of the list can say."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.hand import Hand, middle, opened, place
from tests.e2e.app_process import AppProcess, eventually

FAR_OFF = """
nodes:
  start: {type: input, position: {x: 8000, y: 5000}}
  end: {type: output, position: {x: 8400, y: 5000}}
edges: [start -> end]
"""


@pytest.mark.parametrize('pointer', [(400, 300), None])
def test_a_note_by_key_lands_in_view_and_on_no_other(page: Page, app: AppProcess, pointer: tuple[int, int]) -> None:
    hand = opened(page, app, 'Far off', FAR_OFF)
    page.mouse.move(*(hand.at(*pointer) if pointer else (5, 5)))
    hand.press('s')
    hand.press('s')
    expect(hand.node('note_2')).to_be_visible()
    first, second = middle(hand.node('note')), middle(hand.node('note_2'))
    assert first != second
    for key in ('note', 'note_2'):
        assert inside(hand.node(key), page.locator('.ao-canvas'))


def test_shift_alt_and_an_arrow_choose_the_next_node_as_well(three: Hand) -> None:
    three.click_canvas()
    three.press('Alt+ArrowRight')
    three.press('Shift+Alt+ArrowRight')
    assert three.selected() == ['middle', 'start']
    three.press('Shift+Alt+ArrowRight')
    assert three.selected() == ['end', 'middle', 'start']
    three.press('Shift+Alt+ArrowLeft')
    three.press('Delete')
    expect(three.page.locator('.ao-canvas [data-node]')).to_have_count(0)


FORK = """
nodes:
  start: {type: input, position: {x: 80, y: 120}}
  check: {type: condition, config: {branches: [{name: urgent, when: 'true'}]}, position: {x: 400, y: 120}}
  letter: {type: template, config: {text: Hello}, position: {x: 800, y: 120}}
  other: {type: template, config: {text: Hi}, position: {x: 800, y: 360}}
edges: [start -> check]
"""


def test_nodes_that_are_there_are_connected_by_key(page: Page, app: AppProcess) -> None:
    hand = opened(page, app, 'Fork', FORK)
    expect(hand.handle('check', 'urgent')).to_have_attribute('title', 'Branch “urgent”: text, branch')
    expect(hand.handle('check', 'in')).to_have_attribute('title', 'In: once all that can arrive has arrived')
    hand.click_canvas()
    hand.press('Alt+ArrowRight')
    hand.press('Alt+ArrowRight')
    assert hand.selected() == ['check']
    hand.press('Tab')
    picker = page.get_by_role('dialog', name='What follows')
    expect(picker.get_by_text('Connect to', exact=True)).to_be_visible()
    there = picker.locator('[data-key^="node:"]')
    assert there.evaluate_all('all => all.map((e) => e.dataset.key)') == ['node:letter', 'node:other']
    page.keyboard.type('connect letter')
    hand.press('Enter')
    expect(picker).to_have_count(0)
    wanted = {('start', 'out', 'check'), ('check', 'urgent', 'letter')}
    eventually(hand.edges, lambda edges: edges == wanted)
    assert sorted(hand.ids()) == ['check', 'letter', 'other', 'start']


def inside(of: Locator, room: Locator) -> bool:
    box, around = of.bounding_box(), room.bounding_box()
    assert box
    assert around
    right, bottom = box['x'] + box['width'], box['y'] + box['height']
    across = around['x'] <= box['x'] and right <= around['x'] + around['width']
    return across and around['y'] <= box['y'] and bottom <= around['y'] + around['height']


def test_keys_work_where_the_keyboard_has_other_letters(three: Hand) -> None:
    three.node('middle').click()
    typed(three, key='в', code='KeyD')
    expect(three.node('middle')).to_have_attribute('data-disabled', 'true')
    typed(three, key='я', code='KeyZ', ctrlKey=True)
    expect(three.node('middle')).to_have_attribute('data-disabled', 'false')
    typed(three, key='Я', code='KeyZ', ctrlKey=True, shiftKey=True)
    expect(three.node('middle')).to_have_attribute('data-disabled', 'true')
    typed(three, key='q', code='KeyA', ctrlKey=True)  # French: what it types counts, not where it lies
    assert three.selected() == ['middle']
    typed(three, key='à', code='Digit0')
    expect(three.page.locator('.ao-canvas-zoom')).to_have_text('100 %')


def test_keys_with_option_work_on_a_mac(three: Hand) -> None:
    three.drag(three.node('middle').locator('.ao-node-chip'), three.at(500, 560))
    three.press('Control+a')
    typed(three, key='¬', code='KeyL', altKey=True)
    eventually(lambda: {place(three, node)[0] for node in ('start', 'middle', 'end')}, lambda found: len(found) == 1)


def typed(hand: Hand, **event: object) -> None:
    """A key press as a keyboard with another layout makes it."""
    script = """event => document.querySelector('.ao-canvas').dispatchEvent(
      new KeyboardEvent('keydown', {...event, bubbles: true, cancelable: true}))"""
    hand.page.evaluate(script, event)


def test_a_mac_is_shown_its_own_keys(three: Hand) -> None:
    page = three.page
    assert undo_keys(three) == '"Ctrl + Z"'
    page.add_init_script("Object.defineProperty(navigator, 'platform', {get: () => 'MacIntel'})")
    page.reload()
    page.locator('.ao-canvas[data-drawn="true"]').wait_for()
    assert undo_keys(three) == '"⌘ Z"'


def undo_keys(hand: Hand) -> str:
    """What the sheet shows as the keys of Undo."""
    hand.press('?')
    undo = hand.page.locator('.ao-shortcut').filter(has_text='Undo').locator('kbd')
    shown = """e => {
      const {content} = getComputedStyle(e, '::after');
      return content === 'none' ? JSON.stringify(e.textContent) : content;
    }"""
    said: str = undo.evaluate(shown)
    hand.press('Escape')
    return said


def test_the_menu_says_so_where_a_page_may_not_read_the_clipboard(three: Hand) -> None:
    three.page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    three.page.mouse.click(*three.at(300, 480), button='right')
    three.page.get_by_role('menuitem', name='Paste').click()
    expect(three.page.get_by_text('The browser does not let pages read the clipboard here.')).to_be_visible()
