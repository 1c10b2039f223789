"""Choosing a tool: built-in ones, published workflows, and those of MCP servers."""

import asyncio
from collections.abc import Awaitable, Callable, Collection

from nicegui import ui

from core.orchestrator import Orchestrator
from core.tools.tool import Tool
from pages.components.dialogs import asked_once, dialog
from pages.components.fields import search_field
from pages.components.layout import badge, box, icon, row, stack, words
from pages.components.status import symbol
from pages.components.toasts import explained


class ToolPicker(ui.element):
    """A field that shows the chosen tool and opens the list of all."""

    def __init__(self, orchestrator: Orchestrator, *, on_change: Callable[[str], Awaitable[None]]) -> None:
        super().__init__()
        self.classes('ao-tool-picker')
        self._orchestrator = orchestrator
        self._on_change = on_change
        with self:
            with box('ao-picker', tag='button').props('type=button') as opener:
                self._icon = icon('build')
                self._words = words('Choose a tool', 'ao-grow ao-one-line ao-faint')
                icon('unfold_more')
            opener.props['aria-label'] = 'Choose a tool'
            opener.mark('Choose a tool').on('click', self.choose)
            self._about = words('', 'ao-field-help')
            self._about.set_visibility(False)

    def show(self, key: str, tool: Tool | None) -> None:
        """Shows a choice; `tool` None: only its key is known."""
        self._words.text = (tool.title if tool else f'{title_of(key)} (not here)') if key else 'Choose a tool'
        self._words.classes(add='' if key else 'ao-faint', remove='ao-faint' if key else '')
        self._icon.props['name'] = symbol(tool.icon if tool else symbol_of(key))
        self._about.text = f'{key}: {tool.description}' if tool else key
        self._about.set_visibility(bool(key))

    async def choose(self) -> None:
        """Opens the list, and tells what is chosen there."""
        with dialog('Choose a tool', width=560) as asked:
            ToolChoice(self._orchestrator, choose=asked.submit)
        if (chosen := await asked_once(asked)) and not self.is_deleted:
            await self._on_change(chosen)


class ToolChoice:
    """All tools that can be chosen, narrowed by what is typed.

    `servers`: whole servers with all their tools can be chosen too; else they are started to see what they offer.
    """

    def __init__(
        self,
        orchestrator: Orchestrator,
        *,
        choose: Callable[[str], object],
        taken: Collection[str] = (),
        servers: bool = False,
    ) -> None:
        self._orchestrator = orchestrator
        self._taken = set(taken)
        self._servers = servers
        self._choose = choose
        self._entries: list[tuple[str, str, str, str]] = []
        self._search = search_field('Find a tool', self._fill).props('autofocus')
        self._list = stack('ao-gap-0').style('max-height: 52vh; overflow: auto; min-height: 220px; align-self: stretch')
        ui.timer(0, self._load, once=True)

    async def _load(self) -> None:
        tools, servers = await asyncio.gather(self._orchestrator.toolbox.all(), self._orchestrator.mcp.all())
        self._entries = [(tool.key, tool.title, tool.description, tool.icon) for tool in tools]
        known = {tool.key.partition('/')[0] for tool in tools}
        for server in servers:
            key = f'mcp:{server.id}'
            if server.enabled and self._servers:
                about = 'An MCP server, with whatever it offers.'
                self._entries.append((key, f'All tools of {server.name}', about, 'dns'))
            elif server.enabled and key not in known:
                about = 'An MCP server that was not used yet: it is started, and its tools are listed here.'
                self._entries.append((key, f'Show the tools of {server.name}', about, 'dns'))
        if not self._list.is_deleted:
            self._fill(self._search.value or '')

    def _fill(self, query: str) -> None:
        wanted = query.lower().split()
        self._list.clear()
        with self._list:
            for key, title, about, picture in self._entries:
                if key not in self._taken and all(word in f'{key} {title} {about}'.lower() for word in wanted):
                    self._draw_option(key, title, about, picture)
            if not self._list.default_slot.children:
                words('No tool fits.', 'ao-faint ao-small')

    def _draw_option(self, key: str, title: str, about: str, picture: str) -> None:
        with ui.element('button').classes('ao-picker-option').props('type=button') as made:
            made.mark(title)
            icon(picture, 'ao-faint')
            with box('ao-grow'):
                with row():
                    words(title, 'ao-strong')
                    badge(key)
                words(about, 'ao-faint ao-tiny ao-two-lines')
        server = key.removeprefix('mcp:')
        if self._servers or server == key or '/' in server:
            made.on('click', lambda: self._choose(key))
        else:
            made.on('click', lambda: self._connect(server))

    async def _connect(self, server: str) -> None:
        with explained():
            await self._orchestrator.mcp.connect(server)
        await self._load()


def symbol_of(key: str) -> str:
    """An icon for a tool of which only the key is known."""
    return {'workflow': 'account_tree', 'mcp': 'extension'}.get(key.partition(':')[0], 'build')


def title_of(key: str) -> str:
    """A title for a tool of which only the key is known."""
    name = key.partition(':')[2] or key
    return name.replace('/', ' › ').replace('_', ' ').replace('-', ' ').capitalize()
