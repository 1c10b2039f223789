"""Go to anything: pages, agents, teams, workflows and recent runs, driven by the keyboard alone."""

from dataclasses import dataclass

from nicegui import ui

from core.orchestrator import Orchestrator
from core.runs.run import RunFilter
from pages.components.layout import box, icon, words

SHOWN = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Somewhere to go, or something to do there (`script`, JavaScript)."""

    name: str
    kind: str
    icon: str
    path: str = ''
    script: str = ''


class Palette:
    """The dialog behind Ctrl+K."""

    def __init__(self, orchestrator: Orchestrator, pages: list[Place]) -> None:
        self._orchestrator = orchestrator
        self._pages = pages
        self._places = pages
        self._hits: list[Place] = []
        self._index = 0
        with ui.dialog().props('position=top') as self._dialog, ui.card().classes('ao-palette'):
            self._dialog.props('transition-show=fade transition-hide=fade transition-duration=120')
            self._query = self._query_field()
            self._list = box('ao-palette-list')
            self._list.props['role'] = 'listbox'
        ui.on('aoPalette', self.open)

    async def open(self) -> None:
        """Shows all places there are now."""
        self._query.value = ''
        self._places = self._pages
        self._search()
        self._dialog.open()
        self._places = [*self._pages, *await self._things()]
        self._search()

    def _query_field(self) -> ui.input:
        made = ui.input(placeholder='Go to a page, agent, workflow or run', on_change=self._search)
        made.props('borderless dense autofocus').classes('ao-palette-query')
        made.props['aria-label'] = 'Go to anything'
        made.on('keydown.down.prevent', lambda: self._step(1))
        made.on('keydown.up.prevent', lambda: self._step(-1))
        made.on('keydown.enter', lambda: self._go(self._hits[self._index]) if self._hits else None)
        return made

    async def _things(self) -> list[Place]:
        of = self._orchestrator
        return [
            *(
                Place(name=w.name, kind='Workflow', icon='account_tree', path=f'/workflows/{w.id}')
                for w in await of.workflows.all()
            ),
            *(
                Place(name=a.name, kind='Agent', icon='smart_toy', path=f'/agents/{a.id}')
                for a in await of.agents.all()
            ),
            *(Place(name=t.name, kind='Team', icon='groups', path=f'/teams/{t.id}') for t in await of.teams.all()),
            *(
                Place(
                    name=f'{r.workflow_name} · {r.id}',
                    kind=f'Run, {r.status}',
                    icon='play_circle',
                    path=f'/runs/{r.id}',
                )
                for r in await of.journal.runs(RunFilter(limit=30))
            ),
        ]

    def _search(self) -> None:
        query = self._query.value or ''
        scored = [(points, place) for place in self._places if (points := fit(query, place.name)) is not None]
        self._hits = [place for _, place in sorted(scored, key=lambda hit: hit[0])][:SHOWN]
        self._index = 0
        self._draw()

    def _step(self, by: int) -> None:
        self._index = (self._index + by) % max(1, len(self._hits))
        self._draw()

    def _draw(self) -> None:
        self._list.clear()
        with self._list:
            for index, place in enumerate(self._hits):
                self._draw_hit(place, chosen=index == self._index)
            if not self._hits:
                words('Nothing is called that.', 'ao-faint ao-small').style('padding: 10px; display: block')

    def _draw_hit(self, place: Place, *, chosen: bool) -> None:
        with box('ao-palette-hit') as made:
            made.props['role'] = 'option'
            made.props['aria-selected'] = 'true' if chosen else 'false'
            made.on('click', lambda: self._go(place))
            icon(place.icon)
            words(place.name, 'ao-grow ao-one-line')
            words(place.kind, 'ao-faint ao-tiny')

    def _go(self, place: Place) -> None:
        self._dialog.close()
        if place.script:
            ui.run_javascript(place.script)
        else:
            ui.navigate.to(place.path)


def fit(query: str, text: str) -> int | None:
    """How well the query is found in the text, in points; fewer are better, None is not at all.

    Best where a word begins with it, then anywhere in one piece, then its letters in their order: the fewer gaps, the
    better.
    """
    wanted, text = query.strip().lower(), text.lower()
    if f' {text}'.find(f' {wanted}') >= 0:
        return 0
    if wanted in text:
        return 1
    points, at = 1, -1
    for letter in wanted.replace(' ', ''):
        found = text.find(letter, at + 1)
        if found < 0:
            return None
        points += found - at
        at = found
    return points
