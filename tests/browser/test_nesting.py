"""Building and watching what runs in rounds, in a real browser."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hand import Hand, middle, paste
from tests.e2e.app_process import AppProcess, eventually

START: dict[str, Any] = {
    'nodes': [
        {'id': 'start', 'type': 'template', 'config': {'text': 'one\ntwo\nthree'}, 'position': {'x': 0, 'y': 0}},
    ],
}

SLOW: dict[str, Any] = {
    'nodes': [
        {'id': 'start', 'type': 'template', 'config': {'text': '\n'.join(['0', 'bad', *map(str, range(2, 12))])}},
        {'id': 'each', 'type': 'map', 'config': {'items': 'start.text', 'parallel': 2, 'when_item_fails': 'leave_out'}},
        {'id': 'rest', 'type': 'delay', 'parent': 'each', 'config': {'seconds': 0.3}},
        {'id': 'say', 'type': 'output', 'parent': 'each', 'config': {'value': '{{ item }}', 'format': 'json'}},
        {'id': 'end', 'type': 'output', 'config': {'value': '{{ each.text }}'}},
    ],
    'edges': [
        {'source': 'start', 'target': 'each'},
        {'source': 'rest', 'target': 'say'},
        {'source': 'each', 'target': 'end'},
    ],
}


def opened(page: Page, app: AppProcess, graph: dict[str, Any]) -> Hand:
    """The builder with a workflow of this graph."""
    made = app.ask('POST', '/workflows', json={'name': 'Nest', 'graph': graph})
    made.raise_for_status()
    return Hand(page, app, made.json()['id'])


def parents(hand: Hand) -> dict[str, str | None]:
    return {node['id']: node.get('parent') for node in hand.graph()['nodes']}


def size(hand: Hand, node_id: str) -> tuple[float, float]:
    box = hand.node(node_id).bounding_box()
    assert box
    return box['width'], box['height']


@pytest.fixture
def hand(page: Page, app: AppProcess) -> Hand:
    return opened(page, app, START)


def test_a_map_is_built_with_the_mouse_run_and_its_rounds_looked_at(hand: Hand) -> None:
    page = hand.page
    hand.offer('map', (420, 480))
    expect(hand.node('map')).to_be_visible()
    page.get_by_label('Zoom out').click()
    hand.press('1')
    hand.node('map').get_by_role('button', name='Add what runs in here').click()
    page.get_by_role('dialog', name='Add inside').locator('.ao-add-item[data-key="template"]').click()
    expect(hand.node('template')).to_be_visible()
    page.get_by_role('textbox', name='Text', exact=True).fill('{{ item | upper }}')
    hand.connect('start', 'map')
    eventually(hand.edges, lambda edges: ('start', 'out', 'map') in edges)
    assert parents(hand) == {'start': None, 'map': None, 'template': 'map'}
    hand.node('map').locator('.ao-node-next').click()
    page.get_by_role('dialog', name='What follows').locator('.ao-add-item[data-key="output"]').click()
    hand.saved()
    hand.press('Control+Enter')
    expect(hand.node('map')).to_have_attribute('data-status', 'succeeded')
    expect(hand.node('map')).to_contain_text('3 items')
    expect(hand.node('template')).to_contain_text('3 done')
    hand.node('template').click()
    panel = page.locator('.ao-run-panel')
    expect(panel).to_contain_text('3 of 3')
    expect(panel).to_contain_text('THREE')
    panel.get_by_label('The one before').click()
    expect(panel).to_contain_text('Map · item 2')
    expect(panel).to_contain_text('TWO')


def test_progress_is_seen_and_a_failed_round_is_found(page: Page, app: AppProcess) -> None:
    hand = opened(page, app, SLOW)
    hand.press('Control+Enter')
    expect(hand.node('each')).to_contain_text('of 12 · 1 failed')
    expect(hand.node('each')).to_have_attribute('data-status', 'succeeded', timeout=20_000)
    expect(hand.node('each')).to_contain_text('12 items · 1 failed')
    expect(hand.node('say')).to_contain_text('1 failed · 11 done')
    hand.node('say').click()
    panel = page.locator('.ao-run-panel')
    expect(panel).to_contain_text('Each · item 2')
    panel.get_by_role('link', name='Open').click()
    steps = page.locator('.ao-timeline')
    expect(steps).to_contain_text('12 items · 1 failed')
    expect(steps.locator('[data-path="each[1]"]')).to_have_count(0)
    steps.get_by_label('Unfold Each').click()
    steps.get_by_role('button', name='1 failed', exact=True).click()
    expect(steps.locator('[data-path="each[1]"]')).to_be_visible()
    expect(steps.locator('[data-path="each[0]"]')).to_have_count(0)
    steps.get_by_label('Go to item').fill('12')
    steps.get_by_label('Go to item').press('Enter')
    expect(steps.locator('[data-path="each[11].say"]')).to_be_visible()
    expect(page.locator('.ao-run-side')).to_contain_text('12 of 12')


def test_a_node_is_dragged_into_a_container_and_out_again_and_it_grows(hand: Hand) -> None:
    hand.offer('map', (420, 300))
    expect(hand.node('map')).to_be_visible()
    hand.press('1')
    hand.node('start').locator('.ao-node-titles').wait_for()
    before = size(hand, 'map')
    head = hand.node('start').locator('.ao-node-titles')
    x, y = middle(hand.node('map'))
    hand.drag(head, (x + before[0] / 2 - 40, y))
    eventually(lambda: parents(hand)['start'], lambda parent: parent == 'map')
    assert size(hand, 'map')[0] > before[0]
    hand.click_canvas()
    hand.press('Control+z')
    eventually(lambda: parents(hand)['start'], lambda parent: parent is None)
    expect(hand.node('map')).to_have_js_property('offsetWidth', 480)


def test_what_is_copied_stands_in_the_container_where_it_is_pasted(hand: Hand) -> None:
    hand.offer('map', (420, 300))
    expect(hand.node('map')).to_be_visible()
    copied = json.dumps({'nodes': {'other': {'type': 'template', 'config': {'text': 'x'}}}, 'edges': []})
    x, y = middle(hand.node('map'))
    hand.page.mouse.move(x, y - 40)
    paste(hand, copied)
    expect(hand.node('other')).to_be_visible()
    assert parents(hand)['other'] == 'map'


def test_empty_ground_inside_a_container_offers_what_can_stand_there(hand: Hand) -> None:
    page = hand.page
    hand.offer('map', (420, 300))
    expect(hand.node('map')).to_be_visible()
    x, y = middle(hand.node('map'))
    hand.node('map').get_by_role('button', name='Add what runs in here').click()
    page.get_by_role('dialog', name='Add inside').locator('.ao-add-item[data-key="template"]').click()
    expect(hand.node('template')).to_be_visible()
    hand.drag(hand.handle('template', 'out'), (x + 60, y + 90))
    page.get_by_role('dialog', name='What follows').locator('.ao-add-item[data-key="output"]').click()
    expect(hand.node('output')).to_be_visible()
    page.mouse.dblclick(x - 120, y + 100)
    page.get_by_role('dialog', name='Add a node').locator('.ao-add-item[data-key="condition"]').click()
    expect(hand.node('condition')).to_be_visible()
    assert parents(hand) == {'start': None, 'map': None, 'template': 'map', 'output': 'map', 'condition': 'map'}
    assert ('template', 'out', 'output') in hand.edges()
