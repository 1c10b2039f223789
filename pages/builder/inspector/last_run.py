"""The results of a workflow's last run, for completing templates and showing what they came to."""

import asyncio
from collections.abc import Sequence
from typing import Any

from core.errors import TemplateError
from core.nodes.node_type import join_texts
from core.orchestrator import Orchestrator
from core.runs.nesting import Nesting, lineage, pattern_of
from core.runs.run import ENDED, RunFilter
from core.runs.state import RunState
from core.values import Json
from core.workflows.graph import Graph
from core.workflows.templates import Scope, text_of


class LastRun:
    """The run of this workflow that ended last, if there is one."""

    def __init__(self, workflow_id: str, orchestrator: Orchestrator) -> None:
        self._workflow_id = workflow_id
        self._orchestrator = orchestrator
        self._run_id = ''
        self._state: RunState | None = None
        self._nesting = Nesting()

    async def look(self) -> bool:
        """Reads it; whether it is another one than before."""
        which = RunFilter(workflow_id=self._workflow_id, status=tuple(ENDED), limit=1)
        runs = await self._orchestrator.runs(which)
        if not runs or runs[0].id == self._run_id:
            return False
        self._run_id = runs[0].id
        fold = await self._orchestrator.look(self._run_id)
        self._state, self._nesting = fold.state, fold.nesting
        return True

    def results(self, graph: Graph) -> dict[str, dict[str, Any]]:
        """What each node gave, by its id; of the many steps of a node in a body what the latest gave."""
        found = {node.id: self._latest(graph, node.id) for node in graph.nodes}
        return {key: self._output(path) for key, path in found.items() if path}

    def _latest(self, graph: Graph, node_id: str) -> str:
        """The latest step of the node that gave something."""
        return self._nesting.tally(pattern_of(graph, node_id)).last('succeeded')

    def _output(self, path: str) -> dict[str, Any]:
        step = self._state.steps.get(path) if self._state else None
        return step.output if step and step.status == 'succeeded' else {}

    async def result_of(self, source: str, graph: Graph, node_id: str, *, expression: bool) -> str:
        """What a template or expression of the node comes to; empty where the run does not tell."""
        if self._state is None or not source:
            return ''
        scope = Scope(lookup=lambda name: self._look_up(name, graph, node_id))
        try:
            # In a thread, since a template may take a second or two.
            return text_of(await asyncio.to_thread(scope.evaluate if expression else scope.render, source))
        except TemplateError:
            return ''

    def _look_up(self, name: str, graph: Graph, node_id: str) -> Json:
        rounds = [each for each in reversed(lineage(self._latest(graph, node_id))) if each.endswith(']')]
        if name == 'inputs' and self._state is not None:
            return self._state.inputs
        if name == 'incoming':
            return self._incoming(graph, node_id, rounds)
        for each in rounds:
            if output := self._output(f'{each}.{name}'):
                return output
            if self._state and name in (names := self._state.steps[each].input):
                return names[name]
        if output := self._output(name):
            return output
        raise KeyError(name)

    def _incoming(self, graph: Graph, node_id: str, rounds: Sequence[str]) -> Json:
        """What arrived; where nothing leads to the node in its body, the item or what the round before gave."""
        place = f'{rounds[0]}.' if rounds else ''
        sources = dict.fromkeys(f'{place}{edge.source}' for edge in graph.edges_into.get(node_id, ()))
        if rounds and not sources and self._state:
            names = self._state.steps[rounds[0]].input
            return join_texts([names.get('item', names.get('previous'))])
        return join_texts(filter(None, map(self._output, sources)))
