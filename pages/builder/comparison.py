"""Two graphs as one picture: what came and what went marked, what went still there as a ghost."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from core.nodes.node_type import NodeTypes
from core.workflows.diff import GraphDiff, diff
from core.workflows.graph import Edge, Graph, Node
from pages.workflows.known import Known
from pages.workflows.layout import Box
from pages.workflows.picture import Drawing, EdgeState, Mark


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """`graph` holds the nodes and edges of both; nodes go by the ids that they have in the later one."""

    diff: GraphDiff
    graph: Graph
    marks: Mapping[str, Mark]
    edges: Mapping[str, EdgeState]

    @classmethod
    def of(cls, before: Graph, after: Graph) -> Self:
        found = diff(before, after)
        names = {change.was: change.id for change in found.changed}
        gone = {edge.id: edge for edge in (_between(edge, names) for edge in found.removed_edges)}
        added: dict[str, Mark] = {node.id: 'added' for node in found.added}
        removed: dict[str, Mark] = {node.id: 'removed' for node in found.removed}
        changed: dict[str, Mark] = {change.id: 'changed' for change in found.changed}
        came: dict[str, EdgeState] = {edge.id: 'added' for edge in found.added_edges}
        return cls(
            diff=found,
            graph=Graph(nodes=(*after.nodes, *found.removed), edges=(*after.edges, *gone.values())),
            marks=added | removed | changed,
            edges=came | dict.fromkeys(gone, 'removed'),
        )

    def title(self, node_id: str) -> str:
        """What a node is called; its id where it is in neither graph, as the end of an edge may be."""
        node = self.graph.by_id.get(node_id)
        return node.title if node else node_id

    def drawing(self, node_types: NodeTypes, known: Known) -> Drawing:
        """Every node where it stands on the canvas; where a ghost would lie on another node, all in layers.

        Notes and groups that do not differ are left away, for they take the room of what does.
        """
        nodes = tuple(node for node in self.graph.nodes if node.id in self.marks or _runs(node, node_types))
        placed = Drawing.of(Graph(nodes=nodes, edges=self.graph.edges), node_types, known=known)
        if not _overlap(list(placed.layout.boxes.values())):
            return placed
        nodes = tuple(node.model_copy(update={'position': None}) for node in nodes)
        return Drawing.of(Graph(nodes=nodes, edges=self.graph.edges), node_types, known=known)


def _between(edge: Edge, names: Mapping[str, str]) -> Edge:
    ends = {'source': names.get(edge.source, edge.source), 'target': names.get(edge.target, edge.target)}
    return edge.model_copy(update=ends)


def _runs(node: Node, node_types: NodeTypes) -> bool:
    return node.type not in node_types or node_types.get(node.type).runs


def _overlap(boxes: list[Box]) -> bool:
    """Whether any two boxes share some room."""
    boxes.sort(key=lambda box: box.x)
    for number, box in enumerate(boxes):
        for other in boxes[number + 1 :]:
            if other.x >= box.x + box.width:
                break
            if box.y < other.y + other.height and other.y < box.y + box.height:
                return True
    return False
