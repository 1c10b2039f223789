"""The MCP servers: which there are, which may run, and what they offer."""

from nicegui import ui

from core.errors import OrchestratorError
from core.orchestrator import Orchestrator
from core.tools.mcp.server import McpServer
from core.tools.tool import Tool
from pages.components.buttons import busy, button, icon_button
from pages.components.dialogs import asked_once, confirm, dialog
from pages.components.empty import empty_state
from pages.components.layout import badge, box, icon, notice, panel, row, section, stack, words
from pages.components.toasts import explained
from pages.settings.mcp_form import ask_for_server


class McpServerList:
    """The list on one page."""

    def __init__(self, orchestrator: Orchestrator) -> None:
        self._orchestrator = orchestrator
        self._mcp = orchestrator.mcp

    async def draw(self) -> None:
        note = (
            'Programs and addresses that bring tools of their own, by the Model Context Protocol. A program runs with '
            'your rights, so it runs only after you have looked at its command and allowed it.'
        )
        with section('MCP servers', note) as actions:
            with actions:
                button('Add server', self._add, icon='add', kind='primary')
            self._list = stack()
        await self._refresh()

    async def _refresh(self) -> None:
        servers = await self._mcp.all()
        if self._list.is_deleted:
            return
        self._list.clear()
        with self._list:
            if not servers:
                with empty_state('extension', 'No MCP server yet', 'Add one to give agents its tools.'):
                    pass
                return
            with panel('ao-panel--tight'):
                for server in servers:
                    self._draw_row(server)

    def _draw_row(self, server: McpServer) -> None:
        session = self._mcp.session(server.id)
        with box('ao-connection'):
            with row('ao-gap-3 ao-wrap'):
                with box('ao-chip-icon'):
                    icon('terminal' if server.transport == 'stdio' else 'dns')
                with stack('ao-grow').style('gap: 0; flex-basis: 200px; min-width: 0'):
                    with row():
                        words(server.name, 'ao-strong ao-one-line')
                        self._draw_state(server)
                    address = server.command_line if server.transport == 'stdio' else server.url
                    words(address, 'ao-number ao-faint ao-one-line')
                with row():
                    if server.enabled and not server.may_start:
                        button('Look and allow', lambda: self._allow(server), kind='plain')
                    elif server.enabled:
                        connect = button('Restart' if session else 'Test', kind='plain')
                    button('Edit', lambda: self._edit(server), kind='quiet')
                    icon_button('delete', f'Delete {server.name}', lambda: self._delete(server))
            report = stack()
            if session is not None and session.state == 'ready':
                with report:
                    _draw_offers(list(session.tools))
        if server.may_start:
            connect.on_click(lambda: self._test(server, connect, report))

    def _draw_state(self, server: McpServer) -> None:
        session = self._mcp.session(server.id)
        if not server.enabled:
            badge('off')
        elif not server.may_start:
            badge('not allowed', icon_name='front_hand')
        elif session is not None and session.state == 'ready':
            badge('running', icon_name='check')
        elif session is not None and session.state == 'failed':
            badge('failed', icon_name='error')

    async def _test(self, server: McpServer, pressed: ui.button, report: ui.element) -> None:
        with busy(pressed):
            try:
                again = self._mcp.session(server.id) is not None
                tools = await (self._mcp.restart(server.id) if again else self._mcp.connect(server.id))
                wrong = ''
            except OrchestratorError as error:
                wrong = str(error)
        if not report.is_deleted:
            report.clear()
            with report:
                if wrong:
                    notice(wrong, 'bad')
                else:
                    _draw_offers(tools)

    async def _add(self) -> None:
        if saved := await ask_for_server(None, self._orchestrator):
            await self._refresh()
            if not saved.may_start:
                await self._allow(saved)

    async def _edit(self, server: McpServer) -> None:
        with explained():
            newest = await self._mcp.get(server.id)
            if await ask_for_server(newest, self._orchestrator):
                await self._refresh()

    async def _allow(self, server: McpServer) -> None:
        with explained():
            newest = await self._mcp.get(server.id)
            if newest.enabled and not newest.may_start and await _ask_to_allow(newest):
                await self._mcp.allow(newest.id, newest.fingerprint)
        await self._refresh()

    async def _delete(self, server: McpServer) -> None:
        text = 'Agents that use its tools cannot answer until these are taken from them.'
        if await confirm(f'Delete {server.name}?', text, action='Delete server'):
            with explained():
                await self._mcp.delete(server.id)
            await self._refresh()


async def _ask_to_allow(server: McpServer) -> bool:
    """Shows exactly what would run."""
    with dialog(f'May {server.name} run this?', width=620) as asked:
        words(
            'This program would run on this machine with all your rights: it can read your files and use the network. '
            'Allow it only if you know it and trust who made it. A change of the command asks again.',
            'ao-dim',
            tag='p',
        )
        with box('ao-code', tag='pre').style('margin: 0; white-space: pre-wrap; overflow-wrap: anywhere'):
            words(server.command_line, tag='code')
        if server.env:
            words('Variables', 'ao-part-name')
            with box('ao-code', tag='pre').style('margin: 0; white-space: pre-wrap; overflow-wrap: anywhere'):
                words('\n'.join(f'{name}={value}' for name, value in server.env.items()), tag='code')
        with row().style('align-self: flex-end'):
            button('Not now', lambda: asked.submit(False), kind='quiet')
            button('Allow this command', lambda: asked.submit(True), kind='primary')
    return bool(await asked_once(asked))


def _draw_offers(tools: list[Tool]) -> None:
    """The tools of a server, as words with their descriptions on hover."""
    offers = 'one tool' if len(tools) == 1 else f'{len(tools)} tools'
    with stack():
        words(f'It runs and offers {offers}.', 'ao-small ao-dim')
        with row('ao-wrap').style('gap: 6px'):
            for tool in tools:
                with badge(tool.key.rpartition('/')[2], icon_name='front_hand' if tool.requires_approval else ''):
                    asks = ' Asks before each call.' if tool.requires_approval else ''
                    ui.tooltip(f'{tool.description[:300]}{asks}'.strip() or tool.title)
