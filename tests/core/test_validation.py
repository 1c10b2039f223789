import pytest

from core.nodes.built_in import add_built_in_node_types
from core.nodes.node_type import NodeType, NodeTypes
from core.registry import Registry
from core.workflows.document import read_graph
from core.workflows.graph import Edge, Graph, Node
from core.workflows.validation import MAX_NODES, Problem, validate_graph

START = 'start: {type: input, config: {fields: [{name: topic}]}}'


@pytest.fixture
def node_types() -> NodeTypes:
    registry: NodeTypes = Registry[NodeType]('node type')
    add_built_in_node_types(registry)
    return registry


def problems(node_types: NodeTypes, nodes: str, edges: str = '') -> list[Problem]:
    graph = read_graph(f'nodes: {{{START}, {nodes}}}\nedges: [{edges}]')
    return validate_graph(graph, node_types, agents={'planner'})


def test_a_sound_graph_has_no_problems(node_types: NodeTypes) -> None:
    plan = 'plan: {type: agent, config: {agent: planner, prompt: "{{ start.topic }}"}}'
    nodes = f'{plan}, end: {{type: output}}, n: {{type: note}}'
    assert problems(node_types, nodes, 'start -> plan, plan -> end') == []


@pytest.mark.parametrize(
    ('nodes', 'edges', 'code', 'node', 'says'),
    [
        ('x: {type: magic}', 'start -> x', 'unknown_type', 'x', "type 'magic'"),
        ('x: {type: agent}', 'start -> x', 'missing_field', 'x', 'needs agent'),
        ('x: {type: delay, config: {seconds: soon}}', 'start -> x', 'bad_field', 'x', 'seconds'),
        ('x: {type: delay, config: {minutes: 1}}', 'start -> x', 'unknown_field', 'x', 'minutes'),
        ('x: {type: agent, config: {agent: nobody}}', 'start -> x', 'unknown_agent', 'x', "'nobody'"),
        ('x: {type: output}, y: {type: merge}', 'start -> x, x -> y, y -> x', 'cycle', 'y', 'x → y'),
        ('x: {type: output}', 'start -> x, x -> ghost', 'dangling_edge', 'x', '`ghost`, which does not exist'),
        ('x: {type: output}, y: {type: merge}', 'start -> x', 'unreachable', 'y', 'Nothing leads to `y`'),
        (
            'x: {type: output, config: {value: "{{ later.text }}"}}, later: {type: merge}',
            'start -> x, x -> later',
            'not_upstream',
            'x',
            'comes later or on another way',
        ),
        ('x: {type: output, config: {value: "{{ ghost.text }}"}}', 'start -> x', 'not_upstream', 'x', 'does not exist'),
        ('x: {type: output, config: {value: "{{ start.topic"}}', 'start -> x', 'bad_template', 'x', 'line 1'),
        (
            'x: {type: condition, config: {branches: [{name: a, when: "ghost.a > 1"}]}}',
            'start -> x',
            'not_upstream',
            'x',
            'branches.0.when',
        ),
        (
            'x: {type: condition, config: {branches: [{name: a, when: "1"}]}}, y: {type: output}',
            'start -> x, x -> y',
            'unknown_handle',
            'x',
            'it has: a, otherwise',
        ),
        ('x: {type: output}', 'start -> x.other', 'unknown_handle', 'x', "input handle 'other'"),
        ('incoming: {type: output}', 'start -> incoming', 'reserved_id', 'incoming', 'another id'),
        ('loop: {type: output}', 'start -> loop', 'reserved_id', 'loop', 'another id'),
        ('not: {type: output}', 'start -> not', 'reserved_id', 'not', 'another id'),
        ('x: {type: input}, y: {type: output}', 'start -> y, x -> y', 'second_input', 'x', 'one input node'),
        ('x: {type: output, on_error: handle}', 'start -> x', 'unused_error_handle', 'x', 'nothing is connected'),
        ('x: {type: note}, y: {type: output}', 'start -> y, y -> x', 'edge_at_note', 'x', 'note'),
        ('x: {type: output, parent: start}', 'start -> x', 'bad_parent', 'x', 'which is no container'),
        ('x: {type: output, parent: gone}', 'start -> x', 'crosses_container', 'x', 'Connect the container itself'),
        ('x: {type: merge}', 'start -> x', 'no_output', None, 'gives nothing back'),
    ],
)
def test_each_problem_names_node_and_reason(
    node_types: NodeTypes, nodes: str, edges: str, code: str, node: str | None, says: str
) -> None:
    found = problems(node_types, nodes, edges)
    assert [(code, node)] == [(p.code, p.node) for p in found if p.code == code]
    assert says in next(p.message for p in found if p.code == code)


def test_an_empty_graph_says_what_to_add(node_types: NodeTypes) -> None:
    assert [p.code for p in validate_graph(read_graph('{}'), node_types, agents=())] == ['empty']


@pytest.mark.parametrize('closed', [True, False])
def test_what_is_wrong_everywhere_is_said_in_a_few_words(node_types: NodeTypes, *, closed: bool) -> None:
    names = [f'n{number}' for number in range(3000)]
    nodes = tuple(Node(id=name, type='template', config={'text': '{{ nothing }}'}) for name in names)
    edges = [Edge(source=a, target=b) for a, b in zip(names, [*names[1:], names[0]], strict=True)]
    graph = Graph(nodes=nodes, edges=tuple(edges if closed else edges[:-1]))
    found = validate_graph(graph, node_types, agents=())
    assert len(found) >= 3000
    assert max(len(problem.message) for problem in found) < 500


def test_a_graph_that_is_too_large_is_refused_at_once(node_types: NodeTypes) -> None:
    graph = Graph(nodes=tuple(Node(id=f'n{number}', type='template') for number in range(MAX_NODES + 1)))
    assert [problem.code for problem in validate_graph(graph, node_types, agents=())] == ['too_large']
