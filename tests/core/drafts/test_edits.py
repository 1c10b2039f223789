"""What edits make of a graph."""

import pytest

from core.drafts.connecting import refusals
from core.drafts.edits import Add, Change, Edit, EditRefusedError, Move, Remove, Rename, apply, edits
from core.drafts.references import renamed_in
from core.nodes.node_type import NodeTypes
from core.plugins import Extensions
from core.workflows.document import read_graph
from core.workflows.graph import Edge, Graph, Node, Position

GRAPH = read_graph("""
nodes:
  topic: {type: input, config: {fields: [{name: text}]}}
  plan: {type: template, config: {text: "Plan {{ topic.text }}"}}
  check: {type: condition, config: {branches: [{name: good, when: plan.text | length > 3}]}}
  write: {type: template, config: {text: "{{ plan.text }} by {{ check.plan }}"}}
  end: {type: output}
  hint: {type: note, config: {text: plan it}}
edges: [topic -> plan, plan -> check, check.good -> write, write -> end]
""")


@pytest.fixture
def node_types(extensions: Extensions) -> NodeTypes:
    return extensions.node_types


def after(node_types: NodeTypes, *wanted: Edit, graph: Graph = GRAPH) -> Graph:
    return apply(graph, wanted, node_types)


def test_nodes_and_edges_are_added_together(node_types: NodeTypes) -> None:
    new = Node(id='again', type='template', config={'text': ''})
    graph = after(node_types, Add(nodes=(new,), edges=(Edge(source='plan', target='again'),)))
    assert graph.by_id['again'] == new
    assert [edge.target for edge in graph.edges_from['plan']] == ['check', 'again']


def test_edges_go_with_their_nodes(node_types: NodeTypes) -> None:
    graph = after(node_types, Remove(nodes=('plan',)))
    assert [edge.id for edge in graph.edges] == ['check.good->write.in', 'write.out->end.in']


def test_what_stands_inside_goes_with_its_container(node_types: NodeTypes) -> None:
    inside = (Node(id='inner', type='template', parent='plan'), Node(id='innermost', type='note', parent='inner'))
    graph = after(node_types, Add(nodes=inside), Remove(nodes=('plan',)))
    assert 'inner' not in graph.by_id
    assert 'innermost' not in graph.by_id


def test_unchanged_nodes_stay_the_same(node_types: NodeTypes) -> None:
    graph = after(node_types, Move(positions={'plan': Position(x=1, y=2)}))
    assert graph.by_id['plan'].position == Position(x=1, y=2)
    assert all(graph.by_id[key] is GRAPH.by_id[key] for key in GRAPH.by_id if key != 'plan')


def test_a_renamed_node_is_renamed_wherever_it_is_named(node_types: NodeTypes) -> None:
    graph = after(node_types, Rename(node='plan', to='outline'))
    assert graph.by_id['write'].config['text'] == '{{ outline.text }} by {{ check.plan }}'
    assert graph.by_id['check'].config['branches'][0]['when'] == 'outline.text | length > 3'
    assert graph.by_id['hint'].config['text'] == 'plan it'
    assert {edge.source for edge in graph.edges} == {'topic', 'outline', 'check', 'write'}


def test_a_renamed_node_is_renamed_in_code_too(node_types: NodeTypes) -> None:
    code = Node(id='count', type='code', config={'code': "len(plan['text'])"})
    graph = after(node_types, Add(nodes=(code,), edges=(Edge(source='plan', target='count'),)))
    graph = after(node_types, Rename(node='plan', to='outline'), graph=graph)
    assert graph.by_id['count'].config['code'] == "len(outline['text'])"


@pytest.mark.parametrize(
    ('source', 'expected'),
    [
        ('{{ a.a }} a', '{{ b.a }} a'),
        ('{{ a | default(a) }}{% if a %}{{ x.a }}{% endif %}', '{{ b | default(b) }}{% if b %}{{ x.a }}{% endif %}'),
        ("{{ 'a' }} {{ aa }}", "{{ 'a' }} {{ aa }}"),
        ('{{ a', '{{ b'),
        ("{{ a 'x", "{{ a 'x"),
    ],
)
def test_only_names_are_renamed(source: str, expected: str) -> None:
    assert renamed_in(source, 'a', to='b') == expected


@pytest.mark.parametrize(
    ('edit', 'reason'),
    [
        (Add(nodes=(Node(id='plan', type='note'),)), 'There is already a node `plan`'),
        (Add(edges=(Edge(source='plan', target='nowhere'),)), 'There is no node `nowhere` any more'),
        (Add(edges=(Edge(source='plan', target='check'),)), 'Plan leads to Check already'),
        (Add(edges=(Edge(source='write', target='plan'),)), 'run in a circle: Plan comes before Write'),
        (Add(edges=(Edge(source='write', target='write'),)), 'cannot lead to itself'),
        (Add(edges=(Edge(source='plan', target='topic'),)), 'Topic begins the workflow'),
        (Add(edges=(Edge(source='plan', target='hint'),)), 'Hint is only drawn'),
        (Add(edges=(Edge(source='check', source_handle='bad', target='end'),)), 'it has: good, otherwise'),
        (Move(positions={'gone': Position(x=0, y=0)}), 'deleted by somebody else'),
        (Change(node='plan', fields={'timeout': -1}), 'greater than 0'),
        (Change(node='plan', fields={'id': 'other'}), '`id` of a node cannot be changed'),
        (Change(node='plan', fields={'parent': 'plan'}), 'cannot stand inside itself'),
        (Rename(node='plan', to='write'), 'There is already a node `write`'),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason(node_types: NodeTypes, edit: Edit, reason: str) -> None:
    with pytest.raises(EditRefusedError, match=reason):
        after(node_types, edit)


def test_where_a_way_may_not_lead_is_known_before_it_is_drawn(node_types: NodeTypes) -> None:
    refused = refusals(GRAPH, node_types, source='check', handle='otherwise')
    assert set(refused) == {'topic', 'plan', 'check', 'hint'}


def test_edits_are_read_from_a_browser() -> None:
    told = [{'kind': 'move', 'positions': {'plan': {'x': 1, 'y': 2}}}, {'kind': 'remove', 'nodes': ['plan']}]
    assert edits.validate_python(told) == (Move(positions={'plan': Position(x=1, y=2)}), Remove(nodes=('plan',)))
