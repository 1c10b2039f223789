"""What the steps of a graph have brought so far, as those after them see it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Optional

from core.engine.plan import Plan, Planned
from core.nodes.node_type import join_texts
from core.runs.state import RunState, StepState
from core.values import Json
from core.workflows.templates import Scope


@dataclass(frozen=True, kw_only=True, slots=True)
class Results:
    """A view of the state, of one graph in it; it copies nothing and is always up to date."""

    plan: Plan
    state: RunState
    inputs: dict[str, Any]
    """What the workflow that the graph belongs to was given."""
    prefix: str = ''
    """What the paths of the graph's steps begin with."""
    arrives: Sequence[dict[str, Any]] = ()
    """What arrives at nodes that nothing leads to."""
    names: Mapping[str, Json] = field(default_factory=dict)
    """What templates can use besides."""
    outer: Optional['Results'] = None
    """What they see outside."""

    def incoming(self, planned: Planned) -> list[dict[str, Any]]:
        """The outputs that arrive at this node, each source once, in the order of the edges."""
        ways = self.plan.graph.edges_into[planned.node.id]
        if not ways:
            return list(self.arrives)
        sources: dict[str, dict[str, Any]] = {}
        for edge in ways:
            step = self._step(edge.source)
            if step is not None and step.settled and edge.source_handle in step.handles:
                sources[edge.source] = step.output
        return list(sources.values())

    def scope(self, planned: Planned) -> Scope:
        """The names that this node's templates and expressions can use."""
        return Scope(lookup=lambda name: self._look_up(name, planned))

    def output(self) -> dict[str, Any]:
        """What a workflow gives back: the value of each output node that was reached, by its id."""
        return {node_id: output.get('value', output.get('text')) for node_id, output in self._reached_outputs().items()}

    def last(self) -> dict[str, Any]:
        """What a round of a body gives: the result of its output node, or of the node at its end.

        Where it has several of them, their texts joined, and the result of each by its id.
        """
        reached = self._reached_outputs() or self._reached_ends()
        if len(reached) == 1:
            return next(iter(reached.values()))
        return {**reached, 'text': join_texts(reached.values())}

    def _reached_outputs(self) -> dict[str, dict[str, Any]]:
        nodes = [node.id for node in self.plan.graph.of_type('output') if not node.disabled]
        return {node_id: step.output for node_id in nodes if (step := self._done(node_id))}

    def _reached_ends(self) -> dict[str, dict[str, Any]]:
        ends = [node_id for node_id in self.plan.nodes if not self.plan.graph.edges_from[node_id]]
        return {node_id: step.output for node_id in ends if (step := self._done(node_id))}

    def _done(self, node_id: str) -> StepState | None:
        step = self._step(node_id)
        return step if step is not None and step.status == 'succeeded' else None

    def _step(self, node_id: str) -> StepState | None:
        return self.state.steps.get(self.prefix + node_id)

    def _look_up(self, name: str, planned: Planned) -> Json:
        if name == 'incoming':
            return join_texts(self.incoming(planned))
        if name == 'inputs':
            return self.inputs
        return self._result_of(name)

    def _result_of(self, name: str) -> Json:
        if name not in self.plan.nodes:
            if name in self.names:
                return self.names[name]
            if self.outer is None:
                raise KeyError(name)
            return self.outer._result_of(name)
        step = self._step(name)
        if step is None or not step.settled or step.status == 'skipped':
            return None
        return None if step.not_run == 'disabled' and not step.output else step.output
