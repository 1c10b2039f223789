"""Schedules start exactly what is due, whenever the app runs, dies, or sleeps."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.errors import ConflictError, InvalidError, StorageError
from core.ids import due_run_id
from core.llm.service import LLMService
from core.orchestrator import Orchestrator
from core.plugins import Extensions
from core.runs.run import Run, RunFilter
from core.stores import Stores
from core.triggers.schedule import Progress, Schedule
from core.triggers.scheduler import MADE_UP
from core.workflows.document import read_graph
from core.workflows.workflow import Workflow

QUICK = """
nodes:
  who: {type: input, config: {fields: [{name: name}]}}
  end: {type: output, config: {value: 'Hello {{ inputs.name }}'}}
edges: [who -> end]
"""
ASK = """
nodes:
  who: {type: input, config: {fields: [{name: name}]}}
  ok: {type: approval}
  end: {type: output}
edges: [who -> ok, ok.approved -> end]
"""
T0 = datetime(2026, 11, 22, 7, 59, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

Live = Callable[[], Any]


class SetClock:
    """A clock that stands until a test moves it."""

    def __init__(self) -> None:
        self.at = T0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def live(stores: Stores, extensions: Extensions, clock: SetClock) -> Live:
    """One life of the process: at its end it dies without a word."""

    @asynccontextmanager
    async def live() -> AsyncIterator[Orchestrator]:
        llm = LLMService(stores.connections, stores.secrets, extensions.providers, clock=clock)
        orchestrator = Orchestrator(stores, llm, extensions, clock=clock)
        await orchestrator.start(schedules=True)
        yield orchestrator
        assert orchestrator._server is not None
        orchestrator._server.cancel()
        await asyncio.wait([orchestrator._server])
        await llm.close()

    return live


async def scheduled(orchestrator: Orchestrator, yaml: str = QUICK, *, publish: bool = True, **more: Any) -> Schedule:
    workflow = await orchestrator.workflows.create(Workflow(name='Greet', graph=read_graph(yaml)))
    if publish:
        await orchestrator.publish(workflow.id)
    timing = {} if 'every' in more else {'cron': '*/5 * * * *'}
    schedule = Schedule(name='Often', workflow_id=workflow.id, inputs={'name': 'Ada'}, **timing, **more)
    return await orchestrator.schedules.create(schedule)


async def at(orchestrator: Orchestrator, clock: SetClock, moment: datetime) -> None:
    """It is that time, and the scheduler has looked at the clock since, and gone to sleep."""
    clock.at = moment
    await look(orchestrator)


async def look(orchestrator: Orchestrator) -> None:
    orchestrator.schedules.changed.set()
    for _ in range(200):
        await asyncio.sleep(0)


async def runs(orchestrator: Orchestrator) -> list[Run]:
    return (await orchestrator.runs(RunFilter(trigger='schedule', limit=500)))[::-1]


async def progress(orchestrator: Orchestrator) -> Progress:
    return (await orchestrator.schedules.progress())['often']


async def test_a_due_time_starts_one_run_of_the_published_version(live: Live, clock: SetClock) -> None:
    async with live() as orchestrator:
        schedule = await scheduled(orchestrator)
        workflow = await orchestrator.workflows.get(schedule.workflow_id)
        await orchestrator.workflows.save(workflow.model_copy(update={'graph': read_graph(ASK)}))  # only a draft
        await at(orchestrator, clock, T0 + timedelta(seconds=29))
        assert await runs(orchestrator) == []
        for seconds in (30, 31, 90):
            await at(orchestrator, clock, T0 + timedelta(seconds=seconds))
        [run] = await runs(orchestrator)
        assert (run.id, run.status) == (due_run_id('often', T0 + timedelta(seconds=30)), 'succeeded')
        assert (await orchestrator.state(run.id)).output == {'end': 'Hello Ada'}
        assert await progress(orchestrator) == Progress(until=T0 + timedelta(seconds=30), run_id=run.id)


async def test_killed_between_start_and_note_it_finds_the_run_that_it_had_started(
    live: Live, clock: SetClock, stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def die(key: str, progress: Progress) -> None:
        await asyncio.Event().wait()

    async with live() as orchestrator:
        await scheduled(orchestrator)
        with monkeypatch.context() as patch:
            patch.setattr(stores.schedules, 'advance', die)
            await at(orchestrator, clock, T0 + MINUTE)
        [first] = await runs(orchestrator)
        assert await orchestrator.schedules.progress() == {}
    async with live() as orchestrator:
        await at(orchestrator, clock, T0 + MINUTE)
        assert [run.id for run in await runs(orchestrator)] == [first.id]
        assert (await progress(orchestrator)).run_id == first.id


@pytest.mark.parametrize(('missed', 'count'), [('skip', 0), ('once', 1), ('all', 12)])
async def test_what_was_missed_is_made_up_for_as_the_schedule_says(
    live: Live, clock: SetClock, missed: str, count: int
) -> None:
    async with live() as orchestrator:
        await scheduled(orchestrator, missed=missed)
    clock.at = T0 + timedelta(minutes=58)
    async with live() as orchestrator:
        await look(orchestrator)
        made = await runs(orchestrator)
        assert len(made) == count
        if made:
            assert made[-1].id == due_run_id('often', T0 + timedelta(minutes=55, seconds=30))
        assert bool((await progress(orchestrator)).note) == (missed == 'skip')


async def test_a_time_that_was_missed_by_seconds_only_is_not_left_out(live: Live, clock: SetClock) -> None:
    async with live() as orchestrator:
        await scheduled(orchestrator, missed='skip')
    clock.at = T0 + timedelta(seconds=30 + 59)
    async with live() as orchestrator:
        await look(orchestrator)
        assert len(await runs(orchestrator)) == 1


async def test_all_that_was_missed_in_years_is_bounded(live: Live, clock: SetClock) -> None:
    async with live() as orchestrator:
        await scheduled(orchestrator, missed='all', every=1)
    clock.at = T0 + timedelta(days=1_000)
    async with live() as orchestrator:
        for _ in range(20):
            await asyncio.sleep(0.05)
            if len(await runs(orchestrator)) == MADE_UP:
                break
        await look(orchestrator)
        made = await runs(orchestrator)
        assert [run.id for run in made] == [
            due_run_id('often', clock.at - timedelta(seconds=back)) for back in reversed(range(MADE_UP))
        ]


async def test_a_run_that_goes_on_keeps_the_next_one_from_starting(live: Live, clock: SetClock) -> None:
    async with live() as orchestrator:
        await scheduled(orchestrator, ASK)
        for minutes in (1, 6, 11):
            await at(orchestrator, clock, T0 + timedelta(minutes=minutes))
        [run] = await runs(orchestrator)
        assert (await progress(orchestrator)).note == 'Left out, since the run before it has not ended: it is waiting.'
        await orchestrator.cancel_run(run.id)
        await look(orchestrator)
        await at(orchestrator, clock, T0 + timedelta(minutes=16))
        assert len(await runs(orchestrator)) == 2


async def test_runs_of_one_schedule_may_overlap_where_it_says_so(live: Live, clock: SetClock) -> None:
    async with live() as orchestrator:
        await scheduled(orchestrator, ASK, overlap='start')
        for minutes in (1, 6, 11):
            await at(orchestrator, clock, T0 + timedelta(minutes=minutes))
        assert len(await runs(orchestrator)) == 3


async def test_a_clock_that_is_put_back_repeats_nothing(live: Live, clock: SetClock) -> None:
    async with live() as orchestrator:
        await scheduled(orchestrator)
        for minutes in (1, 6, -30, 1, 6, 11):
            await at(orchestrator, clock, T0 + timedelta(minutes=minutes))
        ids = [run.id for run in await runs(orchestrator)]
    wanted = [due_run_id('often', T0 + timedelta(minutes=minutes, seconds=30)) for minutes in (0, 5, 10)]
    assert set(ids) >= set(wanted)
    assert len(ids) == len(set(ids))


async def test_a_clock_that_was_years_ahead_does_not_stop_a_schedule_for_years(live: Live, clock: SetClock) -> None:
    async with live() as orchestrator:
        clock.at = T0 + timedelta(days=3_650)
        await scheduled(orchestrator, every=60)
        await at(orchestrator, clock, clock.at + 2 * MINUTE)
        for minutes in (0, 1):
            await at(orchestrator, clock, T0 + timedelta(minutes=minutes))
        assert len(await runs(orchestrator)) == 2


async def test_what_is_not_published_starts_nothing_and_says_so(live: Live, clock: SetClock) -> None:
    async with live() as orchestrator:
        schedule = await scheduled(orchestrator, publish=False)
        await at(orchestrator, clock, T0 + MINUTE)
        assert await runs(orchestrator) == []
        assert 'not published' in (await progress(orchestrator)).note
        await orchestrator.publish(schedule.workflow_id)
        await at(orchestrator, clock, T0 + 6 * MINUTE)
        assert len(await runs(orchestrator)) == 1
        assert (await progress(orchestrator)).note == ''


async def test_inputs_that_no_longer_fit_start_nothing_and_say_so(live: Live, clock: SetClock) -> None:
    async with live() as orchestrator:
        schedule = await scheduled(orchestrator)
        workflow = await orchestrator.workflows.get(schedule.workflow_id)
        graph = read_graph(QUICK.replace('name: name', 'name: who').replace('inputs.name', 'inputs.who'))
        await orchestrator.workflows.save(workflow.model_copy(update={'graph': graph}))
        await orchestrator.publish(workflow.id)
        await at(orchestrator, clock, T0 + MINUTE)
        assert "There is no input 'name'; there are: who." in (await progress(orchestrator)).note


async def test_what_is_off_starts_nothing_and_misses_nothing(live: Live, clock: SetClock) -> None:
    async with live() as orchestrator:
        schedule = await scheduled(orchestrator, missed='all')
        schedule = await orchestrator.schedules.save(schedule.model_copy(update={'enabled': False}))
        await at(orchestrator, clock, T0 + 30 * MINUTE)
        await orchestrator.schedules.save(schedule.model_copy(update={'enabled': True}))
        await look(orchestrator)
        assert await runs(orchestrator) == []
        await at(orchestrator, clock, T0 + 31 * MINUTE)
        assert len(await runs(orchestrator)) == 1


async def test_a_change_of_the_times_counts_at_once_and_from_then_on(live: Live, clock: SetClock) -> None:
    async with live() as orchestrator:
        schedule = await scheduled(orchestrator, missed='all')
        clock.at = T0 + timedelta(seconds=20)
        await orchestrator.schedules.save(schedule.model_copy(update={'cron': '* * * * *'}))
        await at(orchestrator, clock, T0 + MINUTE * 2)
        assert len(await runs(orchestrator)) == 2


async def test_it_sleeps_until_the_next_time_by_itself(live: Live, clock: SetClock) -> None:
    async with live() as orchestrator:
        await scheduled(orchestrator, every=60)
        clock.at += timedelta(seconds=59.95)
        await look(orchestrator)
        assert await runs(orchestrator) == []
        clock.at += timedelta(seconds=0.05)  # nobody tells it
        async with asyncio.timeout(60):
            while not await runs(orchestrator):  # noqa: ASYNC110 - it is what is tested
                await asyncio.sleep(0.01)


async def test_a_deleted_schedule_starts_nothing_more(live: Live, clock: SetClock) -> None:
    async with live() as orchestrator:
        schedule = await scheduled(orchestrator)
        await orchestrator.schedules.delete(schedule.id)
        await at(orchestrator, clock, T0 + MINUTE)
        assert await runs(orchestrator) == []


async def test_a_storage_that_fails_ends_no_schedule(
    live: Live, clock: SetClock, stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail() -> list[Schedule]:
        raise StorageError('The disk is full.')

    async with live() as orchestrator:
        await scheduled(orchestrator)
        with monkeypatch.context() as patch:
            patch.setattr(stores.schedules, 'all', fail)
            await at(orchestrator, clock, T0 + MINUTE)
        await look(orchestrator)
        assert len(await runs(orchestrator)) == 1


async def test_a_fault_in_one_schedule_does_not_end_the_others(
    live: Live, clock: SetClock, stores: Stores, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    advance: Callable[[str, Progress], Awaitable[None]] = stores.schedules.advance

    async def falter(key: str, progress: Progress) -> None:
        if key == 'often':
            raise RuntimeError('A fault')
        await advance(key, progress)

    async with live() as orchestrator:
        schedule = await scheduled(orchestrator)
        other = schedule.model_copy(update={'id': 'zz', 'name': 'Z'})
        await orchestrator.schedules.create(other)
        monkeypatch.setattr(stores.schedules, 'advance', falter)
        await at(orchestrator, clock, T0 + MINUTE)
        assert set(await orchestrator.schedules.progress()) == {'zz'}
    assert 'A fault' in caplog.text


@pytest.mark.parametrize(
    ('change', 'where'),
    [
        ({'inputs': {}}, 'inputs.name'),
        ({'inputs': {'name': 'Ada', 'age': 3}}, 'inputs.age'),
        ({'workflow_id': 'nothing'}, 'workflow_id'),
    ],
)
async def test_a_schedule_that_cannot_start_anything_is_refused(live: Live, change: Any, where: str) -> None:
    async with live() as orchestrator:
        schedule = await scheduled(orchestrator)
        for save in (orchestrator.schedules.save, orchestrator.schedules.create):
            with pytest.raises(InvalidError) as refused:
                await save(schedule.model_copy(update=change))
            assert [place for place, _ in refused.value.problems] == [where]


async def test_an_id_of_another_workflows_run_is_not_taken_for_ones_own(live: Live, clock: SetClock) -> None:
    async with live() as orchestrator:
        schedule = await scheduled(orchestrator)
        starter = orchestrator._triggers.starter
        run = await starter.start(schedule.workflow_id, {'name': 'A'}, trigger='schedule', run_id='a' * 16)
        assert (await starter.start(schedule.workflow_id, {}, trigger='schedule', run_id=run.id)).id == run.id
        with pytest.raises(ConflictError, match='another workflow'):
            await starter.start('other', {}, trigger='schedule', run_id=run.id)
