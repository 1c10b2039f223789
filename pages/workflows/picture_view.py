"""The picture of a graph on a page: it fits itself, is moved and zoomed, and its cards change one by one."""

from collections.abc import Callable, Mapping
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments

from pages.workflows.picture import CardState, Drawing, EdgeState, Mark


class PictureView(ui.element, component='picture_view.js'):
    """Shows a `Drawing`; `on_choose` is called with the id of the node that was clicked.

    overview: rather the whole graph, even small, than a part that is read with ease.
    """

    def __init__(
        self, drawing: Drawing, *, on_choose: Callable[[str], Any] | None = None, overview: bool = False
    ) -> None:
        super().__init__()
        self._props['overview'] = overview
        self._drawing = drawing
        self._states: dict[str, CardState] = {}
        self._edges: dict[str, EdgeState] = {}
        self._marks: dict[str, Mark] = {}
        self.classes('ao-picture-holder')
        self._draw()
        if on_choose:
            self.on('choose', lambda event: on_choose(_chosen(event)))

    def select(self, node_id: str | None) -> None:
        """Marks a node as the chosen one."""
        self.run_method('choose', node_id or '')

    def reveal(self, node_id: str) -> None:
        """Marks a node as the chosen one, and moves the picture to it unless it is in view."""
        self.run_method('reveal', node_id)

    def draw(
        self,
        drawing: Drawing,
        *,
        marks: Mapping[str, Mark] | None = None,
        edges: Mapping[str, EdgeState] | None = None,
    ) -> None:
        """Shows another drawing, with some nodes marked; `edges` instead of what a run made of them."""
        self._drawing = drawing
        self._marks = dict(marks or {})
        if edges is not None:
            self._edges = dict(edges)
        self._draw()

    def show(self, states: Mapping[str, CardState], edges: Mapping[str, EdgeState]) -> None:
        """Changes what differs from what is shown; the whole picture is not sent again."""
        frames = {key for key, card in self._drawing.cards.items() if card.contains}
        nodes = {key: _patch(state, self._states.get(key), beside=key not in frames) for key, state in states.items()}
        changes = {
            'nodes': {key: patch for key, patch in nodes.items() if patch},
            'edges': {key: state for key, state in edges.items() if self._edges.get(key, 'idle') != state},
        }
        self._states |= states
        self._edges |= edges
        if changes['nodes'] or changes['edges']:
            self.run_method('patch', changes)

    def begin(self, states: Mapping[str, CardState], edges: Mapping[str, EdgeState]) -> None:
        """Draws the picture as it stands, for a page that is just being opened."""
        self._states, self._edges = dict(states), dict(edges)
        self._draw()

    def _draw(self) -> None:
        self._props['svg'] = self._drawing.svg(self._states, self._edges, marked=self._marks)
        self.update()


def _chosen(event: GenericEventArguments) -> str:
    return str(event.args)


def _patch(state: CardState, before: CardState | None, *, beside: bool) -> dict[str, Any]:
    if state == before:
        return {}
    old = before.words(beside=beside) if before else {}
    parts = {name: text for name, text in state.words(beside=beside).items() if old.get(name) != text}
    if before and before.status == state.status:
        return {'parts': parts} if parts else {}
    return {'status': state.status, 'parts': parts}
