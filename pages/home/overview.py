"""Home for a busy person: two columns, what is going on and what it came to."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

from nicegui import ui

from core.runs.nesting import around
from core.runs.run import PendingApproval, Run
from core.runs.totals import Totals
from core.workflows.workflow import Workflow
from pages.components.buttons import icon_button
from pages.components.formats import cost, duration, short
from pages.components.layout import box, icon, panel, phrase, row, section, stack, words
from pages.components.status import StatusChip
from pages.components.times import time_ago
from pages.home.picture import SHOWN, Picture, Starts
from pages.home.week import week_plot
from pages.home.welcome import draw_model


def draw_overview(picture: Picture, run: Starts, *, now: datetime) -> None:
    with box('ao-home'):
        with stack('ao-gap-6'):
            _draw_approvals(picture.approvals, now)
            _draw_live(picture.live, now)
            _draw_failed(picture.failed, now)
        with stack('ao-gap-6'):
            _draw_week(picture.week)
            _draw_workflows(picture.workflows, run)
            draw_model(picture.model)


def _draw_approvals(approvals: Sequence[PendingApproval], now: datetime) -> None:
    if not approvals:
        return
    with section(f'Waiting for you · {len(approvals)}'), panel('ao-panel--tight'):
        for approval in approvals[:SHOWN]:
            with _run_row(approval.run_id, step=approval.path):
                icon('front_hand', 'ao-waiting')
                with stack('ao-grow').style('gap: 0'):
                    words(approval.title, 'ao-strong ao-one-line')
                    place = ' · '.join(filter(None, (approval.workflow_name, around(approval.path))))
                    words(place, 'ao-faint ao-tiny ao-one-line')
                time_ago(approval.since, now=now)
                words('Decide', 'ao-link ao-small')


def _draw_live(runs: Sequence[Run], now: datetime) -> None:
    with section('Running now') as actions, panel('ao-panel--tight'):
        with actions:
            ui.link('All runs', '/monitor').classes('ao-link ao-small')
        for run in runs[:SHOWN]:
            with _run_row(run.id):
                StatusChip(run.status)
                words(run.workflow_name, 'ao-strong ao-grow ao-one-line')
                words(short(run.usage.tokens) + ' tok', 'ao-number ao-faint ao-wide-only')
                time_ago(run.started_at or run.created_at, now=now)
        _draw_rest(runs)
        if not runs:
            words('Nothing runs at the moment.', 'ao-faint ao-small ao-list-row')


def _draw_failed(runs: Sequence[Run], now: datetime) -> None:
    with section('Failed lately'), panel('ao-panel--tight'):
        for run in runs[:SHOWN]:
            with _run_row(run.id).style('align-items: flex-start'):
                icon('error', 'ao-failed')
                with stack('ao-grow').style('gap: 0'):
                    words(run.workflow_name, 'ao-strong ao-one-line')
                    phrase(run.error, 'ao-dim ao-tiny ao-two-lines')
                time_ago(run.ended_at or run.created_at, now=now)
        _draw_rest(runs)
        if not runs:
            words('Nothing failed this week.', 'ao-faint ao-small ao-list-row')


def _draw_rest(runs: Sequence[Run]) -> None:
    if len(runs) > SHOWN:
        ui.link('More in the monitor', '/monitor').classes('ao-list-row ao-link ao-small')


def _run_row(run_id: str, *, step: str = '') -> ui.link:
    asked = f'?step={quote(step, safe="")}' if step else ''
    return ui.link(target=f'/runs/{run_id}{asked}').classes('ao-list-row')


def _draw_week(week: Totals) -> None:
    with section('This week'), panel():
        with row('ao-figures'):
            _figure('Runs', str(week.runs))
            _figure('Tokens', short(week.tokens))
            _figure('Cost', cost(week.cost))
            _figure('Usual time', '–' if week.usual_seconds is None else duration(week.usual_seconds))
        ui.html(week_plot(week.spans), sanitize=False)
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
