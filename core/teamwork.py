"""Teams as they are kept, and as they are run by themselves."""

from core.errors import InvalidError
from core.repository import Repository
from core.stores import Stores
from core.teams.checking import Problem, incomplete, problems_of
from core.teams.strategy import Strategies
from core.teams.team import Team
from core.workflows.graph import Edge, Graph, Node
from core.workflows.workflow import Workflow

PREFIX = 'team:'
"""What the ids of workflows begin with that are nothing but a team."""

TASK, TEAM, ANSWER = 'task', 'team', 'answer'
"""The nodes of such a workflow."""

IMAGES = 'images'
"""What it asks for beside the task."""


class CheckedTeams(Repository[Team]):
    """The teams that are kept; InvalidError where one names agents or a strategy that are not there."""

    def __init__(self, stores: Stores, strategies: Strategies) -> None:
        self._teams = stores.teams
        self._agents = stores.agents
        self._strategies = strategies

    async def all(self) -> list[Team]:
        return await self._teams.all()

    async def get(self, key: str) -> Team:
        return await self._teams.get(key)

    async def create(self, item: Team) -> Team:
        await self._check(item)
        return await self._teams.create(item)

    async def save(self, item: Team) -> Team:
        await self._check(item)
        return await self._teams.save(item)

    async def delete(self, key: str) -> None:
        await self._teams.delete(key)

    async def as_workflow(self, team: Team) -> Workflow:
        """A workflow that is nothing but this team, saved or not; InvalidError says what it still lacks."""
        await self._check(team)
        _refuse(f'The team {team.name!r} cannot work yet.', [*incomplete(team, self._strategies)])
        return workflow_of(team)

    async def _check(self, team: Team) -> None:
        known = {agent.id for agent in await self._agents.all()}
        _refuse(f'The team {team.name!r} names what is not there.', [*problems_of(team, known, self._strategies)])


def workflow_of(team: Team) -> Workflow:
    """A workflow that is nothing but this team, whether it can work or not."""
    fields = [{'name': TASK, 'type': 'long_text'}, {'name': IMAGES, 'type': 'images', 'required': False}]
    asked = {'team': team.id, 'task': '{{ task.task }}', 'images': f'{TASK}.{IMAGES}'}
    nodes = (
        Node(id=TASK, type='input', config={'fields': fields}),
        Node(id=TEAM, type='team', name=team.name, config=asked),
        Node(id=ANSWER, type='output'),
    )
    edges = (Edge(source=TASK, target=TEAM), Edge(source=TEAM, target=ANSWER))
    return Workflow(id=f'{PREFIX}{team.id}', name=team.name, graph=Graph(nodes=nodes, edges=edges))


def _refuse(reason: str, problems: list[Problem]) -> None:
    if problems:
        raise InvalidError(f'{reason} {" ".join(what for _, what in problems)}', problems=problems)
