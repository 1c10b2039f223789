"""What of a graph is in view when its page opens."""

from functools import partial

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.hand import Hand
from tests.e2e.app_process import AppProcess, eventually

SAMPLES = ('research-brief', 'support-triage', 'meeting-notes')


@pytest.mark.parametrize('size', [(1280, 720), (1440, 900)])
def test_samples_open_large_enough_to_be_read(browser: Browser, app: AppProcess, size: tuple[int, int]) -> None:
    desk = browser.new_context(viewport={'width': size[0], 'height': size[1]}, base_url=app.url)
    for sample in SAMPLES:
        hand = Hand(desk.new_page(), app, sample)
        expect(hand.page.locator('.ao-canvas')).to_have_attribute('data-far', 'false')
        assert hidden(hand) > 0, 'this sample is too small for this test'
        hand.page.get_by_role('button', name='Fit').click()
        eventually(partial(hidden, hand), lambda count: count == 0)
        hand.page.set_viewport_size({'width': size[0] - 100, 'height': size[1] - 60})
        eventually(partial(hidden, hand), lambda count: count == 0)
    desk.close()


def hidden(hand: Hand) -> int:
    """How many of the nodes are not in view, or only in part."""
    script = """(nodes, {left, top, right, bottom}) => nodes.map((node) => node.getBoundingClientRect()).filter(
      (box) => box.left < left || box.top < top || box.right > right || box.bottom > bottom).length"""
    room = hand.page.locator('.ao-canvas').evaluate('e => e.getBoundingClientRect().toJSON()')
    count: int = hand.page.locator('.ao-canvas [data-node]').evaluate_all(script, room)
    return count
