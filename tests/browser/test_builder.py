"""Building workflows with mouse and keyboard, in a real browser."""

import json
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.app_process import AppProcess


class Hand:
    """Mouse and keyboard on the canvas of one page."""

    def __init__(self, page: Page, app: AppProcess, workflow_id: str) -> None:
        self.page = page
        self.app = app
        self.workflow_id = workflow_id
        page.goto(f'/workflows/{workflow_id}')
        page.locator('.ao-canvas .vue-flow').wait_for()

    def node(self, node_id: str) -> Locator:
        return self.page.locator(f'.ao-canvas [data-node="{node_id}"]')

    def handle(self, node_id: str, name: str) -> Locator:
        return self.node(node_id).locator(f'.vue-flow__handle[data-handleid="{name}"]')

    def drag(self, start: Locator, to: tuple[float, float]) -> None:
        """With real mouse events from the middle of something to a place on the page."""
        x, y = middle(start)
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move((x + to[0]) / 2, (y + to[1]) / 2, steps=4)
        self.page.mouse.move(*to, steps=4)
        self.page.mouse.up()

    def offer(self, key: str, at: tuple[float, float]) -> None:
        """Drags an entry of the palette onto the canvas."""
        self.drag(self.page.locator(f'[data-offer="{key}"]'), self.at(*at))

    def at(self, x: float, y: float) -> tuple[float, float]:
        """A place on the page, of a place on the canvas' surface."""
        box = self.page.locator('.ao-canvas').bounding_box()
        assert box is not None
        return box['x'] + x, box['y'] + y

    def connect(self, source: str, target: str, handle: str = 'out') -> None:
        self.drag(self.handle(source, handle), middle(self.handle(target, 'in')))

    def press(self, keys: str) -> None:
        self.page.keyboard.press(keys)

    def click_canvas(self) -> None:
        """On empty ground, so that nothing is chosen."""
        self.page.mouse.click(*self.at(20, 20))

    def saved(self) -> None:
        expect(self.page.get_by_text('Saved', exact=True)).to_be_visible()

    def graph(self) -> dict[str, Any]:
        """What is stored."""
        self.saved()
        graph: dict[str, Any] = self.app.ask('GET', f'/workflows/{self.workflow_id}').json()['graph']
        return graph

    def ids(self) -> list[str]:
        return sorted(node['id'] for node in self.graph()['nodes'])

    def edges(self) -> set[tuple[str, str, str]]:
        return {(edge['source'], edge['source_handle'], edge['target']) for edge in self.graph()['edges']}

    def selected(self) -> list[str]:
        found = self.page.locator('.vue-flow__node.selected').evaluate_all('all => all.map((e) => e.dataset.id)')
        return sorted(found)


def middle(of: Locator) -> tuple[float, float]:
    box = of.bounding_box()
    assert box is not None
    return box['x'] + box['width'] / 2, box['y'] + box['height'] / 2


@pytest.fixture
def hand(page: Page, app: AppProcess) -> Hand:
    app.ask('POST', '/workflows', json={'name': 'Empty'}).raise_for_status()
    return Hand(page, app, 'empty')


def test_a_workflow_is_built_with_the_mouse_published_and_run(hand: Hand) -> None:
    hand.app.ask('PUT', '/llm/default-model', json={'model': 'practice/practice-instant'}).raise_for_status()
    page = hand.page
    hand.offer('input', (80, 200))
    hand.offer('template', (420, 120))
    hand.offer('template', (420, 320))
    hand.offer('merge', (760, 200))
    expect(hand.node('merge')).to_be_visible()
    hand.connect('input', 'template')
    hand.connect('input', 'template_2')
    hand.connect('template', 'merge')
    hand.connect('template_2', 'merge')
    hand.node('merge').locator('.ao-node-next').click()
    page.get_by_role('dialog', name='What follows').get_by_role('option', name='Output').click()
    expect(hand.node('output')).to_be_visible()
    assert hand.edges() == {
        ('input', 'out', 'template'),
        ('input', 'out', 'template_2'),
        ('template', 'out', 'merge'),
        ('template_2', 'out', 'merge'),
        ('merge', 'out', 'output'),
    }
