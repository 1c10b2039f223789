"""Where steps stand in each other, and what they are called."""

import pytest

from core.llm.usage import Usage
from core.nodes.graphs import Graphs
from core.orchestrator import Orchestrator
from core.plugins import Extensions
from core.runs.nesting import Nesting, holder, index_of, lineage, pattern
from core.runs.state import StepState, StepStatus
from core.workflows.document import read_graph
from tests.conftest import MakeWorkflow, RunToEnd

OUTER = """
nodes:
  rows: {type: map, config: {items: incoming}}
  cells: {type: loop, parent: rows, config: {most: 2}}
  cell: {type: template, name: One cell, parent: cells, config: {text: x}}
  other: {type: workflow, parent: rows, config: {workflow: inner}}
edges: []
"""
INNER = 'nodes: {shout: {type: approval, name: Shout it}}\nedges: []'


@pytest.fixture
def graphs(extensions: Extensions) -> Graphs:
    return Graphs(own=read_graph(OUTER), inside={'inner': read_graph(INNER)}, node_types=extensions.node_types)


def test_a_path_tells_what_its_step_stands_in() -> None:
    assert lineage('rows[0].cells[11].cell') == [
        'rows',
        'rows[0]',
        'rows[0].cells',
        'rows[0].cells[11]',
        'rows[0].cells[11].cell',
    ]
    assert holder('rows') == ''
    assert pattern('rows[0].cells[11].cell') == 'rows[].cells[].cell'
    assert (index_of('rows[0].cells[11]'), index_of('rows')) == (11, -1)


@pytest.mark.parametrize(
    ('path', 'name'),
    [
        ('rows', 'Rows'),
        ('rows[3]', 'Rows · item 4'),
        ('rows[1233].cells[1].cell', 'Rows · item 1,234 › Cells · round 2 › One cell'),
        ('rows[0].other[0].shout', 'Rows · item 1 › Other › Shout it'),
        ('panel[2].chief-writer', 'Panel · round 3 › Chief writer'),
    ],
)
def test_a_step_is_called_by_titles(graphs: Graphs, path: str, name: str) -> None:
    assert graphs.name(path) == name


def test_the_node_of_a_step_is_found_through_bodies_and_workflows(graphs: Graphs) -> None:
    found = graphs.find('rows[0].other[0].shout')
    assert found
    assert found[0].type == 'approval'
    assert graphs.find('rows[0].other[0].nobody') is None
    assert graphs.find('panel[2].writer') is None
    assert graphs.first_handles('rows[0].other[0].shout') == ('approved',)
    assert graphs.first_handles('panel[2].writer') == ('out',)


def test_steps_are_counted_by_node_whatever_becomes_of_them() -> None:
    nesting = Nesting()

    def note(path: str, status: StepStatus) -> None:
        nesting.note(StepState(path=path, node='x', status=status))

    note('each', 'running')
    for number in range(3):
        note(f'each[{number}]', 'running')
        note(f'each[{number}].shout', 'running')
    note('each[1].shout', 'failed')
    note('each[1]', 'failed')
    note('each[0].shout', 'succeeded')
    shout = nesting.tally('each[].shout')
    assert (shout.count('running'), shout.count('failed'), shout.ended) == (1, 1, 2)
    assert ([*shout.having('running')], shout.last('succeeded')) == (['each[2].shout'], 'each[0].shout')
    assert shout.latest == 'each[0].shout'
    assert shout.paths == [f'each[{number}].shout' for number in range(3)]
    assert nesting.inside('each') == ['each[0]', 'each[1]', 'each[2]']
    assert nesting.inside('each[1]') == ['each[1].shout']
    assert nesting.inside() == ['each']
    assert nesting.failed_inside('each') == ['each[1]']
    assert nesting.failed_inside('each[1]') == ['each[1].shout']
    assert nesting.failed_inside() == []
    assert nesting.rounds('each').count('failed') == 1
    assert nesting.tally('nothing').ended == 0


def test_a_step_costs_what_is_inside_it() -> None:
    nesting = Nesting()
    for path, tokens in (('panel', 0), ('panel[0].ann', 3), ('panel[1].bob', 1), ('panel[1].bob', 4), ('panels', 9)):
        nesting.note(StepState(path=path, node='x', usage=Usage(calls=1, input_tokens=tokens)))
    assert nesting.used_inside('panel').tokens == 7
    assert nesting.used_inside('panel[1]').tokens == 4
    assert nesting.used_inside('panel[0].ann').tokens == 0


async def test_a_step_with_a_body_says_how_many_rounds_there_are(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    workflow = await make_workflow("""
nodes:
  start: {type: template, config: {text: "a\\nb\\nc"}}
  each: {type: map, config: {items: start.text}}
  again: {type: loop, parent: each, config: {most: 2}}
  x: {type: template, parent: again, config: {text: x}}
  end: {type: output}
edges: [start -> each, each -> end]
""")
    state = await orchestrator.state((await run_to_end(workflow.id)).id)
    assert state.status == 'succeeded', state.error
    assert (state.steps['each'].rounds, state.steps['each[0].again'].rounds) == (3, 2)
    assert state.steps['start'].rounds is None
    graphs = await orchestrator.graphs(state)
    assert graphs.name('each[2].again[0].x') == 'Each · item 3 › Again · round 1 › X'
