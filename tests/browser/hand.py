"""Mouse and keyboard on the canvas, for tests in a real browser."""

from typing import Any

from playwright.sync_api import Locator, Page, expect

from core.workflows.document import read_graph
from tests.e2e.app_process import AppProcess

THREE = """
nodes:
  start: {type: input, position: {x: 80, y: 120}}
  middle: {type: template, config: {text: "{{ start }} it is"}, position: {x: 400, y: 120}}
  end: {type: output, position: {x: 720, y: 120}}
edges: [start -> middle, middle -> end]
"""


class Hand:
    """Mouse and keyboard on the canvas of one page."""

    def __init__(self, page: Page, app: AppProcess, workflow_id: str) -> None:
        self.page = page
        self.app = app
        self.workflow_id = workflow_id
        page.goto(f'/workflows/{workflow_id}')
        page.locator('.ao-canvas[data-drawn="true"]').wait_for()

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
    """Where on the page it is, once it stands still."""
    of.element_handle().wait_for_element_state('stable')
    box = of.bounding_box()
    assert box is not None
    return box['x'] + box['width'] / 2, box['y'] + box['height'] / 2


def place(hand: Hand, node_id: str) -> tuple[float, float]:
    at = next(node['position'] for node in hand.graph()['nodes'] if node['id'] == node_id)
    return at['x'], at['y']


def paste(hand: Hand, text: str) -> None:
    """What Ctrl+V does when another program put this text on the clipboard."""
    script = """text => {
      const data = new DataTransfer();
      data.setData('text/plain', text);
      document.body.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
    }"""
    hand.page.evaluate(script, text)


def opened(page: Page, app: AppProcess, name: str, graph: str) -> Hand:
    """The canvas of a new workflow with this graph, as YAML."""
    told = read_graph(graph).model_dump(mode='json')
    made = app.ask('POST', '/workflows', json={'name': name, 'graph': told}).raise_for_status().json()
    return Hand(page, app, made['id'])
