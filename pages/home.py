"""The first page: what runs, what waits, what failed and why, what the week cost, and where to begin."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from nicegui import ui

from core.llm.connection import ModelRef
from core.orchestrator import Orchestrator
from core.runs.run import PendingApproval, Run, RunFilter
from core.workflows.workflow import Workflow
from pages.components.buttons import button, icon_button, link_button
from pages.components.empty import empty_state
from pages.components.formats import cost, duration, plural, short
from pages.components.layout import badge, box, icon, notice, panel, row, section, stack, words
from pages.components.status import StatusChip
from pages.components.times import time_ago
from pages.frame import frame
from pages.live import follow_runs
from pages.week import DAYS, week_of, week_plot
from pages.workflows.run_form import ask_and_run

SHOWN = 5

Starts = Callable[[Workflow], Awaitable[None]]
"""Asks for a workflow's inputs and runs it."""


@dataclass(kw_only=True, slots=True)
class Picture:
    """All that the page shows, read at one moment."""

    live: Sequence[Run]
    failed: Sequence[Run]
    week: Sequence[Run]
    approvals: Sequence[PendingApproval]
    workflows: Sequence[Workflow]
    model: ModelRef

    @property
    def is_new(self) -> bool:
        """Whether nobody has run anything yet, as far as the page can see."""
        return not (self.live or self.failed or self.week)


def register(orchestrator: Orchestrator) -> None:
    @ui.page('/')
    async def home_page() -> None:
        with frame('Home', orchestrator, here='/') as page:
            with page.actions:
                link_button('Start a workflow', '/workflows', icon='play_arrow', kind='primary')
            content = stack('ao-gap-6')
            steady = box('')  # what is asked here outlives a refresh of the content

        async def run(workflow: Workflow) -> None:
            with steady:
                await ask_and_run(workflow, orchestrator)

        async def refresh() -> None:
            picture = await _read(orchestrator)
            content.clear()
            with content:
                _draw(picture, orchestrator, run)

        await refresh()
        follow_runs(orchestrator, refresh)


async def _read(orchestrator: Orchestrator) -> Picture:
    order = {sample.workflow.name: place for place, sample in enumerate(await orchestrator.samples())}
    since = orchestrator.clock.now() - timedelta(days=DAYS)
    return Picture(
        live=await orchestrator.runs(RunFilter(status=('running', 'queued', 'waiting'), limit=SHOWN)),
        failed=await orchestrator.runs(RunFilter(status=('failed',), limit=SHOWN)),
        week=await orchestrator.journal.usage_since(since),
        approvals=await orchestrator.approvals(),
        workflows=sorted(await orchestrator.workflows.all(), key=lambda workflow: order.get(workflow.name, len(order))),
        model=await orchestrator.default_model(),
    )


def _draw(picture: Picture, orchestrator: Orchestrator, run: Starts) -> None:
    if picture.is_new:
        _draw_welcome(picture, run)
        return
    with box('ao-home'):
        with stack('ao-gap-6'):
            _draw_approvals(picture.approvals, orchestrator)
            _draw_live(picture.live, orchestrator)
            _draw_failed(picture.failed, orchestrator)
        with stack('ao-gap-6'):
            _draw_week(picture.week, orchestrator)
            _draw_workflows(picture.workflows, run)
            _draw_model(picture.model)


# A new person


def _draw_welcome(picture: Picture, run: Starts) -> None:
    with stack('ao-gap-1'):
        words('Run your first workflow', 'ao-title', tag='h2')
        words(
            'A workflow wires agents together: each works on what the ones before it found. '
            'These are ready to run; watch one, then change it.',
            'ao-dim',
            tag='p',
        ).style('max-width: 64ch')
    _draw_model(picture.model)
    with box('ao-cards'):
        for workflow in picture.workflows:
            _draw_card(workflow, run)
    if not picture.workflows:
        with empty_state('account_tree', 'There is no workflow yet', 'Make one, or import one from a file.'):
            link_button('Open workflows', '/workflows', kind='primary')


def _draw_card(workflow: Workflow, run: Starts) -> None:
    agents = sum(1 for _ in workflow.graph.of_type('agent'))
    with panel('ao-card'):
        with row('ao-gap-3'):
            with box('ao-chip-icon'):
                icon('account_tree')
            words(workflow.name, 'ao-strong ao-grow ao-one-line', tag='h3')
        words(workflow.description, 'ao-dim ao-small ao-grow', tag='p')
        with row():
            badge(plural(agents, 'agent'), icon_name='smart_toy')
            if any(True for _ in workflow.graph.of_type('approval')):
                badge('asks you', icon_name='front_hand')
            box('ao-grow')
            link_button('Open', f'/workflows/{workflow.id}', kind='quiet')
            button('Run', lambda: run(workflow), icon='play_arrow').mark(f'run-{workflow.id}')


