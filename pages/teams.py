"""The teams there are; for now they are described through the API and run in a later version."""

from nicegui import ui

from core.errors import OrchestratorError
from core.orchestrator import Orchestrator
from core.teams.team import Team
from pages.components.buttons import icon_button
from pages.components.dialogs import confirm
from pages.components.empty import empty_state
from pages.components.formats import plural
from pages.components.layout import badge, box, icon, notice, panel, row, stack, words
from pages.components.times import time_ago
from pages.components.toasts import toast_error
from pages.frame import frame

HONEST = 'Teams can be described through the API now. Running them comes in a later version.'


def register(orchestrator: Orchestrator) -> None:
    @ui.page('/teams')
    async def teams_page() -> None:
        with frame('Teams', orchestrator, here='/teams'):
            content = stack('ao-gap-4')
        await _show(content, orchestrator)


async def _show(content: ui.element, orchestrator: Orchestrator) -> None:
    teams = await orchestrator.teams.all()
    content.clear()
    with content:
        if not teams:
            _teach()
            return
        with notice(HONEST):
            ui.link('API reference', '/api/docs').classes('ao-link')
        with panel('ao-panel--tight'):
            for team in teams:
                _show_row(team, content, orchestrator)


def _teach() -> None:
    with empty_state(
        'groups',
        'Agents that work on one task together',
        f'A team has members, an order in which they speak, and a rule for when they stop. {HONEST}',
    ):
        ui.link('API reference', '/api/docs').classes('ao-link')


def _show_row(team: Team, content: ui.element, orchestrator: Orchestrator) -> None:
    async def delete() -> None:
        if await confirm(f'Delete {team.name}?', 'Its members stay.', action='Delete team'):
            try:
                await orchestrator.teams.delete(team.id)
            except OrchestratorError as error:
                toast_error(error)
            await _show(content, orchestrator)

    with box('ao-list-row'):
        with box('ao-chip-icon'):
            icon('groups')
        with stack('ao-grow').style('gap: 0'):
            words(team.name, 'ao-strong ao-one-line')
            words(team.description or 'No description', 'ao-faint ao-small ao-one-line')
        with row('ao-wide-only'):
            badge(plural(len(team.members), 'member'))
            badge(team.strategy.replace('_', ' '))
        time_ago(team.updated_at, now=orchestrator.clock.now())
        icon_button('delete', f'Delete {team.name}', delete)
