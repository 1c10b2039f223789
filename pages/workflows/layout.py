"""Where the cards of a graph stand, and how its edges run between them: layers from left to right."""

from bisect import bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from core.workflows.graph import Edge, Graph

GAP_X = 76.0
GAP_Y = 32.0
LANE = 20.0
"""The height that an edge takes where it passes through a layer."""
MARGIN = 24.0
SWEEPS = 8


@dataclass(kw_only=True, slots=True, frozen=True)
class Size:
    """A card's measures, in pixels, and the names of its output handles from top to bottom."""

    width: float
    height: float
    handles: tuple[str, ...] = ('out',)


@dataclass(kw_only=True, slots=True, frozen=True)
class Box:
    """Where a card stands, in pixels from the picture's upper left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


@dataclass(kw_only=True, slots=True, frozen=True)
class Layout:
    """The whole arrangement; `routes` holds the points of each edge, by the edge's id."""

    boxes: dict[str, Box]
    routes: dict[str, list[tuple[float, float]]]
    width: float
    height: float


@dataclass(kw_only=True, slots=True)
class _Place:
    """A card in its layer, or a lane that a long edge passes through."""

    layer: int
    width: float
    height: float
    before: list[tuple['_Place', float]] = field(default_factory=list)
    """What leads here, with the vertical distance of its handle from its middle."""
    after: list[tuple['_Place', float]] = field(default_factory=list)
    rank: int = 0
    middle: float = 0.0


def arrange(graph: Graph, sizes: Mapping[str, Size]) -> Layout:
    """Places every node of `sizes`: where the graph says so if it says so for all, else in layers.

    Graphs that cannot run are arranged as well: edges to nowhere are left out, cycles are cut where they close.
    """
    edges = _drawable(graph, sizes)
    if sizes and all(graph.by_id[key].position for key in sizes):
        return _as_placed(graph, sizes, edges)
    return _in_layers(sizes, edges)


def port(box: Box, size: Size, handle: str) -> tuple[float, float]:
    """Where the edges of an output handle leave the card."""
    return box.x + box.width, box.middle + _offset(size, handle)


def _offset(size: Size, handle: str) -> float:
    if handle not in size.handles:
        return 0.0
    count = len(size.handles)
    return (size.handles.index(handle) - (count - 1) / 2) * min(28.0, size.height / count)


def _drawable(graph: Graph, sizes: Mapping[str, Size]) -> list[Edge]:
    unique = {edge.id: edge for edge in graph.edges}
    return [e for e in unique.values() if e.source in sizes and e.target in sizes and e.source != e.target]


def _as_placed(graph: Graph, sizes: Mapping[str, Size], edges: Iterable[Edge]) -> Layout:
    corners = {key: position for key in sizes if (position := graph.by_id[key].position)}
    left = min(position.x for position in corners.values()) - MARGIN
    top = min(position.y for position in corners.values()) - MARGIN
    boxes = {
        key: Box(x=position.x - left, y=position.y - top, width=sizes[key].width, height=sizes[key].height)
        for key, position in corners.items()
    }
    return _layout(boxes, {e.id: [_start(boxes, sizes, e), _end(boxes, e)] for e in edges})


def _start(boxes: Mapping[str, Box], sizes: Mapping[str, Size], edge: Edge) -> tuple[float, float]:
    return port(boxes[edge.source], sizes[edge.source], edge.source_handle)


def _end(boxes: Mapping[str, Box], edge: Edge) -> tuple[float, float]:
    return boxes[edge.target].x, boxes[edge.target].middle


def _layout(boxes: dict[str, Box], routes: dict[str, list[tuple[float, float]]]) -> Layout:
    points = [point for route in routes.values() for point in route]
    return Layout(
        boxes=boxes,
        routes=routes,
        width=max([b.x + b.width for b in boxes.values()] + [x for x, _ in points], default=0.0) + MARGIN,
        height=max([b.y + b.height for b in boxes.values()] + [y + LANE / 2 for _, y in points], default=0.0) + MARGIN,
    )


# Layers


