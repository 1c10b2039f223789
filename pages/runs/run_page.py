"""One run, live: its picture, its steps in time, and what each of them took in and gave."""

from nicegui import ui

from core.errors import NotFoundError
from core.orchestrator import Orchestrator
from core.runs.run import Run
from core.workflows.workflow import WorkflowVersion
from pages.components.buttons import button, link_button
from pages.components.empty import empty_state
from pages.components.formats import cost, duration, short
from pages.components.layout import box, row, words
from pages.components.status import StatusChip
from pages.components.times import time_ago
from pages.components.toasts import explained
from pages.frame import Frame, frame
from pages.live import FollowedRun, follow
from pages.routes import page_at
from pages.runs.cards import Cards
from pages.runs.decisions import Decisions
from pages.runs.detail import StepDetail
from pages.runs.origin import origin_button
from pages.runs.overview import Overview
from pages.runs.timeline import Timeline
from pages.workflows.known import Known
from pages.workflows.picture import Drawing
from pages.workflows.picture_view import PictureView

TRIGGERS = {'manual': 'by hand', 'chat': 'from a chat', 'api': 'by the API', 'webhook': 'by a webhook'}


def register(orchestrator: Orchestrator) -> None:
    @page_at('/runs/{run_id}')
    async def run_page(run_id: str, step: str = '') -> None:
        try:
            run = await follow(run_id, orchestrator)
        except NotFoundError:
            _draw_missing(run_id, orchestrator)
            return
        parent = ('Monitor', '/monitor')
        with frame(run.run.workflow_name, orchestrator, here='/monitor', parent=parent, fill=True) as page:
            state = run.state
            versions = [await orchestrator.version(key) for key in state.workflows.values()]
            inside = {version.workflow_id: version.workflow_name for version in versions}
            known = await Known.of(orchestrator, state.agents.values(), state.teams.values(), inside)
            view = RunView(run, orchestrator, page, known)
            if step:
                view.choose(step)


def _draw_missing(run_id: str, orchestrator: Orchestrator) -> None:
    with (
        frame('Run', orchestrator, here='/monitor', parent=('Monitor', '/monitor')),
        empty_state('search_off', 'There is no such run', f'No run has the id {run_id}; it may have been deleted.'),
    ):
        link_button('All runs', '/monitor', kind='primary')


