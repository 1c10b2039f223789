"""A run that ended early: what became of the steps that it never came to."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from nicegui.testing import User

from core.orchestrator import Orchestrator
from core.workflows.workflow import Workflow
from pages.components.status import StatusChip
from pages.runs.timeline import Timeline
from pages.workflows.picture_view import PictureView

MakeWorkflow = Callable[[str], Awaitable[Workflow]]

WAITS = """
nodes:
  start: {type: input}
  pause: {type: delay, config: {seconds: 60}}
  end: {type: output}
edges: [start -> pause, pause -> end]
"""

FAILS = """
nodes:
  start: {type: input}
  bad: {type: template, config: {text: '{{ start.nothing.more }}'}}
  end: {type: output}
edges: [start -> bad, bad -> end]
"""


async def until_ended(orchestrator: Orchestrator, run_id: str) -> None:
    async with asyncio.timeout(60):
        async for _ in orchestrator.watch(run_id):
            pass


def picture(user: User) -> PictureView:
    return next(iter(user.find(kind=PictureView).elements))


def row(user: User, path: str) -> dict[str, str]:
    (timeline,) = user.find(kind=Timeline).elements
    return next(row for row in timeline.props['rows'] if row['path'] == path)


@pytest.mark.parametrize('graph', [WAITS, FAILS], ids=['cancelled', 'failed'])
async def test_a_step_that_was_never_reached_says_so_everywhere(
    user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow, graph: str
) -> None:
    run = await orchestrator.start_run((await make_workflow(graph)).id, {})
    if graph == WAITS:
        await orchestrator.cancel_run(run.id)
    await until_ended(orchestrator, run.id)
    await user.open(f'/runs/{run.id}?step=end')
    assert '>Not reached<' in picture(user).props['svg']
    assert '>Pending<' not in picture(user).props['svg']
    assert (row(user, 'end')['status'], row(user, 'end')['note']) == ('unreached', 'not reached')
    chips = [chip.props['data-status'] for chip in user.find(kind=StatusChip).elements]
    assert 'unreached' in chips
    await user.should_see('Not reached')
    await user.should_see('The run ended before it.')


async def test_a_viewer_sees_it_as_soon_as_the_run_ends(
    user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[object, ...]] = []
    monkeypatch.setattr(PictureView, 'run_method', lambda _, name, *args: told.append((name, *args)))
    monkeypatch.setattr(Timeline, 'run_method', lambda _, name, *args: told.append((name, *args)))
    run = await orchestrator.start_run((await make_workflow(WAITS)).id, {})
    await user.open(f'/runs/{run.id}?step=end')
    await user.should_see('Pending')
    await orchestrator.cancel_run(run.id)
    await user.should_see('Not reached')
    assert "'unreached'" in str([what for what in told if 'nodes' in str(what)][-1])
    assert "'not reached'" in str([what for what in told if 'note' in str(what)][-1])
