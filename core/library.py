"""Workflows between being edited and being run: checked, frozen, published, imported and exported."""

import hashlib
from collections.abc import Container, Iterable
from itertools import chain, count
from typing import Any

from core.agents.agent import Agent
from core.clock import Clock
from core.errors import InvalidError, StaleError
from core.ids import slug
from core.models import Models
from core.nodes.node_type import NodeTypes
from core.nodes.reading import first_handles, read_node
from core.stores import Stores
from core.workflows.document import WorkflowDocument
from core.workflows.graph import Graph, Node
from core.workflows.validation import Problem, validate_graph
from core.workflows.workflow import Workflow, WorkflowVersion

REMEMBERED = 100
"""Versions that are not checked again when they are run again."""


class Library:
    """All workflows and agents of this instance."""

    def __init__(self, stores: Stores, node_types: NodeTypes, models: Models, clock: Clock) -> None:
        self._workflows = stores.workflows
        self._agents = stores.agents
        self._node_types = node_types
        self._models = models
        self._clock = clock
        self._frozen: dict[str, WorkflowVersion] = {}
        """Versions that were checked and stored since the start, so that running one again costs nothing."""

    async def validate(self, graph: Graph) -> list[Problem]:
        agents = {agent.id for agent in await self._agents.all()}
        return validate_graph(graph, self._node_types, agents=agents)

    async def freeze(self, workflow: Workflow, graph: Graph) -> WorkflowVersion:
        """The version of this graph, made if need be; InvalidError lists all problems if it cannot run."""
        key = _version_id(workflow, graph)
        if key not in self._frozen:
            await self._refuse_problems(graph)
            version = WorkflowVersion(
                id=key,
                workflow_id=workflow.id,
                workflow_name=workflow.name,
                graph=graph,
                created_at=self._clock.now(),
            )
            self._remember(await self._workflows.add_version(version))
        return self._frozen[key]

    async def publish(self, workflow_id: str, *, note: str) -> WorkflowVersion:
        """Freezes the draft under the next number; publishing an unchanged draft gives the version it has."""
        workflow = await self._workflows.get(workflow_id)
        version = await self.freeze(workflow, workflow.graph)
        if version.number is None:
            earlier = await self._workflows.versions(workflow_id)
            number = 1 + max((other.number or 0 for other in earlier), default=0)
            version = await self._workflows.add_version(version.model_copy(update={'number': number, 'note': note}))
            self._remember(version)
        await self._note_published(workflow, version.number or 0)
        return version

    async def _note_published(self, workflow: Workflow, number: int) -> None:
        """Counts the workflow's `published` up, in whatever draft was saved meanwhile."""
        while (workflow.published or 0) < number:
            try:
                workflow = await self._workflows.save(workflow.model_copy(update={'published': number}))
            except StaleError:
                workflow = await self._workflows.get(workflow.id)

    async def first_handles(self, version_id: str, node_id: str) -> tuple[str, ...]:
        """The first output handle of a node: the way on for a result that a person enters."""
        graph = (await self._workflows.version(version_id)).graph
        return first_handles(graph.by_id[node_id], graph, self._node_types)

    async def import_document(self, document: WorkflowDocument) -> Workflow:
        """Stores the workflow, and its agents as `bring_agents` does.

        A name that is taken gets a number, so that lists and the command line can tell the two apart.
        """
        graph = await self.bring_agents(document)
        name = _free_name(document.workflow.name, taken={workflow.name for workflow in await self._workflows.all()})
        changes = {'id': '', 'name': name, 'published': None, 'graph': graph}
        return await self._workflows.create(document.workflow.model_copy(update=changes))

    async def bring_agents(self, document: WorkflowDocument) -> Graph:
        """The document's graph, asking agents that are here.

        Agents that are here already, just as they are in the file, are used; others are added under free ids.
        """
        here = {agent.id: agent for agent in await self._agents.all()}
        ids: dict[str, str] = {}
        for agent in document.agents:
            if agent.id in here and _content(here[agent.id]) == _content(agent):
                ids[agent.id] = agent.id
                continue
            ids[agent.id] = slug(agent.id, taken=here)
            here[ids[agent.id]] = await self._agents.create(agent.model_copy(update={'id': ids[agent.id]}))
        graph = document.workflow.graph
        return Graph(nodes=tuple(_with_agent(node, ids) for node in graph.nodes), edges=graph.edges)

    async def export_document(self, workflow_id: str) -> WorkflowDocument:
        workflow = await self._workflows.get(workflow_id)
        used = set(self._agent_ids(workflow.graph.nodes))
        agents = [agent for agent in await self._agents.all() if agent.id in used]
        return WorkflowDocument(workflow=workflow, agents=tuple(agents))

    def _agent_ids(self, nodes: Iterable[Node]) -> Iterable[str]:
        for node in nodes:
            if read := read_node(node, self._node_types):  # a draft may be anything; validation tells about it
                node_type, config = read
                yield from node_type.agents(config)

    def _remember(self, version: WorkflowVersion) -> None:
        self._frozen[version.id] = version
        if len(self._frozen) > REMEMBERED:
            del self._frozen[next(iter(self._frozen))]

    async def _refuse_problems(self, graph: Graph) -> None:
        errors = [problem for problem in await self.validate(graph) if problem.severity == 'error']
        if errors:
            raise InvalidError(
                'The workflow cannot run: ' + ' '.join(problem.message for problem in errors),
                problems=[(problem.node or '', problem.message) for problem in errors],
            )


def _version_id(workflow: Workflow, graph: Graph) -> str:
    content = f'{workflow.id}\n{workflow.name}\n{graph.model_dump_json()}'
    return hashlib.blake2b(content.encode(), digest_size=16).hexdigest()


def _free_name(name: str, *, taken: Container[str]) -> str:
    numbered = (f'{name} ({number})' for number in count(2))
    return next(candidate for candidate in chain([name], numbered) if candidate not in taken)


def _content(agent: Agent) -> dict[str, Any]:
    return agent.model_dump(exclude={'id', 'revision', 'created_at', 'updated_at'})


def _with_agent(node: Node, ids: dict[str, str]) -> Node:
    """The node with its reference to an agent changed to where that agent is now."""
    agent = node.config.get('agent')
    if not isinstance(agent, str) or agent not in ids:
        return node
    return node.model_copy(update={'config': {**node.config, 'agent': ids[agent]}})