def _draw_model(model: ModelRef) -> None:
    if model.connection != 'practice':
        return
    with notice(
        'Agents without a model of their own use the practice model. It is built in, works offline and costs nothing, '
        'but it is not a language model: it answers with fitting sentences of its input.'
    ):
        ui.link('Choose your own model in Settings', '/settings').classes('ao-link')


# A busy one


def _draw_approvals(approvals: Sequence[PendingApproval], orchestrator: Orchestrator) -> None:
    if not approvals:
        return
    with section(f'Waiting for you · {len(approvals)}'), panel('ao-panel--tight'):
        for approval in approvals[:SHOWN]:
            with _run_row(approval.run_id):
                icon('front_hand', 'ao-waiting')
                with stack('ao-grow').style('gap: 0'):
                    words(approval.title, 'ao-strong ao-one-line')
                    words(approval.workflow_name, 'ao-faint ao-tiny ao-one-line')
                time_ago(approval.since, now=orchestrator.clock.now())
                words('Decide', 'ao-link ao-small')


def _draw_live(runs: Sequence[Run], orchestrator: Orchestrator) -> None:
    with section('Running now') as actions, panel('ao-panel--tight'):
        with actions:
            ui.link('All runs', '/monitor').classes('ao-link ao-small')
        for run in runs:
            with _run_row(run.id):
                StatusChip(run.status)
                words(run.workflow_name, 'ao-strong ao-grow ao-one-line')
                words(short(run.usage.tokens) + ' tok', 'ao-number ao-faint ao-wide-only')
                time_ago(run.started_at or run.created_at, now=orchestrator.clock.now())
        if not runs:
            words('Nothing runs at the moment.', 'ao-faint ao-small ao-list-row')


def _draw_failed(runs: Sequence[Run], orchestrator: Orchestrator) -> None:
    with section('Failed lately'), panel('ao-panel--tight'):
        for run in runs:
            with _run_row(run.id).style('align-items: flex-start'):
                icon('error', 'ao-failed')
                with stack('ao-grow').style('gap: 0'):
                    words(run.workflow_name, 'ao-strong ao-one-line')
                    words(run.error, 'ao-dim ao-tiny ao-two-lines')
                time_ago(run.ended_at or run.created_at, now=orchestrator.clock.now())
        if not runs:
            words('Nothing failed.', 'ao-faint ao-small ao-list-row')


def _run_row(run_id: str) -> ui.link:
    return ui.link(target=f'/runs/{run_id}').classes('ao-list-row')


def _draw_week(runs: Sequence[Run], orchestrator: Orchestrator) -> None:
    days = week_of(runs, now=orchestrator.clock.now())
    known = [day.dollars for day in days if day.dollars is not None]
    seconds = [(run.ended_at - run.started_at).total_seconds() for run in runs if run.ended_at and run.started_at]
    with section('This week'), panel():
        with row('ao-figures'):
            _figure('Runs', str(len(runs)))
            _figure('Tokens', short(sum(day.tokens for day in days)))
            _figure('Cost', cost(sum(known) if known else None))
            _figure('Usual time', duration(sorted(seconds)[len(seconds) // 2]) if seconds else '–')
        ui.html(week_plot(days), sanitize=False)
        with row('ao-gap-4 ao-tiny ao-faint'):
            for name, colour in (('succeeded', 'succeeded'), ('failed', 'failed'), ('other', 'line-strong')):
                with row().style('gap: 5px'):
                    box('ao-dot').style(f'background: var(--{colour})')
                    words(name)


def _figure(name: str, value: str) -> None:
    with stack().style('gap: 0'):
        words(name, 'ao-faint ao-tiny')
        words(value, 'ao-figure')


def _draw_workflows(workflows: Sequence[Workflow], run: Starts) -> None:
    with section('Start a workflow'), panel('ao-panel--tight'):
        for workflow in sorted(workflows, key=_latest_first)[:SHOWN]:
            with box('ao-list-row ao-list-row--link'):
                with ui.link(target=f'/workflows/{workflow.id}').classes('ao-row ao-gap-3 ao-grow'):
                    icon('account_tree', 'ao-faint')
                    words(workflow.name, 'ao-grow ao-one-line')
                icon_button('play_arrow', f'Run {workflow.name}', lambda workflow=workflow: run(workflow))
        if not workflows:
            words('There is no workflow yet.', 'ao-faint ao-small ao-list-row')


def _latest_first(workflow: Workflow) -> float:
    return -(workflow.updated_at.timestamp() if workflow.updated_at else 0.0)
