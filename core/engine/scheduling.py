"""What may run next: computed from graph and state alone, without time, tasks or storage."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from core.engine.plan import Plan, Planned


@dataclass(frozen=True, slots=True)
class Start:
    """All that this node waits for is there."""

    planned: Planned


@dataclass(frozen=True, slots=True)
class Skip:
    """No way leads here any more."""

    planned: Planned
    reason: str


Decision = Start | Skip


class Frontier:
    """How far a run has come. Each edge is looked at once, so a node costs the same in a graph of any size."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._undecided = {node_id: len(plan.graph.edges_into[node_id]) for node_id in plan.nodes}
        self._open = dict.fromkeys(plan.nodes, 0)
        self._decided: set[str] = set()
        self._settled: set[str] = set()

    @property
    def done(self) -> bool:
        """Whether all nodes are settled."""
        return len(self._settled) == len(self._plan.nodes)

    def begin(self) -> list[Decision]:
        """The nodes with no way in: they start a run."""
        starts = [self._plan.nodes[node_id] for node_id, ways in self._undecided.items() if not ways]
        self._decided.update(planned.node.id for planned in starts)
        return [Start(planned) for planned in starts]

    def settle(self, node_id: str, handles: tuple[str, ...]) -> list[Decision]:
        """What follows when this node is done and ways from these handles are open, all others closed."""
        decisions: list[Decision] = []
        news: deque[tuple[str, tuple[str, ...]]] = deque([(node_id, handles)])
        while news:
            for decision in self._pass_on(*news.popleft()):
                decisions.append(decision)
                if isinstance(decision, Skip):
                    news.append((decision.planned.node.id, ()))
        return decisions

    def _pass_on(self, node_id: str, handles: tuple[str, ...]) -> Iterator[Decision]:
        if node_id in self._settled:
            return
        self._settled.add(node_id)
        for edge in self._plan.graph.edges_from[node_id]:
            self._undecided[edge.target] -= 1
            self._open[edge.target] += edge.source_handle in handles
            if edge.target not in self._decided and (decision := self._decide(edge.target, node_id)):
                self._decided.add(edge.target)
                yield decision

    def _decide(self, node_id: str, because_of: str) -> Decision | None:
        planned = self._plan.nodes[node_id]
        ways = len(self._plan.graph.edges_into[node_id])
        undecided, arrived = self._undecided[node_id], self._open[node_id]
        match planned.join:
            case 'first' if arrived:
                return Start(planned)
            case 'all' if arrived + undecided < ways:
                return Skip(planned, f'It waits for all ways, and `{because_of}` did not lead here.')
            case _ if undecided:
                return None
            case _ if arrived:
                return Start(planned)
            case _:
                return Skip(planned, f'No way led here; the last, from `{because_of}`, was closed.')
