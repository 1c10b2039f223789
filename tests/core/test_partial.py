"""Runs of a part of a workflow: up to a node, or one node alone."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from core.errors import InvalidError
from core.nodes.node_type import NodeType, NodeTypes
from core.nodes.note import NoteConfig, NoteNode
from core.orchestrator import Orchestrator
from core.parts import output_of
from core.plugins import Extensions
from core.runs.earlier import Result
from core.runs.run import Run, RunFilter
from core.runs.state import RunState
from core.workflows.document import read_graph
from core.workflows.partial import alone, up_to
from core.workflows.workflow import Workflow

MakeWorkflow = Callable[[str], Awaitable[Workflow]]
RunToEnd = Callable[..., Awaitable[Run]]
Alone = Callable[..., Awaitable[RunState]]

BRANCHES = """
nodes:
  start: {type: input, config: {fields: [{name: topic}, {name: score, type: number, default: 5}]}}
  check: {type: condition, config: {branches: [{name: high, when: inputs.score > 3}]}}
  praise: {type: template, config: {text: "Well done, {{ inputs.topic }}."}}
  blame: {type: template, config: {text: "Shame, {{ start.topic }}."}}
  join: {type: merge, config: {mode: %s}}
  end: {type: output, config: {value: "{{ join.text }}"}}
edges: [start -> check, check.high -> praise, check.otherwise -> blame, praise -> join, blame -> join, join -> end]
"""

BRIEF = """
nodes:
  start: {type: input, config: {fields: [{name: topic, default: Tea.}]}}
  plan: {type: agent, config: {agent: writer, prompt: "{{ start.topic }}"}}
  facts: {type: agent, config: {agent: writer, prompt: "Facts. {{ start.topic }}"}}
  draft: {type: agent, name: First draft, config: {agent: writer, prompt: "%s {{ plan.text }}"}}
  end: {type: output}
edges: [start -> plan, start -> facts, plan -> draft, draft -> end, facts -> end]
"""


@pytest.fixture
def node_types(extensions: Extensions) -> NodeTypes:
    return extensions.node_types


@pytest.fixture
def run_alone(orchestrator: Orchestrator) -> Alone:
    """Runs one node alone until its run ends, and gives what became of it."""

    async def run(workflow_id: str, node_id: str, **options: Any) -> RunState:
        started = await orchestrator.run_node(workflow_id, node_id, **options)
        async for _ in orchestrator.watch(started.id):
            pass
        return await orchestrator.state(started.id)

    return run


def ran(state: RunState) -> set[str]:
    return {step.node for step in state.steps.values() if step.status == 'succeeded' and step.not_run is None}


# Cutting


class Container(NoteNode):
    name = 'container'
    contains = True
    runs = True


@pytest.fixture
def container(extensions: Extensions) -> NodeType[NoteConfig]:
    extensions.node_types.add('container', made := Container())
    return made


NESTED = """
nodes:
  a: {type: template, config: {text: x}}
  aside: {type: template, config: {text: y}}
  each: {type: container}
  one: {type: template, config: {text: x}, parent: each}
  two: {type: template, config: {text: x}, parent: each}
  three: {type: template, config: {text: x}, parent: each}
  end: {type: output}
  words: {type: note}
