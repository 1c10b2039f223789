"""The drawn picture of a graph: a pure function from graph and state to SVG."""

from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from core.agents.agent import Agent
from core.llm.connection import ModelRef
from core.nodes.built_in import add_built_in_node_types
from core.nodes.node_type import NodeType, NodeTypes
from core.registry import Registry
from core.runs.nesting import Nesting
from core.runs.state import StepState
from core.teams.team import Team
from core.workflows.graph import Edge, Graph, Node, Position
from pages.workflows.cards import LINE, NOTE_LINES, cut, width_of, wrap
from pages.workflows.known import Known
from pages.workflows.layout import Box, Layout
from pages.workflows.picture import BLOCKS, CardState, Drawing, edge_states, thumbnail

SVG = '{http://www.w3.org/2000/svg}'


@pytest.fixture
def node_types() -> NodeTypes:
    types: Registry[NodeType] = Registry('node type')
    add_built_in_node_types(types)
    return types


def graph_of(*edges: str, **configs: dict[str, object]) -> Graph:
    """A graph of template nodes from 'a -> b' and 'a.handle -> b'; `configs` are given as {type: …} by node."""
    ways = [edge.split(' -> ') for edge in edges]
    sources = [source.partition('.') for source, _ in ways]
    names = dict.fromkeys([*(name for way in ways for name in (way[0].partition('.')[0], way[1])), *configs])
    return Graph(
        nodes=tuple(Node.model_validate({'id': name, 'type': 'template', **configs.get(name, {})}) for name in names),
        edges=tuple(
            Edge(source=source, target=target, source_handle=handle or 'out')
            for (source, _, handle), (_, target) in zip(sources, ways, strict=True)
        ),
    )


def layout(graph: Graph, node_types: NodeTypes) -> Layout:
    return Drawing.of(graph, node_types).layout


def overlap(a: Box, b: Box) -> bool:
    return a.x < b.x + b.width and b.x < a.x + a.width and a.y < b.y + b.height and b.y < a.y + a.height


def assert_apart(boxes: dict[str, Box]) -> None:
    names = list(boxes)
    found = [(a, b) for n, a in enumerate(names) for b in names[n + 1 :] if overlap(boxes[a], boxes[b])]
    assert not found


def test_a_note_is_as_tall_as_its_paragraphs_and_what_stands_between_them(node_types: NodeTypes) -> None:
    def height(text: str) -> float:
        return layout(graph_of(note={'type': 'note', 'config': {'text': text}}), node_types).boxes['note'].height

    assert height('One\nTwo') == height('One') + LINE
    assert height('One\n\nTwo\n') == height('One') + 2 * LINE
    assert height('One\n' * 500) == height('One\n' * NOTE_LINES)
    assert height(' \n') == height('One')


def test_every_edge_leads_to_the_right(node_types: NodeTypes) -> None:
    graph = graph_of('a -> b', 'b -> c', 'a -> c', 'c -> d', 'a -> d', 'x -> d')
    boxes = layout(graph, node_types).boxes
    assert all(boxes[edge.source].x + boxes[edge.source].width < boxes[edge.target].x for edge in graph.edges)


def test_cards_do_not_overlap(node_types: NodeTypes) -> None:
    fan = [f'start -> s{n}' for n in range(9)] + [f's{n} -> end' for n in range(9)]
    crossing = [f's{n} -> t{(n * 4) % 9}' for n in range(9)] + ['start -> end', 'lone -> end']
    found = layout(graph_of(*fan, *crossing, note={'type': 'note'}), node_types)
    assert_apart(found.boxes)
    assert all(box.x >= 0 and box.y >= 0 for box in found.boxes.values())
    assert max(box.x + box.width for box in found.boxes.values()) < found.width
    assert max(box.y + box.height for box in found.boxes.values()) < found.height


def test_a_chain_is_drawn_as_a_straight_line(node_types: NodeTypes) -> None:
    found = layout(graph_of('a -> b', 'b -> c'), node_types)
    assert len({box.middle for box in found.boxes.values()}) == 1


def test_branches_stand_in_the_order_of_their_handles(node_types: NodeTypes) -> None:
    condition = {
        'type': 'condition',
        'config': {'branches': [{'name': 'low', 'when': 'x'}, {'name': 'high', 'when': 'y'}]},
    }
    graph = graph_of('ask.otherwise -> c', 'ask.high -> b', 'ask.low -> a', ask=condition)
    boxes = layout(graph, node_types).boxes
    assert boxes['a'].y < boxes['b'].y < boxes['c'].y


def test_crossings_are_undone_where_they_can_be(node_types: NodeTypes) -> None:
    graph = graph_of('a -> z', 'b -> y', 'c -> x', 'x -> end', 'y -> end', 'z -> end')
    boxes = layout(graph, node_types).boxes
    first = sorted('abc', key=lambda name: boxes[name].y)
    second = sorted('xyz', key=lambda name: boxes[name].y)
    partner = {'a': 'z', 'b': 'y', 'c': 'x'}
    assert [partner[name] for name in first] == second


