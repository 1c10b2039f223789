"""Form fields: the label above, help below, an error in its place."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from nicegui import ui
from nicegui.events import Handler, ValueChangeEventArguments

from pages.components.layout import Phrase, box, icon, phrase, row, words

E = TypeVar('E', bound=ui.element)

Remark = Literal['error', 'warning', 'preview']

Changed = Handler[ValueChangeEventArguments[Any]] | None


@dataclass(kw_only=True, slots=True)
class FieldFrame:
    """What stands around a control."""

    box: ui.element
    actions: ui.element
    """Beside the label; filled in a `with`."""
    remark: Phrase

    def say(self, text: str, kind: Remark = 'error') -> None:
        """A remark below the control; empty takes it away. The control itself is not sent anew, so typing goes on."""
        if (text, kind if text else '') != (self.remark.text, self.box.props.get('data-remark', '')):
            self.remark.text = text
            self.remark.classes(replace=f'ao-field-{kind}')
            self.remark.set_visibility(bool(text))
            self.box.props['data-remark'] = kind if text else ''


@contextmanager
def field(label: str, *, help_text: str = '', required: bool = False) -> Iterator[FieldFrame]:
    """Puts a label above what is made in it; remarks and help below."""
    with box('ao-field') as made:
        with box('ao-field-head'):
            words(label, 'ao-field-label')
            if required:
                words('required', 'ao-field-required')
            actions = row('ao-field-actions')
        control = box('ao-field-control')
        remark = phrase('', tag='div')
        remark.props['aria-live'] = 'polite'
        remark.set_visibility(False)
        with control:
            yield FieldFrame(box=made, actions=actions, remark=remark)
        if help_text:
            phrase(help_text, 'ao-field-help')


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
        return plain(made, label)


def text_area(
    label: str, value: str = '', *, help_text: str = '', placeholder: str = '', rows: int = 4, on_change: Changed = None
) -> ui.textarea:
    """Several lines of text; it grows with them."""
    with field(label, help_text=help_text):
        made = ui.textarea(value=value, placeholder=placeholder, on_change=on_change)
        made.props('autogrow').props['input-style'] = f'min-height: {rows * 1.55 + 1}em'
        return plain(made, label)


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
        return plain(made, label)


def choice(
    label: str,
    options: Mapping[Any, str],
    value: Any = None,
    *,
    help_text: str = '',
    searched: bool = False,
    on_change: Changed = None,
) -> ui.select:
    """One of several; `options` maps values to words. `searched`: they are so many that one types to find one."""
    with field(label, help_text=help_text):
        made = ui.select(dict(options), value=value, with_input=searched, on_change=on_change)
        made.props('options-dense behavior=menu')
        return plain(made, label)


def switch(label: str, *, value: bool = False, on_change: Changed = None) -> ui.switch:
    """Something that is on or off."""
    return ui.switch(label, value=value, on_change=on_change)


def search_field(placeholder: str, on_change: Callable[[str], object], *, value: str = '') -> ui.input:
    """Narrows a list while a person types."""
    made = ui.input(value=value, placeholder=placeholder, on_change=lambda change: on_change(change.value or ''))
    with made.add_slot('prepend'):
        icon('search')
    made.classes('ao-search')
    return plain(made, placeholder).props('clearable debounce=150')


def plain(made: E, label: str) -> E:
    """Gives a control of the framework the look of the app, and the name that a screen reader says."""
    made.props('outlined dense hide-bottom-space no-error-icon')
    made.props['aria-label'] = label
    return made
