import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from datetime import timedelta
from itertools import pairwise
from typing import Any, ClassVar

import pytest

from core.engine.attempts import _backoff
from core.errors import ConflictError, InvalidError, NotFoundError, StepError
from core.llm.connection import ModelRef
from core.nodes.node_type import ERROR_HANDLE, Completed, NodeContext, NodeType
from core.orchestrator import Orchestrator
from core.plugins import Extensions
from core.runs.events import AttemptFailed
from core.runs.run import Run
from core.runs.state import RunState
from core.values import Value
from core.workflows.graph import Retry
from core.workflows.workflow import Workflow
from tests.servers.ollama import fake_ollama

MakeWorkflow = Callable[[str], Awaitable[Workflow]]
RunToEnd = Callable[..., Awaitable[Run]]


class FlakyConfig(Value):
    fails: int = 1
    retryable: bool = True
    seconds: float = 0.0


class Flaky(NodeType[FlakyConfig]):
    """Fails some times, then succeeds; counts its calls."""

    name: ClassVar = 'flaky'
    title: ClassVar = 'Flaky'
    description: ClassVar = 'For tests.'
    category: ClassVar = 'logic'
    icon: ClassVar = 'bug_report'
    Config = FlakyConfig

    def __init__(self) -> None:
        self.calls = 0
        self.cancelled = 0
        self.retry_after: float | None = None

    async def run(self, config: FlakyConfig, context: NodeContext) -> Completed:
        self.calls += 1
        try:
            await asyncio.sleep(config.seconds)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.calls <= config.fails:
            raise StepError(f'failure {self.calls}', retryable=config.retryable, retry_after=self.retry_after)
        return Completed(output={'text': f'call {self.calls}'})


@pytest.fixture
def flaky(extensions: Extensions) -> Flaky:
    node_type = Flaky()
    extensions.node_types.add('flaky', node_type)
    return node_type


async def until(orchestrator: Orchestrator, run_id: str, status: str) -> RunState:
    async with asyncio.timeout(60), aclosing(orchestrator.watch_runs()) as changes:
        async for _ in changes:
            if (await orchestrator.run(run_id)).status == status:
                return await orchestrator.state(run_id)
    raise AssertionError


BRANCHES = """
nodes:
  start: {type: input, config: {fields: [{name: topic}, {name: score, type: number, default: 5}]}}
  check: {type: condition, config: {branches: [{name: high, when: inputs.score > 3}]}}
  praise: {type: template, config: {text: "Well done, {{ inputs.topic }}."}}
  blame: {type: template, config: {text: "Try again."}}
  join: {type: merge}
  end: {type: output, config: {value: "{{ join.text }}{{ blame.text }}"}}
edges: [start -> check, check.high -> praise, check.otherwise -> blame, praise -> join, blame -> join, join -> end]
"""


