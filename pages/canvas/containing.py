"""Containers on a canvas: in which one a place lies, and how they grow with what is put into them."""

from collections.abc import Iterable, Mapping

from core.drafts.edits import Change, Edit, Move
from core.nodes.node_type import NodeTypes
from core.workflows.graph import Graph, Position, Size
from core.workflows.order import containers
from pages.canvas.tidy import GRID, INSET
from pages.workflows.layout import Box

GAP = 76.0
"""Between what stands beside each other."""


def container_at(graph: Graph, boxes: Mapping[str, Box], node_types: NodeTypes, at: Position) -> str | None:
    """The smallest container in which the place lies."""
    found = [key for key in _containers(graph, node_types) if key in boxes and _lies_in(at, boxes[key])]
    return min(found, key=lambda key: boxes[key].width * boxes[key].height, default=None)


def room_in(graph: Graph, boxes: Mapping[str, Box], container: str) -> Position:
    """Where the next node in this container goes: beside the last, or in its upper left corner."""
    frame = boxes[container]
    inside = [boxes[node.id] for node in graph.nodes if node.parent == container and node.id in boxes]
    if not inside:
        return Position(x=frame.x + INSET[0], y=frame.y + INSET[1])
    last = max(inside, key=lambda box: box.x + box.width)
    return Position(x=last.x + last.width + GAP, y=last.y)


def grown(graph: Graph, boxes: Mapping[str, Box], node_types: NodeTypes) -> list[Edit]:
    """The edits that make containers as large as what stands in them, and what is beside them make room."""
    now = dict(boxes)
    for container in _from_inside_out(graph, node_types):
        inside = [now[node.id] for node in graph.nodes if node.parent == container and node.id in now]
        if inside and container in now:
            _grow(graph, container, now, inside)
    sizes: list[Edit] = [
        Change(node=key, fields={'size': Size(width=box.width, height=box.height)})
        for key, box in now.items()
        if (box.width, box.height) != (boxes[key].width, boxes[key].height)
    ]
    moved = {key: box for key, box in now.items() if (box.x, box.y) != (boxes[key].x, boxes[key].y)}
    places = Move(positions={key: Position(x=box.x, y=box.y) for key, box in moved.items()})
    return [*sizes, places] if moved else sizes


def _grow(graph: Graph, container: str, now: dict[str, Box], inside: Iterable[Box]) -> None:
    """Gives the container its size, and moves what stood to the right of it if it would stand on that."""
    before = now[container]
    after = now[container] = _around(before, list(inside))
    by = after.x + after.width - before.x - before.width
    parent = graph.by_id[container].parent
    beside = {
        node.id
        for node in graph.nodes
        if node.parent == parent and node.id in now and now[node.id].x >= before.x + before.width
    }
    if by > 0 and any(_overlap(after, now[key]) for key in beside):
        for node in graph.nodes:
            if node.id in now and beside & {node.id, *containers(graph, node.id)}:
                box = now[node.id]
                now[node.id] = Box(x=box.x + by, y=box.y, width=box.width, height=box.height)


def _around(frame: Box, inside: list[Box]) -> Box:
    left = min(frame.x, *(box.x - INSET[0] / 2 for box in inside))
    top = min(frame.y, *(box.y - INSET[1] for box in inside))
    right = max(frame.x + frame.width, *(box.x + box.width + INSET[0] for box in inside))
    bottom = max(frame.y + frame.height, *(box.y + box.height + INSET[0] for box in inside))
    return Box(x=_down(left), y=_down(top), width=_up(right - _down(left)), height=_up(bottom - _down(top)))


def _from_inside_out(graph: Graph, node_types: NodeTypes) -> list[str]:
    found = _containers(graph, node_types)
    return sorted(found, key=lambda key: -sum(1 for _ in containers(graph, key)))


def _containers(graph: Graph, node_types: NodeTypes) -> list[str]:
    return [node.id for node in graph.nodes if node.type in node_types and node_types.get(node.type).contains]


def _lies_in(at: Position, box: Box) -> bool:
    return box.x < at.x < box.x + box.width and box.y < at.y < box.y + box.height


def _overlap(a: Box, b: Box) -> bool:
    return a.x < b.x + b.width and b.x < a.x + a.width and a.y < b.y + b.height and b.y < a.y + a.height


def _down(value: float) -> float:
    return value // GRID * GRID


def _up(value: float) -> float:
    return -(-value // GRID) * GRID
