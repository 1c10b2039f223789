from core.drafts.naming import Named, names_at, outputs_of
from core.plugins import Extensions
from core.workflows.document import read_graph
from core.workflows.graph import Node

GRAPH = read_graph("""
nodes:
  topic: {type: input, config: {fields: [{name: topic, title: The topic}, {name: size, description: How large.}]}}
  text: {type: template, name: Write it}
  ask: {type: agent}
  aside: {type: template}
  end: {type: output}
edges: [topic -> text, text -> ask, ask -> end, topic -> aside]
""")


def told(names: tuple[Named, ...]) -> dict[str, list[str]]:
    return {name.name: [field.name for field in name.fields] for name in names}


def test_what_is_upstream_is_named_nearest_first(extensions: Extensions) -> None:
    names = names_at(GRAPH, 'end', extensions.node_types)
    assert told(names) == {
        'ask': ['text', 'model', 'value'],
        'text': ['text'],
        'topic': ['topic', 'size', 'text'],
        'incoming': [],
        'inputs': ['topic', 'size'],
    }
    assert (names[1].description, names[1].type) == ('Write it', 'template')
    assert [field.description for field in names[-1].fields] == ['The topic', 'How large.']


def test_what_comes_later_or_elsewhere_is_not_named(extensions: Extensions) -> None:
    assert list(told(names_at(GRAPH, 'topic', extensions.node_types))) == ['incoming', 'inputs']
    assert list(told(names_at(GRAPH, 'aside', extensions.node_types))) == ['topic', 'incoming', 'inputs']


def test_an_earlier_run_tells_more_fields_and_what_is_in_them(extensions: Extensions) -> None:
    results = {'text': {'text': 'x', 'score': {'value': 3, 'of': {'all': 9}}, 'no name': 1}}
    text = next(name for name in names_at(GRAPH, 'end', extensions.node_types, results=results) if name.name == 'text')
    assert told(text.fields) == {'text': [], 'score': ['value', 'of']}
    assert told(text.fields[1].fields) == {'value': [], 'of': ['all']}


def test_a_node_that_is_not_valid_yet_has_the_fields_of_its_type(extensions: Extensions) -> None:
    types = extensions.node_types
    assert [field.name for field in outputs_of(Node(id='a', type='agent'), types)] == ['text', 'model', 'value']
    assert [field.name for field in outputs_of(Node(id='a', type='condition'), types)] == ['text', 'branch']
    assert outputs_of(Node(id='a', type='of a plugin that is gone'), types) == ()


def test_of_bodies_in_each_other_the_innermost_gives_its_names_first(extensions: Extensions) -> None:
    graph = read_graph("""
nodes:
  each: {type: map}
  again: {type: loop, parent: each, config: {until: previous.text}}
  write: {type: template, parent: again}
edges: []
""")
    names = [name for name in names_at(graph, 'write', extensions.node_types) if not name.type]
    assert [name.name for name in names] == ['previous', 'index', 'item', 'incoming', 'inputs']
    assert next(name for name in names if name.name == 'index').description == 'The number of the round, from 0.'
    assert 'previous' in told(names_at(graph, 'again', extensions.node_types))
