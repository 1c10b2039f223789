"""Parts of a graph that are run by themselves: up to a node, or that node alone."""

from collections.abc import Iterable, Mapping

from core.errors import InvalidError
from core.nodes.node_type import NodeTypes
from core.nodes.reading import first_handles, join_of
from core.runs.earlier import Result
from core.workflows.graph import Edge, Graph, Node
from core.workflows.order import containers, in_order


def up_to(graph: Graph, node_id: str) -> Graph:
    """The node and all that is upstream of it: containers with their bodies, and those in which it stands itself."""
    if node_id not in graph.by_id:
        raise InvalidError(f'There is no node {node_id!r}; there are: {", ".join(graph.by_id) or "none"}.')
    around = set(containers(graph, node_id))
    kept: set[str] = set()
    found = [node_id]
    while found:
        node = graph.by_id[found.pop()]
        if node.id not in kept:
            kept.add(node.id)
            sources = [edge.source for edge in graph.edges_into[node.id]]
            body = [] if node.id in around else [inside.id for inside in graph.nodes if inside.parent == node.id]
            parents = [node.parent] if node.parent else []
            found += [name for name in (*sources, *body, *parents) if name in graph.by_id]
    return _only(graph, kept)


def alone(
    graph: Graph,
    node_id: str,
    results: Mapping[str, Result],
    *,
    given: Mapping[str, Result] | None = None,
    node_types: NodeTypes,
) -> Graph:
    """The node with all that is upstream of it pinned: to what is `given`, else to its result in `results`.

    Nothing but the node itself runs, even if it is disabled or pinned. Ways that were closed stay closed, so what was
    skipped stays skipped, but for those that lead to the node or to what is given. InvalidError names the nodes whose
    results are missing.
    """
    given = given or {}
    part = up_to(graph, node_id)
    if around := list(containers(part, node_id)):
        raise InvalidError(
            f'`{node_id}` runs in each round of `{around[0]}`, so it cannot run alone. '
            f'Run up to `{node_id}`, or only `{around[-1]}`.'
        )
    if strange := [name for name in given if name not in part.by_id or name == node_id]:
        raise InvalidError(f'`{strange[0]}` is not upstream of `{node_id}`, so a result of it changes nothing.')
    isolated = _Isolated(part, node_id, node_types)
    isolated.pin({**results, **given}, over=given)
    for wanted in [*(name for name in in_order(part) if name in given), node_id]:
        isolated.open_way_to(wanted)
    return isolated.graph()


class _Isolated:
    """A part of a graph in which one node is to run; `nodes` are changed until it can."""

    def __init__(self, part: Graph, node_id: str, node_types: NodeTypes) -> None:
        self._part = part
        self._node_id = node_id
        self._types = node_types
        self._nodes = dict(part.by_id)
        self._nodes[node_id] = self._nodes[node_id].model_copy(update={'disabled': False, 'pinned': None})

    def pin(self, results: Mapping[str, Result], *, over: Iterable[str]) -> None:
        """Gives nodes their results; one that has a result of its own keeps it, but for those named in `over`."""
        for node in self._upstream():
            if node.id in results and (not node.idle or node.id in over):
                result = results[node.id]
                handles = first_handles(node, self._part, self._types) if result.handles is None else result.handles
                changes = {'disabled': False, 'pinned': result.output, 'pinned_handles': handles}
                self._nodes[node.id] = node.model_copy(update=changes)

    def open_way_to(self, node_id: str) -> None:
        """If no way leads there as things are, opens those from nodes that have a result."""
        reached = self._reached()
        if node_id in reached:
            return
        ways = self._part.edges_into[node_id]
        for edge in ways:
            source = self._nodes[edge.source]
            if edge.source in reached and source.pinned is not None:
                handles = (*self._handles(source), edge.source_handle)
                self._nodes[source.id] = source.model_copy(update={'pinned_handles': handles})
        if node_id not in self._reached():
            self._refuse(edge.source for edge in ways if edge.source not in reached)

    def graph(self) -> Graph:
        """The part with its pins; InvalidError where something else than the node would run."""
        reached = self._reached()
        self._refuse(node.id for node in self._upstream() if node.id in reached and not node.idle)
        return Graph(nodes=tuple(self._nodes[node.id] for node in self._part.nodes), edges=self._part.edges)

    def _upstream(self) -> list[Node]:
        """All nodes but the one to run; what stands inside a container is the container's."""
        return [node for node in self._nodes.values() if node.id != self._node_id and node.parent is None]

    def _reached(self) -> set[str]:
        """The nodes to which ways lead; all ways of a node without a result count as open."""
        reached: set[str] = set()
        for node_id in in_order(self._part):
            ways = [edge.source in reached and self._is_open(edge) for edge in self._part.edges_into[node_id]]
            all_wanted = join_of(self._nodes[node_id], self._types) == 'all'
            if not ways or (all(ways) if all_wanted else any(ways)):
                reached.add(node_id)
        return reached

    def _is_open(self, edge: Edge) -> bool:
        source = self._nodes[edge.source]
        return not source.idle or edge.source_handle in self._handles(source)

    def _handles(self, node: Node) -> tuple[str, ...]:
        own = None if node.disabled else node.pinned_handles
        return first_handles(node, self._part, self._types) if own is None else own

    def _refuse(self, missing: Iterable[str]) -> None:
        names = list(dict.fromkeys(missing))
        if names:
            told = ', '.join(f'`{name}`' for name in names[:10]) + (' …' if len(names) > 10 else '')
            message = (
                f'`{self._node_id}` cannot run alone: there is no result yet of {told}. '
                f'Run up to `{self._node_id}` first, or give {"its result" if len(names) == 1 else "their results"}.'
            )
            raise InvalidError(message, problems=[(name, message) for name in names])


def _only(graph: Graph, kept: set[str]) -> Graph:
    return Graph(
        nodes=tuple(node for node in graph.nodes if node.id in kept),
        edges=tuple(edge for edge in graph.edges if edge.source in kept and edge.target in kept),
    )
