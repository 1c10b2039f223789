"""The agents: all of them, and one with its playground."""

from core.errors import NotFoundError
from core.orchestrator import Orchestrator
from pages.agents.editor import AgentEditor
from pages.agents.listing import AgentList
from pages.components.buttons import link_button
from pages.components.empty import empty_state
from pages.frame import frame
from pages.routes import page_at


def register(orchestrator: Orchestrator) -> None:
    @page_at('/agents')
    async def agents_page() -> None:
        with frame('Agents', orchestrator, here='/agents') as page:
            await AgentList(orchestrator).draw(page.actions)

    @page_at('/agents/{agent_id}')
    async def agent_page(agent_id: str) -> None:
        try:
            agent = await orchestrator.agents.get(agent_id)
        except NotFoundError as error:
            _draw_missing(str(error), orchestrator)
            return
        with frame(agent.name, orchestrator, here='/agents', parent=('Agents', '/agents'), fill=True) as page:
            AgentEditor(agent, orchestrator, page).draw()


def _draw_missing(why: str, orchestrator: Orchestrator) -> None:
    with (
        frame('Agent', orchestrator, here='/agents', parent=('Agents', '/agents')),
        empty_state('smart_toy', 'This agent is not here', why),
    ):
        link_button('All agents', '/agents', kind='primary')
