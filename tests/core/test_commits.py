"""What a run writes when: as few commits as the order of its steps allows."""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from itertools import pairwise
from typing import ClassVar

import pytest

from core.clock import SystemClock
from core.engine.walk import Walk
from core.errors import NotFoundError, StorageError
from core.llm.service import LLMService
from core.memory import MemoryJournal
from core.nodes.node_type import Completed, ComputingNodeType, NodeContext
from core.orchestrator import Orchestrator
from core.plugins import Extensions
from core.runs import events as e
from core.runs.journal import Appended
from core.runs.run import Run, RunFilter
from core.runs.tail import TailedJournal
from core.stores import Stores
from core.values import Value
from core.workflows.document import read_graph
from core.workflows.workflow import Workflow

MakeWorkflow = Callable[[str], Awaitable[Workflow]]
RunToEnd = Callable[..., Awaitable[Run]]

CHAIN = 'nodes: {a: {type: note_time}, b: {type: note_time}, c: {type: note_time}}\nedges: [a -> b, b -> c]'


def chain_of(length: int) -> str:
    ids = [f'n{number}' for number in range(length)]
    nodes = ', '.join(f'{id_}: {{type: note_time}}' for id_ in ids)
    ways = ', '.join(f'{a} -> {b}' for a, b in pairwise(ids))
    return f'nodes: {{{nodes}}}\nedges: [{ways}]'


class SlowJournal(MemoryJournal):
    """Takes its time over each commit; remembers what each was of."""

    def __init__(self) -> None:
        super().__init__()
        self.commits: list[list[str]] = []
        self.failing = False
        self.asked = asyncio.Event()

    async def create(self, run: Run, event: e.RunCreated, then: Sequence[e.RunEvent] = ()) -> Appended:
        await self._commit([event, *then])
        return await super().create(run, event, then)

    async def append(self, run_id: str, events: Sequence[e.RunEvent], *, epoch: int | None = None) -> Appended:
        await self._commit(events)
        return await super().append(run_id, events, epoch=epoch)

    async def _commit(self, events: Sequence[e.RunEvent]) -> None:
        self.asked.set()
        await asyncio.sleep(0.001)
        if self.failing:
            raise StorageError('The disk failed.')
        self.commits.append([_short(event) for event in events])


def _short(event: e.RunEvent) -> str:
    return f'{event.type} {event.path}' if isinstance(event, e.StepEvent) else event.type


class Nothing(Value):
    pass


class NoteTime(ComputingNodeType[Nothing]):
    """Notes how many commits there were when it ran."""

    name: ClassVar = 'note_time'
    title: ClassVar = 'Note the time'
    description: ClassVar = 'For tests.'
    category: ClassVar = 'logic'
    icon: ClassVar = 'schedule'
    Config = Nothing

    def __init__(self, journal: SlowJournal) -> None:
        self._journal = journal
        self.ran: dict[str, int] = {}

    def compute(self, config: Nothing, context: NodeContext) -> Completed:
        self.ran[context.path] = len(self._journal.commits)
        return Completed(output={'text': context.path})


@pytest.fixture
def journal(stores: Stores) -> SlowJournal:
    stores.journal = SlowJournal()
    return stores.journal


@pytest.fixture
def noting(journal: SlowJournal, extensions: Extensions) -> NoteTime:
    node_type = NoteTime(journal)
    extensions.node_types.add('note_time', node_type)
    return node_type


async def test_steps_that_only_compute_share_the_commit_that_creates_their_run(
    journal: SlowJournal,
    noting: NoteTime,
    orchestrator: Orchestrator,
    make_workflow: MakeWorkflow,
    run_to_end: RunToEnd,
) -> None:
    run = await run_to_end((await make_workflow(CHAIN)).id)
    assert run.status == 'succeeded'
    assert journal.commits == [
        [
            'run_created',
            'run_started',
            *(f'step_completed {step}' for step in 'abc'),
            'run_succeeded',
        ]
    ]


async def test_a_run_that_would_be_created_again_is_known_before_it_computes(
    journal: SlowJournal, noting: NoteTime, orchestrator: Orchestrator, make_workflow: MakeWorkflow
) -> None:
    workflow = await make_workflow(CHAIN)
    await orchestrator.publish(workflow.id)
    starter = orchestrator._triggers.starter
    run = await starter.start(workflow.id, {}, trigger='schedule', run_id='due')
    async for _ in orchestrator.watch(run.id):
        pass
    assert journal.commits == [
        ['run_created', 'run_started', 'step_started a'],
        ['step_completed a', 'step_completed b', 'step_completed c', 'run_succeeded'],
    ]
    assert noting.ran == {'a': 1, 'b': 1, 'c': 1}


async def test_a_long_run_is_known_after_its_first_fifty_steps(
    journal: SlowJournal,
    noting: NoteTime,
    orchestrator: Orchestrator,
    make_workflow: MakeWorkflow,
    run_to_end: RunToEnd,
) -> None:
    await run_to_end((await make_workflow(chain_of(150))).id)
    assert [list(noting.ran.values()).count(commit) for commit in range(4)] == [50, 51, 49, 0]


