"""What a run takes along: the agents, teams and workflows that its nodes name, as they are when it is created."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from core.agents.agent import Agent
from core.errors import InvalidError, NotFoundError
from core.models import Models
from core.nodes.node_type import NodeTypes
from core.nodes.reading import read_node
from core.repository import Repository
from core.stores import Stores
from core.teams.team import Team
from core.values import Entity
from core.workflows.workflow import WorkflowVersion

T = TypeVar('T', bound=Entity)

REMEMBERED = 100
"""Versions of which it is remembered whom they name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Company:
    """All by their ids; of the workflows inside a run, the ids of their versions."""

    agents: dict[str, Agent]
    teams: dict[str, Team]
    workflows: dict[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Named:
    """The ids of what some nodes name."""

    agents: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    workflows: frozenset[str] = frozenset()

    def __or__(self, other: '_Named') -> '_Named':
        return _Named(
            agents=self.agents | other.agents,
            teams=self.teams | other.teams,
            workflows=self.workflows | other.workflows,
        )


NOBODY = _Named()


class Companies:
    """Finds the company of a run."""

    def __init__(self, stores: Stores, node_types: NodeTypes, models: Models) -> None:
        self._stores = stores
        self._node_types = node_types
        self._models = models
        self._named: dict[str, _Named] = {}

    async def of(self, version: WorkflowVersion, *, given: Mapping[str, Team] | None = None) -> Company:
        """Each agent with the model it will use; InvalidError says who is missing, and the way out.

        `given` are teams that are not, or not so, stored.
        """
        named, workflows = self._named_by(version), dict[str, str]()
        if named == NOBODY and not given:
            return Company(agents={}, teams={}, workflows={})
        left = sorted(named.workflows)
        while left:
            key = left.pop()
            if key not in workflows:
                inside = await self._published(key)
                workflows[key] = inside.id
                more = self._named_by(inside)
                named, left = named | more, left + sorted(more.workflows)
        kept = {key: await _get(self._stores.teams, key, 'team') for key in sorted(named.teams - (given or {}).keys())}
        teams = {**kept, **(given or {})}
        ids = named.agents.union(*(team.agents for team in teams.values()))
        agents = {key: await _get(self._stores.agents, key, 'agent') for key in sorted(ids)}
        return Company(agents=await self._with_models(agents), teams=teams, workflows=workflows)

    def _named_by(self, version: WorkflowVersion) -> _Named:
        """Whom the nodes of a version name; it never changes, so it is read once."""
        if version.id not in self._named:
            reads = (read_node(node, self._node_types) for node in version.graph.nodes if not node.idle)
            named = _Named()
            for node_type, config in filter(None, reads):
                named |= _Named(
                    agents=frozenset(node_type.agents(config)),
                    teams=frozenset(node_type.teams(config)),
                    workflows=frozenset(node_type.workflows(config)),
                )
            self._named[version.id] = named
            if len(self._named) > REMEMBERED:
                del self._named[next(iter(self._named))]
        return self._named[version.id]

    async def _published(self, workflow_id: str) -> WorkflowVersion:
        workflow = await _get(self._stores.workflows, workflow_id, 'workflow')
        versions = await self._stores.workflows.versions(workflow_id)
        if not versions:
            raise InvalidError(
                f'The workflow {workflow.name!r} is not published. Publish it, or run another one inside.'
            )
        return versions[0]

    async def _with_models(self, agents: Mapping[str, Agent]) -> dict[str, Agent]:
        if all(agent.model for agent in agents.values()):
            return dict(agents)
        default = await self._models.default()
        return {key: agent.model_copy(update={'model': agent.model or default}) for key, agent in agents.items()}


async def _get(repository: Repository[T], key: str, kind: str) -> T:
    try:
        return await repository.get(key)
    except NotFoundError as error:
        raise InvalidError(f'{error} Choose another {kind} for the nodes that ask it.') from error
