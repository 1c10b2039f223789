"""Changes to a graph, as they are made on a canvas; a graph is never changed, each edit gives another one."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Annotated, Any, Literal, assert_never

from pydantic import Field, TypeAdapter, ValidationError

from core.drafts.connecting import refusal
from core.drafts.references import rename
from core.errors import InvalidError
from core.nodes.node_type import NodeTypes
from core.values import Value
from core.workflows.graph import Edge, Graph, Node, NodeId, Position

CHANGEABLE = frozenset(Node.model_fields) - {'id', 'type', 'position'}
"""What a `Change` may change; an id is changed by `Rename`, a place by `Move`."""


class Add(Value):
    """Puts new nodes and edges into the graph."""

    kind: Literal['add'] = 'add'
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()


class Remove(Value):
    """Takes nodes and edges (by their ids) away; edges at the nodes and what stands inside them go as well."""

    kind: Literal['remove'] = 'remove'
    nodes: tuple[str, ...] = ()
    edges: tuple[str, ...] = ()


class Move(Value):
    """Puts nodes to other places."""

    kind: Literal['move'] = 'move'
    positions: dict[str, Position]


class Change(Value):
    """Sets fields of one node, such as `config`, `name` or `disabled`."""

    kind: Literal['change'] = 'change'
    node: str
    fields: dict[str, Any]


class Rename(Value):
    """Gives a node another id; edges and the templates that name it follow."""

    kind: Literal['rename'] = 'rename'
    node: str
    to: NodeId


Edit = Add | Remove | Move | Change | Rename

edits: TypeAdapter[tuple[Edit, ...]] = TypeAdapter(tuple[Annotated[Edit, Field(discriminator='kind')], ...])
"""Reads edits that come from a browser."""


class EditRefusedError(InvalidError):
    """The edit does not fit the graph, and why; nothing was changed."""


def apply(graph: Graph, wanted: Iterable[Edit], node_types: NodeTypes) -> Graph:
    """The graph after all the edits; EditRefusedError if one of them does not fit. Unchanged nodes stay the same."""
    for edit in wanted:
        graph = _apply(graph, edit, node_types)
    return graph


def _apply(graph: Graph, edit: Edit, node_types: NodeTypes) -> Graph:
    match edit:
        case Add():
            return _add(graph, edit, node_types)
        case Remove():
            return _remove(graph, edit)
        case Move():
            return _move(graph, edit)
        case Change():
            return _change(graph, edit)
        case Rename():
            return _rename(graph, edit, node_types)
        case _:
            assert_never(edit)


def _add(graph: Graph, edit: Add, node_types: NodeTypes) -> Graph:
    after = Graph(nodes=(*graph.nodes, *edit.nodes), edges=graph.edges)
    if len(after.by_id) < len(after.nodes):
        counts = Counter(node.id for node in after.nodes)
        raise EditRefusedError(f'There is already a node `{counts.most_common(1)[0][0]}`.')
    for node in edit.nodes:
        _check_parent(after, node)
    for edge in edit.edges:
        _node(after, edge.source)
        _node(after, edge.target)
        if reason := refusal(after, node_types, edge):
            raise EditRefusedError(reason)
        after = Graph(nodes=after.nodes, edges=(*after.edges, edge))
    return after


def _remove(graph: Graph, edit: Remove) -> Graph:
    gone = _with_insides(graph, edit.nodes)
    return Graph(
        nodes=tuple(node for node in graph.nodes if node.id not in gone),
        edges=tuple(
            edge
            for edge in graph.edges
            if edge.id not in edit.edges and edge.source not in gone and edge.target not in gone
        ),
    )


def _with_insides(graph: Graph, nodes: Iterable[str]) -> set[str]:
    gone = {node for node in nodes if node in graph.by_id}
    while inside := {node.id for node in graph.nodes if node.parent in gone} - gone:
        gone |= inside
    return gone


def _move(graph: Graph, edit: Move) -> Graph:
    for node_id in edit.positions:
        _node(graph, node_id)
    return _with_nodes(graph, edit.positions, lambda node: {'position': edit.positions[node.id]})


def _change(graph: Graph, edit: Change) -> Graph:
    node = _node(graph, edit.node)
    if unknown := sorted(set(edit.fields) - CHANGEABLE):
        raise EditRefusedError(f'`{unknown[0]}` of a node cannot be changed.')
    try:
        changed = Node.model_validate({**node.model_dump(), **edit.fields})
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        where = '.'.join(map(str, first['loc']))
        raise EditRefusedError(f'`{node.id}`, {where}: {first["msg"]}.', problems=[(where, first['msg'])]) from error
    after = _with_nodes(graph, {node.id}, lambda _: {name: getattr(changed, name) for name in edit.fields})
    _check_parent(after, changed)
    return _within_borders(after, node.id) if changed.parent != node.parent else after


def _within_borders(graph: Graph, node_id: str) -> Graph:
    """The graph without the ways of this node that would lead into a container or out of one."""
    parents = {node.id: node.parent for node in graph.nodes}
    edges = tuple(
        edge
        for edge in graph.edges
        if node_id not in (edge.source, edge.target) or parents[edge.source] == parents[edge.target]
    )
    return Graph(nodes=graph.nodes, edges=edges)


def _rename(graph: Graph, edit: Rename, node_types: NodeTypes) -> Graph:
    _node(graph, edit.node)
    if edit.to in graph.by_id:
        raise EditRefusedError(f'There is already a node `{edit.to}`.')
    return rename(graph, edit.node, to=edit.to, node_types=node_types)


def _check_parent(graph: Graph, node: Node) -> None:
    seen = {node.id}
    parent = node.parent
    while parent is not None:
        if parent in seen:
            raise EditRefusedError(f'`{node.id}` cannot stand inside itself.')
        seen.add(parent)
        parent = _node(graph, parent).parent


def _with_nodes(graph: Graph, which: Iterable[str], changes: Callable[[Node], dict[str, Any]]) -> Graph:
    chosen = set(which)
    nodes = tuple(n.model_copy(update=changes(n)) if n.id in chosen else n for n in graph.nodes)
    return Graph(nodes=nodes, edges=graph.edges)


def _node(graph: Graph, node_id: str) -> Node:
    if node_id not in graph.by_id:
        raise EditRefusedError(f'There is no node `{node_id}` any more; it may have been deleted by somebody else.')
    return graph.by_id[node_id]
