"""Editing a JSON schema: as a table of fields where it is a flat object, else as text."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from nicegui import ui

from core.flat_schema import FieldKind, FlatField, FlatSchema, flat, twice_named
from pages.components.buttons import button, icon_button
from pages.components.fields import plain
from pages.components.layout import box, row, words

KINDS: dict[FieldKind, str] = {
    'text': 'Text',
    'number': 'Number',
    'whole': 'Whole number',
    'yes_no': 'Yes or no',
    'texts': 'List of texts',
    'object': 'Object',
}

EXAMPLE = '{\n  "type": "object",\n  "properties": {"score": {"type": "integer"}},\n  "required": ["score"]\n}'


class SchemaEditor(ui.element):
    """`text` is what is kept: the table shows it and writes it. What the table cannot show stays text."""

    def __init__(self, label: str, value: str = '', *, rows: int = 6, on_change: Callable[[], object]) -> None:
        super().__init__()
        self.classes('ao-schema')
        self._writing = False
        self._on_change = on_change
        with self:
            self._table = _Table(self._write)
            self.text = plain(ui.textarea(value=value, placeholder=EXAMPLE, on_change=self._take), label)
            self.text.props('autogrow spellcheck=false').classes('ao-mono-input')
            self.text.props['input-style'] = f'min-height: {rows * 1.55 + 1}em'
            with row('ao-schema-foot'):
                self._add = button('Add field', self._table.add, icon='add', kind='quiet')
                self._why = words('The table cannot show this.', 'ao-faint ao-tiny')
                box('ao-grow')
                self._switch = button('', self._toggle, kind='quiet')
        self._show(as_table=True)

    def _take(self) -> None:
        if not self._writing:
            self._show(as_table=self._table.visible)
        self._on_change()

    def _write(self, table: FlatSchema) -> None:
        self._writing = True
        self.text.value = json.dumps(table.as_schema(), indent=2, ensure_ascii=False) if table.fields else ''
        self._writing = False

    def _toggle(self) -> None:
        self._show(as_table=not self._table.visible)

    def _show(self, *, as_table: bool) -> None:
        table = read(self.text.value or '')
        as_table = as_table and table is not None
        if table is not None:
            self._table.show(table)
        self._table.set_visibility(as_table)
        self._add.set_visibility(as_table)
        self.text.set_visibility(not as_table)
        self._why.set_visibility(table is None)
        self._switch.set_visibility(table is not None)
        self._switch.text = 'Edit as text' if as_table else 'Edit as table'


def read(text: str) -> FlatSchema | None:
    """The table that shows what the text says, and an empty one for no text: no schema is not one without fields."""
    if not text.strip():
        return FlatSchema()
    try:
        table = flat(json.loads(text))
    except (ValueError, RecursionError):
        return None
    return table if table and table.fields else None


class _Table(ui.element):
    """The rows; one without a name is not told yet, and neither is anything while two have the same."""

    def __init__(self, write: Callable[[FlatSchema], None]) -> None:
        super().__init__()
        self.classes('ao-schema-table')
        self._write = write
        self._besides: dict[str, Any] = {}
        self._rows: list[_Row] = []
        with self:
            self._head = box('ao-schema-row ao-schema-head')
            with self._head:
                for title in ('Name', 'Type', 'Required', 'Description'):
                    words(title)
            self._list = box('ao-schema-rows')
            self._fault = words('', 'ao-field-error', tag='div')
        self._fault.set_visibility(False)

    @property
    def fields(self) -> Sequence[FlatField]:
        """What the rows say."""
        return [made.field for made in self._rows if made.field.name]

    def show(self, table: FlatSchema) -> None:
        """Shows another table; rows that are being typed in stay if it says the same."""
        self._besides = table.besides
        if tuple(self.fields) != table.fields:
            self._list.clear()
            self._rows = []
            for field in table.fields:
                self._draw(field)
        self._tell()

    def add(self) -> None:
        self._draw(FlatField(name=''))
        self._rows[-1].take_focus()
        self._tell()

    def drop(self, made: '_Row') -> None:
        self._rows.remove(made)
        made.delete()
        self.changed()

    def changed(self) -> None:
        if not self._tell():
            self._write(FlatSchema(fields=tuple(self.fields), besides=self._besides))

    def _draw(self, field: FlatField) -> None:
        with self._list:
            self._rows.append(_Row(field, self))

    def _tell(self) -> str:
        """Shows which name is there twice, and gives it."""
        twice = twice_named(self.fields)
        self._fault.text = f'Two fields are called {twice}. Nothing is kept until they differ.'
        self._fault.set_visibility(bool(twice))
        self._head.set_visibility(bool(self._rows))
        return twice


class _Row(ui.element):
    """One field."""

    def __init__(self, field: FlatField, table: _Table) -> None:
        super().__init__()
        self.classes('ao-schema-row')
        self._table = table
        self.field = field
        with self:
            self._name = plain(ui.input(value=field.name, placeholder='name', on_change=self._take), 'Field name')
            self._name.classes('ao-mono-input')
            self._kind = plain(ui.select(dict(KINDS), value=field.kind, on_change=self._take), 'Field type')
            self._kind.props('options-dense behavior=menu')
            self._required = ui.switch('Required', value=field.required, on_change=self._take).props('dense')
            self._required.props['aria-label'] = 'Field is required'
            self._description = plain(
                ui.input(value=field.description, placeholder='What it means', on_change=self._take),
                'Field description',
            )
            icon_button('close', 'Remove field', lambda: table.drop(self))

    def take_focus(self) -> None:
        self._name.props('autofocus')

    def _take(self) -> None:
        self.field = FlatField(
            name=(self._name.value or '').strip(),
            kind=self._kind.value,
            required=bool(self._required.value),
            description=self._description.value or '',
        )
        self._table.changed()
