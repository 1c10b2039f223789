"""The run that the builder shows: on the canvas, and in a panel below with what the chosen step took and gave."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from core.orchestrator import Orchestrator
from core.runs.run import RunFilter
from core.runs.state import StepState
from pages.canvas.canvas import Canvas
from pages.components.buttons import button, icon_button, link_button
from pages.components.formats import cost, duration, short
from pages.components.layout import box, row, words
from pages.components.status import StatusChip
from pages.components.toasts import explained
from pages.live import FollowedRun, follow
from pages.runs.cards import Cards
from pages.runs.decisions import Decisions
from pages.runs.detail import StepDetail
from pages.runs.overview import Overview


class RunPanel:
    """The panel; `show` follows another run, `choose` shows one of its steps."""

    def __init__(
        self, workflow_id: str, orchestrator: Orchestrator, canvas: Canvas, *, reveal: Callable[[str], None]
    ) -> None:
        self._workflow_id = workflow_id
        self._orchestrator = orchestrator
        self._canvas = canvas
        self._reveal = reveal
        self._run: FollowedRun | None = None
        self._chosen = ''
        self._content: Overview | StepDetail | None = None
        with box('ao-run-panel', tag='section').mark('run-panel') as self._panel:
            self._panel.props['aria-label'] = 'Run'
            with row('ao-run-panel-head') as self._head:
                self._draw_head()
            self._body = box('ao-run-panel-body')
        self._panel.set_visibility(False)

    def last(self) -> dict[str, StepState]:
        """What the nodes gave in the shown run, by their ids; of many steps of a node the latest."""
        return self._cards.results() if self._run else {}

    def inputs(self) -> dict[str, Any]:
        """What the shown run was started with."""
        return self._run.state.inputs if self._run else {}

    async def show_last(self) -> None:
        """Shows the latest run of the workflow, if there is one; the panel opens only if it still goes on."""
        runs = await self._orchestrator.runs(RunFilter(workflow_id=self._workflow_id, limit=1))
        if runs:
            await self.show(runs[0].id, opened=not runs[0].ended)

    async def show(self, run_id: str, *, opened: bool = True) -> None:
        """Follows this run, from what has happened so far."""
        run = await follow(run_id, self._orchestrator)
        self._run = run
        self._decisions = Decisions(run=run, orchestrator=self._orchestrator)
        run.on_change(lambda changed: self._hear(run, changed))
        self._cards = Cards(run)
        self._canvas.show_run(self._cards.all(), self._cards.ways())
        self._open_link.props['href'] = f'/runs/{run_id}'
        self._panel.set_visibility(True)
        self._open(opened)
        self._draw_body()
        self._show_facts()

    def choose(self, node_id: str) -> None:
        """Shows the step of this node, or the run as a whole."""
        if self._run is None:
            return
        chosen = self._cards.telling(node_id) if node_id else ''
        if not chosen and node_id in self._run.version.graph.by_id:
            chosen = node_id
        if self._chosen and node_id and self._cards.node_of(self._chosen) == node_id:
            return  # one of its steps is shown already
        self._show_step(chosen)

    def _show_step(self, path: str) -> None:
        """Shows this step, or the run as a whole; on the canvas its node is brought into view."""
        if path != self._chosen:
            self._chosen = path
            self._draw_body()

    def _open_step(self, path: str) -> None:
        self._show_step(path)
        self._reveal(self._cards.node_of(path))

    # News

    def _hear(self, run: FollowedRun, changed: set[str]) -> None:
        if run is not self._run:
            return
        self._canvas.show_run(self._cards.changed(changed), self._cards.ways())
        if '' in changed:
            self._show_facts()
        if self._content is not None:
            self._content.show()

    # Drawing

    def _draw_head(self) -> None:
        self._toggle = icon_button('expand_less', 'Show or hide the run', lambda: self._open(not self._opened))
        self._name = words('Run', 'ao-strong ao-small')
        self._status = StatusChip('queued')
        self._figures = words('', 'ao-number ao-dim ao-one-line ao-grow')
        self._stop = button('Stop', self.stop, icon='stop', kind='danger')
        self._open_link = link_button('Open', '/', icon='open_in_new', kind='quiet')
        self._clock = ui.timer(1.0, self._tick)

    def _open(self, opened: bool) -> None:
        self._opened = opened
        self._panel.props['data-open'] = str(opened).lower()
        self._toggle.props['icon'] = 'sym_r_expand_more' if opened else 'sym_r_expand_less'

    def _draw_body(self) -> None:
        if self._run is None:
            return
        self._body.clear()
        names = {node.id: node.title for node in self._run.version.graph.nodes}
        with self._body:
            if self._chosen:
                self._content = StepDetail(
                    self._run,
                    self._chosen,
                    decisions=self._decisions,
                    choose=self._open_step,
                    close=lambda: self._show_step(''),
                )
            else:
                self._content = Overview(
                    self._run,
                    names,
                    decisions=self._decisions,
                    choose=self._open_step,
                    retry=self._retry,
                    elsewhere=False,
                )

    def _show_facts(self) -> None:
        if self._run is None:
            return
        state = self._run.state
        self._status.show(self._run.run.status)
        self._name.text = str(self._run.run.part or 'Run')
        figures = [duration(self._run.seconds)] if self._run.seconds is not None else []
        if state.usage.calls:
            figures += [f'{short(state.usage.tokens)} tok', cost(state.usage.cost)]
        self._figures.text = self._run.reading or ' · '.join(figures)
        self._stop.set_visibility(not self._run.run.ended)
        self._stop.text = 'Stopping…' if self._run.stopping else 'Stop'

    def _tick(self) -> None:
        if self._run and not self._run.ended:
            self._show_facts()
            if self._content is not None:
                self._content.tick()

    # Doing

    async def stop(self) -> None:
        if self._run and not self._run.ended:
            with explained():
                await self._orchestrator.cancel_run(self._run.run.id)

    async def _retry(self) -> None:
        if self._run:
            with explained():
                again = await self._orchestrator.retry_run(self._run.run.id)
                await self.show(again.id)
