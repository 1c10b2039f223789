"""The canvas as an element of a page: shows views, and tells what a person does to them."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from nicegui import __version__, background_tasks, ui
from nicegui.dependencies import esm_modules, register_esm
from nicegui.events import GenericEventArguments, handle_event

from pages.canvas.actions import ACTIONS
from pages.canvas.offers import Offer
from pages.canvas.views import Views
from pages.components.status import ICONS, word
from pages.theme.assets import CANVAS_LIBRARY, Joined, joined, style
from pages.workflows.picture import CardState, EdgeState

MODULES = Path(__file__).parent / 'js'
FRAME = 0.05
"""Seconds between two batches of news; with one in flight at a time, a slow browser gets fewer and larger ones."""
PATIENCE = 3.0
"""Seconds after which a browser that does not answer is sent the next batch all the same."""
SAID = 280
"""As many letters of what a node says as its card can show."""

LIBRARY_STYLES = ('core.css', 'node-resizer.css')
LIBRARY_MODULES = ('core.js',)
"""Those that every graph is drawn with; others come when they are first needed."""

Handler = Callable[[Any], Any]


def register() -> None:
    """Makes the canvas' style and modules known to the pages; they are loaded where a canvas is."""
    STYLE.serve()
    register_esm('ao-canvas', MODULES, max_time=max(file.stat().st_mtime for file in MODULES.iterdir()))
    register_esm('ao-vendor', CANVAS_LIBRARY.parent, max_time=CANVAS_LIBRARY.stat().st_mtime)


def _styles() -> bytes:
    return joined([*(CANVAS_LIBRARY / name for name in LIBRARY_STYLES), MODULES / 'canvas.css'])


STYLE = Joined(address='/canvas.css', media_type='text/css', content=_styles)


def _links() -> str:
    """What the page's head names, so that the browser fetches all at once what it would find one after the other."""
    folders = {module.name: f'/_nicegui/{__version__}/esm/{key}' for key, module in esm_modules.items()}
    ours = [f'{folders["ao-canvas"]}/{file.name}' for file in sorted(MODULES.glob('*.js'))]
    theirs = [f'{folders["ao-vendor"]}/vue-flow/{name}' for name in LIBRARY_MODULES]
    modules = [f'<link rel="modulepreload" href="{address}">' for address in (*theirs, *ours)]
    return '\n'.join([style(STYLE), *modules])


class Canvas(ui.element, component='canvas.js'):
    """Shows `Views`. A person's doings arrive as events and change nothing here: show what they led to."""

    def __init__(self, views: Views, *, offers: Iterable[Offer] = ()) -> None:
        super().__init__()
        ui.add_head_html(_links())
        self._views = views
        self._ready = False
        self._states: dict[str, dict[str, str]] = {}
        self._edges: dict[str, EdgeState] = {}
        self._news: tuple[dict[str, dict[str, str]], dict[str, EdgeState]] = ({}, {})
        self._sending = False
        self.classes('ao-canvas-holder')
        # Tuples, since NiceGUI watches every list and dict that it finds in a property.
        self._props['actions'] = tuple(action.told() for action in ACTIONS)
        self._props['offers'] = tuple(offer.told() for offer in offers)
        self._props['graph'] = (views.told(),)  # comes with the page, and so is drawn before that is connected
        self._sent: Views | None = views
        self.on('ready', self._begin)

    def listen(self, event: str, handler: Handler) -> None:
        """Calls the handler with what the browser tells: edit, select, act, add, paste, connecting or copied."""

        def told(event: GenericEventArguments) -> None:
            handle_event(lambda: handler(event.args), event)

        self.on(event, told)

    # The graph

    def show(self, views: Views) -> None:
        """Shows the graph as it is now; only what differs is sent."""
        before, self._views = self._views, views
        if self._ready and (changes := views.since(before)):
            self.run_method('patch', changes)

    def confirm(self, ids: Iterable[str]) -> None:
        """Shows these nodes as they are, though nothing differs: a browser may have drawn them as a person wished."""
        nodes = {key: asdict(self._views.nodes[key]) for key in ids if key in self._views.nodes}
        if nodes:
            self.run_method('patch', {'nodes': nodes, 'edges': {}, 'gone': [], 'cut': []})

    def reload(self) -> None:
        """Puts the browser back to what is true, after it was refused something."""
        self.run_method('load', self._views.told())

    def offer(self, offers: Iterable[Offer]) -> None:
        """Changes what can be added."""
        self._props['offers'] = tuple(offer.told() for offer in offers)
        self.update()

    def select(self, ids: Sequence[str]) -> None:
        self.run_method('select', list(ids))

    def reveal(self, node_id: str) -> None:
        """Selects a node and brings it into view."""
        self.run_method('reveal', node_id)

    def fit(self) -> None:
        self.run_method('fit')

    def refuse(self, reasons: Mapping[str, str]) -> None:
        """Says where the connection that is being drawn may not lead, and why."""
        self.run_method('refuse', dict(reasons))

    # A run

    def show_run(self, states: Mapping[str, CardState], edges: Mapping[str, EdgeState]) -> None:
        """Shows what a run makes of nodes and edges; only what differs is sent, gathered, and never much at once."""
        told = {key: _told(state) for key, state in states.items()}
        nodes = {key: state for key, state in told.items() if self._states.get(key) != state}
        ways = {key: state for key, state in edges.items() if self._edges.get(key, 'idle') != state}
        self._states |= nodes
        self._edges |= ways
        self._news[0].update(nodes)
        self._news[1].update(ways)
        if (nodes or ways) and self._ready and not self._sending:
            self._sending = True
            background_tasks.create(self._send(), name=f'canvas {self.id}')

    async def _send(self) -> None:
        try:
            while (self._news[0] or self._news[1]) and not self.is_deleted:
                await asyncio.sleep(FRAME)
                (nodes, edges), self._news = self._news, ({}, {})
                try:
                    await self.run_method('show', {'nodes': nodes, 'edges': edges}, timeout=PATIENCE)
                except TimeoutError:
                    continue
        finally:
            self._sending = False

    def _begin(self) -> None:
        """A browser has drawn the canvas, for the first time or again."""
        self._ready = True
        if self._views is not self._sent:
            self.run_method('load', self._views.told())
        self._sent = None
        with self._props.suspend_updates():
            self._props.pop('graph', None)  # from now on only what differs is sent
        self._news = ({}, {})
        if self._states or self._edges:
            self.run_method('show', {'nodes': self._states, 'edges': self._edges})


def _told(state: CardState) -> dict[str, str]:
    text = state.preview.replace('**', '').strip()
    return {
        'status': state.status,
        'icon': ICONS[state.status],
        'word': state.word or word(state.status),
        'figures': state.figures,
        'text': text[-SAID:] if state.status == 'running' else text[:SAID],
    }
