"""Where the cards of a graph stand if some are containers: each around what stands inside it."""

from collections.abc import Mapping

from core.workflows.graph import Graph
from pages.workflows.layout import MARGIN, Box, Layout, Size, arrange

INSET = 32.0
"""Between a container's sides and what stands inside it."""


def arrange_nested(graph: Graph, sizes: Mapping[str, Size], *, head: float) -> Layout:
    """As `arrange`; a container has a head of this height, and below it what stands inside."""
    if not any(graph.by_id[key].parent in sizes for key in sizes):
        return arrange(graph, sizes)
    if all(graph.by_id[key].position for key in sizes):
        return arrange(graph, sizes)
    return _inside(graph, None, sizes, head)


def _inside(graph: Graph, parent: str | None, sizes: Mapping[str, Size], head: float) -> Layout:
    members = [graph.by_id[key] for key in sizes if _holder(graph, key, sizes) == parent]
    holders = {node.id for node in members if any(_holder(graph, key, sizes) == node.id for key in sizes)}
    bodies = {key: _inside(graph, key, sizes, head) for key in holders}
    rooms = {
        node.id: _around(bodies[node.id], sizes[node.id], head) if node.id in bodies else sizes[node.id]
        for node in members
    }
    unplaced = tuple(node.model_copy(update={'position': None}) for node in members)
    layout = arrange(Graph(nodes=unplaced, edges=graph.edges), rooms)
    boxes, routes = dict(layout.boxes), dict(layout.routes)
    for key, body in bodies.items():
        left, top = boxes[key].x + INSET - MARGIN, boxes[key].y + head - MARGIN
        boxes |= {inner: _moved(box, left, top) for inner, box in body.boxes.items()}
        routes |= {edge: [(x + left, y + top) for x, y in way] for edge, way in body.routes.items()}
    return Layout(boxes=boxes, routes=routes, width=layout.width, height=layout.height)


def _holder(graph: Graph, key: str, sizes: Mapping[str, Size]) -> str | None:
    parent = graph.by_id[key].parent
    return parent if parent in sizes and parent != key else None


def _around(body: Layout, size: Size, head: float) -> Size:
    return Size(
        width=max(size.width, body.width - 2 * MARGIN + 2 * INSET),
        height=head + body.height - 2 * MARGIN + INSET,
        handles=size.handles,
    )


def _moved(box: Box, left: float, top: float) -> Box:
    return Box(x=box.x + left, y=box.y + top, width=box.width, height=box.height)
