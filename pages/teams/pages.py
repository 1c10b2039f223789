"""The teams: all of them, and one with a place to try it."""

from core.errors import NotFoundError
from core.orchestrator import Orchestrator
from pages.components.buttons import link_button
from pages.components.empty import empty_state
from pages.frame import frame
from pages.routes import page_at
from pages.teams.editor import TeamEditor
from pages.teams.listing import TeamList


def register(orchestrator: Orchestrator) -> None:
    @page_at('/teams')
    async def teams_page() -> None:
        with frame('Teams', orchestrator, here='/teams') as page:
            await TeamList(orchestrator).draw(page.actions)

    @page_at('/teams/{team_id}')
    async def team_page(team_id: str) -> None:
        try:
            team = await orchestrator.teams.get(team_id)
        except NotFoundError as error:
            _draw_missing(str(error), orchestrator)
            return
        agents = {agent.id: agent for agent in await orchestrator.agents.all()}
        with frame(team.name, orchestrator, here='/teams', parent=('Teams', '/teams'), fill=True) as page:
            TeamEditor(team, agents, orchestrator, page).draw()


def _draw_missing(why: str, orchestrator: Orchestrator) -> None:
    with (
        frame('Team', orchestrator, here='/teams', parent=('Teams', '/teams')),
        empty_state('groups', 'This team is not here', why),
    ):
        link_button('All teams', '/teams', kind='primary')
