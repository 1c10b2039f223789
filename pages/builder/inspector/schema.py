"""A JSON schema: as a table of fields or as text, checked while it is typed."""

from itertools import islice

from nicegui import ui

from core.json_schema import schema_faults
from pages.builder.inspector.controls import JsonControl
from pages.builder.inspector.shapes import MISSING
from pages.components.schema_editor import SchemaEditor


class SchemaControl(JsonControl):
    """The text is what is kept, whichever way it is edited."""

    def _draw(self) -> tuple[ui.element, ui.textarea]:
        editor = SchemaEditor(self.shape.title, rows=3, on_change=self._take)
        return editor, editor.text

    def own_fault(self) -> str:
        return '' if self._known is MISSING else '\n'.join(islice(schema_faults(self._known), 3))
