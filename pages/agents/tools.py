"""The tools of an agent: which it has, and which of them ask before they are called."""

import asyncio
from collections.abc import Callable, Sequence

from nicegui import ui

from core.orchestrator import Orchestrator
from core.tools.tool import Tool
from pages.components.buttons import button, icon_button
from pages.components.dialogs import asked_once, dialog
from pages.components.fields import search_field, switch
from pages.components.layout import badge, box, icon, row, stack, words


class ToolList(ui.element):
    """Shows the chosen tools, and adds others; `keys` and `ask_before` are what a person made of them."""

    def __init__(
        self,
        orchestrator: Orchestrator,
        keys: Sequence[str],
        ask_before: Sequence[str],
        *,
        on_change: Callable[[], object],
    ) -> None:
        super().__init__('div')
        self.classes('ao-stack')
        self._orchestrator = orchestrator
        self._on_change = on_change
        self.keys: list[str] = []
        self.ask_before: list[str] = []
        with self:
            self._rows = box('ao-tools')
            with row():
                button('Add tool', self._choose, icon='add')
        self.show(keys, ask_before)

    def show(self, keys: Sequence[str], ask_before: Sequence[str]) -> None:
        """Replaces what is chosen."""
        self.keys, self.ask_before = list(keys), list(ask_before)
        self._draw({})
        with self:  # whoever calls may stand in a row that is just taken away
            ui.timer(0, self._name, once=True)

    async def _name(self) -> None:
        """Puts titles where only keys are known at first."""
        tools = {tool.key: tool for tool in await self._orchestrator.toolbox.all()}
        if not self.is_deleted:
            self._draw(tools)

    def _draw(self, tools: dict[str, Tool]) -> None:
        self._rows.clear()
        self._rows.set_visibility(bool(self.keys))
        with self._rows:
            for key in self.keys:
                self._draw_row(key, tools.get(key))

    def _draw_row(self, key: str, tool: Tool | None) -> None:
        always = bool(tool and tool.requires_approval)
        with box('ao-tool-row'):
            icon(tool.icon if tool else symbol_of(key), 'ao-faint')
            with box('ao-grow'):
                words(tool.title if tool else title_of(key), 'ao-small ao-strong ao-one-line').style('display: block')
                words(key, 'ao-number ao-faint ao-one-line').style('display: block')
            asks = switch(
                'Ask first', value=always or key in self.ask_before, on_change=lambda e: self._ask(key, asks=e.value)
            )
            asks.props('dense size=xs').set_enabled(not always)
            icon_button('close', f'Take {key} away', lambda: self._remove(key), tooltip=False)

    def _ask(self, key: str, *, asks: bool) -> None:
        self.ask_before = [each for each in self.ask_before if each != key] + ([key] if asks else [])
        self._on_change()

    def _remove(self, key: str) -> None:
        self.keys.remove(key)
        self.ask_before = [each for each in self.ask_before if each != key]
        self.show(self.keys, self.ask_before)
        self._on_change()

    async def _choose(self) -> None:
        with dialog('Add a tool', width=560) as asked:
            ToolChoice(self._orchestrator, taken=self.keys, choose=asked.submit)
        chosen = await asked_once(asked)
        if chosen and chosen not in self.keys and not self.is_deleted:
            self.show([*self.keys, chosen], self.ask_before)
            self._on_change()


class ToolChoice:
    """All tools that can be added, narrowed by what is typed."""

    def __init__(self, orchestrator: Orchestrator, *, taken: Sequence[str], choose: Callable[[str], object]) -> None:
        self._orchestrator = orchestrator
        self._taken = set(taken)
        self._choose = choose
        self._entries: list[tuple[str, str, str, str]] = []
        search_field('Find a tool', self._fill).props('autofocus')
        self._list = stack('ao-gap-0').style('max-height: 52vh; overflow: auto; min-height: 220px; align-self: stretch')
        ui.timer(0, self._load, once=True)

    async def _load(self) -> None:
        tools, servers = await asyncio.gather(self._orchestrator.toolbox.all(), self._orchestrator.mcp.all())
        whole = [
            (f'mcp:{server.id}', f'All tools of {server.name}', 'An MCP server, with whatever it offers.', 'dns')
            for server in servers
            if server.enabled
        ]
        self._entries = [(tool.key, tool.title, tool.description, tool.icon) for tool in tools] + whole
        if not self._list.is_deleted:
            self._fill('')

    def _fill(self, query: str) -> None:
        wanted = query.lower().split()
        self._list.clear()
        with self._list:
            for key, title, about, symbol in self._entries:
                if key not in self._taken and all(word in f'{key} {title} {about}'.lower() for word in wanted):
                    self._draw_option(key, title, about, symbol)
            if not self._list.default_slot.children:
                words('No tool fits.', 'ao-faint ao-small')

    def _draw_option(self, key: str, title: str, about: str, symbol: str) -> None:
        with ui.element('button').classes('ao-picker-option').props('type=button').mark(title) as made:
            icon(symbol, 'ao-faint')
            with box('ao-grow'):
                with row():
                    words(title, 'ao-strong')
                    badge(key)
                words(about, 'ao-faint ao-tiny ao-two-lines')
        made.on('click', lambda: self._choose(key))


def symbol_of(key: str) -> str:
    """An icon for a tool of which only the key is known."""
    return {'workflow': 'account_tree', 'mcp': 'extension'}.get(key.partition(':')[0], 'build')


def title_of(key: str) -> str:
    """A title for a tool of which only the key is known."""
    name = key.partition(':')[2] or key
    return name.replace('/', ' › ').replace('_', ' ').replace('-', ' ').capitalize()
