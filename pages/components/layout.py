"""The boxes that pages are made of: rows, stacks, panels, sections, notices."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import Literal

from nicegui import ui

from pages.components.status import symbol

NoticeKind = Literal['note', 'good', 'warning', 'bad']

_NOTICE_ICONS: dict[NoticeKind, str] = {
    'note': 'info',
    'good': 'check_circle',
    'warning': 'warning',
    'bad': 'error',
}


def box(classes: str, *, tag: str = 'div') -> ui.element:
    """An element with these classes, to be filled in a `with`."""
    return ui.element(tag).classes(classes)


def row(classes: str = '') -> ui.element:
    """Side by side, centred, 8 px apart."""
    return box(f'ao-row {classes}')


def stack(classes: str = '') -> ui.element:
    """Below each other, 8 px apart."""
    return box(f'ao-stack {classes}')


def panel(classes: str = '') -> ui.element:
    """A raised surface with a hairline around it."""
    return box(f'ao-panel {classes}', tag='section')


def words(text: str, classes: str = '', *, tag: str = 'span') -> ui.label:
    """Text in an element of its own; `ao-dim`, `ao-small`, `ao-number` and the like say how."""
    made = ui.label(text).classes(classes)
    made.tag = tag
    return made


class Phrase(ui.label):
    """What the app itself says: what stands between backticks is shown as code."""

    def _text_to_model_text(self, text: str) -> None:
        self._props['innerHTML'] = with_code(text)


def with_code(text: str) -> str:
    """The text as HTML, with what stands between backticks as code."""
    return re.sub(r'`([^`\n]+)`', r'<code>\1</code>', escape(text, quote=False))


def phrase(text: str, classes: str = '', *, tag: str = 'span') -> Phrase:
    """Words of the app, such as an error or a help, in an element of their own."""
    made = Phrase(text).classes(classes)
    made.tag = tag
    return made


def icon(name: str, classes: str = '') -> ui.icon:
    """A Material Symbol by its name."""
    return ui.icon(symbol(name)).classes(classes)


@contextmanager
def section(title: str, note: str = '') -> Iterator[ui.element]:
    """A part of a page under its own heading; yields the place for its actions beside the heading.

    with section('Runs') as actions:
        with actions: button('Clear')
        …
    """
    with box('ao-section', tag='section'):
        with box('ao-section-head'):
            words(title, tag='h2')
            box('ao-grow')
            actions = row()
        if note:
            words(note, 'ao-section-note', tag='p')
        yield actions


def notice(text: str, kind: NoticeKind = 'note') -> ui.element:
    """A remark that stays on the page; what is added in its `with` stands below the text."""
    with box('ao-notice') as made:
        made.props['data-kind'] = kind
        made.props['role'] = 'alert' if kind == 'bad' else 'note'
        icon(_NOTICE_ICONS[kind])
        with ui.element('div') as inside:
            Phrase(text)
    return inside


def pairs(values: dict[str, str]) -> ui.element:
    """A list of names and their values."""
    with box('ao-pairs', tag='dl') as made:
        for name, value in values.items():
            words(name, tag='dt')
            words(value, tag='dd')
    return made


def badge(text: str, *, icon_name: str = '') -> ui.element:
    """A small word in a frame, for example 'local'."""
    with box('ao-badge', tag='span') as made:
        if icon_name:
            icon(icon_name)
        ui.label(text)
    return made
