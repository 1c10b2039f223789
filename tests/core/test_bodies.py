"""Maps, loops and workflows in workflows: steps that run other nodes in rounds."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from functools import partial
from typing import ClassVar

import pytest

from core.errors import InvalidError, StepError
from core.nodes.node_type import Completed, NodeContext, NodeType, Template
from core.orchestrator import Orchestrator
from core.plugins import Extensions
from core.runs.state import RunState
from core.values import Value
from core.workflows.document import read_graph
from core.workflows.workflow import Workflow
from tests.conftest import MakeWorkflow, RunToEnd

ASK = 'topic: {type: input, config: {fields: [{name: items, type: long_text}]}}'


class ProbeConfig(Value):
    text: Template = ''
    fails_on: str = ''
    rests: float = 0.0


class Probe(NodeType[ProbeConfig]):
    """Gives its text in capitals; counts its calls, and how many were made at once."""

    name: ClassVar = 'probe'
    title: ClassVar = 'Probe'
    description: ClassVar = 'For tests.'
    category: ClassVar = 'logic'
    icon: ClassVar = 'science'
    Config = ProbeConfig

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.now = 0
        self.most = 0

    async def run(self, config: ProbeConfig, context: NodeContext) -> Completed:
        self.calls.append(context.path)
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(config.rests)
        finally:
            self.now -= 1
        if config.fails_on and config.fails_on in config.text:
            raise StepError(f'No {config.text}.')
        return Completed(output={'text': config.text.upper()})


@pytest.fixture
def probe(extensions: Extensions) -> Probe:
    probe = Probe()
    extensions.node_types.add('probe', probe)
    return probe


def of_map(config: str = '', probe: str = '', extra: str = '', edges: str = '') -> str:
    return f"""
nodes:
  {ASK}
  each: {{type: map, config: {{items: topic.items, {config}}}}}
  shout: {{type: probe, parent: each, config: {{text: '{{{{ item }}}}', {probe}}}}}
  {extra}
  out: {{type: output, config: {{value: '{{{{ each.items | join(", ") }}}}'}}}}
