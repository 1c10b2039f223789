"""The tool that a node calls, and the arguments that it takes."""

from collections.abc import Mapping
from typing import Any

from nicegui import ui

from core.tools.tool import Tool
from pages.builder.inspector.arguments import ArgumentRows
from pages.builder.inspector.control import Control
from pages.builder.inspector.form import Form
from pages.builder.inspector.pending import Place
from pages.builder.inspector.shapes import Entered, Shape
from pages.components.fields import field
from pages.components.tool_picker import ToolPicker

ARGUMENTS = 'arguments'
"""The list beside the tool that its arguments go into."""


class ToolControl(Control):
    """The key of a tool. Choosing one lists what it must be told; what else it can be told is offered below."""

    def __init__(self, shape: Shape, place: Place, form: Form) -> None:
        super().__init__(shape, place, form)
        self._form = form
        self._tools: dict[str, Tool] = {}
        with field(shape.title, help_text=shape.help, required=shape.required) as self.frame:
            self._picker = ToolPicker(form.orchestrator, on_change=self._choose)
            self._arguments = ArgumentRows(form, (*place[:-1], ARGUMENTS))

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
        self._picker.show(self._key, self._tools.get(self._key))

    async def _choose(self, key: str) -> None:
        await self._look()
        tool = self._tools.get(key)
        self._arguments.begin(_names(tool, needed=True), known=_names(tool))
        self.chosen(key)
        self._show()
        self._form.show()

    def _offer(self) -> None:
        """Offers the arguments that are not told yet."""
        tool = self._tools.get(self._key)
        self._arguments.offer(_names(tool), about={name: _about(tool, name) for name in _names(tool)} if tool else {})

    @property
    def _key(self) -> str:
        return self._known if isinstance(self._known, str) else ''


def _names(tool: Tool | None, *, needed: bool = False) -> list[str]:
    """The arguments of a tool, those that it needs first; or only those."""
    schema: Mapping[str, Any] = tool.parameters if tool else {}
    properties = schema.get('properties') or {}
    required = [name for name in schema.get('required') or () if name in properties]
    return required if needed else [*required, *(name for name in properties if name not in required)]


def _about(tool: Tool, name: str) -> str:
    said = (tool.parameters.get('properties') or {}).get(name)
    return str(said.get('description') or '') if isinstance(said, Mapping) else ''