def _in_layers(sizes: Mapping[str, Size], edges: Sequence[Edge]) -> Layout:
    tied = {end for edge in edges for end in (edge.source, edge.target)}
    forward, back = _without_cycles([key for key in sizes if key in tied], edges)
    layers = _longest_paths([key for key in sizes if key in tied], forward)
    places = {
        key: _Place(layer=layers[key], width=s.width, height=s.height) for key, s in sizes.items() if key in layers
    }
    lanes = {edge.id: _thread(edge, places, sizes) for edge in forward}
    columns = _columns([*places.values(), *(lane for way in lanes.values() for lane in way)])
    _order(columns)
    _settle(columns)
    lefts = _lefts(columns)
    boxes = {
        key: Box(x=lefts[p.layer][0], y=p.middle - p.height / 2, width=p.width, height=p.height)
        for key, p in places.items()
    }
    boxes |= _row_below(boxes, {key: size for key, size in sizes.items() if key not in tied})
    routes = {
        edge.id: [_start(boxes, sizes, edge), *_through(lanes[edge.id], lefts), _end(boxes, edge)] for edge in forward
    }
    routes |= {edge.id: [_start(boxes, sizes, edge), _end(boxes, edge)] for edge in back}
    return _layout(boxes, routes)


def _without_cycles(keys: Iterable[str], edges: Iterable[Edge]) -> tuple[list[Edge], list[Edge]]:
    """The edges that lead onwards, and those that would close a circle."""
    ways: dict[str, list[Edge]] = {}
    for way in edges:
        ways.setdefault(way.source, []).append(way)
    entered: set[str] = set()
    left: set[str] = set()
    back: set[str] = set()
    for key in keys:
        stack = [(key, iter(ways.get(key, ())))] if key not in entered else []
        entered.add(key)
        while stack:
            here, rest = stack[-1]
            edge = next(rest, None)
            if edge is None:
                left.add(here)
                stack.pop()
            elif edge.target not in entered:
                entered.add(edge.target)
                stack.append((edge.target, iter(ways.get(edge.target, ()))))
            elif edge.target not in left:
                back.add(edge.id)
    return [e for e in edges if e.id not in back], [e for e in edges if e.id in back]


def _longest_paths(keys: Iterable[str], edges: Iterable[Edge]) -> dict[str, int]:
    """The layer of each node: one behind the last of those that lead to it."""
    layers = dict.fromkeys(keys, 0)
    missing = dict.fromkeys(layers, 0)
    ways: dict[str, list[str]] = {key: [] for key in layers}
    for edge in edges:
        missing[edge.target] += 1
        ways[edge.source].append(edge.target)
    ready = [key for key, count in missing.items() if not count]
    while ready:
        here = ready.pop()
        for target in ways[here]:
            layers[target] = max(layers[target], layers[here] + 1)
            missing[target] -= 1
            if not missing[target]:
                ready.append(target)
    return layers


def _thread(edge: Edge, places: Mapping[str, _Place], sizes: Mapping[str, Size]) -> list[_Place]:
    """Links both ends by one lane for each layer between, and returns the lanes."""
    source, target = places[edge.source], places[edge.target]
    lanes = [_Place(layer=layer, width=0, height=LANE) for layer in range(source.layer + 1, target.layer)]
    for here, there in pairwise([source, *lanes, target]):
        offset = _offset(sizes[edge.source], edge.source_handle) if here is source else 0.0
        here.after.append((there, -offset))
        there.before.append((here, offset))
    return lanes


def _columns(places: Iterable[_Place]) -> list[list[_Place]]:
    columns: dict[int, list[_Place]] = {}
    for place in places:
        columns.setdefault(place.layer, []).append(place)
    return [columns[layer] for layer in sorted(columns)]


# The order within a layer: each place near the middle of its neighbours, the order with the fewest crossings wins


def _order(columns: list[list[_Place]]) -> None:
    """Sweeps to and fro over the layers, once beginning at either end; the order with the fewest crossings stays."""
    given = [list(column) for column in columns]
    _number(columns)
    best, order = _crossings(columns), given
    for begins_left in (True, False):
        columns[:] = [list(column) for column in given]
        _number(columns)
        for sweep in range(SWEEPS if best else 0):
            rightwards = (sweep % 2 == 0) == begins_left
            for column in columns if rightwards else reversed(columns):
                column.sort(key=_barycentre_before if rightwards else _barycentre_after)
                _number([column])
            if (crossings := _crossings(columns)) < best:
                best, order = crossings, [list(column) for column in columns]
    columns[:] = order
    _number(columns)