edges: [topic -> each, each -> out{edges}]
"""


async def test_a_map_runs_its_body_for_each_item_and_keeps_their_order(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd, probe: Probe
) -> None:
    workflow = await make_workflow(of_map('parallel: 2', 'rests: 0.001'))
    run = await run_to_end(workflow.id, {'items': 'a\nb\nc\nd\ne'})
    state = await orchestrator.state(run.id)
    assert state.output == {'out': 'A, B, C, D, E'}
    assert probe.calls == [f'each[{n}].shout' for n in range(5)]
    assert probe.most == 2
    assert [state.steps[f'each[{n}]'].status for n in range(5)] == ['succeeded'] * 5
    assert state.steps['each[3]'].input == {'item': 'd', 'index': 3}
    assert state.steps['each[3].shout'].output == {'text': 'D'}


async def test_a_map_over_nothing_gives_nothing(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd, probe: Probe
) -> None:
    workflow = await make_workflow(of_map())
    state = await orchestrator.state((await run_to_end(workflow.id, {'items': ' \n'})).id)
    assert state.status == 'succeeded'
    assert state.steps['each'].output == {'text': '', 'items': [], 'failures': []}


@pytest.mark.parametrize(
    ('policy', 'items', 'failures'),
    [
        ('leave_out', ['A', 'C'], [{'index': 1, 'error': 'Shout: No b.'}]),
        ('null', ['A', None, 'C'], [{'index': 1, 'error': 'Shout: No b.'}]),
    ],
)
async def test_a_failed_item_is_passed_over_as_the_map_wants_it(
    orchestrator: Orchestrator,
    make_workflow: MakeWorkflow,
    run_to_end: RunToEnd,
    probe: Probe,
    policy: str,
    items: list[str | None],
    failures: list[dict[str, object]],
) -> None:
    workflow = await make_workflow(of_map(f"when_item_fails: '{policy}'", 'fails_on: b'))
    state = await orchestrator.state((await run_to_end(workflow.id, {'items': 'a\nb\nc'})).id)
    assert state.status == 'succeeded', state.error
    assert state.steps['each'].output['items'] == items
    assert state.steps['each'].output['failures'] == failures
    assert state.steps['each[1]'].status == 'failed'


async def test_a_failed_item_stops_the_others_and_the_map_fails(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd, probe: Probe
) -> None:
    slow = "slow: {type: probe, parent: each, config: {text: '{{ item }}', rests: 30}}"
    workflow = await make_workflow(of_map('parallel: 3', 'fails_on: b', extra=slow))
    run = await asyncio.wait_for(run_to_end(workflow.id, {'items': 'a\nb\nc\nd'}), 60)
    state = await orchestrator.state(run.id)
    assert (run.status, run.error) == ('failed', 'Each: Item 2 of 4: Shout: No b.')
    assert state.steps['each[0].slow'].status == 'cancelled'
    assert state.steps['each[0]'].status == 'cancelled'
    assert state.steps['each[1].slow'].status == 'cancelled'
    assert 'each[3]' not in state.steps
    assert probe.now == 0


async def test_a_failed_map_takes_its_error_handle_and_the_run_goes_on(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd, probe: Probe
) -> None:
    yaml = of_map('parallel: 3', 'fails_on: b', "sorry: {type: output, config: {value: '{{ each.error }}'}}")
    yaml = yaml.replace('type: map,', 'type: map, on_error: handle,').replace(
        'each -> out]', 'each -> out, each.error -> sorry]'
    )
    workflow = await make_workflow(yaml)
    state = await orchestrator.state((await run_to_end(workflow.id, {'items': 'a\nb\nc'})).id)
    assert state.output == {'sorry': 'Item 2 of 3: Shout: No b.'}


async def test_a_body_has_branches_and_its_steps_see_what_is_outside(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    workflow = await make_workflow(f"""
nodes:
  {ASK}
  greeting: {{type: template, config: {{text: Hello}}}}
  each: {{type: map, config: {{items: topic.items}}}}
  which:
    type: condition
    parent: each
    config: {{branches: [{{name: long, when: item | length > 3}}], otherwise: short}}
  long: {{type: template, parent: each, config: {{text: '{{{{ greeting.text }}}}, dear {{{{ item }}}}'}}}}
  short: {{type: template, parent: each, config: {{text: '{{{{ greeting.text }}}} {{{{ item }}}} {{{{ index }}}}'}}}}
  out: {{type: output, config: {{value: '{{{{ each.items | join("; ") }}}}'}}}}
edges: [topic -> greeting, greeting -> each, which.long -> long, which.short -> short, each -> out]
""")
    state = await orchestrator.state((await run_to_end(workflow.id, {'items': 'Ann\nBerta'})).id)
    assert state.output == {'out': 'Hello Ann 0; Hello, dear Berta'}
    assert state.steps['each[0].long'].status == 'skipped'


async def test_maps_stand_in_maps(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    workflow = await make_workflow("""
nodes:
  ask: {type: input}
  rows: {type: map, config: {items: '[[1, 2], [3]]'}}
  cells: {type: map, parent: rows, config: {items: item}}
  cell: {type: template, parent: cells, config: {text: '{{ item }}/{{ index }}'}}
  out: {type: output, config: {value: '{{ rows.items }}'}}
edges: [ask -> rows, rows -> out]
""")
    state = await orchestrator.state((await run_to_end(workflow.id)).id)
    assert state.steps['rows[0].cells[1].cell'].output == {'text': '2/1'}
    assert state.steps['rows'].output['items'] == ['1/0\n\n2/1', '3/0']


LOOP = """
nodes:
  ask: {type: input, config: {fields: [{name: start}]}}
  grow: {type: loop, config: {until: "previous.text | length > 3", most: MOST}}
  more: {type: template, parent: grow, config: {text: '{{ incoming }}x'}}
  out: {type: output, config: {value: '{{ grow.text }} {{ grow.rounds }} {{ grow.done }}'}}
