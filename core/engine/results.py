"""What the steps of a run have brought so far, as those after them see it."""

from dataclasses import dataclass
from typing import Any

from core.engine.plan import Plan, Planned
from core.nodes.node_type import join_texts
from core.runs.state import RunState
from core.values import Json
from core.workflows.templates import Scope


@dataclass(frozen=True, slots=True)
class Results:
    """A view of the state; it copies nothing and is always up to date."""

    plan: Plan
    state: RunState

    def incoming(self, planned: Planned) -> list[dict[str, Any]]:
        """The outputs that arrive at this node, each source once, in the order of the edges."""
        sources: dict[str, dict[str, Any]] = {}
        for edge in self.plan.graph.edges_into[planned.node.id]:
            step = self.state.steps.get(edge.source)
            if step is not None and step.settled and edge.source_handle in step.handles:
                sources[edge.source] = step.output
        return list(sources.values())

    def scope(self, planned: Planned) -> Scope:
        """The names that this node's templates and expressions can use."""
        return Scope(lookup=lambda name: self._look_up(name, planned))

    def output(self) -> dict[str, Any]:
        """What the run gives back: the value of each output node that was reached."""
        nodes = [node for node in self.plan.graph.of_type('output') if not node.disabled]
        steps = [self.state.steps[node.id] for node in nodes]
        return {step.path: _value(step.output) for step in steps if step.status == 'succeeded'}

    def _look_up(self, name: str, planned: Planned) -> Json:
        if name == 'incoming':
            return join_texts(self.incoming(planned))
        if name == 'inputs':
            return self.state.inputs
        if name not in self.plan.nodes:
            raise KeyError(name)
        step = self.state.steps.get(name)
        if step is None or not step.settled or step.status == 'skipped':
            return None
        return None if step.not_run == 'disabled' and not step.output else step.output


def _value(output: dict[str, Any]) -> Json:
    """What an output node gave back; one that was pinned by hand may have a text only."""
    return output.get('value', output.get('text'))
