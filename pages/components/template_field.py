"""A text with `{{ }}` places, or an expression: highlighted, and completed while it is typed."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from nicegui import ui
from nicegui.events import GenericEventArguments

Language = Literal['template', 'expression']


class TemplateField(ui.element, component='template_field.js'):
    """A field that grows with its text. What is typed is told at once; nothing that the server sets replaces it.

    names: what can be completed, as {name, note, icon, category, fields: […]}; filters: name and note.
    """

    def __init__(
        self,
        label: str,
        text: str = '',
        *,
        language: Language = 'template',
        placeholder: str = '',
        rows: int = 2,
        on_type: Callable[[str], object],
    ) -> None:
        super().__init__()
        self._content = text
        self._typed = 0
        """How often something was typed, as the browser counts."""
        self._names: object = None
        self._on_type = on_type
        self._props['text'] = text
        self._props['language'] = language
        self._props['placeholder'] = placeholder
        self._props['rows'] = rows
        self._props['aria-label'] = label
        self.on('typed', self._take_typed)

    @property
    def text(self) -> str:
        return self._content

    def show(self, text: str) -> None:
        """Shows another text, unless something was typed that is still on its way here."""
        if text != self._content:
            self._keep(text)
            self.run_method('take', text, self._typed)

    def know(self, names: Iterable[Mapping[str, Any]], filters: Mapping[str, str]) -> None:
        """What is completed from now on."""
        known = [list(names), dict(filters)]
        if known != self._names:
            self._names = known
            self.run_method('know', *known)

    def _take_typed(self, event: GenericEventArguments) -> None:
        text, self._typed = event.args
        if text != self._content:
            self._keep(text)
            self._on_type(text)

    def _keep(self, text: str) -> None:
        """For whoever draws the page anew; the field itself has it."""
        self._content = text
        with self._props.suspend_updates():
            self._props['text'] = text