def _number(columns: Iterable[list[_Place]]) -> None:
    for column in columns:
        for rank, place in enumerate(column):
            place.rank = rank


def _barycentre_before(place: _Place) -> float:
    return _barycentre(place, place.before)


def _barycentre_after(place: _Place) -> float:
    return _barycentre(place, place.after)


def _barycentre(place: _Place, neighbours: Sequence[tuple[_Place, float]]) -> float:
    if not neighbours:
        return float(place.rank)
    # A handle's offset is far below 1,000 pixels, so it only decides between edges of the same node.
    return sum(other.rank + offset / 1000 for other, offset in neighbours) / len(neighbours)


def _crossings(columns: Sequence[list[_Place]]) -> int:
    """How many pairs of edges cross between neighbouring layers."""
    total = 0
    for column in columns[1:]:
        seen: list[float] = []
        for place in column:
            starts = [other.rank + offset / 1000 for other, offset in place.before]
            total += sum(len(seen) - bisect_right(seen, start) for start in starts)
            for start in starts:
                insort(seen, start)
    return total


# Heights: each place as near to the middle of its neighbours as the others in its layer allow


def _settle(columns: Sequence[list[_Place]]) -> None:
    for column in columns:
        _spread(column, [0.0] * len(column))
    for sweep in range(SWEEPS):
        forwards = sweep % 2 == 0
        for column in columns if forwards else reversed(columns):
            _spread(column, [_pull(place, forwards=forwards) for place in column])
    top = min((p.middle - p.height / 2 for column in columns for p in column), default=0.0) - MARGIN
    for column in columns:
        for place in column:
            place.middle = round(place.middle - top, 1)


def _pull(place: _Place, *, forwards: bool) -> float:
    neighbours = (place.before if forwards else place.after) or place.before or place.after
    return sum(other.middle + offset for other, offset in neighbours) / len(neighbours) if neighbours else place.middle


def _spread(column: Sequence[_Place], wanted: Sequence[float]) -> None:
    """Gives the column's places the heights closest to `wanted` that keep order and distance.

    Least squares under fixed distances: places that push each other move as one block by the mean of their wishes.
    """
    blocks: list[tuple[float, int]] = []  # each block's wish for its first place, and how many it holds
    stands: list[float] = []
    for index, place in enumerate(column):
        stands.append(stands[-1] + _distance(column[index - 1], place) if index else 0.0)
        wish, size = wanted[index] - stands[index], 1
        while blocks and blocks[-1][0] > wish:
            other, count = blocks.pop()
            wish, size = (wish * size + other * count) / (size + count), size + count
        blocks.append((wish, size))
    starts = [wish for wish, size in blocks for _ in range(size)]
    for place, start, stand in zip(column, starts, stands, strict=True):
        place.middle = start + stand


def _distance(upper: _Place, lower: _Place) -> float:
    return (upper.height + lower.height) / 2 + GAP_Y


def _lefts(columns: Sequence[list[_Place]]) -> dict[int, tuple[float, float]]:
    """The left and right side of each layer."""
    lefts: dict[int, tuple[float, float]] = {}
    x = MARGIN
    for column in columns:
        width = max(place.width for place in column)
        lefts[column[0].layer] = (x, x + width)
        x += width + GAP_X
    return lefts


def _through(lanes: Iterable[_Place], lefts: Mapping[int, tuple[float, float]]) -> list[tuple[float, float]]:
    return [(x, lane.middle) for lane in lanes for x in lefts[lane.layer]]


def _row_below(boxes: Mapping[str, Box], sizes: Mapping[str, Size]) -> dict[str, Box]:
    """What hangs on nothing, such as notes, stands in a row beneath all else."""
    y = max((box.y + box.height for box in boxes.values()), default=0.0) + GAP_Y
    row: dict[str, Box] = {}
    x = MARGIN
    for key, size in sizes.items():
        row[key] = Box(x=x, y=y, width=size.width, height=size.height)
        x += size.width + GAP_Y
    return row
