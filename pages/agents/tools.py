"""The tools of an agent: which it has, and which of them ask before they are called."""

from collections.abc import Callable, Sequence

from nicegui import ui

from core.orchestrator import Orchestrator
from core.tools.tool import Tool
from pages.components.buttons import button, icon_button
from pages.components.dialogs import asked_once, dialog
from pages.components.fields import switch
from pages.components.layout import box, icon, phrase, row, words
from pages.components.tool_picker import ToolChoice, symbol_of, title_of


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
        self._draw({}, {})
        with self:  # whoever calls may stand in a row that is just taken away
            ui.timer(0, self._name, once=True)

    async def _name(self) -> None:
        """Puts titles where only keys are known at first, and says which of them cannot be called."""
        tools = {tool.key: tool for tool in await self._orchestrator.toolbox.all()}
        faults = await self._orchestrator.uncallable(self.keys)
        if not self.is_deleted:
            self._draw(tools, faults)

    def _draw(self, tools: dict[str, Tool], faults: dict[str, str]) -> None:
        self._rows.clear()
        self._rows.set_visibility(bool(self.keys))
        with self._rows:
            for key in self.keys:
                self._draw_row(key, tools.get(key), faults.get(key, ''))

    def _draw_row(self, key: str, tool: Tool | None, fault: str) -> None:
        always = bool(tool and tool.requires_approval)
        with box('ao-tool-row'):
            icon(tool.icon if tool else symbol_of(key), 'ao-faint')
            with box('ao-grow'):
                words(tool.title if tool else title_of(key), 'ao-small ao-strong ao-one-line').style('display: block')
                words(key, 'ao-number ao-faint ao-one-line').style('display: block')
                if fault:
                    phrase(fault, 'ao-field-warning', tag='p')
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
            ToolChoice(self._orchestrator, choose=asked.submit, taken=self.keys, servers=True)
        chosen = await asked_once(asked)
        if chosen and chosen not in self.keys and not self.is_deleted:
            self.show([*self.keys, chosen], self.ask_before)
            self._on_change()