async def test_after_a_crash_each_of_them_is_known_to_begin(
    journal: SlowJournal, noting: NoteTime, stores: Stores, extensions: Extensions
) -> None:
    llm = LLMService(stores.connections, stores.secrets, extensions.providers, clock=SystemClock())
    before, orchestrator = (Orchestrator(stores, llm, extensions, clock=SystemClock()) for _ in range(2))
    workflow = await before.workflows.create(Workflow(name='Test', graph=read_graph(CHAIN)))
    run = await before.start_run(workflow.id, {})  # nobody serves, so it is only created
    started = e.StepStarted(at=run.created_at, path='a', node='a')
    await journal.append(run.id, [e.RunStarted(at=run.created_at, epoch=1, seq=2), started])
    journal.commits.clear()
    await orchestrator.start()
    async for _ in orchestrator.watch(run.id):
        pass
    await orchestrator.stop()
    assert journal.commits == [
        ['run_started', 'step_started a'],
        ['step_completed a', 'step_started b'],
        ['step_completed b', 'step_started c'],
        ['step_completed c', 'run_succeeded'],
    ]


async def test_what_acts_is_committed_before_anything_is_computed_from_it(
    journal: SlowJournal,
    noting: NoteTime,
    extensions: Extensions,
    orchestrator: Orchestrator,
    make_workflow: MakeWorkflow,
    run_to_end: RunToEnd,
) -> None:
    graph = 'nodes: {ask: {type: agent, config: {agent: writer, prompt: Hi}}, b: {type: note_time}}\nedges: [ask -> b]'
    await run_to_end((await make_workflow(graph)).id)
    completed = next(n for n, commit in enumerate(journal.commits) if 'step_completed ask' in commit)
    assert noting.ran == {'b': completed + 1}


