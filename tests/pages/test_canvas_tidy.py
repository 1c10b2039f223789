"""Where nodes go on the canvas."""

from typing import Any, ClassVar

import pytest

from core.nodes.built_in import add_built_in_node_types
from core.nodes.node_type import NodeType, NodeTypes
from core.registry import Registry
from core.values import Value
from core.workflows.document import read_graph
from core.workflows.graph import Position
from pages.canvas.tidy import aligned, boxes_of, members_of_groups, rooms_of, tidy, with_places
from pages.canvas.views import views_of
from pages.workflows.known import Known
from pages.workflows.layout import Box


class Body(NodeType[Value]):
    """A node type that contains others."""

    name: ClassVar = 'each'
    title: ClassVar = 'Each'
    description: ClassVar = 'For tests.'
    category: ClassVar = 'logic'
    icon: ClassVar = 'repeat'
    Config = Value
    contains: ClassVar = True


@pytest.fixture
def node_types() -> NodeTypes:
    types: NodeTypes = Registry[NodeType[Any]]('node type')
    add_built_in_node_types(types)
    types.add('each', Body())
    return types


NESTED = read_graph("""
nodes:
  start: {type: input}
  each: {type: each}
  first: {type: template, parent: each, config: {text: a}}
  inner: {type: each, parent: each}
  deep: {type: template, parent: inner, config: {text: b}}
  end: {type: output}
edges: [start -> each, first -> inner, each -> end]
""")


def test_a_container_is_drawn_around_its_body_however_deep(node_types: NodeTypes) -> None:
    graph = tidy(NESTED, node_types, Known())
    boxes = boxes_of(graph, rooms_of(graph, node_types, Known()))
    for inside, around in (('first', 'each'), ('inner', 'each'), ('deep', 'inner')):
        assert holds(boxes[around], boxes[inside])
    assert boxes['start'].x < boxes['each'].x
    assert boxes['each'].x + boxes['each'].width < boxes['end'].x
    assert not holds(boxes['each'], boxes['end'])


def test_containers_and_what_is_inside_are_told_to_the_browser(node_types: NodeTypes) -> None:
    views = views_of(tidy(NESTED, node_types, Known()), node_types, known=Known()).nodes
    assert (views['each'].kind, views['each'].contains, views['deep'].parent) == ('frame', True, 'inner')


def test_a_group_keeps_its_members(node_types: NodeTypes) -> None:
    graph = read_graph("""
nodes:
  a: {type: input, position: {x: 0, y: 0}}
  b: {type: output, position: {x: 0, y: 400}}
  c: {type: note, position: {x: 900, y: 900}}
  frame: {type: group, position: {x: -24, y: -56}, size: {width: 280, height: 700}}
edges: [a -> b]
""")
    members = members_of_groups(graph, node_types, rooms_of(graph, node_types, Known()))
    assert members == {'frame': ['a', 'b']}
    after = tidy(graph, node_types, Known())
    assert members_of_groups(after, node_types, rooms_of(after, node_types, Known())) == members


def test_places_that_are_there_are_kept(node_types: NodeTypes) -> None:
    placed = tidy(NESTED, node_types, Known())
    assert with_places(placed, node_types, Known()) is placed
    assert all(node.position for node in with_places(NESTED, node_types, Known()).nodes)


def test_only_what_differs_is_sent(node_types: NodeTypes) -> None:
    graph = tidy(NESTED, node_types, Known())
    before = views_of(graph, node_types, known=Known())
    assert before.since(before) == {}
    moved = graph.by_id['first'].model_copy(update={'position': Position(x=1, y=2)})
    nodes = tuple(moved if node.id == 'first' else node for node in graph.nodes if node.id != 'deep')
    changes = views_of(type(graph)(nodes=nodes, edges=graph.edges[:1]), node_types, known=Known()).since(before)
    assert list(changes['nodes']) == ['first', 'inner'], 'the container is empty now'
    assert changes['gone'] == ['deep']
    assert len(changes['cut']) == 2


BOXES = {
    'a': Box(x=0, y=0, width=100, height=40),
    'b': Box(x=200, y=80, width=60, height=40),
    'c': Box(x=400, y=240, width=100, height=80),
}


def test_boxes_are_spread_with_equal_gaps() -> None:
    across = aligned(BOXES, 'across')
    assert [across[key].x for key in 'abc'] == [0, 224, 400]
    down = aligned(BOXES, 'down')
    assert [down[key].y for key in 'abc'] == [0, 120, 240]


def holds(frame: Box, box: Box) -> bool:
    return (
        frame.x <= box.x
        and frame.y <= box.y
        and box.x + box.width <= frame.x + frame.width
        and box.y + box.height <= frame.y + frame.height
    )
