"""What the templates of a node can name: for completion while they are typed."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from core.nodes.body import BodyNodeType
from core.nodes.input import InputConfig
from core.nodes.node_type import NodeType, NodeTypes, OutputField
from core.nodes.reading import read_node
from core.values import Json, Value
from core.workflows.graph import Graph, Node
from core.workflows.order import Ancestors, containers, in_order

MOST_NODES = 60
"""Nodes upstream that are named; those farther away are left out."""

MOST_FIELDS = 40
DEEPEST = 3
"""How many fields of a result are named, and how deep they may lie in each other."""


class Named(Value):
    """A name, and the names of the fields of what it stands for."""

    name: str
    description: str = ''
    type: str = ''
    """The node's type; empty for what is no node."""
    fields: tuple['Named', ...] = ()


def names_at(
    graph: Graph, node_id: str, node_types: NodeTypes, *, results: Mapping[str, Json] | None = None
) -> tuple[Named, ...]:
    """The names that the node can use: those of the bodies it stands in, what is upstream, `incoming` and `inputs`.

    results: what nodes gave in an earlier run, by id; it knows more of their fields than their types do.
    """
    before = Ancestors(graph, in_order(graph)).nearest(node_id, MOST_NODES)[::-1]
    nodes = tuple(_of_node(graph.by_id[key], node_types, (results or {}).get(key)) for key in before)
    inputs = tuple(field for node in graph.of_type('input') for field in _inputs(node))
    return (
        *_of_bodies(graph, node_id, node_types),
        *nodes,
        Named(name='incoming', description='The text that arrives.'),
        Named(name='inputs', description='What the run was started with.', fields=inputs),
    )


def outputs_of(node: Node, node_types: NodeTypes) -> tuple[OutputField, ...]:
    """The fields of the node's result; while its configuration is not valid, those of an empty one of its type."""
    if node.type not in node_types:
        return ()
    kind: NodeType[Any] = node_types.get(node.type)
    try:
        return kind.outputs(kind.Config.model_validate(node.config))
    except ValidationError:
        pass
    try:
        return kind.outputs(kind.Config.model_construct())
    except AttributeError:  # they depend on what is missing
        return ()


def _of_bodies(graph: Graph, node_id: str, node_types: NodeTypes) -> Iterator[Named]:
    """What the rounds of the bodies around the node, and of its own, give names to; the innermost goes first."""
    given: set[str] = set()
    for place in (node_id, *containers(graph, node_id)):
        read = read_node(graph.by_id[place], node_types)
        node_type, config = read or (None, None)
        if isinstance(node_type, BodyNodeType) and (place != node_id or node_type.inner_fields):
            names = [name for name in node_type.names(config) if name.name not in given]
            given.update(name.name for name in names)
            yield from (Named(name=name.name, description=name.description) for name in names)


def _of_node(node: Node, node_types: NodeTypes, result: Json) -> Named:
    known = {field.name: field.description for field in outputs_of(node, node_types)}
    told = {field.name: field for field in _inside(result, depth=1)}
    fields = [
        Named(name=name, description=known.get(name, ''), fields=told[name].fields if name in told else ())
        for name in (known | told)
    ]
    return Named(name=node.id, description=node.title, type=node.type, fields=tuple(fields))


def _inputs(node: Node) -> tuple[Named, ...]:
    try:
        config = InputConfig.model_validate(node.config)
    except ValidationError:
        return ()
    return tuple(Named(name=field.name, description=field.description or field.label) for field in config.fields)


def _inside(value: Json, *, depth: int) -> tuple[Named, ...]:
    """The names in some data, as far as a template can follow them with dots."""
    if not isinstance(value, dict) or depth > DEEPEST:
        return ()
    names = [name for name in value if isinstance(name, str) and name.isidentifier()][:MOST_FIELDS]
    return tuple(Named(name=name, fields=_inside(value[name], depth=depth + 1)) for name in names)
