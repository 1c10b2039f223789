"""Pages of runs that are long to read, and browsers that are slow to draw."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest
from nicegui.testing import User

from core.orchestrator import Orchestrator
from core.runs import fold as folding
from core.runs.fold import Fold
from core.runs.run import Run
from core.workflows.workflow import Workflow
from pages import live
from pages.live import FollowedRun
from tests.conftest import needs_canvas

MakeWorkflow = Callable[[str], Awaitable[Workflow]]
RunToEnd = Callable[..., Awaitable[Run]]

EACH = """
nodes:
  start: {type: input, config: {fields: [{name: items, type: long_text}]}}
  each: {type: map, name: Each line, config: {items: start.items}}
  shout: {type: template, parent: each, config: {text: '{{ item | upper }}'}}
  out: {type: output, config: {value: '{{ each.text }}'}}
edges: [start -> each, each -> out]
"""
WAITS = """
nodes:
  ok: {type: approval, config: {message: May it go, value: x}}
  again: {type: approval, config: {message: Is it sure, value: y}}
edges: [ok.approved -> again]
"""
LATER = """
nodes:
  ok: {type: approval, config: {message: Begin}}
  each: {type: map, config: {items: '[1, 2, 3, 4, 5, 6, 7, 8]', parallel: 1}}
  shout: {type: template, parent: each, config: {text: '{{ item }}'}}
edges: [ok.approved -> each]
"""
ITEMS = '\n'.join(map(str, range(40)))


@pytest.fixture
def gate(orchestrator: Orchestrator, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Until it is set no page reads on; each opens with the first twenty events."""
    opened, follow = asyncio.Event(), orchestrator.follow

    async def held(run_id: str) -> AsyncGenerator[Fold, None]:
        await opened.wait()
        async for seen in follow(run_id):
            yield seen

    monkeypatch.setattr(folding, 'SLICE', 10)
    monkeypatch.setattr(live, 'AT_FIRST', 20)
    monkeypatch.setattr(orchestrator, 'follow', held)
    return opened


async def test_a_long_run_is_shown_before_all_of_it_is_read(
    user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd, gate: asyncio.Event
) -> None:
    run = await run_to_end((await make_workflow(EACH)).id, {'items': ITEMS})
    await user.open(f'/runs/{run.id}?step=each%5B39%5D.shout')
    await user.should_see('Reading what happened: ')
    await user.should_see('Each line')
    await user.should_see('What came of it is shown once all that happened has been read.')
    assert user.find('Succeeded').elements, 'how it ended is known from its row'
    gate.set()
    await user.should_see('40 items')
    await user.should_not_see('Reading what happened: ')
    await user.should_see('Each line · item 40')  # the step that was asked for
    user.find('Back to the run').click()
    await user.should_see('Download')


async def test_nothing_is_decided_while_it_is_still_being_read(
    user: User,
    orchestrator: Orchestrator,
    make_workflow: MakeWorkflow,
    gate: asyncio.Event,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = await orchestrator.start_run((await make_workflow(WAITS)).id, {})
    first = await waiting(orchestrator, run.id, after=0)
    await orchestrator.decide_approval(run.id, 'ok', approved=True)
    await waiting(orchestrator, run.id, after=first)
    monkeypatch.setattr(folding, 'SLICE', first)  # what is read first ends where it waited for the first answer
    monkeypatch.setattr(live, 'AT_FIRST', 1)
    await user.open(f'/runs/{run.id}')
    await user.should_see('Reading what happened: ')
    await user.should_not_see('May it go')
    gate.set()
    await user.should_see('Is it sure')
    await user.should_not_see('May it go')


async def waiting(orchestrator: Orchestrator, run_id: str, *, after: int) -> int:
    """The number of the next event with which it waits."""
    async with asyncio.timeout(60):
        return await anext(
            event.seq async for event in orchestrator.watch(run_id, after) if event.type == 'run_waiting'
        )


@needs_canvas
async def test_the_builder_opens_while_its_last_run_is_still_being_read(
    user: User, make_workflow: MakeWorkflow, run_to_end: RunToEnd, gate: asyncio.Event
) -> None:
    workflow = await make_workflow(EACH)
    await run_to_end(workflow.id, {'items': ITEMS})
    await user.open(f'/workflows/{workflow.id}')
    await user.should_see('Reading what happened: ')
    gate.set()
    await user.should_not_see('Reading what happened: ')


async def test_a_slow_browser_is_told_less_often_but_all(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, 'FRAME', 0.0)
    run = await orchestrator.start_run((await make_workflow(LATER)).id, {})
    await waiting(orchestrator, run.id, after=0)
    fold = await orchestrator.look(run.id)
    heard, version = set(fold.state.steps), await orchestrator.version(run.version_id)
    followed = FollowedRun(fold, version, await orchestrator.graphs(fold.state), orchestrator)
    told: list[set[str]] = []
    followed.on_change(told.append)
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        tasks.create_task(followed.follow(asyncio.Event().wait))  # a browser that never answers
        await orchestrator.decide_approval(run.id, 'ok', approved=True)
    assert followed.ended
    assert len(told) == 2, 'the first news, and at the end all that came meanwhile'
    assert heard | {''} | set(fold.state.steps) == heard | set[str]().union(*told)
