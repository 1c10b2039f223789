"""Workflows between being edited and being run: checked, frozen, published, imported and exported."""

import hashlib
from collections.abc import Collection, Iterable

from core.agents.agent import Agent
from core.checks import Checks
from core.clock import Clock
from core.errors import InvalidError, StaleError
from core.nodes.graphs import Graphs
from core.plugins import Extensions
from core.runs.state import RunState
from core.stores import Stores
from core.teams.team import Team
from core.tools.mcp.servers import McpServers
from core.values import Entity
from core.workflows.graph import Graph
from core.workflows.validation import Problem
from core.workflows.workflow import Workflow, WorkflowVersion

REMEMBERED = 100
"""Versions that are not checked again when they are run again."""


class Library:
    """All workflows of this instance, with the agents and teams that they ask."""

    def __init__(self, stores: Stores, extensions: Extensions, servers: McpServers, clock: Clock) -> None:
        self._workflows = stores.workflows
        self._agents = stores.agents
        self._teams = stores.teams
        self._node_types = extensions.node_types
        self._strategies = extensions.strategies
        self._tools = extensions.tools
        self._servers = servers
        self._clock = clock
        self._frozen: dict[tuple[str, str, Graph], WorkflowVersion] = {}
        """Versions that were checked and stored since the start, so that running one again costs nothing."""

    async def validate(self, graph: Graph, *, given: Collection[Entity] = ()) -> list[Problem]:
        """All problems; what is `given` need not be stored, and such workflows not be published."""
        return await (await self._checks(given)).problems(graph)

    async def errors(self, graph: Graph, *, given: Collection[Entity] = ()) -> list[Problem]:
        """Those problems that keep the graph from running."""
        return [problem for problem in await self.validate(graph, given=given) if problem.severity == 'error']

    async def uncallable(self, tools: Iterable[str]) -> dict[str, str]:
        """Those of these tools that cannot be called, by their keys: why, and the way out."""
        return await (await self._checks()).uncallable(tools)

    async def _checks(self, given: Collection[Entity] = ()) -> Checks:
        coming = {each.id: each for each in given if isinstance(each, Workflow)}
        workflows = {workflow.id: workflow for workflow in await self._workflows.all()} | coming
        return Checks(
            agents={each.id: each for each in (*await self._agents.all(), *given) if isinstance(each, Agent)},
            teams={each.id: each for each in (*await self._teams.all(), *given) if isinstance(each, Team)},
            workflows=workflows,
            ready={key for key, workflow in workflows.items() if workflow.published or key in coming},
            versions=self._workflows,
            node_types=self._node_types,
            strategies=self._strategies,
            tools=self._tools,
            servers=self._servers,
        )

    async def freeze(self, workflow: Workflow, graph: Graph, *, given: Collection[Entity] = ()) -> WorkflowVersion:
        """The version of this graph, made if need be; InvalidError lists all problems if it cannot run.

        What is `given` need not be stored.
        """
        frozen = self._frozen.get((workflow.id, workflow.name, graph))
        if frozen is None:
            await self._refuse_problems(graph, given)
            frozen = await self._store(workflow, self._version(workflow, graph))
        return frozen

    async def publish(self, workflow_id: str, *, note: str = '') -> WorkflowVersion:
        """Freezes the draft under the next number; publishing an unchanged draft gives the version it has."""
        workflow = await self._workflows.get(workflow_id)
        version = await self.freeze(workflow, workflow.graph)
        if version.number is None:
            earlier = await self._workflows.versions(workflow_id)
            numbered = {'number': _next_number(earlier), 'note': note}
            version = await self._store(workflow, version.model_copy(update=numbered))
        await self._note_published(workflow, version.number or 0)
        return version

    async def to_be_published(self, workflow: Workflow) -> WorkflowVersion:
        """What `publish` would give, of a workflow that is about to be stored and that can run."""
        earlier = await self._workflows.versions(workflow.id)  # of one that was deleted
        version = self._version(workflow, workflow.graph)
        known = next((each for each in earlier if each.id == version.id), None)
        return known or version.model_copy(update={'number': _next_number(earlier)})

    async def _note_published(self, workflow: Workflow, number: int) -> None:
        """Counts the workflow's `published` up, in whatever draft was saved meanwhile."""
        while (workflow.published or 0) < number:
            try:
                workflow = await self._workflows.save(workflow.model_copy(update={'published': number}))
            except StaleError:
                workflow = await self._workflows.get(workflow.id)

    async def graphs(self, state: RunState) -> Graphs:
        """The graphs of a run, in the versions that it pinned."""
        own = await self._workflows.version(state.version_id)
        inside = {key: (await self._workflows.version(version)).graph for key, version in state.workflows.items()}
        return Graphs(own=own.graph, inside=inside, node_types=self._node_types)

    def _version(self, workflow: Workflow, graph: Graph) -> WorkflowVersion:
        return WorkflowVersion(
            id=_version_id(workflow, graph),
            workflow_id=workflow.id,
            workflow_name=workflow.name,
            graph=graph,
            created_at=self._clock.now(),
        )

    async def _store(self, workflow: Workflow, version: WorkflowVersion) -> WorkflowVersion:
        """The version as it is stored, which may have been published before."""
        stored = await self._workflows.add_version(version)
        self._frozen[workflow.id, workflow.name, version.graph] = stored
        if len(self._frozen) > REMEMBERED:
            del self._frozen[next(iter(self._frozen))]
        return stored

    async def _refuse_problems(self, graph: Graph, given: Collection[Entity]) -> None:
        if errors := await self.errors(graph, given=given):
            raise InvalidError(
                'The workflow cannot run: ' + ' '.join(problem.message for problem in errors),
                problems=[(problem.node or '', problem.message) for problem in errors],
            )


def _next_number(versions: Iterable[WorkflowVersion]) -> int:
    return 1 + max((version.number or 0 for version in versions), default=0)


def _version_id(workflow: Workflow, graph: Graph) -> str:
    content = f'{workflow.id}\n{workflow.name}\n{graph.model_dump_json()}'
    return hashlib.blake2b(content.encode(), digest_size=16).hexdigest()