async def test_an_answer_shares_the_commit_of_the_step_that_it_ends(
    journal: SlowJournal, orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    ask = '{type: agent, config: {agent: writer, prompt: Hi}}'
    await run_to_end((await make_workflow(f'nodes: {{a: {ask}, b: {ask}}}\nedges: [a -> b]')).id)
    assert journal.commits == [
        ['run_created', 'run_started', 'step_started a'],
        ['model_called a', 'step_completed a', 'step_started b'],
        ['model_called b', 'step_completed b', 'run_succeeded'],
    ]


async def test_a_run_that_cannot_be_written_is_refused_and_leaves_nothing(
    journal: SlowJournal,
    noting: NoteTime,
    orchestrator: Orchestrator,
    make_workflow: MakeWorkflow,
    run_to_end: RunToEnd,
) -> None:
    workflow = await make_workflow(CHAIN)
    journal.failing = True
    with pytest.raises(StorageError, match='The disk failed'):
        await orchestrator.start_run(workflow.id, {})
    journal.failing = False
    assert await orchestrator.runs(RunFilter()) == []
    assert (await run_to_end(workflow.id)).status == 'succeeded'


async def test_a_run_goes_on_though_whoever_started_it_went_away(
    journal: SlowJournal, orchestrator: Orchestrator, make_workflow: MakeWorkflow
) -> None:
    workflow = await make_workflow('nodes: {a: {type: template}}')
    start = asyncio.create_task(orchestrator.start_run(workflow.id, {}))
    await journal.asked.wait()
    start.cancel()
    async with asyncio.timeout(60), aclosing(orchestrator.watch_runs()) as changes:
        async for _ in changes:
            if await orchestrator.runs(RunFilter(status=('succeeded',))):
                break
    assert start.cancelled()


async def test_beyond_the_most_at_once_a_run_is_created_and_queued(
    journal: SlowJournal, noting: NoteTime, stores: Stores, extensions: Extensions
) -> None:
    llm = LLMService(stores.connections, stores.secrets, extensions.providers, clock=SystemClock())
    orchestrator = Orchestrator(stores, llm, extensions, clock=SystemClock(), max_runs=2)
    await orchestrator.start()
    workflow = await orchestrator.workflows.create(Workflow(name='Test', graph=read_graph(CHAIN)))
    runs = await asyncio.gather(*(orchestrator.start_run(workflow.id, {}) for _ in range(6)))
    assert sum(commit == ['run_created'] for commit in journal.commits) == 4
    for run in runs:
        async for _ in orchestrator.watch(run.id):
            pass
    assert {(await orchestrator.run(run.id)).status for run in runs} == {'succeeded'}
    await orchestrator.stop()


async def test_a_run_that_is_created_while_the_app_stops_is_taken_up_by_the_next_start(
    journal: SlowJournal, noting: NoteTime, stores: Stores, extensions: Extensions
) -> None:
    llm = LLMService(stores.connections, stores.secrets, extensions.providers, clock=SystemClock())
    first, second = (Orchestrator(stores, llm, extensions, clock=SystemClock()) for _ in range(2))
    await first.start()
    workflow = await first.workflows.create(Workflow(name='Test', graph=read_graph(CHAIN)))
    await first.publish(workflow.id)
    starting = first._triggers.starter.start(workflow.id, {}, trigger='schedule', run_id='due')
    run, _ = await asyncio.gather(starting, first.stop())
    assert (await stores.journal.get(run.id)).status == 'running'
    await second.start()
    async for _ in second.watch(run.id):
        pass
    assert (await second.run(run.id)).status == 'succeeded'
    assert [list(noting.ran), (await second.state(run.id)).epoch] == [['a', 'b', 'c'], 2]
    await second.stop()


async def test_a_step_that_only_computes_from_what_was_taken_over_shares_the_commit(
    journal: SlowJournal, noting: NoteTime, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    beginning = 'nodes: {a: {type: note_time}, b: {type: note_time}}\nedges: [a -> b]'
    earlier = await run_to_end((await make_workflow(beginning)).id)
    workflow = await make_workflow(CHAIN)
    journal.commits.clear()
    await run_to_end(workflow.id, reuse_from=earlier.id)
    assert journal.commits == [
        [
            'run_created',
            'run_started',
            'step_reused a',
            'step_reused b',
            'step_completed c',
            'run_succeeded',
        ]
    ]


async def test_a_run_that_is_deleted_is_gone_at_once(
    orchestrator: Orchestrator, run_to_end: RunToEnd, make_workflow: MakeWorkflow
) -> None:
    run = await run_to_end((await make_workflow('nodes: {a: {type: template}}')).id)
    await orchestrator.delete_run(run.id)
    with pytest.raises(NotFoundError):
        await orchestrator.run(run.id)


async def test_the_row_is_the_journals_own(
    orchestrator: Orchestrator, stores: Stores, run_to_end: RunToEnd, make_workflow: MakeWorkflow
) -> None:
    run = await run_to_end((await make_workflow('nodes: {a: {type: agent, config: {agent: writer, prompt: Hi}}}')).id)
    assert run == await stores.journal.get(run.id)
    assert run.usage.calls == 1


class Unstoppable(MemoryJournal):
    """Writes what it was asked to, as a database does, though whoever asked went away."""

    async def append(self, run_id: str, events: Sequence[e.RunEvent], *, epoch: int | None = None) -> Appended:
        return await asyncio.shield(asyncio.create_task(self._append(run_id, events)))

    async def _append(self, run_id: str, events: Sequence[e.RunEvent]) -> Appended:
        await asyncio.sleep(0.001)
        return await super().append(run_id, events)


async def test_the_row_is_right_though_somebody_went_away_while_the_journal_wrote() -> None:
    journal = Unstoppable()
    tailed = TailedJournal(journal)
    now = SystemClock().now()
    run = Run(id='r', workflow_id='w', workflow_name='W', version_id='v', created_at=now)
    await tailed.create(run, e.RunCreated(at=now, version_id='v'))
    staying = asyncio.create_task(tailed.append('r', [e.Logged(at=now, message='one')]))
    leaving = asyncio.create_task(tailed.append('r', [e.RunWaiting(at=now)]))
    await asyncio.sleep(0)
    leaving.cancel()
    await staying
    await asyncio.sleep(0.01)
    assert (await tailed.get('r')).status == 'waiting'
    assert await tailed.get('r') == await journal.get('r')


async def test_a_walk_that_has_ended_needs_no_garbage_collector(
    noting: NoteTime, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    acting = 'nodes: {ask: {type: agent, config: {agent: writer, prompt: Hi}}, b: {type: note_time}}\nedges: [ask -> b]'
    workflows = [await make_workflow(graph) for graph in (CHAIN, acting)]
    gc.collect()
    gc.disable()
    try:
        for workflow in workflows:
            await run_to_end(workflow.id)
        await asyncio.sleep(0)
        assert [each for each in gc.get_objects() if isinstance(each, Walk)] == []
    finally:
        gc.enable()


async def test_a_run_that_has_ended_when_it_is_first_heard_of_is_followed_from_memory(
    journal: SlowJournal,
    noting: NoteTime,
    orchestrator: Orchestrator,
    make_workflow: MakeWorkflow,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    workflow = await make_workflow(chain_of(100))
    monkeypatch.setattr(journal, 'read', None)
    run = await orchestrator.start_run(workflow.id, {})
    assert [event.seq async for event in orchestrator.watch(run.id)] == list(range(1, 105))


async def test_of_many_runs_that_ended_the_last_are_remembered(
    journal: SlowJournal,
    noting: NoteTime,
    make_workflow: MakeWorkflow,
    run_to_end: RunToEnd,
    orchestrator: Orchestrator,
) -> None:
    workflow = await make_workflow(chain_of(100))
    for _ in range(5):
        await run_to_end(workflow.id)
    assert sum(map(len, orchestrator._events._tails.values())) == 4 * 104
