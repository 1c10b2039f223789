"""Where nodes go on a canvas: a tidy arrangement of all, and lines and rows of some."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from typing import Literal

from core.nodes.node_type import NodeTypes
from core.workflows.graph import Graph, Position, Size
from pages.canvas.views import kind_of, size_of
from pages.workflows.cards import cards_of
from pages.workflows.known import Known
from pages.workflows.layout import Box, arrange
from pages.workflows.layout import Size as Room

GRID = 8
PADDING = 24.0
TITLE = 32.0
"""Around the members of a group, and above them for its name."""
INSET = (32.0, 72.0)
"""From a container's upper left corner to what stands inside it."""

Alignment = Literal['left', 'centre', 'right', 'top', 'middle', 'bottom', 'across', 'down']
"""Along which line; across and down: with equal gaps."""


def tidy(graph: Graph, node_types: NodeTypes, known: Known) -> Graph:
    """The graph arranged in layers from left to right, each container and group around what stands inside it."""
    rooms = rooms_of(graph, node_types, known)
    groups = members_of_groups(graph, node_types, rooms)
    positions: dict[str, Position] = {}
    sizes: dict[str, Size] = {}
    _arrange(graph, None, rooms, positions, leave=set(groups))
    for node in graph.nodes:
        if _holds(graph, node.id):
            sizes[node.id] = Size(width=rooms[node.id].width, height=rooms[node.id].height)
    for group, members in groups.items():
        if members:
            positions[group], sizes[group] = _frame([(positions[key], rooms[key]) for key in members])
    nodes = tuple(
        node.model_copy(
            update={
                'position': positions.get(node.id, node.position),
                'size': sizes.get(node.id, node.size),
            }
        )
        for node in graph.nodes
    )
    return Graph(nodes=nodes, edges=graph.edges)


def members_of_groups(graph: Graph, node_types: NodeTypes, rooms: Mapping[str, Room]) -> dict[str, list[str]]:
    """The nodes that lie inside each group; a group belongs to none."""
    boxes = boxes_of(graph, rooms)
    groups = [n.id for n in graph.nodes if kind_of(n, node_types) == 'frame' and not node_types.get(n.type).contains]
    return {
        group: [key for key in boxes if key not in groups and group in boxes and _inside(boxes[key], boxes[group])]
        for group in groups
    }


def boxes_of(graph: Graph, rooms: Mapping[str, Room]) -> dict[str, Box]:
    """Where each node that has a place stands."""
    return {
        node.id: Box(x=node.position.x, y=node.position.y, width=rooms[node.id].width, height=rooms[node.id].height)
        for node in graph.nodes
        if node.position
    }


def frame_around(boxes: Iterable[Box]) -> tuple[Position, Size]:
    """The place and size of a group around these boxes."""
    return _frame([(Position(x=b.x, y=b.y), Room(width=b.width, height=b.height)) for b in boxes])


def _frame(members: Sequence[tuple[Position, Room]]) -> tuple[Position, Size]:
    left = min(at.x for at, _ in members) - PADDING
    top = min(at.y for at, _ in members) - PADDING - TITLE
    right = max(at.x + room.width for at, room in members) + PADDING
    bottom = max(at.y + room.height for at, room in members) + PADDING
    return Position(x=left, y=top), Size(width=right - left, height=bottom - top)


def _inside(box: Box, frame: Box) -> bool:
    return (
        frame.x <= box.x
        and frame.y <= box.y
        and box.x + box.width <= frame.x + frame.width + PADDING
        and box.y + box.height <= frame.y + frame.height + PADDING
    )


def rooms_of(graph: Graph, node_types: NodeTypes, known: Known) -> dict[str, Room]:
    """The room that each node takes on the canvas."""
    cards = cards_of(graph, node_types, known)
    return {node.id: size_of(node, cards[node.id], node_types) for node in graph.by_id.values()}


