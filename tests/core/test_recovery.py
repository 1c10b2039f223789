"""What happens to runs when the process dies: simulated here by cutting the orchestrator off; for real in tests/e2e."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, ClassVar

import pytest

from core.clock import SystemClock
from core.engine.recovery import MAX_LOST_ATTEMPTS
from core.errors import ConflictError
from core.llm.service import LLMService
from core.nodes.node_type import Completed, Handle, NodeContext, NodeType, Outcome, Waiting
from core.orchestrator import Orchestrator
from core.plugins import Extensions
from core.runs import events as e
from core.runs.run import Run
from core.stores import Stores
from core.values import Value
from core.workflows.document import read_graph
from core.workflows.workflow import Workflow


class Nothing(Value):
    pass


class Slow(NodeType[Nothing]):
    """Takes until it is let go; counts its calls."""

    name: ClassVar = 'slow'
    title: ClassVar = 'Slow'
    description: ClassVar = 'For tests.'
    category: ClassVar = 'logic'
    icon: ClassVar = 'hourglass'
    Config = Nothing

    def __init__(self) -> None:
        self.calls = 0
        self.may_end = asyncio.Event()

    async def run(self, config: Nothing, context: NodeContext) -> Completed:
        self.calls += 1
        await self.may_end.wait()
        return Completed(output={'text': f'call {self.calls}'})


class External(Slow):
    name: ClassVar = 'external'
    effects: ClassVar = 'external'


class Acting(External):
    """Tells when it is called."""

    name: ClassVar = 'acting'

    def __init__(self) -> None:
        super().__init__()
        self.called = asyncio.Event()

    async def run(self, config: Nothing, context: NodeContext) -> Completed:
        self.called.set()
        return await super().run(config, context)


class Sorting(External):
    """Has handles of its own names."""

    name: ClassVar = 'sorting'

    def handles(self, config: Nothing) -> tuple[Handle, ...]:
        return (Handle(name='good'), Handle(name='bad'))


class LateExternal(External):
    """Waits for a person before it acts."""

    async def run(self, config: Nothing, context: NodeContext) -> Outcome:
        if context.answer is None:
            return Waiting(approval=e.ApprovalRequest(title='Now?'))
        return await super().run(config, context)


Life = Callable[[], Any]


@pytest.fixture
def life(stores: Stores, extensions: Extensions) -> Life:
    """One life of the process: at its end it dies without a word."""

    @asynccontextmanager
    async def live() -> AsyncIterator[Orchestrator]:
        llm = LLMService(stores.connections, stores.secrets, extensions.providers, clock=SystemClock())
        orchestrator = Orchestrator(stores, llm, extensions, clock=SystemClock())
        await orchestrator.start()
        yield orchestrator
        assert orchestrator._server is not None
        orchestrator._server.cancel()
        await asyncio.wait([orchestrator._server])
        await llm.close()

    return live


async def started(orchestrator: Orchestrator, yaml: str) -> Run:
    workflow = await orchestrator.workflows.create(Workflow(name='Test', graph=read_graph(yaml)))
    return await orchestrator.start_run(workflow.id, {})


async def seen(orchestrator: Orchestrator, run_id: str, kind: type[e.Event], *, after: int = 0) -> int:
    """Waits for an event of that kind; its number."""
    async with asyncio.timeout(60):
        async for event in orchestrator.watch(run_id, after):
            if isinstance(event, kind):
                return event.seq
    raise AssertionError(kind)


AFTER_TEXT = (
    'nodes: {a: {type: template, config: {text: hello}}, b: {type: %s}, end: {type: output}}\nedges: [a -> b, b -> end]'
)


async def test_a_run_goes_on_after_its_last_finished_step(life: Life, extensions: Extensions) -> None:
    extensions.node_types.add('slow', slow := Slow())
    async with life() as orchestrator:
        run = await started(orchestrator, AFTER_TEXT % 'slow')
        await seen(orchestrator, run.id, e.StepCompleted)
        await asyncio.sleep(0.01)
    slow.may_end.set()
    async with life() as orchestrator:
        await seen(orchestrator, run.id, e.RunSucceeded)
        events = [event async for event in orchestrator.watch(run.id)]
        assert [(event.type, event.path) for event in events if isinstance(event, e.StepEvent)] == [
            ('step_completed', 'a'),
            ('step_started', 'b'),
            ('step_started', 'b'),
            ('step_completed', 'b'),
            ('step_started', 'end'),
            ('step_completed', 'end'),
        ]
        assert (await orchestrator.state(run.id)).output == {'end': 'call 2'}


async def test_a_step_that_acted_on_the_world_is_unknown(life: Life, extensions: Extensions) -> None:
    extensions.node_types.add('external', external := External())
    async with life() as orchestrator:
        run = await started(orchestrator, AFTER_TEXT % 'external')
        await seen(orchestrator, run.id, e.StepCompleted)
        await asyncio.sleep(0.01)
    async with life() as orchestrator:
        await seen(orchestrator, run.id, e.RunWaiting)
        assert external.calls == 1
        assert (await orchestrator.state(run.id)).steps['b'].status == 'unknown'
        assert (await orchestrator.run(run.id)).status == 'waiting'


async def test_a_step_that_acted_after_a_wait_is_unknown_too(life: Life, extensions: Extensions) -> None:
    extensions.node_types.add('external', external := LateExternal())
    async with life() as orchestrator:
        run = await started(orchestrator, AFTER_TEXT % 'external')
        waiting = await seen(orchestrator, run.id, e.RunWaiting)
        await orchestrator.decide_approval(run.id, 'b', approved=True)
        await seen(orchestrator, run.id, e.StepStarted, after=waiting)
        await asyncio.sleep(0.01)
        assert external.calls == 1
    external.may_end.set()
    async with life() as orchestrator:
        waiting = await seen(orchestrator, run.id, e.RunWaiting, after=waiting)
        assert (await orchestrator.state(run.id)).steps['b'].status == 'unknown'
        await orchestrator.resolve_unknown(run.id, 'b', 'retry')
        await seen(orchestrator, run.id, e.RunSucceeded, after=waiting)
        assert external.calls == 2


@pytest.mark.parametrize(
    ('decision', 'value', 'output', 'calls'),
    [
        ('retry', None, {'end': 'call 2'}, 2),
        ('skip', None, {}, 1),
        ('value', 'by hand', {'end': 'by hand'}, 1),
        ('value', {'text': 'a dict'}, {'end': 'a dict'}, 1),
    ],
)
async def test_a_person_decides_about_an_unknown_step(
    life: Life, extensions: Extensions, decision: Any, value: Any, output: dict[str, str], calls: int
) -> None:
    extensions.node_types.add('external', external := External())
    async with life() as orchestrator:
        run = await started(orchestrator, AFTER_TEXT % 'external')
        await seen(orchestrator, run.id, e.StepCompleted)
        await asyncio.sleep(0.01)
    external.may_end.set()
    async with life() as orchestrator:
        waiting = await seen(orchestrator, run.id, e.RunWaiting)
        await orchestrator.resolve_unknown(run.id, 'b', decision, value=value)
        await seen(orchestrator, run.id, e.RunSucceeded, after=waiting)
        assert (await orchestrator.state(run.id)).output == output
        assert external.calls == calls
        with pytest.raises(ConflictError):
            await orchestrator.resolve_unknown(run.id, 'b', decision, value=value)


async def test_an_entered_result_goes_the_first_way_of_its_node(life: Life, extensions: Extensions) -> None:
    extensions.node_types.add('sorting', Sorting())
    async with life() as orchestrator:
        yaml = 'nodes: {b: {type: sorting}, end: {type: output}, other: {type: output}}'
        run = await started(orchestrator, f'{yaml}\nedges: [b.good -> end, b.bad -> other]')
        await seen(orchestrator, run.id, e.StepStarted)
    async with life() as orchestrator:
        waiting = await seen(orchestrator, run.id, e.RunWaiting)
        await orchestrator.resolve_unknown(run.id, 'b', 'value', value='by hand')
        await seen(orchestrator, run.id, e.RunSucceeded, after=waiting)
        assert (await orchestrator.state(run.id)).output == {'end': 'by hand'}


IN_A_MAP = """
nodes:
  start: {type: template, config: {text: one}}
  each: {type: map, config: {items: start.text}}
  b: {type: sorting, parent: each}
  good: {type: template, parent: each, config: {text: 'good {{ b.text }}'}}
  bad: {type: template, parent: each, config: {text: 'bad {{ b.text }}'}}
  end: {type: output, config: {value: '{{ each.text }}'}}