async def test_a_condition_opens_one_way_and_skips_the_other(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    run = await run_to_end((await make_workflow(BRANCHES)).id, {'topic': 'Tea'})
    state = await orchestrator.state(run.id)
    assert (run.status, run.error) == ('succeeded', '')
    assert state.output == {'end': 'Well done, Tea.'}
    assert state.steps['blame'].status == 'skipped'
    assert '`check`' in state.steps['blame'].reason


async def test_inputs_are_checked_before_anything_runs(orchestrator: Orchestrator, make_workflow: MakeWorkflow) -> None:
    workflow = await make_workflow(BRANCHES)
    with pytest.raises(InvalidError) as caught:
        await orchestrator.start_run(workflow.id, {'score': 'many', 'tpoic': 'x'})
    assert {where for where, _ in caught.value.problems} == {'topic', 'score', 'tpoic'}


async def test_a_graph_with_problems_is_not_run(orchestrator: Orchestrator, make_workflow: MakeWorkflow) -> None:
    workflow = await make_workflow('nodes: {a: {type: magic}}')
    with pytest.raises(InvalidError, match="type 'magic'"):
        await orchestrator.start_run(workflow.id, {})


async def test_agents_run_in_parallel_and_stream(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    workflow = await make_workflow("""
        nodes:
          start: {type: input, config: {fields: [{name: text}]}}
          a: {type: agent, config: {agent: writer}}
          b: {type: agent, config: {agent: writer}}
          end: {type: output}
        edges: [start -> a, start -> b, a -> end, b -> end]
        """)
    run = await run_to_end(workflow.id, {'text': 'Tea is old. Tea is good.'})
    state = await orchestrator.state(run.id)
    assert run.status == 'succeeded', run.error
    assert run.usage.calls == 2
    assert run.usage.cost == 0.0
    assert len(state.steps['a'].calls) == 1
    assert 'Tea' in state.output['end']


async def test_failures_are_retried_and_journaled(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd, flaky: Flaky
) -> None:
    yaml = 'nodes: {x: {type: flaky, config: {fails: 2}, retry: {attempts: 3, delay: 0.01}}}'
    run = await run_to_end((await make_workflow(yaml)).id)
    step = (await orchestrator.state(run.id)).steps['x']
    assert (run.status, step.attempt, step.failures, flaky.calls) == ('succeeded', 3, 2, 3)


@pytest.mark.parametrize(
    ('retry', 'retry_after', 'waits'),
    [
        ('delay: 0.05, factor: 3, max_delay: 0.25, jitter: 0', None, [(0.05, 0.05), (0.15, 0.15), (0.25, 0.25)]),
        ('delay: 0.1, factor: 1, jitter: 1', None, [(0.1, 0.2)] * 3),
        ('delay: 0, jitter: 0', 0.1, [(0.1, 0.1)] * 3),
        ('delay: 0.15, factor: 1, jitter: 0', 0.05, [(0.15, 0.15)] * 3),
    ],
)
async def test_waits_between_attempts_grow_up_to_a_limit_by_some_chance_and_as_the_server_asks(
    retry: str,
    retry_after: float | None,
    waits: list[tuple[float, float]],
    orchestrator: Orchestrator,
    make_workflow: MakeWorkflow,
    run_to_end: RunToEnd,
    flaky: Flaky,
) -> None:
    flaky.retry_after = retry_after
    yaml = f'nodes: {{x: {{type: flaky, config: {{fails: 3}}, retry: {{attempts: 4, {retry}}}}}}}'
    run = await run_to_end((await make_workflow(yaml)).id)
    failed = [event for event in await orchestrator.journal.read(run.id) if isinstance(event, AttemptFailed)]
    waited = [(event.retry_at - event.at).total_seconds() for event in failed]
    for seconds, (least, most) in zip(waited, waits, strict=True):
        assert least - 0.02 <= seconds <= most + 0.001, waited


def test_chance_spreads_the_waits() -> None:
    waits = {_backoff(Retry(delay=1, factor=2, jitter=0.5), 2) for _ in range(50)}
    assert len(waits) > 40
    assert 2 <= min(waits) < max(waits) <= 3


@pytest.mark.parametrize(
    ('options', 'status', 'text'),
    [
        ('', 'failed', None),
        ('on_error: continue', 'succeeded', ''),
        ('on_error: value, error_value: plan B', 'succeeded', 'plan B'),
        ('on_error: handle', 'succeeded', 'failure 1'),
    ],
)
async def test_on_error_says_how_to_go_on(
    orchestrator: Orchestrator,
    make_workflow: MakeWorkflow,
    run_to_end: RunToEnd,
    flaky: Flaky,
    options: str,
    status: str,
    text: str | None,
) -> None:
    edge = 'x.error -> end' if 'handle' in options else 'x -> end'
    options = f', {options}' if options else ''
    yaml = (
        f'nodes: {{x: {{type: flaky, config: {{retryable: false}}{options}}}, end: {{type: output}}}}\nedges: [{edge}]'
    )
    run = await run_to_end((await make_workflow(yaml)).id)
    state = await orchestrator.state(run.id)
    assert run.status == status
    assert state.steps['x'].status == 'failed'
    assert state.output.get('end') == text
    assert ('X: failure 1' in run.error) == (status == 'failed')


async def test_the_way_of_an_error_carries_what_its_handle_says(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd, flaky: Flaky
) -> None:
    nodes = '{x: {type: flaky, config: {retryable: false}, on_error: handle}, end: {type: output}}'
    run = await run_to_end((await make_workflow(f'nodes: {nodes}\nedges: [x.error -> end]')).id)
    output = (await orchestrator.state(run.id)).steps['x'].output
    assert list(output or ()) == [field.name for field in ERROR_HANDLE.carries or ()]


async def test_a_step_that_takes_too_long_is_stopped(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd, flaky: Flaky
) -> None:
    run = await run_to_end((await make_workflow('nodes: {x: {type: flaky, config: {seconds: 9}, timeout: 0.05}}')).id)
    assert run.status == 'failed'
    assert 'longer than its 0.05 s' in run.error
    assert flaky.cancelled == 1


class Loading(Flaky):
    """Holds its deadline while it loads, then works for as long as it is told."""

    name: ClassVar = 'loading'

    async def run(self, config: FlakyConfig, context: NodeContext) -> Completed:
        context.deadline.hold()
        await asyncio.sleep(0.3)
        context.deadline.go_on()
        await asyncio.sleep(config.seconds)
        return Completed(output={})


@pytest.mark.parametrize(('seconds', 'status'), [(0.0, 'succeeded'), (9.0, 'failed')])
async def test_loading_a_model_is_not_counted_against_a_step(
    extensions: Extensions, make_workflow: MakeWorkflow, run_to_end: RunToEnd, seconds: float, status: str
) -> None:
    extensions.node_types.add('loading', Loading())
    yaml = f'nodes: {{x: {{type: loading, config: {{seconds: {seconds}}}, timeout: 0.2}}}}'
    assert (await run_to_end((await make_workflow(yaml)).id)).status == status


async def test_an_agent_whose_model_must_be_loaded_gets_its_time_afterwards(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    async with fake_ollama(load_seconds=1.0) as server:
        ollama = await orchestrator.connections.get('ollama')
        await orchestrator.connections.save(ollama.model_copy(update={'base_url': server.url}))
        await orchestrator.set_default_model(ModelRef.parse('ollama/test-model'))
        yaml = 'nodes: {x: {type: agent, config: {agent: writer, prompt: hello}, timeout: 0.7}}'
        run = await run_to_end((await make_workflow(yaml)).id)
    assert (run.status, server.loads) == ('succeeded', 1), run.error


async def test_cancel_stops_running_steps(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, flaky: Flaky
) -> None:
    workflow = await make_workflow('nodes: {x: {type: flaky, config: {seconds: 9}}}')
    run = await orchestrator.start_run(workflow.id, {})
    await until(orchestrator, run.id, 'running')
    await orchestrator.cancel_run(run.id)
    state = await until(orchestrator, run.id, 'cancelled')
    assert state.steps['x'].status == 'cancelled'
    assert flaky.cancelled == 1
    with pytest.raises(ConflictError):
        await orchestrator.cancel_run(run.id)


APPROVAL = """
nodes:
  draft: {type: template, config: {text: Dear customer}}
  ask: {type: approval, config: {message: Send it?}}
  send: {type: output, config: {value: "{{ ask.text }}"}}
  drop: {type: output, config: {value: "dropped: {{ ask.comment }}"}}
edges: [draft -> ask, ask.approved -> send, ask.rejected -> drop]
"""


@pytest.mark.parametrize(
    ('answer', 'output'),
    [
        ({'approved': True, 'value': 'Dear friend'}, {'send': 'Dear friend'}),
        ({'approved': True}, {'send': 'Dear customer'}),
        ({'approved': False, 'comment': 'rude'}, {'drop': 'dropped: rude'}),
    ],
)
async def test_a_person_decides(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, answer: dict[str, Any], output: dict[str, str]
) -> None:
    run = await orchestrator.start_run((await make_workflow(APPROVAL)).id, {})
    await until(orchestrator, run.id, 'waiting')
    [pending] = await orchestrator.approvals()
    assert (pending.path, pending.message, pending.value) == ('ask', 'Send it?', 'Dear customer')
    await orchestrator.decide_approval(run.id, 'ask', **answer)
    assert (await until(orchestrator, run.id, 'succeeded')).output == output
    assert await orchestrator.approvals() == []
    with pytest.raises(ConflictError, match='it may be decided already'):
        await orchestrator.decide_approval(run.id, 'ask', approved=True)


async def test_two_decisions_at_once_are_one(orchestrator: Orchestrator, make_workflow: MakeWorkflow) -> None:
    run = await orchestrator.start_run((await make_workflow(APPROVAL)).id, {})
    await until(orchestrator, run.id, 'waiting')
    answers = [orchestrator.decide_approval(run.id, 'ask', approved=True, value=str(n)) for n in range(2)]
    results = await asyncio.gather(*answers, return_exceptions=True)
    assert [type(result) for result in results] == [type(None), ConflictError]


async def test_an_approval_is_answered_while_other_steps_run(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, flaky: Flaky
) -> None:
    workflow = await make_workflow("""
        nodes: {slow: {type: flaky, config: {seconds: 0.5, fails: 0}}, ask: {type: approval}, end: {type: output}}
        edges: [ask.approved -> end]
        """)
    run = await orchestrator.start_run(workflow.id, {})
    async with aclosing(orchestrator.watch(run.id)) as events:
        async for event in events:
            if event.type == 'step_waiting':
                await orchestrator.decide_approval(run.id, 'ask', approved=True, value='yes')
            if event.type == 'step_completed' and event.path == 'end':
                assert (await orchestrator.state(run.id)).steps['slow'].status == 'running'
    assert (await orchestrator.run(run.id)).status == 'succeeded'
    completed = [event.path async for event in orchestrator.watch(run.id) if event.type == 'step_completed']
    assert sorted(completed) == ['ask', 'end', 'slow']


async def test_a_delay_lets_go_and_comes_back(orchestrator: Orchestrator, make_workflow: MakeWorkflow) -> None:
    workflow = await make_workflow(
        'nodes: {d: {type: delay, config: {seconds: 0.2}}, e: {type: output}}\nedges: [d -> e]'
    )
    run = await orchestrator.start_run(workflow.id, {})
    waiting = await until(orchestrator, run.id, 'waiting')
    assert (await orchestrator.run(run.id)).wake_at == waiting.steps['d'].wait.until  # type: ignore[union-attr]
    done = await until(orchestrator, run.id, 'succeeded')
    began, ended = done.steps['d'].started_at, done.steps['d'].ended_at
    assert began is not None
    assert ended is not None
    assert ended - began >= timedelta(seconds=0.2)


@pytest.mark.parametrize(('text', 'status'), [('{"a": [1]}', 'succeeded'), ('[NaN]', 'failed'), ('{a: 1}', 'failed')])
async def test_a_json_output_is_json(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd, text: str, status: str
) -> None:
    yaml = "nodes: {e: {type: output, config: {format: json, value: '%s'}}}"
    run = await run_to_end((await make_workflow(yaml % text)).id)
    assert run.status == status
    assert ('not JSON' in run.error) == (status == 'failed')


async def test_the_first_to_arrive_goes_on(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd, flaky: Flaky
) -> None:
    workflow = await make_workflow("""
        nodes:
          slow: {type: flaky, config: {seconds: 0.3, fails: 0}}
          quick: {type: template, config: {text: quick}}
          m: {type: merge, config: {mode: first}}
          e: {type: output}
        edges: [slow -> m, quick -> m, m -> e]
        """)
    run = await run_to_end(workflow.id)
    assert (await orchestrator.state(run.id)).output == {'e': 'quick'}


async def test_merge_all_is_skipped_when_one_way_is_closed(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    yaml = BRANCHES.replace('join: {type: merge}', 'join: {type: merge, config: {mode: all}}')
    run = await run_to_end((await make_workflow(yaml)).id, {'topic': 'x'})
    assert (await orchestrator.state(run.id)).steps['join'].status == 'skipped'


async def test_a_retried_run_takes_over_what_succeeded(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd, flaky: Flaky
) -> None:
    workflow = await make_workflow("""
        nodes: {w: {type: agent, config: {agent: writer, prompt: Tea.}}, x: {type: flaky}, e: {type: output}}
        edges: [w -> x, x -> e]
        """)
    first = await run_to_end(workflow.id)
    assert first.status == 'failed'
    again = await orchestrator.retry_run(first.id)
    state = await until(orchestrator, again.id, 'succeeded')
    assert state.steps['w'].reused_from == first.id
    assert (await orchestrator.run(again.id)).usage.calls == 0
    assert state.steps['x'].attempt == 1


async def test_other_inputs_are_not_taken_over_from_the_earlier_run(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    yaml = """
        nodes: {start: {type: input, config: {fields: [{name: topic}]}}, e: {type: output}}
        edges: [start -> e]
        """
    workflow = await make_workflow(yaml)
    first = await run_to_end(workflow.id, {'topic': 'Tea'})
    run = await run_to_end(workflow.id, {'topic': 'Pie'}, reuse_from=first.id)
    state = await orchestrator.state(run.id)
    assert state.steps['start'].output == {'text': 'Pie', 'topic': 'Pie'}
    assert 'Pie' in state.output['e']


async def test_a_run_cannot_take_over_from_one_that_never_was(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow
) -> None:
    with pytest.raises(NotFoundError):
        await orchestrator.start_run((await make_workflow(APPROVAL)).id, {}, reuse_from='nothing')


async def test_a_run_goes_on_when_the_one_it_takes_over_from_is_deleted(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd, flaky: Flaky
) -> None:
    first = await run_to_end((await make_workflow('nodes: {x: {type: flaky}}')).id)
    again = await orchestrator.start_run((await make_workflow(APPROVAL)).id, {}, reuse_from=first.id)
    await until(orchestrator, again.id, 'waiting')
    await orchestrator.delete_run(first.id)
    await orchestrator.decide_approval(again.id, 'ask', approved=True)
    await until(orchestrator, again.id, 'succeeded')


async def test_a_long_run_is_taken_over_whole(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd, flaky: Flaky
) -> None:
    steps = [f's{number}' for number in range(600)]
    nodes = ', '.join(f'{step}: {{type: template, config: {{text: hello}}}}' for step in steps)
    edges = ', '.join(f'{before} -> {after}' for before, after in pairwise([*steps, 'x']))
    workflow = await make_workflow(f'nodes: {{{nodes}, x: {{type: flaky}}}}\nedges: [{edges}]')
    first = await run_to_end(workflow.id)
    again = await orchestrator.retry_run(first.id)
    state = await until(orchestrator, again.id, 'succeeded')
    assert sum(step.reused_from == first.id for step in state.steps.values()) == len(steps)


async def test_a_late_viewer_sees_the_same(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    run = await run_to_end((await make_workflow(BRANCHES)).id, {'topic': 'x'})
    seen = [event async for event in orchestrator.watch(run.id)]
    assert [event.seq for event in seen] == list(range(1, len(seen) + 1))
    assert [event async for event in orchestrator.watch(run.id, after=3)] == seen[3:]
    assert [event async for event in orchestrator.watch(run.id, after=len(seen))] == []


async def test_nothing_stays_of_those_who_looked_at_an_ended_run(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    run = await run_to_end((await make_workflow(BRANCHES)).id, {'topic': 'x'})
    bells = orchestrator._doorbell._bells
    assert len([event async for event in orchestrator.watch(run.id)]) > 5
    assert run.id not in bells
