"""What a node hands on by name: rows of a name and a value beside the choice of what they are handed to."""

from collections.abc import Iterable, Iterator, Mapping

from core.values import Json
from pages.builder.inspector.form import Form
from pages.builder.inspector.pending import Place
from pages.builder.inspector.shapes import MISSING, rows_of
from pages.components.buttons import button
from pages.components.layout import row


class ArgumentRows:
    """The list of rows; what can be told besides is offered where this is made."""

    def __init__(self, form: Form, place: Place) -> None:
        """place: where the list stands in the node."""
        self._form = form
        self._place = place
        self._offered: list[str] = []
        self._offers = row('ao-wrap ao-tool-offers')

    def begin(self, needed: Iterable[str], *, known: Iterable[str]) -> None:
        """Lists what is needed, and keeps what is told already as far as it is known."""
        known = set(known)
        told = {name: value for name, value in self._entries() if name in known and value}
        if self._is_there:
            self._form.pending.type(self._place, rows_of({**dict.fromkeys(needed, ''), **told}) or MISSING)

    def offer(self, names: Iterable[str], *, about: Mapping[str, str]) -> None:
        """Offers what is not told yet."""
        told = {name for name, _ in self._entries()}
        names = [name for name in names if name not in told]
        if names == self._offered or not self._is_there:
            return
        self._offered = names
        self._offers.clear()
        with self._offers:
            for name in names:
                made = button(name, lambda name=name: self._add(name), icon='add', kind='quiet')
                made.classes('ao-tool-offer').mark(f'Tell {name}')
                if about.get(name):
                    made.tooltip(about[name])

    def _add(self, name: str) -> None:
        self._form.left()
        told = self._form.value(self._place)
        rows = told if isinstance(told, list | tuple) else ()
        self._form.pending.set(self._place, [*rows, *rows_of({name: ''})])

    def _entries(self) -> Iterator[tuple[str, Json]]:
        told = self._form.value(self._place)
        for each in told if isinstance(told, list | tuple) else ():
            if isinstance(each, Mapping) and isinstance(each.get('name'), str):
                yield each['name'], each.get('value', '')

    @property
    def _is_there(self) -> bool:
        """Whether the node has such a list."""
        return self._place in self._form.controls
