"""Containers on the canvas: what is put into them, and how they grow."""

import pytest

from core.drafts.drafts import Drafts
from core.orchestrator import Orchestrator
from core.workflows.document import read_graph
from core.workflows.graph import Graph, Position, Size
from core.workflows.workflow import Workflow
from pages.builder.doings import Doings
from pages.canvas.containing import container_at, grown, room_in
from pages.canvas.offers import Offer, offers_of
from pages.canvas.tidy import boxes_of, rooms_of
from pages.workflows.known import Known
from pages.workflows.picture import Drawing

GRAPH = """
nodes:
  start: {type: input, position: {x: 0, y: 0}}
  each: {type: map, config: {items: start.text}, position: {x: 400, y: 0}, size: {width: 480, height: 280}}
  one: {type: template, parent: each, config: {text: '{{ item }}'}, position: {x: 432, y: 72}}
  again: {type: loop, parent: each, position: {x: 432, y: 400}, size: {width: 300, height: 200}}
  end: {type: output, position: {x: 960, y: 0}}
edges: [start -> each, each -> end]
"""


@pytest.fixture
async def doings(orchestrator: Orchestrator) -> Doings:
    workflow = await orchestrator.workflows.create(Workflow(name='Test', graph=read_graph(GRAPH)))
    drafts: Drafts = orchestrator.drafts
    return Doings(await drafts.open(workflow.id), orchestrator.extensions.node_types, Known)


@pytest.fixture
def template(orchestrator: Orchestrator) -> Offer:
    return next(offer for offer in offers_of(orchestrator.extensions.node_types, ()) if offer.key == 'template')


def test_a_place_lies_in_the_smallest_container(orchestrator: Orchestrator) -> None:
    types, graph = orchestrator.extensions.node_types, read_graph(GRAPH)
    boxes = boxes_of(graph, rooms_of(graph, types, Known()))
    assert container_at(graph, boxes, types, Position(x=500, y=100)) == 'each'
    assert container_at(graph, boxes, types, Position(x=500, y=450)) == 'again'
    assert container_at(graph, boxes, types, Position(x=100, y=100)) is None
    assert room_in(graph, boxes, 'again') == Position(x=464, y=472)
    assert room_in(graph, boxes, 'each').x > 432 + 300


def test_a_container_grows_with_what_stands_in_it_and_its_neighbours_make_room(orchestrator: Orchestrator) -> None:
    types, graph = orchestrator.extensions.node_types, read_graph(GRAPH)
    moved = tuple(n.model_copy(update={'position': Position(x=800, y=72)}) if n.id == 'one' else n for n in graph.nodes)
    graph = Graph(nodes=moved, edges=graph.edges)
    edits = grown(graph, boxes_of(graph, rooms_of(graph, types, Known())), types)
    sizes = {edit.node: edit.fields['size'] for edit in edits if edit.kind == 'change'}
    places = next(edit.positions for edit in edits if edit.kind == 'move')
    assert sizes['each'].width == 664, 'to the grid'
    assert sizes['each'].height >= 600 + 32
    assert places == {'end': Position(x=960 + 184, y=0)}
    assert grown(read_graph(GRAPH.replace('again: {', 'again: {disabled: true, ')), {}, types) == []


async def test_what_is_put_into_a_container_is_one_step_with_its_growing(doings: Doings, template: Offer) -> None:
    draft = doings._draft
    (made,) = doings.add(template, at=Position(x=0, y=0), inside='each')
    node = draft.graph.by_id[made]
    assert node.parent == 'each'
    size = draft.graph.by_id['each'].size
    assert size
    assert node.position
    assert node.position.x + 228 < 400 + size.width
    draft.undo()
    assert made not in draft.graph.by_id
    assert draft.graph.by_id['each'].size == Size(width=480, height=280)


async def test_a_new_node_stands_where_it_was_dropped_or_beside_what_it_follows(
    doings: Doings, template: Offer
) -> None:
    (dropped,) = doings.add(template, at=Position(x=480, y=150))
    (beside,) = doings.add(template, at=Position(x=740, y=72), behind=('one', 'out'))
    (outside,) = doings.add(template, at=Position(x=0, y=1500))
    parents = {key: doings._draft.graph.by_id[key].parent for key in (dropped, beside, outside)}
    assert parents == {dropped: 'each', beside: 'each', outside: None}


async def test_a_copy_stays_in_its_container_and_a_pasted_node_goes_where_it_is_put(doings: Doings) -> None:
    (copy,) = doings.duplicate(['one'])
    assert doings._draft.graph.by_id[copy].parent == 'each'
    part = Graph(nodes=(doings._draft.graph.by_id['one'],))
    (far,) = doings.put(part, Position(x=0, y=900))
    (near,) = doings.put(part, Position(x=440, y=80))
    assert [doings._draft.graph.by_id[key].parent for key in (far, near)] == [None, 'each']


async def test_what_is_pasted_without_places_stands_around_what_is_inside_it(doings: Doings) -> None:
    bare = read_graph("""
nodes:
  all: {type: map, config: {items: incoming}}
  first: {type: template, parent: all, config: {text: '{{ item }}'}}
  second: {type: template, parent: all, config: {text: '{{ first.text }}'}}
edges: [first -> second]
""")
    (frame,) = doings.put(bare, Position(x=0, y=2000))
    box = doings._boxes(doings.graph)
    assert box[frame].y == 2000
    assert box[frame].x < box['first'].x < box['second'].x < box[frame].x + box[frame].width
    assert box[frame].y < box['first'].y < box[frame].y + box[frame].height


def test_a_picture_draws_containers_around_what_stands_in_them(orchestrator: Orchestrator) -> None:
    bare = tuple(node.model_copy(update={'position': None}) for node in read_graph(GRAPH).nodes)
    graph = Graph(nodes=bare, edges=read_graph(GRAPH).edges)
    for each in (graph, read_graph(GRAPH)):
        drawing = Drawing.of(each, orchestrator.extensions.node_types, live=True)
        frame, inside = drawing.layout.boxes['each'], drawing.layout.boxes['one']
        assert frame.x < inside.x
        assert frame.y < inside.y
        assert inside.x + inside.width < frame.x + frame.width
        svg = drawing.svg()
        assert svg.index('data-node="each"') < svg.index('data-edge') < svg.index('data-node="one"')