def test_a_long_edge_passes_on_the_side_where_it_crosses_nothing(node_types: NodeTypes) -> None:
    ask = {'type': 'condition', 'config': {'branches': [{'name': 'yes', 'when': 'x'}], 'otherwise': 'no'}}
    graph = graph_of('start -> ask', 'ask.yes -> a', 'ask.no -> b', 'start -> a', ask=ask)
    found = layout(graph, node_types)
    lane = [y for _, y in found.routes['start.out->a.in'][1:-1]]
    assert found.boxes['a'].y < found.boxes['b'].y
    assert max(lane) < found.boxes['ask'].y


def test_a_long_edge_runs_around_the_cards_between(node_types: NodeTypes) -> None:
    graph = graph_of('a -> b', 'b -> c', 'a -> c')
    found = layout(graph, node_types)
    way = found.routes['a.out->c.in']
    inside = [(x, y) for x, y in way if found.boxes['b'].x <= x <= found.boxes['b'].x + found.boxes['b'].width]
    assert inside
    assert all(not found.boxes['b'].y <= y <= found.boxes['b'].y + found.boxes['b'].height for _, y in inside)


def test_a_cycle_and_an_edge_to_nowhere_are_drawn_as_far_as_they_can_be(node_types: NodeTypes) -> None:
    graph = graph_of('a -> b', 'b -> c', 'c -> a', 'c -> c')
    graph = graph.model_copy(update={'edges': (*graph.edges, Edge(source='c', target='nobody'))})
    found = layout(graph, node_types)
    assert set(found.routes) == {'a.out->b.in', 'b.out->c.in', 'c.out->a.in'}
    assert_apart(found.boxes)


def test_positions_are_respected_if_all_nodes_have_one(node_types: NodeTypes) -> None:
    graph = graph_of('a -> b')
    placed = Graph(
        nodes=tuple(
            node.model_copy(update={'position': Position(x=-100 + 400 * n, y=70 * n)})
            for n, node in enumerate(graph.nodes)
        ),
        edges=graph.edges,
    )
    boxes = layout(placed, node_types).boxes
    assert (boxes['b'].x - boxes['a'].x, boxes['b'].y - boxes['a'].y) == (400, 70)


def test_three_hundred_nodes_are_laid_out_apart(node_types: NodeTypes) -> None:
    names = [f'n{n}' for n in range(300)]
    graph = graph_of(*[f'{names[n // 3]} -> {name}' for n, name in enumerate(names) if n])
    found = layout(graph, node_types)
    assert_apart(found.boxes)


def test_an_empty_graph_is_an_empty_picture(node_types: NodeTypes) -> None:
    svg = ET.fromstring(Drawing.of(Graph(), node_types).svg())  # noqa: S314 - our own text
    assert not list(svg)


def test_what_people_wrote_is_escaped(node_types: NodeTypes) -> None:
    evil = '<script>alert(1)</script>"\'><img src=x onerror=alert(1)>'
    graph = Graph(
        nodes=(
            Node(id='a', type='template', name=evil, config={'text': evil}),
            Node(id='b', type=evil, name=evil),
            Node(id='c', type='note', config={'text': evil}),
        ),
        edges=(Edge(source='a', target='b', source_handle=evil),),
    )
    drawing = Drawing.of(graph, node_types, live=True)
    svg = drawing.svg({'a': CardState(status='running', preview=evil, word=evil, figures=evil)})
    tree = ET.fromstring(svg)  # noqa: S314 - our own text
    assert {element.tag.removeprefix(SVG) for element in tree.iter()} <= {
        'svg', 'g', 'path', 'rect', 'circle', 'text', 'title',
    }  # fmt: skip
    assert '<script' not in svg
    assert '<img' not in svg
    assert all(not name.startswith('on') for element in tree.iter() for name in element.attrib)


def test_branches_and_error_ways_carry_their_names(node_types: NodeTypes) -> None:
    graph = graph_of('ask.yes -> a', 'ask.error -> b', 'a -> end')
    svg = Drawing.of(graph, node_types).svg()
    tree = ET.fromstring(svg)  # noqa: S314 - our own text
    labels = [text.text for text in tree.iter(f'{SVG}text') if 'ao-graph-label' in text.attrib['class']]
    assert labels == ['yes', 'error']
    assert 'ao-graph-error-edge' in svg


def test_a_card_says_status_and_figures_in_words(node_types: NodeTypes) -> None:
    svg = Drawing.of(graph_of('a -> b'), node_types, live=True).svg(
        {'a': CardState(status='failed', figures='1.2k tok · 3.4 s')}
    )
    assert 'data-status="failed"' in svg
    assert '>Failed<' in svg
    assert '>1.2k tok · 3.4 s<' in svg


def test_a_streaming_card_shows_the_end_of_what_is_said_and_a_finished_one_the_beginning() -> None:
    words = ' '.join(f'word{n}' for n in range(200))
    running = CardState(status='running', preview=words).words()
    finished = CardState(status='succeeded', preview=words).words()
    assert running['line-2'].endswith('word199')
    assert finished['line-0'].startswith('word0 ')
    assert finished['line-2'].endswith('…')