edges: [a -> each, one -> two, two -> three, each -> end, aside -> end]
"""


@pytest.mark.parametrize(
    ('node', 'nodes'),
    [
        ('a', 'a'),
        ('each', 'a each one two three'),
        ('two', 'a each one two'),
        ('end', 'a aside each one two three end'),
    ],
)
def test_a_part_is_the_node_and_all_upstream_of_it_with_the_containers(node: str, nodes: str) -> None:
    part = up_to(read_graph(NESTED), node)
    assert list(part.by_id) == nodes.split()
    assert all(edge.source in part.by_id and edge.target in part.by_id for edge in part.edges)


def test_a_node_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(InvalidError, match=r"no node 'ghost'; there are: a, aside"):
        up_to(read_graph(NESTED), 'ghost')


def test_what_runs_inside_a_container_cannot_run_alone_and_the_way_out_is_told(node_types: NodeTypes) -> None:
    told = '`two` runs in each round of `each`, so it cannot run alone. Run up to `two`, or only `each`.'
    with pytest.raises(InvalidError, match=f'^{re.escape(told)}$'):
        alone(read_graph(NESTED), 'two', {}, node_types=node_types)


def test_of_several_containers_the_outermost_is_the_one_that_can_run_alone(node_types: NodeTypes) -> None:
    graph = read_graph("""
        nodes:
          each: {type: map}
          again: {type: loop, parent: each}
          one: {type: template, parent: again}
    """)
    with pytest.raises(InvalidError, match=r'each round of `again`.* or only `each`\.$'):
        alone(graph, 'one', {}, node_types=node_types)


def test_only_the_node_itself_is_not_pinned(node_types: NodeTypes, container: object) -> None:
    results = {name: Result(output={'text': name}) for name in ('a', 'aside', 'each')}
    part = alone(read_graph(NESTED), 'end', results, node_types=node_types)
    assert {node.id for node in part.nodes if node.pinned is None} == {'end', 'one', 'two', 'three'}


def test_pins_and_disabled_nodes_stay_as_they_are_but_for_what_is_given(node_types: NodeTypes) -> None:
    graph = read_graph("""
        nodes:
          a: {type: template, pinned: {text: mine}}
          b: {type: agent, disabled: true}
          c: {type: agent, disabled: true}
          end: {type: output, disabled: true, pinned: {text: x}}
        edges: [a -> b, a -> c, b -> end, c -> end]
        """)
    results = {name: Result(output={'text': 'of the last run'}) for name in 'abc'}
    part = alone(graph, 'end', results, given={'c': Result(output={'text': 'typed'})}, node_types=node_types)
    a, b, c, end = part.nodes
    assert (a.pinned, b.disabled, b.pinned) == ({'text': 'mine'}, True, None)
    assert (c.pinned, c.disabled) == ({'text': 'typed'}, False)
    assert not end.idle


# Up to a node


async def test_a_run_up_to_a_node_does_nothing_that_is_not_upstream(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    workflow = await make_workflow(BRIEF % 'Write.')
    run = await run_to_end(workflow.id, until='draft')
    state = await orchestrator.state(run.id)
    assert set(state.steps) == {'start', 'plan', 'draft'}
    assert (run.status, run.usage.calls, str(run.part)) == ('succeeded', 2, 'Up to First draft')


async def test_what_is_wrong_elsewhere_does_not_keep_a_part_from_running(
    make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    workflow = await make_workflow(BRIEF.replace('end: {type: output}', 'end: {type: magic}') % 'Write.')
    assert (await run_to_end(workflow.id, until='draft')).status == 'succeeded'
    with pytest.raises(InvalidError, match='magic'):
        await run_to_end(workflow.id, until='end')


async def test_nothing_upstream_is_paid_for_twice_whichever_run_brought_it(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd, run_alone: Alone
) -> None:
    workflow = await make_workflow(BRIEF % 'Write.')
    first = await run_to_end(workflow.id)
    changed = await orchestrator.workflows.save(workflow.model_copy(update={'graph': read_graph(BRIEF % 'Rewrite.')}))
    tried = await run_alone(changed.id, 'draft')
    assert ran(tried) == {'draft'}
    for _ in range(25):  # far more runs than are read
        await run_alone(changed.id, 'end')
    run = await run_to_end(changed.id, until='end')
    state = await orchestrator.state(run.id)
    assert run.usage.calls == 0
    assert {step.node: step.not_run for step in state.steps.values()} == dict.fromkeys(state.steps, 'same')
    assert state.steps['facts'].reused_from == state.steps['plan'].reused_from == first.id
    assert state.steps['draft'].output == tried.steps['draft'].output


async def test_a_part_is_retried_as_that_part(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    workflow = await make_workflow(BRIEF % 'Write.')
    run = await run_to_end(workflow.id, {'topic': 'Coffee.'}, until='facts')
    again = await orchestrator.retry_run(run.id)
    assert (again.part, (await orchestrator.state(again.id)).inputs) == (run.part, {'topic': 'Coffee.'})


async def test_a_part_without_the_input_is_still_started_with_inputs(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    workflow = await make_workflow("""
        nodes:
          start: {type: input, config: {fields: [{name: topic}]}}
          a: {type: output, config: {value: "{{ inputs.topic }}"}}
        """)
    run = await run_to_end(workflow.id, {'topic': 'Tea'}, until='a')
    assert (await orchestrator.state(run.id)).output == {'a': 'Tea'}
    with pytest.raises(InvalidError, match='Topic is required'):
        await orchestrator.start_run(workflow.id, {}, until='a')


# One node alone


async def test_a_node_alone_runs_on_what_the_last_run_brought(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd, run_alone: Alone
) -> None:
    workflow = await make_workflow(BRANCHES % 'any')
    first = await run_to_end(workflow.id, {'topic': 'Tea'})
    state = await run_alone(workflow.id, 'join')
    assert ran(state) == {'join'}
    assert state.steps['blame'].status == 'skipped'
    assert state.steps['praise'].not_run == 'pinned'
    assert state.steps['join'].output == (await orchestrator.state(first.id)).steps['join'].output
    [newest] = await orchestrator.runs(RunFilter(workflow_id=workflow.id, limit=1))
    assert str(newest.part) == 'Only Join'


@pytest.mark.parametrize('mode', ['any', 'first'])
async def test_a_node_alone_takes_only_what_arrived(
    make_workflow: MakeWorkflow, run_to_end: RunToEnd, run_alone: Alone, mode: str
) -> None:
    workflow = await make_workflow(BRANCHES % mode)
    await run_to_end(workflow.id, {'topic': 'Tea', 'score': 1})
    state = await run_alone(workflow.id, 'join')
    assert [item['text'] for item in state.steps['join'].output['items']] == ['Shame, Tea.']


async def test_a_node_on_a_way_that_was_not_taken_can_be_tried(
    make_workflow: MakeWorkflow, run_to_end: RunToEnd, run_alone: Alone
) -> None:
    workflow = await make_workflow(BRANCHES % 'any')
    await run_to_end(workflow.id, {'topic': 'Tea'})
    state = await run_alone(workflow.id, 'blame')
    assert ran(state) == {'blame'}
    assert state.steps['blame'].output == {'text': 'Shame, Tea.'}
    joined = await run_alone(workflow.id, 'join')  # that was a trial: the way stays closed
    assert [item['text'] for item in joined.steps['join'].output['items']] == ['Well done, Tea.']


async def test_a_merge_of_all_needs_what_was_skipped_to_be_given(
    make_workflow: MakeWorkflow, run_to_end: RunToEnd, run_alone: Alone
) -> None:
    workflow = await make_workflow(BRANCHES % 'all')
    await run_to_end(workflow.id, {'topic': 'Tea'})
    with pytest.raises(InvalidError, match=r'no result yet of `blame`\. Run up to `join` first, or give its result'):
        await run_alone(workflow.id, 'join')
    state = await run_alone(workflow.id, 'join', given={'blame': 'Boo.'})
    assert [item['text'] for item in state.steps['join'].output['items']] == ['Well done, Tea.', 'Boo.']


async def test_without_any_run_all_that_is_upstream_is_to_be_given(
    make_workflow: MakeWorkflow, run_alone: Alone
) -> None:
    workflow = await make_workflow(BRANCHES % 'any')
    with pytest.raises(InvalidError) as caught:
        await run_alone(workflow.id, 'blame')
    assert [where for where, _ in caught.value.problems] == ['start', 'check']
    state = await run_alone(workflow.id, 'blame', given={'start': {'topic': 'Cake', 'score': 1}, 'check': {}})
    assert (ran(state), state.steps['blame'].output['text']) == ({'blame'}, 'Shame, Cake.')
    assert state.inputs == {'topic': 'Cake', 'score': 1}


async def test_a_typed_result_goes_before_that_of_the_last_run(
    make_workflow: MakeWorkflow, run_to_end: RunToEnd, run_alone: Alone
) -> None:
    workflow = await make_workflow(BRANCHES % 'any')
    await run_to_end(workflow.id, {'topic': 'Tea'})
    state = await run_alone(workflow.id, 'join', given={'praise': 'Bravo.'})
    assert state.steps['join'].output['text'] == 'Bravo.'
    with pytest.raises(InvalidError, match='`end` is not upstream of `join`'):
        await run_alone(workflow.id, 'join', given={'end': 'x'})


async def test_given_inputs_are_what_the_input_gives(
    make_workflow: MakeWorkflow, run_to_end: RunToEnd, run_alone: Alone
) -> None:
    workflow = await make_workflow(BRANCHES % 'any')
    await run_to_end(workflow.id, {'topic': 'Tea', 'score': 1})
    for inputs, text in ((None, 'Shame, Tea.'), ({'topic': 'Cake'}, 'Shame, Cake.')):
        assert (await run_alone(workflow.id, 'blame', inputs=inputs)).steps['blame'].output['text'] == text
    given = (await run_alone(workflow.id, 'start')).steps['start'].output
    assert given == {'text': 'Topic: Tea\nScore: 1', 'topic': 'Tea', 'score': 1}
    assert (await run_alone(workflow.id, 'start', inputs={'topic': 'Pie'})).steps['start'].output['topic'] == 'Pie'


async def test_the_newest_result_of_each_node_counts(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd, run_alone: Alone
) -> None:
    workflow = await make_workflow(BRANCHES % 'any')
    await run_to_end(workflow.id, {'topic': 'Tea'})
    await run_to_end(workflow.id, {'topic': 'Pie'}, until='praise')
    await run_to_end(workflow.id, {'topic': 'Cake', 'score': 1}, until='check')
    state = await run_alone(workflow.id, 'praise')
    assert (state.steps['start'].output['topic'], state.inputs['topic']) == ('Cake', 'Cake')
    assert len(await orchestrator.runs(RunFilter(workflow_id=workflow.id))) == 4


async def test_a_run_up_to_a_node_in_a_body_gives_what_the_body_came_to(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    workflow = await make_workflow("""
nodes:
  start: {type: template, config: {text: "a\\nb"}}
  each: {type: map, config: {items: start.text}}
  shout: {type: template, parent: each, config: {text: '{{ item | upper }}'}}
  later: {type: template, parent: each, config: {text: '{{ shout.text }}!'}}
  end: {type: output}
edges: [start -> each, shout -> later, each -> end]
""")
    run = await run_to_end(workflow.id, until='shout')
    state = await orchestrator.state(run.id)
    assert state.status == 'succeeded', state.error
    assert output_of(run, state) == {'each': 'A\n\nB'}
