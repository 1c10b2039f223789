"""What agents can use: the tools of the app and of plugins, and how far they reach."""

from core.orchestrator import Orchestrator
from core.tools.tool import Tool
from core.tools.toolbox import PRIVATE_ADDRESSES
from pages.components.fields import switch
from pages.components.layout import badge, box, icon, panel, row, section, stack, words
from pages.components.toasts import explained
from pages.settings.mcp_servers import McpServerList


async def draw_tools(orchestrator: Orchestrator) -> None:
    await McpServerList(orchestrator).draw()
    note = 'What comes with the app and with plugins. Every published workflow is a tool, too.'
    with section('Tools', note), panel('ao-panel--tight'):
        for tool in orchestrator.extensions.tools:
            _draw_tool(tool)
    await _draw_reach(orchestrator)


def _draw_tool(tool: Tool) -> None:
    with box('ao-connection'), row('ao-gap-3'):
        with box('ao-chip-icon'):
            icon(tool.icon)
        with stack('ao-grow').style('gap: 0; min-width: 0'):
            with row():
                words(tool.title, 'ao-strong ao-one-line')
                badge(tool.name)
            words(tool.description, 'ao-faint ao-tiny')


async def _draw_reach(orchestrator: Orchestrator) -> None:
    allowed = await orchestrator.preferences.get(PRIVATE_ADDRESSES) == 'yes'

    async def change(*, to: bool) -> None:
        with explained():
            await orchestrator.preferences.set(PRIVATE_ADDRESSES, 'yes' if to else 'no')

    note = (
        'Tools and HTTP nodes reach the public web. A page that an agent reads may tell it to ask your router or a '
        'server in your network, so those stay out of reach unless you allow them here, for all agents.'
    )
    with section('Private addresses', note):
        switch(
            'Allow addresses of this machine and of private networks',
            value=allowed,
            on_change=lambda e: change(to=e.value),
        )
