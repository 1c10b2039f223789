"""What comes before what in a graph, and what runs in circles."""

from collections import Counter
from collections.abc import Iterator

from core.workflows.graph import Graph


def in_order(graph: Graph) -> list[str]:
    """The node ids so that every edge points forward; nodes on or behind a cycle are left out."""
    waiting = Counter(edge.target for edge in graph.edges if edge.source in graph.by_id)
    order = [node_id for node_id in graph.by_id if not waiting[node_id]]
    for node_id in order:  # grows while it is walked
        for edge in graph.edges_from[node_id]:
            waiting[edge.target] -= 1
            if not waiting[edge.target] and edge.target in graph.by_id:
                order.append(edge.target)
    return order


def find_cycle(graph: Graph, order: list[str]) -> list[str]:
    """The nodes of one cycle in the direction of its edges, or nothing where there is none."""
    left = set(graph.by_id) - set(order)
    if not left:
        return []
    path: dict[str, None] = {}
    node_id = min(left)
    while node_id not in path:  # each node left has a predecessor left, so walking back must meet the path
        path[node_id] = None
        node_id = next(edge.source for edge in graph.edges_into[node_id] if edge.source in left)
    walked = list(path)
    return walked[walked.index(node_id) :][::-1]


class Ancestors:
    """Which nodes lie upstream of which; one bit a node, so that thousands of nodes take a blink.

    What lies upstream of a container lies upstream of all that stands inside it.
    """

    def __init__(self, graph: Graph, order: list[str]) -> None:
        self._graph = graph
        self._order = order
        self._place = {node_id: place for place, node_id in enumerate(order)}
        self._before: dict[str, int] = {}
        for node_id in order:
            sources = [edge.source for edge in graph.edges_into[node_id] if edge.source in self._before]
            self._before[node_id] = 0
            for source in sources:
                self._before[node_id] |= self._before[source] | 1 << self._place[source]

    def has(self, node_id: str, name: str) -> bool:
        """Whether `name` is upstream of `node_id`."""
        return name in self._place and bool(self._all_before(node_id) >> self._place[name] & 1)

    def nearest(self, node_id: str, most: int) -> list[str]:
        """The last of those upstream, in order."""
        names: list[str] = []
        before = self._all_before(node_id)
        while before and len(names) < most:
            place = before.bit_length() - 1
            before ^= 1 << place
            names.append(self._order[place])
        return names[::-1]

    def _all_before(self, node_id: str) -> int:
        before = self._before.get(node_id, 0)
        for container in containers(self._graph, node_id):
            before |= self._before.get(container, 0)
        return before


def containers(graph: Graph, node_id: str) -> Iterator[str]:
    """In what the node stands, from the inside out; what does not exist or stands in itself ends the way."""
    seen: set[str] = set()
    node = graph.by_id.get(node_id)
    while node is not None and node.parent in graph.by_id and node.parent not in seen:
        seen.add(node.parent)
        yield node.parent
        node = graph.by_id[node.parent]
