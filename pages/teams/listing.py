"""The list of all teams."""

from typing import ClassVar

from core.orchestrator import Orchestrator
from core.teams.team import Team
from pages.components.layout import row, words
from pages.components.team_picker import how_of
from pages.entities.listing import EntityList
from pages.teams.seats import draw_seats


class TeamList(EntityList[Team]):
    """Each with its members, and how they take turns."""

    noun: ClassVar = 'team'
    icon: ClassVar = 'groups'
    example: ClassVar = 'Editors'
    lesson: ClassVar = (
        'A team is agents that work on one task together: one after the other, all at once, in a discussion or a '
        'debate, by vote, or led by a supervisor. Try it on its page, then let workflows use it.'
    )

    def __init__(self, orchestrator: Orchestrator) -> None:
        super().__init__(orchestrator.teams, orchestrator)

    def make(self, name: str) -> Team:
        return Team(name=name)

    async def read_around(self) -> None:
        self._names = {agent.id: agent.name for agent in await self._orchestrator.agents.all()}

    def known_for(self, item: Team) -> str:
        return ' '.join([how_of(item, self._orchestrator), *map(self._name, item.agents)])

    def draw_facts(self, item: Team) -> None:
        draw_seats([self._name(member.agent) for member in item.members])
        with row('ao-wide-only ao-team-how'):
            words(how_of(item, self._orchestrator), 'ao-dim ao-small ao-one-line')

    def _name(self, agent: str) -> str:
        return self._names.get(agent, agent)