def test_edges_follow_the_run() -> None:
    graph = graph_of('a.yes -> b', 'a.no -> c', 'b -> d')
    nesting = Nesting(
        [
            StepState(path='a', node='a', status='succeeded', handles=('yes',)),
            StepState(path='b', node='b', status='running'),
            StepState(path='c', node='c', status='skipped'),
        ]
    )
    assert edge_states(graph, {key: nesting.tally(key) for key in graph.by_id}) == {
        'a.yes->b.in': 'flowing',
        'a.no->c.in': 'dead',
        'b.out->d.in': 'idle',
    }


def test_the_small_picture_has_a_block_a_node(node_types: NodeTypes) -> None:
    svg = thumbnail(graph_of('a -> b', 'a -> c'), node_types)
    assert svg.count('<rect') == 3
    assert svg.count('<path') == 2
    assert '<text' not in svg
    assert thumbnail(graph_of('a -> b', 'a -> c'), node_types, icons=True).count('<text') == 3


def test_the_small_picture_of_a_very_large_graph_shows_its_beginning(node_types: NodeTypes) -> None:
    svg = thumbnail(graph_of(*(f'n{n} -> n{n + 1}' for n in range(BLOCKS * 3))), node_types)
    assert svg.count('<rect') == BLOCKS
    assert svg.count('<path') == BLOCKS - 1


def test_text_is_cut_to_the_room_there_is() -> None:
    assert cut('short', 200, 12) == 'short'
    long = cut('A rather long name that does not fit', 100, 12)
    assert long.endswith('…')
    assert width_of(long, 12) <= 100
    assert all(width_of(line, 12) <= 90 for line in wrap('Ein ' * 60 + 'unbreakable' * 20, 90, 12, lines=4))
    assert wrap('', 100, 12, lines=3) == []


def test_lines_grow_downwards_without_gaps(node_types: NodeTypes) -> None:
    found = layout(graph_of(*[f'start -> s{n}' for n in range(5)]), node_types)
    column = sorted((box for name, box in found.boxes.items() if name != 'start'), key=lambda box: box.y)
    gaps = {round(lower.y - upper.y - upper.height, 1) for upper, lower in pairwise(column)}
    assert gaps == {32.0}


def test_a_card_says_when_what_it_works_on_leaves_the_machine(node_types: NodeTypes) -> None:
    agents = {
        name: Agent(id=name, name=name, model=ModelRef(connection=place, model='m'))
        for name, place in (('near', 'home'), ('far', 'abroad'))
    }
    known = Known(agents=agents, places={'home': 'local', 'abroad': 'cloud'})
    nodes = tuple(Node(id=name, type='agent', config={'agent': name}) for name in agents)
    drawing = Drawing.of(Graph(nodes=nodes), node_types, known=known)
    assert {key: card.place for key, card in drawing.cards.items()} == {'near': 'local', 'far': 'cloud'}
    assert drawing.svg().count('Leaves this machine') == 1
    assert drawing.cards['far'].summary == 'far · m'


def test_a_card_of_a_team_names_it_and_is_as_far_as_its_farthest_member(node_types: NodeTypes) -> None:
    agents = {
        name: Agent(id=name, name=name, model=ModelRef(connection=place, model='m'))
        for name, place in (('near', 'home'), ('far', 'abroad'))
    }
    team = Team(id='pair', name='The pair', members=('near',), lead='far')
    known = Known(agents=agents, teams={'pair': team}, places={'home': 'local', 'abroad': 'cloud'})
    graph = Graph(nodes=(Node(id='both', type='team', config={'team': 'pair'}),))
    card = Drawing.of(graph, node_types, known=known).cards['both']
    assert (card.summary, card.place) == ('The pair · 2 agents', 'cloud')
    assert known.covers(graph, node_types)
    assert not Known(agents=agents).covers(graph, node_types)


def test_a_card_of_a_workflow_names_it(node_types: NodeTypes) -> None:
    known = Known(workflows={'reply-to-a-review': 'Reply to a review'})
    graph = Graph(nodes=(Node(id='reply', type='workflow', config={'workflow': 'reply-to-a-review'}),))
    assert Drawing.of(graph, node_types, known=known).cards['reply'].summary == 'Reply to a review'
    assert known.covers(graph, node_types)
    assert not Known().covers(graph, node_types)


def test_a_frame_has_room_for_its_word_whatever_its_figures_are(node_types: NodeTypes) -> None:
    state = CardState(status='succeeded', word='4 items · 1 failed', figures='222 tok · 721 ms')
    graph = graph_of(each={'type': 'map'}, inside={'parent': 'each'}, alone={})
    svg = Drawing.of(graph, node_types, live=True).svg({'each': state, 'alone': state})
    assert (svg.count('>4 items · 1 failed<'), svg.count('>4 items…<')) == (1, 1)