edges: [ask -> grow, grow -> out]
"""


@pytest.mark.parametrize(('most', 'given'), [(9, 'axxx 3 true'), (2, 'axx 2 false')])
async def test_a_loop_ends_when_it_is_done_or_at_its_limit(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd, most: int, given: str
) -> None:
    workflow = await make_workflow(LOOP.replace('MOST', str(most)))
    state = await orchestrator.state((await run_to_end(workflow.id, {'start': 'a'})).id)
    assert state.output == {'out': given}
    assert state.steps['grow[1]'].input['previous'] == {'text': 'ax'}


async def test_a_loop_that_cannot_tell_whether_it_is_done_fails(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    workflow = await make_workflow(LOOP.replace('previous.text | length', 'previous.nothing').replace('MOST', '3'))
    run = await run_to_end(workflow.id, {'start': 'a'})
    assert run.status == 'failed'
    assert 'nothing' in run.error


async def test_what_a_failed_run_had_done_inside_a_map_is_not_done_again(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd, probe: Probe
) -> None:
    workflow = await make_workflow(of_map('parallel: 1', 'fails_on: c'))
    failed = await run_to_end(workflow.id, {'items': 'a\nb\nc'})
    assert failed.status == 'failed'
    again = await orchestrator.retry_run(failed.id)
    async for _ in orchestrator.watch(again.id):
        pass
    state = await orchestrator.state(again.id)
    assert [state.steps[f'each[{n}].shout'].not_run for n in range(3)] == ['same', 'same', None]
    assert probe.calls == [f'each[{n}].shout' for n in (0, 1, 2, 2)]


async def test_approvals_inside_a_map_are_decided_one_by_one(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow
) -> None:
    workflow = await make_workflow("""
nodes:
  ask: {type: input}
  each: {type: map, config: {items: "['a', 'b', 'c']", parallel: 2}}
  ok: {type: approval, parent: each, config: {message: 'Send {{ item }}?'}}
  sent: {type: template, parent: each, config: {text: 'sent {{ item }}'}}
  out: {type: output, config: {value: '{{ each.items | join(", ") }}'}}
edges: [ask -> each, ok.approved -> sent, each -> out]
""")
    run = await orchestrator.start_run(workflow.id, {})
    for count in range(3):
        await until(orchestrator, run.id, partial(waits_with, decided=count))
        waiting = [a.path for a in (await orchestrator.run(run.id)).approvals]
        assert waiting == [f'each[{n}].ok' for n in range(count, min(3, count + 2))]
        await orchestrator.decide_approval(run.id, waiting[0], approved=True)
    await until(orchestrator, run.id, lambda state: state.status == 'succeeded')
    assert (await orchestrator.state(run.id)).output == {'out': 'sent a, sent b, sent c'}


async def test_an_approval_of_a_stopped_item_is_asked_no_more(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, probe: Probe
) -> None:
    wait = 'ok: {type: approval, parent: each, config: {message: Really?}}'
    workflow = await make_workflow(of_map('parallel: 3, when_item_fails: leave_out', 'fails_on: b, rests: 0.05', wait))
    run = await orchestrator.start_run(workflow.id, {'items': 'a\nb'})
    await until(orchestrator, run.id, lambda state: state.status == 'waiting')
    assert [approval.path for approval in (await orchestrator.run(run.id)).approvals] == ['each[0].ok']


async def test_cancelling_stops_what_runs_inside(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, probe: Probe
) -> None:
    workflow = await make_workflow(of_map('parallel: 2', 'rests: 30'))
    run = await orchestrator.start_run(workflow.id, {'items': 'a\nb\nc'})
    await until(orchestrator, run.id, lambda state: 'each[1].shout' in state.steps)
    await orchestrator.cancel_run(run.id)
    state = await until(orchestrator, run.id, lambda state: state.status == 'cancelled')
    assert {step.status for path, step in state.steps.items() if path.startswith('each')} == {'cancelled'}
    assert probe.now == 0


async def test_a_lean_state_forgets_only_what_finished_rounds_had_inside(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd, probe: Probe
) -> None:
    workflow = await make_workflow(of_map('when_item_fails: leave_out', 'fails_on: b'))
    run = await run_to_end(workflow.id, {'items': 'a\nb\nc'})
    lean = RunState(lean=True)
    for event in await orchestrator.journal.read(run.id):
        lean.apply(event)
    assert sorted(lean.steps) == ['each', 'each[0]', 'each[1]', 'each[1].shout', 'each[2]', 'out', 'topic']
    assert lean.usage == (await orchestrator.state(run.id)).usage


# Workflows in workflows


async def publish(orchestrator: Orchestrator, make_workflow: MakeWorkflow, yaml: str, key: str) -> Workflow:
    made = await make_workflow(yaml)
    workflow = await orchestrator.workflows.create(made.model_copy(update={'id': key, 'name': key.capitalize()}))
    await orchestrator.publish(workflow.id)
    return workflow


INNER = """
nodes:
  ask: {type: input, config: {fields: [{name: word}, {name: mark, default: '!'}]}}
  shout: {type: template, config: {text: '{{ ask.word | upper }}{{ inputs.mark }}'}}
  said: {type: output, config: {value: '{{ shout.text }}'}}
