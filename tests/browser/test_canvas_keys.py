"""Keys of the canvas where they do more than one line of the list can say."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.hand import Hand, middle, opened
from tests.e2e.app_process import AppProcess

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


def inside(of: Locator, room: Locator) -> bool:
    box, around = of.bounding_box(), room.bounding_box()
    assert box
    assert around
    right, bottom = box['x'] + box['width'], box['y'] + box['height']
    across = around['x'] <= box['x'] and right <= around['x'] + around['width']
    return across and around['y'] <= box['y'] and bottom <= around['y'] + around['height']
