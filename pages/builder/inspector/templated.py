"""Templates and expressions: completed while they are typed, checked, and shown as they came out in the last run."""

from nicegui import background_tasks

from core.drafts.naming import Named
from core.errors import TemplateError
from core.workflows.filters import FILTERS
from core.workflows.templates import names_in
from pages.builder.inspector.control import Control, fault_in_source
from pages.builder.inspector.form import Form
from pages.builder.inspector.pending import Place
from pages.builder.inspector.shapes import MISSING, Entered, Shape
from pages.components.fields import field
from pages.components.layout import words
from pages.components.template_field import TemplateField

SHOWN = 240
"""Characters of a result that are shown."""


class TemplateControl(Control):
    """A template or an expression."""

    def __init__(self, shape: Shape, place: Place, form: Form) -> None:
        super().__init__(shape, place, form)
        self._form = form
        self._expression = shape.kind == 'expression'
        with field(shape.title, help_text=shape.help, required=shape.required) as self.frame:
            self._field = TemplateField(
                shape.title,
                language='expression' if self._expression else 'template',
                placeholder=self.placeholder,
                rows=1 if self._expression else 3,
                on_type=self._take,
            )
            self._preview = words('', 'ao-braces-preview', tag='div')
            self._preview.set_visibility(False)
        self.watch_focus(self._field)
        form.watch_last_run(self._show_preview)

    def put(self, value: Entered) -> None:
        self._field.show('' if value is MISSING or value is None else str(value))
        self._show_preview()

    def own_fault(self) -> str:
        """What keeps it from being read, also while other fields keep the node from being checked."""
        try:
            names_in(self._field.text, expression=self._expression) if self._field.text else None
        except TemplateError as error:
            return fault_in_source(str(error))
        return ''

    def _take(self, text: str) -> None:
        in_list = isinstance(self.place[-1], int)
        self.typed(text if text or in_list else MISSING)

    def _enter(self) -> None:
        super()._enter()
        self._field.know((self._told(name) for name in self._form.names()), FILTERS)

    def _leave(self) -> None:
        super()._leave()
        self._show_preview()

    def _show_preview(self) -> None:
        background_tasks.create(self._fill_preview(), name='preview of a template')

    async def _fill_preview(self) -> None:
        text = self._field.text
        tells = self._expression or '{' in text
        result = await self._form.result_of(text, expression=self._expression) if tells else ''
        if not self._preview.is_deleted and text == self._field.text:
            self._preview.text = f'{result[:SHOWN]}…' if len(result) > SHOWN else result.strip()
            self._preview.set_visibility(bool(result.strip()))

    def _told(self, named: Named) -> dict[str, object]:
        """A name as the field's list shows it."""
        types = self._form.orchestrator.extensions.node_types
        kind = types.get(named.type) if named.type in types else None
        return {
            'name': named.name,
            'note': named.description,
            'icon': kind.icon if kind else '',
            'category': kind.category if kind else '',
            'fields': [self._told(inner) for inner in named.fields],
        }
