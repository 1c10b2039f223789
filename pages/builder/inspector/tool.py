"""The tool that a node calls, and the arguments that it takes."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from nicegui import ui

from core.tools.tool import Tool
from core.values import Json
from pages.builder.inspector.control import Control
from pages.builder.inspector.form import Form
from pages.builder.inspector.pending import Place
from pages.builder.inspector.shapes import MISSING, Entered, Shape
from pages.components.buttons import button
from pages.components.fields import field
from pages.components.layout import row
from pages.components.tool_picker import ToolPicker

ARGUMENTS = 'arguments'
"""The list beside the tool that its arguments go into, as rows of a name and a value."""


class ToolControl(Control):
    """The key of a tool. Choosing one lists what it must be told; what else it can be told is offered below."""

    def __init__(self, shape: Shape, place: Place, form: Form) -> None:
        super().__init__(shape, place, form)
        self._form = form
        self._arguments: Place = (*place[:-1], ARGUMENTS)
        self._tools: dict[str, Tool] = {}
        self._offered: list[str] = []
        with field(shape.title, help_text='', required=shape.required) as self.frame:
            self._picker = ToolPicker(form.orchestrator, on_change=self._choose)
            self._offers = row('ao-wrap ao-tool-offers')

    def show(self, value: Entered) -> None:
        """Shows the tool; what is offered depends on its arguments, which may have changed while it did not."""
        super().show(value)
        self._offer()

    def put(self, value: Entered) -> None:
        self._show()
        if value and value not in self._tools:
            with self._picker:
                ui.timer(0, self._look, once=True)

    async def _look(self) -> None:
        """Finds out what is known of the tools there are."""
        self._tools = {tool.key: tool for tool in await self._form.orchestrator.toolbox.all()}
        if not self._picker.is_deleted:
            self._show()
            self._offer()

    def _show(self) -> None:
        key = self._known if isinstance(self._known, str) else ''
        self._picker.show(key, self._tools.get(key))

    async def _choose(self, key: str) -> None:
        await self._look()
        told = {**dict.fromkeys(_names(self._tools.get(key), needed=True), ''), **self._told(key)}
        if ARGUMENTS in self._siblings():
            self.around.pending.type(self._arguments, _rows(told) or MISSING)
        self.chosen(key)
        self._show()
        self._form.show()

    def _told(self, key: str) -> dict[str, Json]:
        """What is said already, as far as this tool takes it."""
        known = set(_names(self._tools.get(key)))
        return {name: value for name, value in self._entries() if name in known and value}

    def _offer(self) -> None:
        """Offers the arguments that are not told yet."""
        key = self._known if isinstance(self._known, str) else ''
        told = {name for name, _ in self._entries()}
        names = [name for name in _names(self._tools.get(key)) if name not in told]
        if names == self._offered or ARGUMENTS not in self._siblings():
            return
        self._offered = names
        self._offers.clear()
        with self._offers:
            for name in names:
                made = button(name, lambda name=name: self._add(name), icon='add', kind='quiet')
                made.classes('ao-tool-offer').mark(f'Tell {name}')
                if about := _about(self._tools[key], name):
                    made.tooltip(about)

    def _add(self, name: str) -> None:
        self.around.left()
        told = self.around.value(self._arguments)
        rows = list(told) if isinstance(told, list | tuple) else _rows(dict(self._entries()))
        self.around.pending.set(self._arguments, [*rows, *_rows({name: ''})])

    def _entries(self) -> Iterator[tuple[str, Json]]:
        told = self.around.value(self._arguments)
        if isinstance(told, Mapping):
            yield from told.items()
        for each in told if isinstance(told, list | tuple) else ():
            if isinstance(each, Mapping) and isinstance(each.get('name'), str):
                yield each['name'], each.get('value', '')

    def _siblings(self) -> set[str]:
        """What else can be said beside the tool."""
        inside = len(self.place)
        return {
            str(place[-1]) for place in self._form.controls if len(place) == inside and place[:-1] == self.place[:-1]
        }


def _rows(told: Mapping[str, Json]) -> list[dict[str, Json]]:
    """Names and values, as the list holds them; a value that is no text is written as JSON."""
    return [
        {'name': name, 'value': value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}
        for name, value in told.items()
    ]


def _names(tool: Tool | None, *, needed: bool = False) -> list[str]:
    """The arguments of a tool, those that it needs first; or only those."""
    schema: Mapping[str, Any] = tool.parameters if tool else {}
    properties = schema.get('properties') or {}
    required = [name for name in schema.get('required') or () if name in properties]
    return required if needed else [*required, *(name for name in properties if name not in required)]


def _about(tool: Tool, name: str) -> str:
    said = (tool.parameters.get('properties') or {}).get(name)
    return str(said.get('description') or '') if isinstance(said, Mapping) else ''