edges: [start -> each, b.good -> good, b.bad -> bad, each -> end]
"""

IN_A_WORKFLOW = """
nodes:
  b: {type: workflow, config: {workflow: inner}}
  end: {type: output}
edges: [b -> end]
"""

INNER = """
nodes: {b: {type: sorting}, end: {type: output}, other: {type: output}}
edges: [b.good -> end, b.bad -> other]
"""


@pytest.mark.parametrize(
    ('yaml', 'path', 'output'),
    [(IN_A_MAP, 'each[0].b', 'good by hand'), (IN_A_WORKFLOW, 'b[0].b', 'by hand')],
    ids=['map', 'workflow'],
)
async def test_a_person_decides_about_an_unknown_step_inside_a_body(
    life: Life, extensions: Extensions, yaml: str, path: str, output: str
) -> None:
    extensions.node_types.add('sorting', Sorting())
    async with life() as orchestrator:
        inner = Workflow(id='inner', name='Inner', graph=read_graph(INNER))
        await orchestrator.workflows.create(inner)
        await orchestrator.publish('inner')
        run = await started(orchestrator, yaml)
        async with asyncio.timeout(60):
            async for event in orchestrator.watch(run.id):
                if isinstance(event, e.StepStarted) and event.path == path:
                    break
    async with life() as orchestrator:
        waiting = await seen(orchestrator, run.id, e.RunWaiting)
        assert (await orchestrator.state(run.id)).steps[path].status == 'unknown'
        await orchestrator.resolve_unknown(run.id, path, 'value', value='by hand')
        await seen(orchestrator, run.id, e.RunSucceeded, after=waiting)
        assert (await orchestrator.state(run.id)).output == {'end': output}


async def test_an_answer_given_before_the_crash_is_not_lost(life: Life, stores: Stores) -> None:
    async with life() as orchestrator:
        run = await started(
            orchestrator, 'nodes: {ask: {type: approval}, end: {type: output}}\nedges: [ask.approved -> end]'
        )
        await seen(orchestrator, run.id, e.RunWaiting)
    answer = e.ApprovalDecided(at=SystemClock().now(), path='ask', approved=True, value='yes')
    await stores.journal.append(run.id, [answer])  # written, and dead before anything followed
    async with life() as orchestrator:
        await seen(orchestrator, run.id, e.RunSucceeded)
        assert (await orchestrator.state(run.id)).output == {'end': 'yes'}


async def test_a_delay_survives_the_crash(life: Life) -> None:
    async with life() as orchestrator:
        run = await started(orchestrator, 'nodes: {d: {type: delay, config: {seconds: 0.3}}}')
        await seen(orchestrator, run.id, e.RunWaiting)
        until = (await orchestrator.run(run.id)).wake_at
    async with life() as orchestrator:
        await seen(orchestrator, run.id, e.RunSucceeded)
        run = await orchestrator.run(run.id)
        assert run.ended_at is not None
        assert until is not None
        assert 0 <= (run.ended_at - until).total_seconds() < 2


async def test_a_cancel_asked_for_before_the_crash_is_kept(life: Life, stores: Stores) -> None:
    async with life() as orchestrator:
        run = await started(orchestrator, 'nodes: {ask: {type: approval}}')
        await seen(orchestrator, run.id, e.RunWaiting)
    await stores.journal.append(run.id, [e.CancelRequested(at=SystemClock().now())])
    async with life() as orchestrator:
        await seen(orchestrator, run.id, e.RunCancelled)


async def test_an_answered_model_call_is_not_paid_for_twice(life: Life, stores: Stores) -> None:
    async with life() as orchestrator:
        await stores.preferences.set('default_model', 'practice/practice-instant')
        run = await orchestrator.start_run('meeting-notes', {})
        await seen(orchestrator, run.id, e.ModelCalled)  # the process dies with the answer, before the step is done
    async with life() as orchestrator:
        await seen(orchestrator, run.id, e.RunSucceeded)
        events = [event async for event in orchestrator.watch(run.id)]
    calls = [event.path for event in events if isinstance(event, e.ModelCalled)]
    assert len(calls) == len(set(calls))


async def test_a_step_that_kills_the_process_each_time_fails_in_the_end(life: Life, extensions: Extensions) -> None:
    extensions.node_types.add('slow', Slow())
    run: Run | None = None
    for _ in range(MAX_LOST_ATTEMPTS):
        async with life() as orchestrator:
            run = run or await started(orchestrator, 'nodes: {b: {type: slow}}')
            await asyncio.sleep(0.02)
    assert run is not None
    async with life() as orchestrator:
        await seen(orchestrator, run.id, e.RunFailed)
        assert 'taken for the cause' in (await orchestrator.run(run.id)).error


async def test_a_graceful_stop_lets_steps_end_and_starts_no_more(
    life: Life, stores: Stores, extensions: Extensions
) -> None:
    extensions.node_types.add('slow', slow := Slow())
    llm = LLMService(stores.connections, stores.secrets, extensions.providers, clock=SystemClock())
    orchestrator = Orchestrator(stores, llm, extensions, clock=SystemClock())
    await orchestrator.start()
    run = await started(orchestrator, AFTER_TEXT % 'slow')
    await seen(orchestrator, run.id, e.StepCompleted)
    await asyncio.sleep(0.01)
    stopping = asyncio.create_task(orchestrator.stop(grace=120))
    await asyncio.sleep(0.05)
    slow.may_end.set()
    async with asyncio.timeout(60):  # far less than its grace
        await stopping
    state = await orchestrator.state(run.id)
    assert (state.steps['b'].status, 'end' in state.steps, state.status) == ('succeeded', False, 'running')
    async with life() as again:
        await seen(again, run.id, e.RunSucceeded)
    assert slow.calls == 1


async def test_a_run_whose_node_type_is_gone_fails_with_the_reason(
    life: Life, stores: Stores, extensions: Extensions
) -> None:
    extensions.node_types.add('slow', Slow())
    async with life() as orchestrator:
        run = await started(orchestrator, 'nodes: {b: {type: slow}}')
        await seen(orchestrator, run.id, e.StepStarted)
    del extensions.node_types._items['slow']
    async with life() as orchestrator:
        await seen(orchestrator, run.id, e.RunFailed)
        assert "No node type 'slow'" in (await orchestrator.run(run.id)).error


async def test_a_node_run_alone_goes_on_after_a_crash(life: Life, extensions: Extensions) -> None:
    extensions.node_types.add('acting', acting := Acting())
    async with life() as orchestrator:
        graph = read_graph(AFTER_TEXT % 'acting')
        workflow = await orchestrator.workflows.create(Workflow(name='Test', graph=graph))
        run = await orchestrator.run_node(workflow.id, 'b', given={'a': 'typed'})
        await acting.called.wait()
    acting.may_end.set()
    async with life() as orchestrator:
        waiting = await seen(orchestrator, run.id, e.RunWaiting)
        await orchestrator.resolve_unknown(run.id, 'b', 'retry')
        await seen(orchestrator, run.id, e.RunSucceeded, after=waiting)
        steps = (await orchestrator.state(run.id)).steps
    assert {step.node: step.output['text'] for step in steps.values()} == {'a': 'typed', 'b': 'call 2'}


async def test_what_a_person_skipped_stays_skipped_for_a_node_run_alone(life: Life, extensions: Extensions) -> None:
    extensions.node_types.add('acting', acting := Acting())
    async with life() as orchestrator:
        yaml = 'nodes: {a: {type: template, config: {text: A}}, b: {type: acting}, m: {type: merge}}'
        run = await started(orchestrator, f'{yaml}\nedges: [a -> b, a -> m, b -> m]')
        await acting.called.wait()
    async with life() as orchestrator:
        waiting = await seen(orchestrator, run.id, e.RunWaiting)
        await orchestrator.resolve_unknown(run.id, 'b', 'skip')
        await seen(orchestrator, run.id, e.RunSucceeded, after=waiting)
        again = await orchestrator.run_node(run.workflow_id, 'm')
        await seen(orchestrator, again.id, e.RunSucceeded)
        items = (await orchestrator.state(again.id)).steps['m'].output['items']
    assert ([item['text'] for item in items], acting.calls) == (['A'], 1)
