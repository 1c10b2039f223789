"""Which ways may lead where, and the reason where one may not."""

from core.nodes.node_type import NodeTypes
from core.nodes.reading import read_node
from core.workflows.graph import ERROR, IN, Edge, Graph, Node


def refusals(graph: Graph, node_types: NodeTypes, *, source: str, handle: str) -> dict[str, str]:
    """Why a new way from this handle may not lead to a node, for each node of which that is so."""
    before = _upstream(graph, source)
    found = {}
    for node in graph.nodes:
        edge = Edge.model_construct(source=source, source_handle=handle, target=node.id, target_handle=IN)
        if reason := _refusal(graph, node_types, edge, before):
            found[node.id] = reason
    return found


def refusal(graph: Graph, node_types: NodeTypes, edge: Edge) -> str:
    """Why this new way may not be; empty where it may."""
    return _refusal(graph, node_types, edge, _upstream(graph, edge.source))


def _refusal(graph: Graph, node_types: NodeTypes, edge: Edge, before: set[str]) -> str:
    source, target = graph.by_id[edge.source], graph.by_id[edge.target]
    if source.id == target.id:
        return 'A node cannot lead to itself.'
    for node in (source, target):
        if node.type in node_types and not node_types.get(node.type).runs:
            return f'{node.title} is only drawn; nothing leads to or from it.'
    if target.type in node_types and not node_types.get(target.type).enters:
        return f'{target.title} begins the workflow, so nothing leads to it.'
    if source.parent != target.parent:
        return 'A way cannot lead into a container or out of it. Connect the container itself.'
    if edge.source_handle not in (handles := handles_of(source, node_types)):
        return f'{source.title} has no way out called {edge.source_handle}; it has: {", ".join(handles) or "none"}.'
    if edge.target_handle != IN:
        return f'{target.title} has no way in called {edge.target_handle}.'
    if edge.id in {other.id for other in graph.edges_from[source.id]}:
        return f'{source.title} leads to {target.title} already.'
    if target.id in before:
        return f'This would run in a circle: {target.title} comes before {source.title}.'
    return ''


def handles_of(node: Node, node_types: NodeTypes) -> tuple[str, ...]:
    """The names of a node's output handles, as far as its configuration is valid."""
    read = read_node(node, node_types)
    own = tuple(handle.name for handle in read[0].handles(read[1])) if read else ()
    return (*own, ERROR) if node.on_error == 'handle' else own


def _upstream(graph: Graph, node_id: str) -> set[str]:
    found: set[str] = set()
    left = [node_id]
    while left:
        for edge in graph.edges_into.get(left.pop(), ()):
            if edge.source not in found and edge.source in graph.by_id:
                found.add(edge.source)
                left.append(edge.source)
    return found