def _arrange(
    graph: Graph, parent: str | None, rooms: dict[str, Room], positions: dict[str, Position], *, leave: Container[str]
) -> None:
    """Places what stands inside `parent` from (0, 0) on; what it holds first, since that makes its size."""
    members = [node.id for node in graph.nodes if node.parent == parent and node.id not in leave]
    for member in members:
        if _holds(graph, member):
            _arrange(graph, member, rooms, positions, leave=leave)
            rooms[member] = _around(graph, member, rooms, positions)
    bare = Graph(
        nodes=tuple(graph.by_id[key].model_copy(update={'position': None}) for key in members), edges=graph.edges
    )
    boxes = arrange(bare, {key: rooms[key] for key in members}).boxes
    for key, box in boxes.items():
        at = Position(x=_snap(box.x), y=_snap(box.y))
        _shift(graph, key, at, positions)
        positions[key] = at


def _shift(graph: Graph, container: str, by: Position, positions: dict[str, Position]) -> None:
    """Moves all that stands inside a container, as deep as it goes, from its own corner to where it is."""
    for node in graph.nodes:
        if node.parent == container and node.id in positions:
            here = positions[node.id]
            positions[node.id] = Position(x=here.x + by.x, y=here.y + by.y)
            _shift(graph, node.id, by, positions)


def _around(graph: Graph, container: str, rooms: Mapping[str, Room], positions: dict[str, Position]) -> Room:
    """Moves the body to the inset, and gives the size of a frame around it."""
    _shift(graph, container, Position(x=INSET[0], y=INSET[1]), positions)
    inside = [(positions[node.id], rooms[node.id]) for node in graph.nodes if node.parent == container]
    return Room(
        width=_snap(max(at.x + room.width for at, room in inside) + INSET[0]),
        height=_snap(max(at.y + room.height for at, room in inside) + INSET[0]),
        handles=rooms[container].handles,
    )


def _holds(graph: Graph, node_id: str) -> bool:
    return any(node.parent == node_id for node in graph.nodes)


def with_places(graph: Graph, node_types: NodeTypes, known: Known) -> Graph:
    """The graph with a place for every node: as it is if all have one, else all arranged anew."""
    if all(node.position for node in graph.nodes):
        return graph
    return tidy(graph, node_types, known)


def aligned(boxes: Mapping[str, Box], how: Alignment) -> dict[str, Position]:
    """The places of these boxes in one line, or with equal gaps between the first and the last."""
    match how:
        case 'left':
            edge = min(box.x for box in boxes.values())
            return _moved(boxes, lambda box: (edge, box.y))
        case 'right':
            edge = max(box.x + box.width for box in boxes.values())
            return _moved(boxes, lambda box: (edge - box.width, box.y))
        case 'centre':
            line = _mean(box.x + box.width / 2 for box in boxes.values())
            return _moved(boxes, lambda box: (line - box.width / 2, box.y))
        case 'top':
            edge = min(box.y for box in boxes.values())
            return _moved(boxes, lambda box: (box.x, edge))
        case 'bottom':
            edge = max(box.y + box.height for box in boxes.values())
            return _moved(boxes, lambda box: (box.x, edge - box.height))
        case 'middle':
            line = _mean(box.middle for box in boxes.values())
            return _moved(boxes, lambda box: (box.x, line - box.height / 2))
        case 'across':
            starts = _spread({key: (box.x, box.width) for key, box in boxes.items()})
            return {key: Position(x=_snap(starts[key]), y=box.y) for key, box in boxes.items()}
        case 'down':
            starts = _spread({key: (box.y, box.height) for key, box in boxes.items()})
            return {key: Position(x=box.x, y=_snap(starts[key])) for key, box in boxes.items()}


def _moved(boxes: Mapping[str, Box], to: Callable[[Box], tuple[float, float]]) -> dict[str, Position]:
    corners = {key: to(box) for key, box in boxes.items()}
    return {key: Position(x=_snap(x), y=_snap(y)) for key, (x, y) in corners.items()}


def _spread(spans: Mapping[str, tuple[float, float]]) -> dict[str, float]:
    """Where each span (start, length) begins so that the gaps between them are equal."""
    order: Sequence[str] = sorted(spans, key=lambda key: spans[key])
    first, last = spans[order[0]], spans[order[-1]]
    room = last[0] + last[1] - first[0] - sum(length for _, length in spans.values())
    gap = room / max(1, len(order) - 1)
    starts, here = {}, first[0]
    for key in order:
        starts[key] = here
        here += spans[key][1] + gap
    return starts


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found)


def _snap(value: float) -> float:
    return round(value / GRID) * float(GRID)