class RunView:
    """The parts of the page, and how news reaches them."""

    def __init__(self, run: FollowedRun, orchestrator: Orchestrator, page: Frame, known: Known) -> None:
        self._run = run
        self._orchestrator = orchestrator
        self._drawing = Drawing.of(run.version.graph, run.graphs.node_types, live=True, known=known)
        self._cards = Cards(run)
        self._names = _names(run.version, self._drawing)
        self._decisions = Decisions(run=run, orchestrator=orchestrator)
        self._chosen = self._wanted = ''
        with page.actions:
            self._draw_actions()
        with box('ao-run'):
            self._draw_facts()
            with box('ao-run-main'):
                self._picture = PictureView(self._drawing, on_choose=self._choose_node)
                self._picture.begin(self._cards.all(), self._cards.ways())
                own = [key for key in self._names if run.version.graph.by_id[key].parent is None]
                self._timeline = Timeline(run, own, on_choose=self.choose).mark('run-steps')
            self._side = box('ao-run-side', tag='aside')
        self._draw_side()
        run.on_change(self.show)
        if not run.ended:
            self._clock = ui.timer(1.0, self._tick)

    # News

    def show(self, changed: set[str]) -> None:
        """Brings the page up to date; `changed` are the paths of steps, the empty one is the run."""
        self._picture.show(self._cards.changed(changed), self._cards.ways())
        if '' in changed:
            self._timeline.show()
            self._show_facts()
        self._content.show()
        if self._wanted and (self._wanted in self._run.state.steps or not self._run.reading):
            self.choose(self._wanted)

    def _tick(self) -> None:
        self._show_facts()
        self._content.tick()
        if self._run.ended:
            self._clock.deactivate()

    # The chosen step, or the run as a whole

    def _choose_node(self, node_id: str) -> None:
        """Shows the step of a node; of many the one that is worth a look."""
        if self._chosen and self._cards.node_of(self._chosen) == node_id:
            self.choose('')
        else:
            self.choose(self._cards.telling(node_id) or node_id)

    def choose(self, path: str) -> None:
        """Shows a step; the chosen one again, or a note, leads back to the run."""
        known = path in self._names or path in self._run.state.steps
        self._wanted = path if self._run.reading and not known else ''
        self._chosen = path if known and path != self._chosen else ''
        self._picture.select(self._cards.node_of(self._chosen) if self._chosen else None)
        self._timeline.select(self._chosen)
        self._draw_side()
        if self._chosen:
            self._side.client.run_javascript(  # what was pressed may be gone by now
                f'if (innerWidth <= 1000) getHtmlElement({self._side.id}).scrollIntoView({{behavior: "smooth"}});'
            )

    def _draw_side(self) -> None:
        self._side.clear()
        with self._side:
            self._content: Overview | StepDetail = self._draw_step() if self._chosen else self._draw_overview()

    def _draw_step(self) -> StepDetail:
        return StepDetail(
            self._run,
            self._chosen,
            decisions=self._decisions,
            choose=self.choose,
            close=lambda: self.choose(''),
        )

    def _draw_overview(self) -> Overview:
        return Overview(self._run, self._names, decisions=self._decisions, choose=self.choose, retry=self._retry)

    # Facts and actions

    def _draw_actions(self) -> None:
        self._cancel_button = button('Cancel', self._cancel, icon='stop', kind='danger')
        self._retry_button = button('Retry', self._retry, icon='replay')
        origin_button(self._run.run)

    def _draw_facts(self) -> None:
        run = self._run.run
        with row('ao-run-facts'):
            self._status = StatusChip(run.status)
            if run.part:
                words(str(run.part), 'ao-small ao-strong')
            self._doing = words('', 'ao-small ao-dim')
            self._figures = words('', 'ao-number ao-dim')
            box('ao-grow')
            if earlier := self._run.state.reuse_from:
                ui.link('Goes on from an earlier run', f'/runs/{earlier}').classes('ao-link ao-tiny ao-wide-only')
            words(_origin(run, self._run.version), 'ao-tiny ao-faint ao-wide-only')
            time_ago(run.created_at, now=self._run.now)
        self._show_facts()

    def _show_facts(self) -> None:
        state = self._run.state
        self._status.show(self._run.run.status)
        self._doing.text = 'Stopping…' if self._run.stopping else self._run.reading or _doing(self._run)
        figures = [duration(self._run.seconds)] if self._run.seconds is not None else []
        if state.usage.calls:
            figures += [f'{short(state.usage.tokens)} tok', cost(state.usage.cost)]
        self._figures.text = ' · '.join(figures)
        self._cancel_button.set_visibility(not self._run.run.ended)
        self._cancel_button.text = 'Stopping…' if self._run.stopping else 'Cancel'
        self._cancel_button.set_enabled(not self._run.stopping)
        self._retry_button.set_visibility(self._run.ended and state.status != 'failed')

    async def _cancel(self) -> None:
        with explained():
            await self._orchestrator.cancel_run(self._run.run.id)

    async def _retry(self) -> None:
        with explained():
            again = await self._orchestrator.retry_run(self._run.run.id)
            ui.navigate.to(f'/runs/{again.id}')


def _names(version: WorkflowVersion, drawing: Drawing) -> dict[str, str]:
    """What the steps are called, by node, from left to right and top to bottom as they are drawn."""
    boxes = drawing.layout.boxes
    nodes = [node for node in version.graph.nodes if node.id in boxes and not drawing.cards[node.id].note]
    return {node.id: node.title for node in sorted(nodes, key=lambda n: (boxes[n.id].x, boxes[n.id].y))}


def _doing(run: FollowedRun) -> str:
    match run.state.status:
        case 'waiting' if run.run.approvals:
            return 'Waits for you'
        case 'waiting' if run.nesting.with_status('unknown'):
            return 'Waits for you'
        case 'waiting' if run.run.wake_at:
            return f'Goes on at {run.run.wake_at.astimezone():%H:%M:%S}'
        case _:
            return ''


def _origin(run: Run, version: WorkflowVersion) -> str:
    number = f'version {version.number}' if version.number else 'draft'
    return f'Started {TRIGGERS.get(run.trigger, "by a schedule")} · {number} · {run.id}'
