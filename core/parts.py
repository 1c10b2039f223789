"""What is to run when a person wants only a part of a workflow: up to a node, or one node alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.nodes.input import asked_by, fields_of, given_by, inputs_of
from core.nodes.node_type import NodeTypes
from core.runs.earlier import Result, earlier_runs
from core.runs.journal import Journal
from core.runs.nesting import lineage
from core.runs.run import Run, RunPart
from core.runs.state import RunState, StepState
from core.values import Json
from core.workflows.graph import Graph
from core.workflows.partial import alone, up_to


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What a run is made of; `reused` are earlier runs whose equal steps are taken over, the newest first."""

    graph: Graph
    inputs: dict[str, Json] = field(default_factory=dict)
    part: RunPart | None = None
    reused: tuple[str, ...] = ()


class Parts:
    """Cuts parts out of graphs, and finds what earlier runs of the workflow brought for them."""

    def __init__(self, journal: Journal, node_types: NodeTypes) -> None:
        self._journal = journal
        self._node_types = node_types

    async def up_to(self, workflow_id: str, graph: Graph, node_id: str) -> Wanted:
        """The node and all upstream of it; steps that earlier runs did are taken over where their input is the same."""
        part = up_to(graph, node_id)
        earlier = await earlier_runs(self._journal, workflow_id, part.by_id)
        about = RunPart(kind='up_to', node=node_id, title=graph.by_id[node_id].title)
        return Wanted(graph=part, part=about, reused=tuple(earlier.runs))

    async def only(
        self,
        workflow_id: str,
        graph: Graph,
        node_id: str,
        *,
        given: Mapping[str, Json],
        inputs: dict[str, Any] | None,
    ) -> Wanted:
        """The node alone, with all upstream of it pinned: to what is given, else to the newest results there are."""
        upstream = up_to(graph, node_id)
        entered = None if inputs is None else inputs_of(graph, inputs)
        results = {name: _result(value) for name, value in given.items()}
        if entered is not None:
            results = {**_of_inputs(upstream, entered, node_id), **results}
        earlier = await earlier_runs(self._journal, workflow_id, upstream.by_id)
        part = alone(graph, node_id, earlier.results(), given=results, node_types=self._node_types)
        known = {**earlier.inputs, **(entered or {})}
        asked = {field.name: known[field.name] for field in asked_by(part) if field.name in known}
        about = RunPart(kind='only', node=node_id, title=graph.by_id[node_id].title)
        return Wanted(graph=part, inputs={**known, **inputs_of(part, asked)}, part=about)


def output_of(run: Run, state: RunState) -> dict[str, Json]:
    """What the run gave back, by node: of a part that has no output, what its node gave."""
    step = _step_of(run.part, state) if run.part else None
    if state.output or step is None or not step.output:
        return state.output
    return {step.node: step.output.get('text', step.output)}


def _step_of(part: RunPart, state: RunState) -> StepState | None:
    """The step of the part's node; of a node in a body the run's own step that has it inside."""
    inside = next((path for path in state.steps if path.endswith(f'].{part.node}')), '')
    return state.steps.get(part.node) or state.steps.get(lineage(inside)[0] if inside else '')


def _result(value: Json) -> Result:
    return Result(output=value if isinstance(value, dict) else {'text': value})


def _of_inputs(graph: Graph, inputs: Mapping[str, Json], but: str) -> dict[str, Result]:
    """What the input nodes of the graph would give."""
    nodes = (node for node in graph.of_type('input') if node.id != but)
    return {node.id: Result(output=given_by(fields_of(node), inputs)) for node in nodes}
