"""All pages. The first is there at the start; the others come in a quiet moment, or when they are asked for."""

import asyncio
from importlib import import_module
from pathlib import Path

from nicegui import app
from starlette.types import ASGIApp, Receive, Scope, Send

from core.orchestrator import Orchestrator
from pages import faults
from pages.components import picture
from pages.home import page as home
from pages.live import forget_unconnected
from pages.theme import assets

PRUNING = 3.0
"""Seconds between two looks for pages that no browser has connected to."""

QUIET = 1.0
"""Seconds without a request after which the rooms are imported."""

ROOMS = ('workflows', 'agents', 'teams', 'runs', 'templates', 'settings')
"""The packages with pages, in the order in which people probably go there."""


def register(orchestrator: Orchestrator, *, data_dir: Path) -> None:
    """Adds the look and all pages to the server; called once, before it starts.

    data_dir: where everything is kept, for the settings to show.
    """
    assets.register()
    picture.register()
    faults.register(orchestrator)
    home.register(orchestrator)
    ahead = Ahead()
    app.timer(0, ahead.import_rooms, once=True)
    app.add_middleware(Rooms, orchestrator=orchestrator, data_dir=data_dir, ahead=ahead)
    app.timer(PRUNING, forget_unconnected)


class Ahead:
    """Imports all rooms in a quiet moment after the start, so that whoever goes there first does not wait for it."""

    def __init__(self) -> None:
        self.asked = True
        """Whether somebody asked for something lately; the first moment belongs to the first page."""

    async def import_rooms(self) -> None:
        while self.asked:
            self.asked = False
            await asyncio.sleep(QUIET)
        for room in ROOMS:
            await asyncio.to_thread(import_module, f'pages.{room}.pages')


class Rooms:
    """Looks at the first word of each address, and adds the pages of that room before they are asked for."""

    def __init__(self, inner: ASGIApp, *, orchestrator: Orchestrator, data_dir: Path, ahead: Ahead) -> None:
        self._inner = inner
        self._orchestrator = orchestrator
        self._data_dir = data_dir
        self._ahead = ahead
        self._visited: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope['type'] == 'http':
            self._ahead.asked = True
            room = scope['path'].lstrip('/').partition('/')[0]
            if room not in self._visited:
                self._register(room)
        await self._inner(scope, receive, send)

    def _register(self, room: str) -> None:
        # Imported here, or the first page would wait for the code of all others.
        match room:
            case 'agents':
                from pages.agents import pages as agents  # noqa: PLC0415

                agents.register(self._orchestrator)
            case 'teams':
                from pages.teams import pages as teams  # noqa: PLC0415

                teams.register(self._orchestrator)
            case 'settings':
                from pages.settings import pages as settings  # noqa: PLC0415

                settings.register(self._orchestrator, data_dir=self._data_dir)
            case 'monitor' | 'runs':
                from pages.runs import pages as runs  # noqa: PLC0415

                runs.register(self._orchestrator)
            case 'workflows':
                from pages.workflows import pages as workflows  # noqa: PLC0415

                workflows.register(self._orchestrator)
            case 'templates':
                from pages.templates import pages as templates  # noqa: PLC0415

                templates.register(self._orchestrator)
            case _:
                return
        self._visited.add(room)
