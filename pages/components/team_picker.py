"""Choosing a team: who there is, and how each takes turns."""

from collections.abc import Callable

from nicegui import ui

from core.errors import NotFoundError
from core.orchestrator import Orchestrator
from core.teams.team import Team
from pages.components.buttons import button, icon_button, link_button
from pages.components.dialogs import asked_once, dialog
from pages.components.fields import search_field
from pages.components.formats import plural
from pages.components.layout import box, icon, row, stack, words


class TeamPicker(ui.element):
    """A field that shows the chosen team and opens the list of all; beside it the way to edit it."""

    def __init__(self, orchestrator: Orchestrator, *, on_change: Callable[[str], object]) -> None:
        super().__init__()
        self.classes('ao-agent-picker')
        self.value = ''
        self._orchestrator = orchestrator
        self._on_change = on_change
        with self:
            with box('ao-picker', tag='button').props('type=button') as opener:
                icon('groups')
                self._words = words('Choose a team', 'ao-grow ao-one-line ao-faint')
                self._how = words('', 'ao-faint ao-tiny ao-one-line')
                icon('unfold_more')
            opener.props['aria-label'] = 'Choose a team'
            opener.mark('Choose a team').on('click', self.choose)
            self._edit = icon_button('open_in_new', 'Edit team')
            self._edit.props('target=_blank')
            self._edit.set_visibility(False)

    def show(self, team_id: str) -> None:
        """Shows another choice, as if it had been made here."""
        self.value = team_id
        with self:
            ui.timer(0, self._show, once=True)

    async def choose(self) -> None:
        """Opens the list, and takes over what is chosen there."""
        teams = await self._orchestrator.teams.all()
        chosen = await _TeamDialog(teams, self._orchestrator, self.value).ask()
        if chosen is not None:
            self.value = chosen
            await self._show()
            self._on_change(chosen)

    async def _show(self) -> None:
        team = await self._team()
        self._words.text = team.name if team else f'{self.value} (not here)' if self.value else 'Choose a team'
        self._words.classes(add='' if self.value else 'ao-faint', remove='ao-faint' if self.value else '')
        self._how.text = how_of(team, self._orchestrator) if team else ''
        self._edit.set_visibility(team is not None)
        if team is not None:
            self._edit.props['href'] = f'/teams/{team.id}'

    async def _team(self) -> Team | None:
        try:
            return await self._orchestrator.teams.get(self.value) if self.value else None
        except NotFoundError:
            return None


def how_of(team: Team, orchestrator: Orchestrator) -> str:
    """How it takes turns, in a word or two."""
    strategies = orchestrator.extensions.strategies
    return strategies.get(team.strategy).title if team.strategy in strategies else team.strategy


class _TeamDialog:
    """The list of all teams."""

    def __init__(self, teams: list[Team], orchestrator: Orchestrator, chosen: str) -> None:
        self._teams = teams
        self._orchestrator = orchestrator
        self._chosen = chosen

    async def ask(self) -> str | None:
        """The id of the team that was chosen."""
        with dialog('Team', width=560) as self._dialog, stack():
            search_field('Find a team', self._fill).props('autofocus')
            self._list = stack().style('max-height: 46vh; overflow: auto; min-height: 160px; gap: 0')
            with row():
                link_button('All teams', '/teams', icon='open_in_new').props('target=_blank')
                box('ao-grow')
                button('Cancel', self._dialog.close, kind='quiet')
        self._fill('')
        chosen: str | None = await asked_once(self._dialog)
        return chosen

    def _fill(self, query: str) -> None:
        self._list.clear()
        wanted = query.strip().casefold()
        hits = [t for t in self._teams if wanted in f'{t.name} {t.id} {t.description} {" ".join(t.tags)}'.casefold()]
        with self._list:
            for team in hits:
                self._draw(team)
            if not hits:
                words('No team fits.' if self._teams else 'There are no teams yet.', 'ao-faint ao-small')

    def _draw(self, team: Team) -> None:
        with box('ao-picker-option ao-picker-option--tall', tag='button').props('type=button') as made:
            made.on('click', lambda: self._dialog.submit(team.id)).mark(f'team {team.id}')
            made.props['aria-current'] = 'true' if team.id == self._chosen else 'false'
            icon('check' if team.id == self._chosen else 'groups', 'ao-faint')
            with box('ao-stack ao-grow ao-gap-0'):
                words(team.name, 'ao-one-line')
                words(team.description or how_of(team, self._orchestrator), 'ao-one-line ao-faint ao-tiny')
            words(plural(len(team.members), 'member'), 'ao-number ao-faint ao-one-line')
