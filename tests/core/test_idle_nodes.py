"""Nodes that have a result without being run: disabled, or pinned."""

from collections.abc import Awaitable, Callable

import pytest

from core.errors import InvalidError
from core.nodes.node_type import NodeTypes
from core.orchestrator import Orchestrator
from core.plugins import Extensions
from core.runs.events import StepReused, run_event
from core.runs.run import Run
from core.workflows.document import read_graph, write_graph
from core.workflows.validation import validate_graph
from core.workflows.workflow import Workflow

MakeWorkflow = Callable[[str], Awaitable[Workflow]]
RunToEnd = Callable[..., Awaitable[Run]]

FAN = """
nodes:
  start: {type: input, config: {fields: [{name: topic, default: Tea}]}}
  a: {type: template, config: {text: "A {{ incoming }}"}}
  b: {type: template, config: {text: "B {{ start.topic }}"}, %s}
  all: {type: merge, config: {mode: all, separator: " + "}}
  end: {type: output}
edges: [start -> a, start -> b, a -> all, b -> all, all -> end]
"""


@pytest.fixture
def node_types(extensions: Extensions) -> NodeTypes:
    return extensions.node_types


async def test_a_fan_goes_on_with_one_branch_disabled(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    run = await run_to_end((await make_workflow(FAN % 'disabled: true')).id)
    state = await orchestrator.state(run.id)
    step = state.steps['b']
    assert (step.status, step.not_run, step.attempt) == ('succeeded', 'disabled', 0)
    assert step.output['topic'] == 'Tea'
    assert state.steps['all'].output['items'] == [state.steps['a'].output, step.output]


async def test_several_results_pass_through_a_disabled_node_as_one_text(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    workflow = await make_workflow("""
        nodes:
          a: {type: template, config: {text: one}}
          b: {type: template, config: {text: two}}
          off: {type: agent, disabled: true}
          end: {type: output}
        edges: [a -> off, b -> off, off -> end]
        """)
    run = await run_to_end(workflow.id)
    state = await orchestrator.state(run.id)
    assert state.steps['off'].output == {'text': 'one\n\ntwo'}
    assert state.output == {'end': 'one\n\ntwo'}


async def test_a_disabled_node_goes_by_its_first_handle(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    workflow = await make_workflow("""
        nodes:
          text: {type: template, config: {text: hello}}
          check: {type: condition, disabled: true, config: {branches: [{name: high, when: "1 > 2"}]}}
          ask: {type: approval, disabled: true}
          end: {type: output}
          low: {type: output}
        edges: [text -> check, check.high -> ask, check.otherwise -> low, ask.approved -> end]
        """)
    state = await orchestrator.state((await run_to_end(workflow.id)).id)
    assert state.output == {'end': 'hello'}
    assert state.steps['low'].status == 'skipped'


async def test_a_disabled_input_asks_for_nothing_and_is_empty(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    workflow = await make_workflow("""
        nodes:
          start: {type: input, disabled: true, config: {fields: [{name: topic}]}}
          end: {type: output, config: {value: "[{{ start.topic }}{{ incoming }}]"}}
        edges: [start -> end]
        """)
    state = await orchestrator.state((await run_to_end(workflow.id)).id)
    assert state.output == {'end': '[]'}


async def test_a_disabled_output_gives_nothing_back(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    workflow = await make_workflow("""
        nodes: {a: {type: template, config: {text: x}}, end: {type: output}, other: {type: output, disabled: true}}
        edges: [a -> end, a -> other]
        """)
    assert (await orchestrator.state((await run_to_end(workflow.id)).id)).output == {'end': 'x'}


@pytest.mark.parametrize('idle', ['disabled: true', 'pinned: {text: x}'])
@pytest.mark.parametrize(
    'told',
    [
        'type: agent',
        'type: agent, config: {agent: nobody}',
        'type: template, config: {text: "{{ broken"}',
        'type: template, config: {text: "{{ ghost.text }}"}',
        'type: delay, config: {seconds: soon}',
        'type: of_a_plugin_that_is_gone',
    ],
)
async def test_what_is_wrong_with_a_node_that_does_not_run_keeps_nothing_from_running(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd, told: str, idle: str
) -> None:
    yaml = 'nodes: {a: {type: template, config: {text: x}}, n: {%s}, end: {type: output}}\nedges: [a -> n, n -> end]'
    workflow = await make_workflow(yaml % f'{told}, {idle}')
    problems = await orchestrator.validate(workflow.graph)
    assert [(problem.node, problem.severity) for problem in problems] == [('n', 'warning')]
    run = await run_to_end(workflow.id)
    assert (await orchestrator.state(run.id)).output == {'end': 'x'}
    running = await make_workflow(yaml % told)
    with pytest.raises(InvalidError):
        await orchestrator.start_run(running.id, {})


async def test_what_is_wrong_with_the_ways_of_a_disabled_node_still_counts(node_types: NodeTypes) -> None:
    graph = read_graph("""
        nodes: {a: {type: template, config: {text: x}}, n: {type: merge, disabled: true}, end: {type: output}}
        edges: [a -> n, n.nowhere -> end]
        """)
    assert [(p.code, p.severity) for p in validate_graph(graph, node_types, agents=())] == [('unknown_handle', 'error')]


async def test_a_pinned_result_is_given_instead_of_running(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    yaml = """
        nodes:
          ask: {type: agent, config: {agent: writer}, pinned: {text: Pinned answer, mood: calm}}
          end: {type: output, config: {value: "{{ ask.text }}, {{ ask.mood }}"}}
        edges: [ask -> end]
        """
    run = await run_to_end((await make_workflow(yaml)).id)
    state = await orchestrator.state(run.id)
    assert state.output == {'end': 'Pinned answer, calm'}
    assert (state.steps['ask'].not_run, run.usage.calls, state.agents) == ('pinned', 0, {})
    [event] = [event async for event in orchestrator.watch(run.id) if isinstance(event, StepReused)]
    assert run_event.validate_json(event.model_dump_json()) == event


CHOICE = """
nodes:
  check: {type: condition, config: {branches: [{name: "yes", when: "1"}], otherwise: "no"}, %s}
  yes_end: {type: output}
  no_end: {type: output}
edges: [check.yes -> yes_end, check.no -> no_end]
"""


@pytest.mark.parametrize(
    ('pin', 'output'),
    [
        ('pinned: {text: x}', {'yes_end': 'x'}),
        ('pinned: {text: x}, pinned_handles: ["no"]', {'no_end': 'x'}),
        ('pinned: {text: x}, pinned_handles: ["yes", "no"]', {'yes_end': 'x', 'no_end': 'x'}),
        ('pinned: {text: x}, pinned_handles: []', {}),
    ],
)
async def test_a_pin_keeps_the_ways_that_were_open(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd, pin: str, output: dict[str, str]
) -> None:
    workflow = await make_workflow(CHOICE % pin)
    assert read_graph(write_graph(workflow.graph)) == workflow.graph
    assert (await orchestrator.state((await run_to_end(workflow.id)).id)).output == output


async def test_a_pin_to_a_way_that_is_gone_is_told(node_types: NodeTypes) -> None:
    graph = read_graph('nodes: {a: {type: output, pinned: {text: x}, pinned_handles: [gone]}}')
    assert [(p.code, p.severity) for p in validate_graph(graph, node_types, agents=())] == [
        ('unknown_pinned_handle', 'warning')
    ]


async def test_a_pinned_input_is_what_the_run_is_started_with(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    workflow = await make_workflow("""
        nodes:
          start: {type: input, config: {fields: [{name: topic}, {name: tone}]}, pinned: {topic: Tea}}
          end: {type: output, config: {value: "{{ start.topic }} {{ inputs.topic }} {{ inputs.tone }}"}}
        edges: [start -> end]
        """)
    assert (await orchestrator.state((await run_to_end(workflow.id)).id)).output == {'end': 'Tea Tea '}
    again = await run_to_end(workflow.id, {'topic': 'Coffee'})
    assert (await orchestrator.state(again.id)).inputs == {'topic': 'Tea', 'tone': None}


async def test_an_output_pinned_to_a_text_gives_that_text_back(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    run = await run_to_end((await make_workflow('nodes: {end: {type: output, pinned: {text: x}}}')).id)
    assert (await orchestrator.state(run.id)).output == {'end': 'x'}


CHAIN = """
nodes:
  a: {type: template, config: {text: one}, %s}
  b: {type: agent, config: {agent: writer, prompt: "{{ a.text }}"}}
  end: {type: output}
edges: [a -> b, b -> end]
"""


@pytest.mark.parametrize(('pin', 'calls'), [('pinned: {text: one}', 0), ('pinned: {text: two}', 1)])
async def test_what_follows_a_pin_is_taken_over_if_the_pin_says_the_same(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd, pin: str, calls: int
) -> None:
    workflow = await make_workflow(CHAIN % 'name: A')
    first = await run_to_end(workflow.id)
    run = await run_to_end(workflow.id, graph=read_graph(CHAIN % pin), reuse_from=first.id)
    assert run.usage.calls == calls
    state = await orchestrator.state(run.id)
    assert (state.steps['a'].not_run, state.steps['b'].reused_from) == ('pinned', '' if calls else first.id)


@pytest.mark.parametrize('idle', ['disabled: true', 'pinned: {text: two}'])
async def test_no_run_takes_over_what_a_node_did_not_give_itself(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd, idle: str
) -> None:
    workflow = await make_workflow(CHAIN % idle)
    first = await run_to_end(workflow.id)
    run = await run_to_end(workflow.id, graph=read_graph(CHAIN % 'name: A'), reuse_from=first.id)
    step = (await orchestrator.state(run.id)).steps['a']
    assert (step.output, step.not_run) == ({'text': 'one'}, None)


async def test_agents_of_nodes_that_do_not_run_are_exported_all_the_same(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow
) -> None:
    workflow = await make_workflow('nodes: {a: {type: agent, config: {agent: writer}, disabled: true}}')
    assert [agent.id for agent in (await orchestrator.export_document(workflow.id)).agents] == ['writer']
