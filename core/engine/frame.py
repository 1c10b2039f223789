"""Where a run is: graphs being walked, one inside the other."""

from dataclasses import dataclass, field
from typing import Any, Optional

from core.engine.plan import Plan, Planned
from core.engine.results import Results
from core.engine.scheduling import Frontier
from core.errors import StepError
from core.nodes.body import Round, Rounds
from core.nodes.node_type import Completed, NodeTypes
from core.runs.state import RunState
from core.workflows.graph import Graph

MAX_DEPTH = 5
"""How many workflows may stand in each other, inside one run."""


@dataclass(kw_only=True, slots=True)
class Frame:
    """One graph being walked: the run's own, or that of one round of a body."""

    prefix: str
    """What the paths of its steps begin with: nothing, or `each[3].`."""
    plan: Plan
    results: Results
    frontier: Frontier
    body: Optional['Body'] = None
    """What it is a round of; None: the run's own."""
    index: int = 0
    depth: int = 0
    """How many workflows it stands in, the run's own not among them."""

    @property
    def path(self) -> str:
        """The round's own step."""
        return self.prefix[:-1]

    def path_of(self, planned: Planned) -> str:
        return self.prefix + planned.node.id


@dataclass(kw_only=True, slots=True)
class Body:
    """A step that runs rounds, and the frame it stands in."""

    planned: Planned
    frame: Frame
    rounds: Rounds
    running: set[int] = field(default_factory=set)
    fault: Exception | None = None

    @property
    def path(self) -> str:
        return self.frame.path_of(self.planned)

    def result(self) -> Completed | None:
        """The step's result, None while rounds are missing; raises what makes it fail."""
        if self.fault is not None:
            raise self.fault
        return self.rounds.result()

    def end(self, index: int, output: dict[str, Any], error: str) -> None:
        """Tells how a round ended; what goes wrong at that is raised when the step's result is asked for."""
        self.running.discard(index)
        try:
            self.rounds.ended(index, output, error)
        except Exception as fault:  # noqa: BLE001 - kept
            self.fault = fault

    def round_path(self, index: int) -> str:
        return f'{self.path}[{index}]'


def frame_prefix(path: str) -> str:
    """The prefix of the frame in which the step with this path stands."""
    return path[: path.rfind('.') + 1]


class Planner:
    """Makes the frames of one run."""

    def __init__(self, plan: Plan, state: RunState, node_types: NodeTypes) -> None:
        self._plan = plan
        self._state = state
        self._node_types = node_types
        self._plans: dict[int, tuple[Graph, Plan]] = {}
        """Of graphs that rounds brought along, by their identity."""

    def root(self) -> Frame:
        results = Results(plan=self._plan, state=self._state, inputs=self._state.inputs)
        return Frame(prefix='', plan=self._plan, results=results, frontier=Frontier(self._plan))

    def round(self, body: Body, this: Round) -> Frame:
        """The frame of a round; StepError where workflows stand too deep in each other."""
        outside, sealed = body.frame, this.inputs is not None
        if sealed and outside.depth == MAX_DEPTH:
            raise StepError(f'Workflows may stand {MAX_DEPTH} deep in each other; this would be one more.')
        prefix = f'{body.round_path(this.index)}.'
        plan = body.planned.body if this.body is None else self._plan_of(this.body)
        if plan is None:
            raise StepError('Its node type gave a round without a body.')
        results = Results(
            plan=plan,
            state=self._state,
            inputs=outside.results.inputs if this.inputs is None else this.inputs,
            prefix=prefix,
            arrives=this.incoming,
            names=this.names,
            outer=None if sealed else outside.results,
        )
        return Frame(
            prefix=prefix,
            plan=plan,
            results=results,
            frontier=Frontier(plan),
            body=body,
            index=this.index,
            depth=outside.depth + sealed,
        )

    def _plan_of(self, graph: Graph) -> Plan:
        if id(graph) not in self._plans:
            self._plans[id(graph)] = graph, Plan.of(graph, self._node_types)
        return self._plans[id(graph)][1]