edges: [ask -> shout, shout -> said]
"""

OUTER = """
nodes:
  ask: {type: input, config: {fields: [{name: word}]}}
  inner: {type: workflow, config: {workflow: shouting}}
  out: {type: output, config: {value: '{{ inner.text }}'}}
edges: [ask -> inner, inner -> out]
"""


async def test_a_workflow_runs_inside_another_and_its_steps_are_seen(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    await publish(orchestrator, make_workflow, INNER, 'shouting')
    workflow = await make_workflow(OUTER)
    state = await orchestrator.state((await run_to_end(workflow.id, {'word': 'hey'})).id)
    assert state.status == 'succeeded', state.error
    assert state.output == {'out': 'HEY!'}
    assert state.steps['inner[0].shout'].output == {'text': 'HEY!'}


async def test_a_workflow_that_is_not_published_cannot_run_inside_another(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow
) -> None:
    made = await make_workflow(INNER)
    await orchestrator.workflows.create(made.model_copy(update={'id': 'shouting', 'name': 'Shouting'}))
    workflow = await make_workflow(OUTER)
    with pytest.raises(InvalidError, match='not published'):
        await orchestrator.start_run(workflow.id, {'word': 'hey'})


async def test_a_workflow_inside_itself_ends_with_a_reason(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    workflow = await publish(orchestrator, make_workflow, INNER, 'endless')
    graph = read_graph(OUTER.replace('shouting', 'endless'))
    await orchestrator.workflows.save(
        (await orchestrator.workflows.get(workflow.id)).model_copy(update={'graph': graph})
    )
    await orchestrator.publish(workflow.id)
    run = await run_to_end(workflow.id, {'word': 'hey'})
    assert run.status == 'failed'
    assert '5 deep' in run.error


async def test_inputs_that_do_not_fit_the_inner_workflow_are_named(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    await publish(orchestrator, make_workflow, INNER, 'shouting')
    workflow = await make_workflow(OUTER.replace('workflow: shouting', "workflow: shouting, inputs: {words: 'x'}"))
    run = await run_to_end(workflow.id, {'word': 'hey'})
    assert run.status == 'failed'
    assert "no input 'words'" in run.error


def waits_with(state: RunState, *, decided: int) -> bool:
    done = [step for step in state.steps.values() if step.node == 'ok' and step.settled]
    return state.status == 'waiting' and len(done) == decided


async def until(orchestrator: Orchestrator, run_id: str, holds: Callable[[RunState], bool]) -> RunState:
    async with asyncio.timeout(60), aclosing(orchestrator.watch(run_id)) as events:
        state = RunState()
        async for event in events:
            state.apply(event)
            if holds(state):
                return state
    raise AssertionError(state)
