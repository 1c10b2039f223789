"""Copying parts of graphs."""

import pytest

from core.drafts.edits import EditRefusedError, apply
from core.drafts.pasting import free_id, part_of, pasting, read_part
from core.plugins import Extensions
from core.workflows.document import read_graph
from core.workflows.graph import Position

GRAPH = read_graph("""
nodes:
  topic: {type: input, position: {x: 0, y: 0}}
  plan: {type: template, config: {text: "{{ topic.text }}"}, position: {x: 300, y: 40}}
  write: {type: template, config: {text: "{{ plan.text }} of {{ topic.text }}"}, position: {x: 600, y: 0}}
edges: [topic -> plan, plan -> write]
""")


def test_a_copy_has_free_ids_and_names_its_own_nodes(extensions: Extensions) -> None:
    part = part_of(GRAPH, ['plan', 'write'])
    add = pasting(part, GRAPH, extensions.node_types, at=Position(x=10, y=20))
    after = apply(GRAPH, [add], extensions.node_types)
    copy = after.by_id['write_2']
    assert copy.config['text'] == '{{ plan_2.text }} of {{ topic.text }}'
    assert [(edge.source, edge.target) for edge in after.edges_into['write_2']] == [('plan_2', 'write_2')]
    assert (after.by_id['plan_2'].position, copy.position) == (Position(x=10, y=60), Position(x=310, y=20))


def test_what_stands_inside_is_copied_too() -> None:
    inside = GRAPH.by_id['write'].model_copy(update={'parent': 'plan'})
    graph = GRAPH.model_copy(update={'nodes': (*GRAPH.nodes[:2], inside)})
    assert list(part_of(graph.__class__(nodes=graph.nodes), ['plan']).by_id) == ['plan', 'write']


@pytest.mark.parametrize(
    'text',
    [
        '{"nodes": {"a": {"type": "note"}}, "edges": []}',
        'nodes: {a: {type: note}}',
        'agent_orchestrator: 1\nname: W\nnodes: {a: {type: note}}\nedges: []\n',
    ],
)
def test_copies_graphs_and_whole_files_are_read(text: str) -> None:
    assert list(read_part(text).workflow.graph.by_id) == ['a']


def test_any_other_text_is_refused_in_words() -> None:
    with pytest.raises(EditRefusedError, match='no part of a workflow'):
        read_part('just some words')


def test_ids_count_on() -> None:
    assert free_id('plan', taken={'plan'}) == 'plan_2'
    assert free_id('plan_2', taken={'plan', 'plan_2'}) == 'plan_3'
    assert free_id('plan', taken=set()) == 'plan'
