"""Home, for a new person and for a busy one."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from nicegui import ui
from nicegui.testing import User

from core.agents.agent import Agent
from core.llm.connection import ModelRef
from core.llm.usage import Usage
from core.orchestrator import Orchestrator
from core.runs.run import Run, RunFilter, RunStatus
from core.runs.totals import Total, totals_of
from core.workflows.workflow import Workflow
from pages.home.week import days_of, week_plot

MakeWorkflow = Callable[[str], Awaitable[Workflow]]
RunToEnd = Callable[..., Awaitable[Run]]

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FAILS = """
nodes:
  start: {type: input}
  ask: {type: agent, config: {agent: lost}}
edges: [start -> ask]
"""


async def test_a_new_person_sees_the_samples_and_which_model_they_will_use(
    user: User, orchestrator: Orchestrator
) -> None:
    await user.open('/')
    for sample in await orchestrator.samples():
        await user.should_see(sample.workflow.name)
    await user.should_see('it is not a language model')
    await user.should_see('Choose your own model in Settings')


async def test_nothing_is_said_of_practice_once_another_model_is_the_default(
    user: User, orchestrator: Orchestrator
) -> None:
    await orchestrator.preferences.set('default_model', 'ollama/llama3.2')
    await user.open('/')
    await user.should_see('Run your first workflow')
    await user.should_not_see('it is not a language model')


async def test_a_run_that_waits_for_a_person_is_shown_while_the_page_is_open(
    user: User, orchestrator: Orchestrator
) -> None:
    await user.open('/')
    await user.should_see('Run your first workflow')
    triage = next(w for w in await orchestrator.workflows.all() if any(w.graph.of_type('approval')))
    inputs = {node.id: 'My invoice is wrong.' for node in triage.graph.of_type('input')}
    await orchestrator.start_run(triage.id, inputs)
    await user.should_see('Waiting for you')
    await user.should_see('Decide')
    await user.should_see('Nothing runs at the moment.')


async def test_a_sample_runs_from_home_to_its_own_page(user: User, orchestrator: Orchestrator) -> None:
    await user.open('/')
    user.find(marker='run-meeting-notes').click()
    await user.should_see('Run Meeting notes')
    user.find(marker='start-run').click()
    for _ in range(50):
        if user.back_history[-1].startswith('/runs/'):
            break
        await asyncio.sleep(0.05)
    (run,) = await orchestrator.runs(RunFilter())
    assert run.workflow_id == 'meeting-notes'
    assert user.back_history[-1] == f'/runs/{run.id}'


def week_of(*told: tuple[RunStatus, timedelta, float | None]) -> tuple[Total, ...]:
    """The days of a week with such runs: how each ended, how long ago it began, and what it cost."""
    common: dict[str, Any] = {'workflow_id': 'w', 'workflow_name': 'W', 'version_id': 'v'}
    runs = [
        Run(
            id=str(index),
            status=status,
            created_at=NOW - age,
            usage=Usage(input_tokens=10, output_tokens=5, cost=dollars),
            **common,
        )
        for index, (status, age, dollars) in enumerate(told)
    ]
    return totals_of(runs, days_of(NOW)).spans


def test_a_week_counts_each_run_on_its_day_and_only_known_costs() -> None:
    week = week_of(
        ('succeeded', timedelta(0), 0.5),
        ('failed', timedelta(0), None),
        ('cancelled', timedelta(days=2), None),
        ('succeeded', timedelta(days=9), 9.0),
    )
    assert len(week) == 7
    today = week[-1]
    assert (today.succeeded, today.failed, today.tokens, today.cost) == (1, 1, 30, 0.5)
    assert (week[-3].other, week[-3].cost) == (1, None)
    assert sum(day.runs for day in week) == 3


def test_the_plot_draws_a_bar_for_each_kind_of_run_and_says_what_it_shows() -> None:
    plot = week_plot(week_of(('succeeded', timedelta(0), None), ('failed', timedelta(0), None)))
    assert plot.count('var(--succeeded)') == 1
    assert plot.count('var(--failed)') == 1
    assert 'aria-label="2 runs in seven days"' in plot
    assert '2 runs, 1 failed, 30 tok, –' in plot


async def test_the_figures_of_the_week_are_those_of_its_days(
    user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    workflow = await make_workflow('nodes: {say: {type: template, config: {text: Hello}}, end: {type: output}}')
    for _ in range(3):
        await run_to_end(workflow.id)
    await user.open('/')
    await user.should_see('This week')
    plots = [each.content for each in user.find(kind=ui.html).elements]  # type: ignore[attr-defined]
    assert any('aria-label="3 runs in seven days"' in plot for plot in plots)
    labels = sorted(user.find(kind=ui.label).elements, key=lambda label: label.id)
    assert [label.text for label in labels if 'ao-figure' in label.classes][:2] == ['3', '0']


async def test_a_failed_run_is_listed_with_its_reason(
    user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    await orchestrator.agents.create(Agent(id='lost', name='Lost', model=ModelRef.parse('nowhere/llama3.2')))
    run = await run_to_end((await make_workflow(FAILS)).id)
    assert run.status == 'failed'
    await user.open('/')
    await user.should_see('Failed lately')
    await user.should_see(run.error[:40])
    assert any(link.props['href'] == f'/runs/{run.id}' for link in user.find(ui.link).elements)
