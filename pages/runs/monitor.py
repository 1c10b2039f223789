"""All runs: live, narrowed by status, workflow, trigger, time and words, page by page."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, cast

from nicegui import ui

from core.orchestrator import Orchestrator
from core.runs.run import Run, Trigger
from pages.components.buttons import button, link_button
from pages.components.empty import empty_state
from pages.components.fields import search_field
from pages.components.formats import cost, duration, short
from pages.components.layout import box, panel, row, stack, words
from pages.components.status import StatusChip
from pages.components.tables import cell, number_cell, table, text_cell
from pages.components.times import time_ago
from pages.frame import frame
from pages.live import follow_runs
from pages.routes import page_at
from pages.runs.found import KINDS, SPANS, Found, Wanted, find

TRIGGERS: dict[Trigger, str] = {
    'manual': 'By hand',
    'chat': 'Chat',
    'api': 'API',
    'webhook': 'Webhook',
    'schedule': 'Schedule',
    'tool': 'Tool call',
}
COLUMNS = ('Status', 'Workflow', 'Started', 'Duration', 'Tokens', 'Cost', 'Trigger', 'Run')
NUMBERS = ('Duration', 'Tokens', 'Cost')
WIDE_ONLY = ('Tokens', 'Cost', 'Trigger', 'Run')


def register(orchestrator: Orchestrator) -> None:
    async def monitor_page(status: str = '', workflow: str = '') -> None:
        with frame('Monitor', orchestrator, here='/monitor'):
            wanted = Wanted(kind=_kind(status), workflow_id=workflow)
            await Monitor(orchestrator, wanted).draw()

    page_at('/monitor')(monitor_page)
    page_at('/runs')(monitor_page)


def _kind(status: str) -> str:
    return status.capitalize() if status.capitalize() in KINDS else 'All'


class Monitor:
    """The list on one page; it is read again whenever a run changes."""

    def __init__(self, orchestrator: Orchestrator, wanted: Wanted) -> None:
        self._orchestrator = orchestrator
        self._wanted = wanted
        self._trail: list[str] = []
        """The last runs of the pages before this one."""
        self._rows: dict[str, tuple[ui.element, Run]] = {}
        self._lengths: dict[str, ui.label] = {}

    async def draw(self) -> None:
        await self._draw_bar()
        self._list = stack('ao-gap-3')
        await self.refresh()
        follow_runs(self._orchestrator, self.refresh)
        ui.timer(1.0, self._tick)

    async def refresh(self) -> None:
        """Reads the present page again; rows that stay are changed in place."""
        found = await find(self._orchestrator, self._wanted, before=self._trail[-1] if self._trail else None)
        if found.runs and [run.id for run in found.runs] == list(self._rows):
            self._update(found.runs)
        else:
            self._show(found)

    # The bar

    async def _draw_bar(self) -> None:
        workflows = await self._orchestrator.workflows.all()
        names = {'': 'All workflows', **{workflow.id: workflow.name for workflow in workflows}}
        if self._wanted.workflow_id not in names:
            names[self._wanted.workflow_id] = self._wanted.workflow_id
        with box('ao-filters'):
            search_field('Find by workflow, id or error', lambda query: self._want(query=query.strip()))
            self._kinds = box('ao-segments')
            self._draw_kinds()
            _select('Workflow', names, self._wanted.workflow_id, lambda value: self._want(workflow_id=value))
            triggers: dict[str, str] = {'': 'Any trigger', **{str(name): told for name, told in TRIGGERS.items()}}
            _select('Trigger', triggers, '', lambda value: self._want(trigger=cast('Trigger | None', value or None)))
            _select('Time', {span: span for span in SPANS}, self._wanted.span, lambda value: self._want(span=value))

    def _draw_kinds(self) -> None:
        self._kinds.clear()
        with self._kinds:
            for kind in KINDS:
                with box('ao-segment', tag='button').props('type=button') as segment:
                    segment.props['aria-pressed'] = str(kind == self._wanted.kind).lower()
                    segment.on('click', self._chooser(kind))
                    words(kind)

    def _chooser(self, kind: str) -> Callable[[], Any]:
        async def choose() -> None:
            await self._want(kind=kind)
            self._draw_kinds()

        return choose

    async def _want(self, **changes: Any) -> None:
        for name, value in changes.items():
            setattr(self._wanted, name, value)
        self._trail.clear()
        await self.refresh()

    # The list

    def _show(self, found: Found) -> None:
        self._rows.clear()
        self._lengths.clear()
        self._list.clear()
        with self._list:
            if not found.runs:
                self._draw_empty()
                return
            with panel('ao-panel--tight ao-monitor'), table(*COLUMNS, numbers=NUMBERS, wide_only=WIDE_ONLY):
                for run in found.runs:
                    self._add_row(run)
            self._draw_pages(found)

    def _add_row(self, run: Run) -> None:
        with box('', tag='tr') as line:
            line.props['data-href'] = f'/runs/{run.id}'
            line.on('click', js_handler=_open(run))
            self._fill(run)
        self._rows[run.id] = (line, run)

    def _update(self, runs: list[Run]) -> None:
        for run in runs:
            line, shown = self._rows[run.id]
            if run != shown:
                line.clear()
                with line:
                    self._fill(run)
                self._rows[run.id] = (line, run)

    def _fill(self, run: Run) -> None:
        with cell():
            StatusChip(run.status, bare=True)
        with cell('ao-monitor-name'), row():
            ui.link(run.workflow_name, f'/runs/{run.id}').classes('ao-one-line')
            if run.part:
                words(str(run.part), 'ao-tiny ao-faint ao-one-line ao-wide-only')
            if told := _told(run):
                words(told, f'ao-tiny ao-one-line ao-wide-only ao-told-{run.status}').tooltip(told)
        with cell():
            time_ago(run.created_at, now=self._orchestrator.clock.now())
        self._lengths[run.id] = number_cell(self._length(run))
        number_cell(short(run.usage.tokens) if run.usage.calls else '–', 'ao-wide-only')
        number_cell(cost(run.usage.cost) if run.usage.calls else '–', 'ao-wide-only')
        text_cell(TRIGGERS[run.trigger], 'ao-wide-only')
        text_cell(run.id[-7:], 'ao-number ao-faint ao-wide-only').props['title'] = run.id

    def _length(self, run: Run) -> str:
        if run.started_at is None:
            return '–'
        return duration(((run.ended_at or self._orchestrator.clock.now()) - run.started_at).total_seconds())

    def _tick(self) -> None:
        for run_id, (_, run) in self._rows.items():
            if run.started_at and not run.ended:
                self._lengths[run_id].text = self._length(run)

    def _draw_pages(self, found: Found) -> None:
        with row('ao-pages'):
            if found.gave_up:
                words('The search went through the latest 2,000 runs.', 'ao-faint ao-small')
            box('ao-grow')
            if self._trail:
                button('Newer', self._newer, icon='chevron_left')
            if found.more:
                last = found.runs[-1].id
                button('Older', lambda: self._older(last), icon='chevron_right')

    async def _older(self, last: str) -> None:
        self._trail.append(last)
        await self.refresh()

    async def _newer(self) -> None:
        self._trail.pop()
        await self.refresh()

    def _draw_empty(self) -> None:
        if self._wanted.narrowed or self._trail:
            with empty_state('filter_alt_off', 'No run fits', 'No run has all that you asked for. Ask for less.'):
                button('Show all runs', lambda: ui.navigate.to('/monitor'))
            return
        with empty_state(
            'monitoring',
            'Nothing has run yet',
            'Each run of a workflow is listed here while it runs and ever after: what it did, what it cost, and why it '
            'failed if it did.',
        ):
            link_button('Open workflows', '/workflows', kind='primary')


def _told(run: Run) -> str:
    """What is to be known about it beyond its status."""
    if run.status == 'failed':
        return run.error
    if run.status == 'waiting':
        titles = Counter(approval.title for approval in run.approvals)
        return ', '.join(f'{title} × {count:,}' if count > 1 else title for title, count in titles.items())
    return ''


def _open(run: Run) -> str:
    """A click on the row opens the run; with Ctrl in a new tab, as links do."""
    return (
        f"(event) => {{ if (!event.target.closest('a')) "
        f"window.open('/runs/{run.id}', event.ctrlKey || event.metaKey ? '_blank' : '_self'); }}"
    )


def _select(label: str, options: Mapping[Any, str], value: str, act: Callable[[Any], Any]) -> ui.select:
    made = ui.select(dict(options), value=value, on_change=lambda change: act(change.value))
    made.props('outlined dense options-dense behavior=menu hide-bottom-space').props['aria-label'] = label
    return made.classes('ao-filter')
