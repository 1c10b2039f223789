"""Reads what a node is told, where it need not be readable: drafts, and nodes that are not run."""

from typing import Any

from pydantic import ValidationError

from core.nodes.node_type import Join, NodeType, NodeTypes
from core.values import Value
from core.workflows.graph import OUT, Graph, Node


def read_node(node: Node, node_types: NodeTypes) -> tuple[NodeType[Any], Value] | None:
    """The node's type and its configuration; None where the type does not exist or the configuration is not valid."""
    if node.type not in node_types:
        return None
    node_type = node_types.get(node.type)
    try:
        return node_type, node_type.Config.model_validate(node.config)
    except ValidationError:
        return None


def first_handles(node: Node, graph: Graph, node_types: NodeTypes) -> tuple[str, ...]:
    """The way on for a result that the node did not make: its first handle, or the first that an edge leaves from."""
    if read := read_node(node, node_types):
        node_type, config = read
        return tuple(handle.name for handle in node_type.handles(config))[:1]
    return tuple(edge.source_handle for edge in graph.edges_from[node.id])[:1] or (OUT,)


def join_of(node: Node, node_types: NodeTypes) -> Join:
    """When the node may start; what does nothing takes whatever arrives."""
    read = None if node.disabled else read_node(node, node_types)
    return read[0].join(read[1]) if read else 'any'
