"""Parts of graphs that are copied: taken out of one, and put into another under free ids."""

from collections.abc import Container, Iterable

from core.drafts.edits import Add, EditRefusedError
from core.drafts.references import rename
from core.errors import InvalidError
from core.nodes.node_type import NodeTypes
from core.workflows.document import WorkflowDocument, read_document, read_graph
from core.workflows.graph import Graph, Node, Position
from core.workflows.workflow import Workflow


def part_of(graph: Graph, ids: Iterable[str]) -> Graph:
    """These nodes, what stands inside them, and the edges between them."""
    chosen = set(ids)
    while inside := {node.id for node in graph.nodes if node.parent in chosen} - chosen:
        chosen |= inside
    return Graph(
        nodes=tuple(node for node in graph.nodes if node.id in chosen),
        edges=tuple(edge for edge in graph.edges if edge.source in chosen and edge.target in chosen),
    )


def read_part(text: str) -> WorkflowDocument:
    """What was copied here, or a graph or a whole workflow as YAML; EditRefusedError says why it is neither."""
    try:
        return read_document(text)
    except InvalidError as no_document:
        try:
            return WorkflowDocument(workflow=Workflow(name='Part', graph=read_graph(text)))
        except InvalidError as error:
            reason = no_document if 'agent_orchestrator' in text else error
            raise EditRefusedError(f'This is no part of a workflow. {reason}') from error


def pasting(part: Graph, into: Graph, node_types: NodeTypes, *, at: Position | None = None) -> Add:
    """The edit that puts the part in: under free ids, what names each other still does, its corner `at` this place."""
    taken = set(into.by_id) | set(part.by_id)
    for node_id in part.by_id:
        if node_id in into.by_id:
            free = free_id(node_id, taken=taken)
            taken.add(free)
            part = rename(part, node_id, to=free, node_types=node_types)
    nodes = [_at_home(node, part, into) for node in part.nodes]
    return Add(nodes=tuple(_moved(nodes, at) if at else nodes), edges=part.edges)


def free_id(base: str, *, taken: Container[str]) -> str:
    """The id, with a number behind it where it is taken: plan, plan_2, plan_3 …"""
    stem, _, number = base.rpartition('_')
    stem = stem if stem and number.isdigit() else base
    candidate, count = base, 2
    while candidate in taken:
        candidate, count = f'{stem[:56]}_{count}', count + 1
    return candidate


def _at_home(node: Node, part: Graph, into: Graph) -> Node:
    """The node, outside of a container that does not come along and is not there."""
    known = node.parent is None or node.parent in part.by_id or node.parent in into.by_id
    return node if known else node.model_copy(update={'parent': None})


def _moved(nodes: list[Node], at: Position) -> list[Node]:
    """All nodes moved alike so that their common corner is at the place; those that have none get one of their own."""
    known = [node.position for node in nodes if node.position]
    left, top = min((p.x for p in known), default=0.0), min((p.y for p in known), default=0.0)
    moved = []
    for number, node in enumerate(nodes):
        here = node.position or Position(x=left + 304.0 * number, y=top)
        place = Position(x=here.x - left + at.x, y=here.y - top + at.y)
        moved.append(node.model_copy(update={'position': place}))
    return moved
