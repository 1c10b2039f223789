"""Form fields: the label above, help below, an error in its place."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from nicegui import ui
from nicegui.events import Handler, ValueChangeEventArguments

from pages.components.layout import box, icon, words

E = TypeVar('E', bound=ui.element)

Changed = Handler[ValueChangeEventArguments[Any]] | None


@contextmanager
def field(label: str, *, help_text: str = '') -> Iterator[None]:
    """Puts a label above what is made in it, and help below."""
    with box('ao-field'):
        words(label, 'ao-field-label')
        yield
        if help_text:
            words(help_text, 'ao-field-help')


def text_field(
    label: str,
    value: str = '',
    *,
    help_text: str = '',
    placeholder: str = '',
    secret: bool = False,
    on_change: Changed = None,
) -> ui.input:
    """One line of text; `made.error` shows an error below it."""
    with field(label, help_text=help_text):
        made = ui.input(value=value, placeholder=placeholder, password=secret, on_change=on_change)
        return _plain(made, label)


def text_area(
    label: str, value: str = '', *, help_text: str = '', placeholder: str = '', rows: int = 4, on_change: Changed = None
) -> ui.textarea:
    """Several lines of text; it grows with them."""
    with field(label, help_text=help_text):
        made = ui.textarea(value=value, placeholder=placeholder, on_change=on_change)
        made.props('autogrow').props['input-style'] = f'min-height: {rows * 1.55 + 1}em'
        return _plain(made, label)


def number_field(
    label: str,
    value: float | None = None,
    *,
    help_text: str = '',
    placeholder: str = '',
    minimum: float | None = None,
    maximum: float | None = None,
    step: float | None = None,
    on_change: Changed = None,
) -> ui.number:
    """A number, or nothing."""
    with field(label, help_text=help_text):
        made = ui.number(value=value, placeholder=placeholder, min=minimum, max=maximum, step=step, on_change=on_change)
        return _plain(made, label)


def choice(
    label: str, options: Mapping[Any, str], value: Any = None, *, help_text: str = '', on_change: Changed = None
) -> ui.select:
    """One of several; `options` maps values to words."""
    with field(label, help_text=help_text):
        made = ui.select(dict(options), value=value, on_change=on_change)
        made.props('options-dense behavior=menu')
        return _plain(made, label)


def switch(label: str, *, value: bool = False, on_change: Changed = None) -> ui.switch:
    """Something that is on or off."""
    return ui.switch(label, value=value, on_change=on_change)


def search_field(placeholder: str, on_change: Callable[[str], object], *, value: str = '') -> ui.input:
    """Narrows a list while a person types."""
    made = ui.input(value=value, placeholder=placeholder, on_change=lambda change: on_change(change.value or ''))
    with made.add_slot('prepend'):
        icon('search')
    made.classes('ao-search')
    return _plain(made, placeholder).props('clearable debounce=150')


def _plain(made: E, label: str) -> E:
    made.props('outlined dense hide-bottom-space no-error-icon')
    made.props['aria-label'] = label
    return made
