"""What differs between two graphs: all of it, and nothing else."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.workflows.diff import GraphDiff, NodeChange, diff, differences
from core.workflows.document import read_graph
from core.workflows.graph import Edge, Graph, Node, Position, Retry, Size

BEFORE = read_graph(
    """
nodes:
  topic: {type: input}
  plan: {type: template, name: Plan, config: {text: 'About {{ topic.topic }}'}}
  check: {type: condition, config: {branches: [{name: good, when: plan.text}, {name: bad, when: topic.topic}]}}
  end: {type: output}
edges:
  - topic -> plan
  - plan -> check
  - check.good -> end
"""
)


def with_node(graph: Graph, node_id: str, **changes: Any) -> Graph:
    nodes = tuple(n.model_copy(update=changes) if n.id == node_id else n for n in graph.nodes)
    return Graph(nodes=nodes, edges=graph.edges)


def places(found: GraphDiff) -> list[str]:
    return [f'{node.id}: {field.place}' for node in found.changed for field in node.fields]


# Nodes and their fields


def test_each_changed_field_is_told_with_its_place_and_both_values() -> None:
    branches = [{'name': 'good', 'when': 'plan.text | length > 3'}, {'name': 'bad', 'when': 'topic.topic'}]
    after = with_node(BEFORE, 'check', config={'branches': branches}, retry=Retry(attempts=3))
    (node,) = diff(BEFORE, after).changed
    when, attempts = node.fields
    assert (when.place, when.before, when.after) == (
        'config.branches.good.when',
        'plan.text',
        'plan.text | length > 3',
    )
    assert (attempts.place, attempts.before, attempts.after) == ('retry.attempts', 1, 3)


def test_a_list_whose_entries_come_go_or_change_places_is_one_change() -> None:
    good, bad = BEFORE.by_id['check'].config['branches']
    for branches in ([bad, good], [good], [good, bad, {'name': 'new', 'when': 'true'}]):
        found = diff(BEFORE, with_node(BEFORE, 'check', config={'branches': branches}))
        assert places(found) == ['check: config.branches']


def test_a_field_that_came_is_no_field_that_was_none() -> None:
    (came,) = differences({}, {'a': None})
    assert (came.kind, came.path, came.after) == ('added', ('a',), None)
    (went,) = differences({'a': None}, {})
    assert went.kind == 'removed'


@pytest.mark.parametrize(('before', 'after'), [(1, True), (0, False), ([], {}), ('1', 1), (None, False), ([1], [True])])
def test_values_of_another_kind_differ(before: object, after: object) -> None:
    assert differences(before, after)


def test_a_number_is_the_same_with_and_without_a_point() -> None:
    assert not differences({'a': [1]}, {'a': [1.0]})


def test_places_and_sizes_are_told_apart_from_changes() -> None:
    before = with_node(BEFORE, 'plan', position=Position(x=0, y=2))
    after = with_node(before, 'plan', position=Position(x=1, y=2), size=Size(width=9, height=9))
    found = diff(before, after)
    assert found == GraphDiff(moved=('plan',))
    assert (found.same_work, found.empty) == (True, False)
    assert found.summary() == '1 node moved'


def test_a_node_that_gets_its_first_place_was_not_moved() -> None:
    found = diff(BEFORE, with_node(BEFORE, 'plan', position=Position(x=1, y=2)))
    assert (found.placed, found.moved, found.empty, found.summary()) == (('plan',), (), False, 'No changes')


def test_another_type_is_a_change_of_the_node() -> None:
    assert places(diff(BEFORE, with_node(BEFORE, 'end', type='note'))) == ['end: type']


# Renamed


def renamed(graph: Graph, old: str, new: str) -> Graph:
    return Graph(
        nodes=tuple(n.model_copy(update={'id': new}) if n.id == old else n for n in graph.nodes),
        edges=tuple(
            e.model_copy(update={end: new for end in ('source', 'target') if getattr(e, end) == old})
            for e in graph.edges
        ),
    )


def test_a_node_that_only_got_another_id_is_renamed_and_its_edges_are_the_same() -> None:
    found = diff(BEFORE, renamed(BEFORE, 'plan', 'outline'))
    assert places(found) == ['outline: id']
    assert found.changed[0].was == 'plan'
    assert found.summary() == '1 node renamed'


def test_what_stands_inside_a_renamed_container_has_not_changed() -> None:
    inside = Graph(nodes=(Node(id='each', type='map'), Node(id='inner', type='note', parent='each')))
    outside = Graph(nodes=(Node(id='all', type='map'), Node(id='inner', type='note', parent='all')))
    assert diff(inside, outside).changed == (
        NodeChange(id='all', was='each', fields=differences({'id': 'each'}, {'id': 'all'})),
    )


def test_where_two_could_be_meant_nothing_is_taken_for_renamed() -> None:
    one = Graph(nodes=(Node(id='a', type='note'),))
    two = Graph(nodes=(Node(id='b', type='note'), Node(id='c', type='note')))
    assert diff(one, two).summary() == '2 nodes added, 1 removed'


# In words


def test_the_summary_counts_what_happened() -> None:
    after = Graph(
        nodes=(
            *(node for node in BEFORE.nodes if node.id != 'check'),
            Node(id='one', type='note'),
            Node(id='two', type='note', name='Two'),
        ),
        edges=(BEFORE.edges[0], Edge(source='plan', target='end')),
    )
    after = with_node(after, 'plan', name='Outline')
    assert diff(BEFORE, after).summary() == '2 nodes added, 1 removed, 1 changed, 1 edge added, 2 removed'
    assert diff(BEFORE, BEFORE).summary() == 'No changes'


# For all graphs

Ids = st.sampled_from(['a', 'b', 'c', 'd'])
Scalars = st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from(['', 'x', 'y'])
Names = st.sampled_from(['name', 'text', 'other'])
Values = st.recursive(
    Scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(Names, inner, max_size=3),
    max_leaves=8,
)
Nodes = st.builds(
    Node,
    id=Ids,
    type=st.sampled_from(['note', 'template']),
    name=st.sampled_from(['', 'N']),
    config=st.dictionaries(Names, Values, max_size=3),
    position=st.none() | st.builds(Position, x=st.integers(0, 1), y=st.just(0)),
    disabled=st.booleans(),
    error_value=Values,
)
Edges = st.builds(Edge, source=Ids, target=Ids, source_handle=st.sampled_from(['out', 'error']))
Graphs = st.builds(
    Graph,
    nodes=st.lists(Nodes, max_size=4, unique_by=lambda node: node.id).map(tuple),
    edges=st.lists(Edges, max_size=5).map(tuple),
)


@settings(max_examples=200)
@given(Graphs)
def test_nothing_differs_from_itself(graph: Graph) -> None:
    again = Graph.model_validate_json(graph.model_dump_json())
    assert diff(graph, again).empty


@settings(max_examples=250)
@given(Graphs, Graphs)
def test_the_difference_leads_from_the_one_graph_to_the_other(before: Graph, after: Graph) -> None:
    found = diff(before, after)
    assert shape(patched(before, found, after)) == shape(after)


@settings(max_examples=250)
@given(Graphs, Graphs)
def test_nothing_is_told_that_does_not_differ(before: Graph, after: Graph) -> None:
    found = diff(before, after)
    for node in found.changed:
        old, new = before.by_id[node.was].model_dump(), after.by_id[node.id].model_dump()
        for field in node.fields:
            assert repr(at(old, field.path)) == repr(field.before)
            assert repr(at(new, field.path)) == repr(field.after)
            assert field.kind != 'changed' or repr(field.before) != repr(field.after)
    assert all(before.by_id[n.was].position != after.by_id[n.id].position for n in found.changed if n.id in found.moved)
    assert not {node.id for node in found.added} & set(before.by_id)
    assert not {node.id for node in found.removed} & set(after.by_id)


@settings(max_examples=200)
@given(Graphs, Graphs)
def test_the_way_back_is_the_way_there_turned_around(before: Graph, after: Graph) -> None:
    there, back = diff(before, after), diff(after, before)
    assert (there.added, there.removed) == (back.removed, back.added)
    assert {(n.was, n.id) for n in there.changed} == {(n.id, n.was) for n in back.changed}
    assert len(there.added_edges) == len(back.removed_edges)


def at(value: Any, path: tuple[str | int, ...]) -> Any:
    """What stands there, or None."""
    for part in path:
        value = _inside(value, part)
    return value


def _inside(value: Any, part: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(part)
    if isinstance(part, int):
        return value[part]
    return next(entry for entry in value if entry['name'] == part)


def patched(before: Graph, found: GraphDiff, after: Graph) -> Graph:
    """The earlier graph with all that is told done to it; only places are looked up in the later one."""
    gone = {node.id for node in found.removed}
    changes = {change.was: change for change in found.changed}
    names = {change.was: change.id for change in found.changed}
    nodes = []
    for node in before.nodes:
        if node.id in gone:
            continue
        data = node.model_dump()
        for field in changes[node.id].fields if node.id in changes else ():
            holder = at(data, field.path[:-1])
            if field.kind == 'removed':
                del holder[field.path[-1]]
            elif isinstance(holder, list) and isinstance(field.path[-1], str):
                holder[[entry['name'] for entry in holder].index(field.path[-1])] = field.after
            else:
                holder[field.path[-1]] = field.after
        if data['id'] in (*found.moved, *found.placed):
            data['position'] = after.by_id[data['id']].position
        nodes.append(Node.model_validate(data))
    edges = list(before.edges)
    for edge in found.removed_edges:
        edges.remove(edge)
    ends = [
        {'source': names.get(edge.source, edge.source), 'target': names.get(edge.target, edge.target)} for edge in edges
    ]
    kept = [edge.model_copy(update=end) for edge, end in zip(edges, ends, strict=True)]
    return Graph(nodes=(*nodes, *found.added), edges=(*kept, *found.added_edges))


def shape(graph: Graph) -> tuple[list[str], list[str]]:
    """A graph with its order forgotten, truth values told from numbers."""
    nodes = sorted(str(sorted(_flat(node.model_dump()))) for node in graph.nodes)
    return nodes, sorted(edge.id for edge in graph.edges)


def _flat(value: Any, path: str = '') -> list[str]:
    if isinstance(value, dict):
        return [f'{path}{{}}', *(line for key, entry in value.items() for line in _flat(entry, f'{path}.{key}'))]
    if isinstance(value, list):
        return [f'{path}[]', *(line for key, entry in enumerate(value) for line in _flat(entry, f'{path}.{key}'))]
    return [f'{path}={value!r}']
