"""Two graphs as one picture, and two texts as one list of lines."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.nodes.built_in import add_built_in_node_types
from core.nodes.node_type import NodeType, NodeTypes
from core.registry import Registry
from core.workflows.diff import FieldChange
from core.workflows.graph import Edge, Graph, Node, Position
from pages.builder.changes import contents, shown
from pages.builder.comparison import Comparison
from pages.components.line_diff import lines_between
from pages.workflows.known import Known


@pytest.fixture
def node_types() -> NodeTypes:
    types: Registry[NodeType] = Registry('node type')
    add_built_in_node_types(types)
    return types


def at(x: float, *ids: str) -> tuple[Node, ...]:
    return tuple(
        Node(id=key, type='template', name=f'Node {key}', position=Position(x=x + 300 * n, y=0))
        for n, key in enumerate(ids)
    )


def graph(nodes: tuple[Node, ...], *ways: str) -> Graph:
    return Graph(nodes=nodes, edges=tuple(Edge(source=way[0], target=way[1]) for way in ways))


# The picture


def test_what_went_is_a_ghost_and_what_came_is_marked() -> None:
    seen = Comparison.of(graph(at(0, 'a', 'b'), 'ab'), graph(at(0, 'a', 'x', 'y'), 'ax'))
    assert seen.marks == {'b': 'removed', 'x': 'added', 'y': 'added'}
    assert seen.edges == {'a.out->b.in': 'removed', 'a.out->x.in': 'added'}
    assert set(seen.graph.by_id) == {'a', 'b', 'x', 'y'}


def test_the_edges_of_a_renamed_node_are_drawn_at_its_new_name() -> None:
    before = graph(at(0, 'a', 'b'), 'ab', 'ba')
    after = Graph(
        nodes=tuple(n.model_copy(update={'id': 'z'}) if n.id == 'b' else n for n in before.nodes),
        edges=(Edge(source='a', target='z'),),
    )
    seen = Comparison.of(before, after)
    assert seen.marks == {'z': 'changed'}
    assert seen.edges == {'z.out->a.in': 'removed'}


def test_a_mark_is_a_word_and_an_icon_and_not_only_a_colour(node_types: NodeTypes) -> None:
    seen = Comparison.of(graph(at(0, 'a')), graph(at(0, 'b', 'c')))
    svg = seen.drawing(node_types, Known()).svg(edges=seen.edges, marked=seen.marks)
    assert svg.count('>Added<') == 2
    assert svg.count('>Removed<') == 1
    assert 'aria-label="Node b, added"' in svg


def test_a_ghost_does_not_lie_on_what_took_its_place(node_types: NodeTypes) -> None:
    replaced = Comparison.of(graph(at(0, 'a', 'b')), graph(at(0, 'a', 'x')))
    boxes = replaced.drawing(node_types, Known()).layout.boxes
    assert (boxes['b'].x, boxes['b'].y) != (boxes['x'].x, boxes['x'].y)
    apart = Comparison.of(graph(at(0, 'a', 'b')), graph(at(0, 'a')))
    assert apart.drawing(node_types, Known()).layout.boxes['b'].x == 300 + 24


def test_notes_are_drawn_only_where_they_differ(node_types: NodeTypes) -> None:
    note = Node(id='n', type='note', config={'text': 'Hello'})
    same = Comparison.of(graph((*at(0, 'a'), note)), graph((*at(0, 'b'), note)))
    assert 'n' not in same.drawing(node_types, Known()).cards
    gone = Comparison.of(graph((*at(0, 'a'), note)), graph(at(0, 'a')))
    assert 'n' in gone.drawing(node_types, Known()).cards


def test_all_that_is_set_in_a_node_that_came_is_listed() -> None:
    node = Node(id='a', type='agent', config={'agent': 'writer', 'prompt': 'Hi'}, timeout=3)
    assert [field.place for field in contents(node, 'added')] == ['config.agent', 'config.prompt', 'timeout']
    assert contents(node, 'removed')[0] == FieldChange(path=('config', 'agent'), kind='removed', before='writer')


def test_values_with_parts_are_shown_as_yaml() -> None:
    assert shown([{'name': 'good', 'when': 'x'}]) == '- name: good\n  when: x'
    assert (shown('as it is'), shown(None), shown(3)) == ('as it is', '', '3')


# Texts


def told(before: str, after: str) -> list[str]:
    signs = {'same': ' ', 'removed': '-', 'added': '+', 'gap': '~'}
    return [signs[line.kind] + line.text for line in lines_between(before, after)]


def test_only_what_differs_is_shown_with_what_is_around_it() -> None:
    before = '\n'.join('abcdefghij')
    assert told(before, before.replace('e', 'E')) == [
        '~2 lines unchanged', ' c', ' d', '-e', '+E', ' f', ' g', '~3 lines unchanged',
    ]  # fmt: skip


def test_the_words_of_a_line_that_are_others_are_marked() -> None:
    went, came = lines_between('Write two pages', 'Write five pages')
    assert [text for text, differs in went.pieces if differs] == ['two ']
    assert [text for text, differs in came.pieces if differs] == ['five ']


def test_a_line_break_at_the_end_is_a_difference() -> None:
    assert told('a', 'a\n') == [' a', '+']


Texts = st.lists(st.sampled_from(['', 'a', 'b b', 'c']), max_size=12).map('\n'.join)


@settings(max_examples=200)
@given(Texts, Texts)
def test_no_line_is_lost_and_none_is_invented(before: str, after: str) -> None:
    lines = lines_between(f'{before}', f'{after}')
    came = [line.text for line in lines if line.kind == 'added']
    went = [line.text for line in lines if line.kind == 'removed']
    kept = before.split('\n')
    for text in went:
        kept.remove(text)
    assert sorted([*kept, *came]) == sorted(after.split('\n'))
    assert bool(came or went) == (before != after)
