"""The list of all teams: find, make, duplicate, delete."""

from nicegui import ui

from core.agents.agent import Agent
from core.orchestrator import Orchestrator
from core.teams.team import Team
from pages.components.buttons import button, icon_button
from pages.components.dialogs import asked_once, dialog
from pages.components.empty import empty_state
from pages.components.fields import text_field
from pages.components.layout import badge, box, icon, row, stack, words
from pages.components.menus import menu_item
from pages.components.narrowing import Narrowing
from pages.components.team_picker import how_of
from pages.components.times import time_ago
from pages.components.toasts import explained, undoable
from pages.teams.seats import draw_seats


class TeamList:
    """The list on one page; it reads all teams again after each change."""

    def __init__(self, orchestrator: Orchestrator) -> None:
        self._orchestrator = orchestrator
        self._teams: list[Team] = []
        self._agents: dict[str, Agent] = {}

    async def draw(self, actions: ui.element) -> None:
        with actions:
            button('New team', self._create, icon='add', kind='primary')
        self._narrowing = Narrowing('a team', self._show)
        await self._refresh()

    async def _refresh(self) -> None:
        self._teams = await self._orchestrator.teams.all()
        self._agents = {agent.id: agent for agent in await self._orchestrator.agents.all()}
        self._show()

    def _show(self) -> None:
        self._narrowing.show(self._teams, self._show_row, self._teach, also=self._known_for)

    def _known_for(self, team: Team) -> str:
        return ' '.join([how_of(team, self._orchestrator), *map(self._name, team.agents)])

    def _show_row(self, team: Team) -> None:
        with box('ao-list-row ao-list-row--link'):
            with ui.link(target=f'/teams/{team.id}').classes('ao-row ao-gap-3 ao-grow'):
                with box('ao-chip-icon'):
                    icon('groups')
                with stack('ao-grow').style('gap: 0'):
                    words(team.name, 'ao-strong ao-one-line')
                    words(team.description or 'No description', 'ao-faint ao-small ao-one-line')
            with row('ao-wide-only'):
                for tag in team.tags[:3]:
                    badge(tag)
            draw_seats([self._name(member.agent) for member in team.members])
            with row('ao-wide-only ao-team-how'):
                words(how_of(team, self._orchestrator), 'ao-dim ao-small ao-one-line')
            with row('ao-wide-only ao-agent-age'):
                time_ago(team.updated_at, now=self._orchestrator.clock.now())
            with icon_button('more_horiz', f'More about {team.name}'), ui.menu().props('auto-close'):
                menu_item('Duplicate', 'content_copy', lambda: self._duplicate(team))
                menu_item('Delete', 'delete', lambda: self._delete(team), danger=True)

    def _name(self, agent: str) -> str:
        return self._agents[agent].name if agent in self._agents else agent

    def _teach(self) -> None:
        with empty_state(
            'groups',
            'Make your first team',
            'A team is agents that work on one task together: one after the other, all at once, in a discussion or a '
            'debate, by vote, or led by a supervisor. Try it on its page, then let workflows use it.',
        ):
            button('New team', self._create, icon='add', kind='primary')

    async def _create(self) -> None:
        with dialog('New team') as asked:
            name = text_field('Name', placeholder='Editors', help_text='You can change it later.')
            name.props('autofocus').on('keydown.enter', lambda: asked.submit(name.value))
            with row().style('align-self: flex-end'):
                button('Cancel', asked.close, kind='quiet')
                button('Create team', lambda: asked.submit(name.value), kind='primary')
        if chosen := (await asked_once(asked) or '').strip():
            with explained():
                team = await self._orchestrator.teams.create(Team(name=chosen[:200]))
                ui.navigate.to(f'/teams/{team.id}')

    async def _duplicate(self, team: Team) -> None:
        with explained():
            name = f'{team.name} copy'[:200]
            await self._orchestrator.teams.create(team.model_copy(update={'id': '', 'name': name, 'revision': 0}))
            await self._refresh()

    async def _delete(self, team: Team) -> None:
        async def undo() -> None:
            with explained():
                await self._orchestrator.teams.create(team)
            await self._refresh()

        with explained():
            await self._orchestrator.teams.delete(team.id)
            undoable(f'{team.name} was deleted.', undo)  # before the row goes, whose menu this is called from
            await self._refresh()
