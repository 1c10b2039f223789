"""What the dispatcher does when what it stands on fails."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from core.clock import SystemClock
from core.errors import StorageError
from core.llm.service import LLMService
from core.orchestrator import Orchestrator
from core.plugins import Extensions
from core.runs import events as e
from core.runs.run import Run
from core.stores import Stores
from core.workflows.document import read_graph
from core.workflows.workflow import Workflow, WorkflowVersion

Make = Callable[[], Orchestrator]


@pytest.fixture
def make(stores: Stores, extensions: Extensions) -> Make:
    clock = SystemClock()
    llm = LLMService(stores.connections, stores.secrets, extensions.providers, clock=clock)
    return lambda: Orchestrator(stores, llm, extensions, clock=clock)


async def waiting_run(orchestrator: Orchestrator) -> Run:
    workflow = await orchestrator.workflows.create(
        Workflow(name='Test', graph=read_graph('nodes: {ask: {type: approval}}'))
    )
    return await orchestrator.start_run(workflow.id, {})


async def reached(orchestrator: Orchestrator, run_id: str, kind: type[e.Event]) -> None:
    async with asyncio.timeout(60):
        async for event in orchestrator.watch(run_id):
            if isinstance(event, kind):
                return


async def test_a_start_that_fails_says_why_and_can_be_stopped(
    make: Make, stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unfinished() -> list[Run]:
        raise StorageError('The disk failed.')

    monkeypatch.setattr(stores.journal, 'unfinished', unfinished)
    orchestrator = make()
    with pytest.raises(StorageError, match='The disk failed'):
        await orchestrator.start()
    await orchestrator.stop()


async def test_a_run_that_cannot_even_be_failed_takes_no_other_with_it(
    make: Make, stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    orchestrator = make()
    await orchestrator.start()
    doomed = await waiting_run(orchestrator)
    await reached(orchestrator, doomed.id, e.RunWaiting)
    append = stores.journal.append

    async def refuses(run_id: str, *args: Any, **options: Any) -> Any:
        if run_id == doomed.id and not isinstance(args[0][0], e.ApprovalDecided):
            raise RuntimeError('a fault')
        return await append(run_id, *args, **options)

    monkeypatch.setattr(stores.journal, 'append', refuses)
    await orchestrator.decide_approval(doomed.id, 'ask', approved=True)
    await asyncio.sleep(0.05)
    other = await waiting_run(orchestrator)
    await reached(orchestrator, other.id, e.RunWaiting)
    await orchestrator.stop(grace=0.1)


async def test_a_run_that_cannot_be_walked_leaves_no_step_open(make: Make, stores: Stores) -> None:
    orchestrator = make()
    await orchestrator.start()
    run = await waiting_run(orchestrator)
    await reached(orchestrator, run.id, e.RunWaiting)
    await orchestrator.stop()
    stores.workflows._versions.clear()  # type: ignore[attr-defined]
    orchestrator = make()
    await orchestrator.start()
    await orchestrator.decide_approval(run.id, 'ask', approved=True)
    await reached(orchestrator, run.id, e.RunFailed)
    state = await orchestrator.state(run.id)
    assert (state.status, state.steps['ask'].status) == ('failed', 'cancelled')
    await orchestrator.stop()


async def test_a_run_that_is_taken_up_during_a_stop_starts_nothing(
    make: Make, stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    orchestrator = make()
    await orchestrator.start()
    run = await waiting_run(orchestrator)
    await reached(orchestrator, run.id, e.RunWaiting)
    reading, may_read = asyncio.Event(), asyncio.Event()
    version = stores.workflows.version

    async def slow(version_id: str) -> WorkflowVersion:
        reading.set()
        await may_read.wait()
        return await version(version_id)

    monkeypatch.setattr(stores.workflows, 'version', slow)
    orchestrator._dispatcher._executor._plans.clear()
    await orchestrator.decide_approval(run.id, 'ask', approved=True)
    await reading.wait()
    before = (await stores.journal.get(run.id)).seq
    stopping = asyncio.create_task(orchestrator.stop(grace=1))
    await asyncio.sleep(0.01)
    may_read.set()
    await stopping
    assert (await stores.journal.get(run.id)).seq == before


async def test_a_delay_ends_in_time_when_the_machine_slept(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('core.engine.dispatch.NAP', 0.02)
    orchestrator = make()
    await orchestrator.start()
    graph = read_graph('nodes: {d: {type: delay, config: {seconds: 3600}}}')
    workflow = await orchestrator.workflows.create(Workflow(name='Test', graph=graph))
    run = await orchestrator.start_run(workflow.id, {})
    await reached(orchestrator, run.id, e.RunWaiting)
    await asyncio.sleep(0.05)  # until it sleeps
    now = orchestrator.clock.now
    monkeypatch.setattr(orchestrator.clock, 'now', lambda: now() + timedelta(hours=2))
    await reached(orchestrator, run.id, e.RunSucceeded)
    await orchestrator.stop()
