"""Workflows between being edited and being run: checked, frozen, published, imported and exported."""

import hashlib
from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from itertools import chain, count
from typing import Any, TypeVar

from core.clock import Clock
from core.errors import InvalidError, StaleError
from core.ids import slug
from core.nodes.graphs import Graphs
from core.nodes.reading import read_node
from core.plugins import Extensions
from core.repository import Repository
from core.runs.state import RunState
from core.stores import Stores
from core.teams.checking import incomplete, problems_of
from core.teams.team import Team
from core.values import Entity
from core.workflows.document import WorkflowDocument
from core.workflows.graph import Graph, Node
from core.workflows.validation import Problem, validate_graph
from core.workflows.workflow import Workflow, WorkflowVersion

E = TypeVar('E', bound=Entity)

REMEMBERED = 100
"""Versions that are not checked again when they are run again."""


class Library:
    """All workflows of this instance, with the agents and teams that they ask."""

    def __init__(self, stores: Stores, extensions: Extensions, clock: Clock) -> None:
        self._workflows = stores.workflows
        self._agents = stores.agents
        self._teams = stores.teams
        self._node_types = extensions.node_types
        self._strategies = extensions.strategies
        self._clock = clock
        self._frozen: dict[str, WorkflowVersion] = {}
        """Versions that were checked and stored since the start, so that running one again costs nothing."""

    async def validate(self, graph: Graph, *, given: Collection[str] = ()) -> list[Problem]:
        """All problems; teams with the ids that are `given` need not be stored."""
        agents = {agent.id for agent in await self._agents.all()}
        teams = {team.id: team for team in await self._teams.all() if team.id not in given}
        workflows = {workflow.id for workflow in await self._workflows.all() if workflow.published}
        names = {'agents': agents, 'teams': {*given, *teams}, 'workflows': workflows}
        return [*self._unready(graph, teams, agents), *validate_graph(graph, self._node_types, **names)]

    def _unready(self, graph: Graph, teams: Mapping[str, Team], agents: Container[str]) -> Iterator[Problem]:
        """The teams that nodes ask and that cannot work as they are."""
        read = ((node, read_node(node, self._node_types)) for node in graph.nodes if not node.idle)
        asked = ((node, teams[key]) for node, of in read if of for key in of[0].teams(of[1]) if key in teams)
        for node, team in asked:
            lacks = [*problems_of(team, agents, self._strategies), *incomplete(team, self._strategies)]
            if lacks:
                message = f'`{node.id}` asks the team {team.name!r}: {" ".join(what for _, what in lacks)}'
                yield Problem(code='unready_team', node=node.id, field='team', message=message)

    async def freeze(self, workflow: Workflow, graph: Graph, *, given: Collection[str] = ()) -> WorkflowVersion:
        """The version of this graph, made if need be; InvalidError lists all problems if it cannot run.

        Teams with the ids that are `given` need not be stored.
        """
        key = _version_id(workflow, graph)
        if key not in self._frozen:
            await self._refuse_problems(graph, given)
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

    async def graphs(self, state: RunState) -> Graphs:
        """The graphs of a run, in the versions that it pinned."""
        own = await self._workflows.version(state.version_id)
        inside = {key: (await self._workflows.version(version)).graph for key, version in state.workflows.items()}
        return Graphs(own=own.graph, inside=inside, node_types=self._node_types)

    async def import_document(self, document: WorkflowDocument) -> Workflow:
        """Stores the workflow, and its agents and teams as `bring_along` does.

        A name that is taken gets a number, so that lists and the command line can tell the two apart.
        """
        graph = await self.bring_along(document)
        name = _free_name(document.workflow.name, taken={workflow.name for workflow in await self._workflows.all()})
        changes = {'id': '', 'name': name, 'published': None, 'graph': graph}
        return await self._workflows.create(document.workflow.model_copy(update=changes))

    async def bring_along(self, document: WorkflowDocument) -> Graph:
        """The document's graph, asking agents and teams that are here.

        Those that are here already, just as they are in the file, are used; others are added under free ids.
        """
        agents = await _brought(self._agents, document.agents)
        teams = await _brought(self._teams, [_with_members(team, agents) for team in document.teams])
        graph = document.workflow.graph
        nodes = (_asking(_asking(node, 'agent', agents), 'team', teams) for node in graph.nodes)
        return Graph(nodes=tuple(nodes), edges=graph.edges)

    async def export_document(self, workflow_id: str) -> WorkflowDocument:
        workflow = await self._workflows.get(workflow_id)
        # a draft may be anything; validation tells about it
        read = [each for node in workflow.graph.nodes if (each := read_node(node, self._node_types))]
        asked = {team for node_type, config in read for team in node_type.teams(config)}
        teams = [team for team in await self._teams.all() if team.id in asked]
        used = {agent for node_type, config in read for agent in node_type.agents(config)}
        used = used.union(*(team.agents for team in teams))
        agents = [agent for agent in await self._agents.all() if agent.id in used]
        return WorkflowDocument(workflow=workflow, agents=tuple(agents), teams=tuple(teams))

    def _remember(self, version: WorkflowVersion) -> None:
        self._frozen[version.id] = version
        if len(self._frozen) > REMEMBERED:
            del self._frozen[next(iter(self._frozen))]

    async def _refuse_problems(self, graph: Graph, given: Collection[str]) -> None:
        errors = [problem for problem in await self.validate(graph, given=given) if problem.severity == 'error']
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


async def _brought(repository: Repository[E], items: Iterable[E]) -> dict[str, str]:
    """Stores what is not here already; where each is now, by the id that it had."""
    here = {item.id: item for item in await repository.all()}
    ids: dict[str, str] = {}
    for item in items:
        if item.id in here and _content(here[item.id]) == _content(item):
            ids[item.id] = item.id
            continue
        ids[item.id] = slug(item.id, taken=here)
        here[ids[item.id]] = await repository.create(item.model_copy(update={'id': ids[item.id]}))
    return ids


def _content(item: Entity) -> dict[str, Any]:
    return item.model_dump(exclude={'id', 'revision', 'created_at', 'updated_at'})


def _with_members(team: Team, ids: dict[str, str]) -> Team:
    """The team with its members where they are now."""
    members = (member.model_copy(update={'agent': ids.get(member.agent, member.agent)}) for member in team.members)
    return team.model_copy(update={'members': tuple(members), 'lead': ids.get(team.lead, team.lead)})


def _asking(node: Node, field: str, ids: dict[str, str]) -> Node:
    """The node with its reference to an agent or a team changed to where that is now."""
    asked = node.config.get(field)
    if not isinstance(asked, str) or asked not in ids:
        return node
    return node.model_copy(update={'config': {**node.config, field: ids[asked]}})
