"""Fields that hold fields: models inside a model, and lists."""

from nicegui import ui

from core.values import Json
from pages.builder.inspector.control import Control
from pages.builder.inspector.form import Form, Slot
from pages.builder.inspector.pending import Place
from pages.builder.inspector.shapes import MISSING, Entered, Shape
from pages.components.buttons import button, icon_button
from pages.components.fields import field
from pages.components.layout import box, icon, row, words

FEW = 3
"""Items with more fields than that are folded up."""


class GroupControl(Control):
    """The fields of a model inside the model; one that may be left out has a switch."""

    def __init__(self, shape: Shape, place: Place, form: Form) -> None:
        super().__init__(shape, place, form)
        in_list = isinstance(place[-1], int)
        optional = not shape.required and shape.default is None and not in_list
        with field('' if in_list else shape.title, help_text='' if in_list else shape.help) as self.frame:
            self._body = box('ao-group ao-group--bare' if in_list else 'ao-group')
            with self._body:
                self._slots = [Slot(inner, (*place, inner.name), form) for inner in shape.inner]
        self._switch: ui.switch | None = None
        if optional:
            with self.frame.actions:
                self._switch = ui.switch(on_change=self._toggle).props('dense')
                self._switch.props['aria-label'] = shape.title

    def show(self, value: Entered) -> None:
        """Shows each field by itself."""
        self.put(value)

    def put(self, value: Entered) -> None:
        data = value if isinstance(value, dict) else {}
        for slot in self._slots:
            slot.show(data.get(slot.shape.name, MISSING))
        if self._switch is not None:
            self._putting = True
            self._switch.value = isinstance(value, dict)
            self._putting = False
            self._body.set_visibility(self._switch.value)

    def _toggle(self) -> None:
        if self._switch is not None and not self._putting:
            self._body.set_visibility(bool(self._switch.value))
            self.chosen({} if self._switch.value else MISSING)


class ListControl(Control):
    """Several values below each other, which can be added, taken away and moved."""

    def __init__(self, shape: Shape, place: Place, form: Form) -> None:
        super().__init__(shape, place, form)
        self._form = form
        self._rows: list[_Row] = []
        with field(shape.title, help_text=shape.help, required=shape.required) as self.frame:
            self._list = box('ao-list-rows')
            button(f'Add {shape.item.title}', self._add, icon='add', kind='quiet').classes('ao-list-add')

    @property
    def items(self) -> list[Json]:
        """What the draft holds, or else the default."""
        value = self.around.value(self.place)
        value = self.shape.default if value is MISSING else value
        return list(value) if isinstance(value, list | tuple) else []

    def show(self, value: Entered) -> None:
        """Keeps the rows that are there, so that a field in them can be typed in meanwhile."""
        self.put(value)

    def put(self, value: Entered) -> None:
        value = self.shape.default if value is MISSING else value
        items = list(value) if isinstance(value, list | tuple) else []
        while len(self._rows) > len(items):
            self._rows.pop().delete()
        fold = self.shape.item.kind == 'group' and len(self.shape.item.inner) > FEW and len(items) > 1
        with self._list:
            for number in range(len(self._rows), len(items)):
                self._rows.append(_Row(self, number, self._form, folded=fold))
        for made, item in zip(self._rows, items, strict=True):
            made.show(item)

    def _add(self) -> None:
        self.around.left()
        self._change([*self.items, {} if self.shape.item.kind == 'group' else _empty(self.shape.item)])
        if self._rows:
            self._rows[-1].open()

    def remove(self, number: int) -> None:
        self.around.left()
        self._change([item for n, item in enumerate(self.items) if n != number])

    def move(self, number: int, by: int) -> None:
        self.around.left()
        items = self.items
        if 0 <= number + by < len(items):
            items[number], items[number + by] = items[number + by], items[number]
            self._change(items)

    def _change(self, items: list[Json]) -> None:
        self.around.pending.set(self.place, items)


class _Row:
    """One item of a list."""

    def __init__(self, parent: ListControl, number: int, form: Form, *, folded: bool) -> None:
        shape = parent.shape.item
        self._number = number
        self._noun = shape.title
        self._simple = shape.kind != 'group'
        self._place = (*parent.place, number)
        with box('ao-list-item ao-list-item--simple' if self._simple else 'ao-list-item') as self._box:
            with row('ao-list-item-head'):
                if not self._simple:
                    with box('ao-list-fold', tag='button').props('type=button') as self._fold:
                        icon('chevron_right')
                        self._title = words('', 'ao-one-line')
                    self._fold.on('click', self._toggle)
                box('ao-grow')
                icon_button('arrow_upward', f'Move {self._noun} {number + 1} up', lambda: parent.move(number, -1))
                icon_button('arrow_downward', f'Move {self._noun} {number + 1} down', lambda: parent.move(number, 1))
                icon_button('close', f'Remove {self._noun} {number + 1}', lambda: parent.remove(number))
            self._body = box('ao-list-item-body')
            with self._body:
                self._slot = Slot(shape, self._place, form)
        form.rows[self._place] = self._box
        self._form = form
        self._set_folded(folded and not self._simple)

    def show(self, item: Json) -> None:
        self._slot.show(MISSING if item is None and self._simple else item)
        if not self._simple:
            name = next((v for v in item.values() if isinstance(v, str) and v), '') if isinstance(item, dict) else ''
            self._title.text = name or f'{self._noun[:1].upper()}{self._noun[1:]} {self._number + 1}'

    def open(self) -> None:
        self._set_folded(False)

    def delete(self) -> None:
        self._form.rows.pop(self._place, None)
        self._slot.forget()
        self._box.delete()

    def _toggle(self) -> None:
        self._set_folded(not self._folded)

    def _set_folded(self, folded: bool) -> None:
        self._folded = folded
        self._body.set_visibility(not folded)
        if not self._simple:
            self._fold.props['aria-expanded'] = 'false' if folded else 'true'


def _empty(shape: Shape) -> Json:
    return {'switch': False, 'list': [], 'json': {}, 'json_schema': {}, 'whole': None, 'number': None}.get(
        shape.kind, ''
    )
