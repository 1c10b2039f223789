"""The results of a workflow's last run, for completing templates and showing what they came to."""

import asyncio
from typing import Any

from core.errors import TemplateError
from core.nodes.node_type import join_texts
from core.orchestrator import Orchestrator
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

    async def look(self) -> bool:
        """Reads it; whether it is another one than before."""
        which = RunFilter(workflow_id=self._workflow_id, status=tuple(ENDED), limit=1)
        runs = await self._orchestrator.runs(which)
        if not runs or runs[0].id == self._run_id:
            return False
        self._run_id = runs[0].id
        self._state = await self._orchestrator.state(self._run_id)
        return True

    @property
    def results(self) -> dict[str, dict[str, Any]]:
        """What each step gave, by the node's id."""
        steps = self._state.steps if self._state else {}
        return {path: step.output for path, step in steps.items() if step.status == 'succeeded'}

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
        results = self.results
        if name == 'inputs' and self._state is not None:
            return self._state.inputs
        if name == 'incoming':
            sources = dict.fromkeys(edge.source for edge in graph.edges_into.get(node_id, ()))
            return join_texts(results[source] for source in sources if source in results)
        return results[name]
