"""Choosing a team: who there is, and how each takes turns."""

from collections.abc import Callable

from core.errors import NotFoundError
from core.orchestrator import Orchestrator
from core.teams.team import Team
from pages.components.formats import plural
from pages.components.picker import Entry, ListDialog, Picker


class TeamPicker(Picker):
    """A field that shows the chosen team and opens the list of all; beside it the way to edit it."""

    noun = 'team'
    symbol = 'groups'

    def __init__(self, orchestrator: Orchestrator, *, on_change: Callable[[str], object]) -> None:
        self._orchestrator = orchestrator
        super().__init__(on_change=on_change)

    async def find(self, chosen: str) -> Entry | None:
        try:
            team = await self._orchestrator.teams.get(chosen)
        except NotFoundError:
            return None
        return Entry(id=team.id, name=team.name, fact=how_of(team, self._orchestrator))

    async def ask(self) -> str | None:
        teams = [self._entry(team) for team in await self._orchestrator.teams.all()]
        return await ListDialog(self.noun, self.symbol, teams, chosen=self.value).ask()

    def _entry(self, team: Team) -> Entry:
        return Entry(
            id=team.id,
            name=team.name,
            note=team.description or how_of(team, self._orchestrator),
            fact=plural(len(team.members), 'member'),
            found_by=' '.join((team.description, *team.tags)),
        )


def how_of(team: Team, orchestrator: Orchestrator) -> str:
    """How it takes turns, in a word or two."""
    strategies = orchestrator.extensions.strategies
    return strategies.get(team.strategy).title if team.strategy in strategies else team.strategy
