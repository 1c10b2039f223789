"""Buttons: one primary a view, the rest plain, quiet or dangerous."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from nicegui import ui
from nicegui.events import ClickEventArguments, Handler

from pages.components.status import symbol

Kind = Literal['primary', 'plain', 'quiet', 'danger']


def button(
    text: str, on_click: Handler[ClickEventArguments] | None = None, *, icon: str = '', kind: Kind = 'plain'
) -> ui.button:
    """A button with a word; `icon` is a Material Symbol."""
    made = ui.button(text, on_click=on_click, color=None, icon=symbol(icon) if icon else None)
    return made.props('unelevated no-caps').classes(f'ao-btn ao-btn--{kind}')


def icon_button(
    icon: str, label: str, on_click: Handler[ClickEventArguments] | None = None, *, tooltip: bool = True
) -> ui.button:
    """A button with only an icon; `label` is its tooltip and what a screen reader says."""
    made = ui.button(on_click=on_click, color=None, icon=symbol(icon))
    made.props('unelevated no-caps').classes('ao-btn ao-btn--quiet ao-btn--icon')
    made.props['aria-label'] = label
    made.mark(label)
    if not tooltip:
        return made
    with made:
        ui.tooltip(label).props('delay=400 anchor="top middle" self="bottom middle"')  # clear of a menu below it
    return made


def link_button(text: str, href: str, *, icon: str = '', kind: Kind = 'plain') -> ui.button:
    """A button that is a link, so that it can be opened in a new tab."""
    made = button(text, icon=icon, kind=kind)
    made.props['href'] = href
    return made


@contextmanager
def busy(made: ui.button) -> Iterator[None]:
    """The button turns and cannot be pressed until the block is left."""
    made.props('loading')
    try:
        yield
    finally:
        if not made.is_deleted:
            made.props(remove='loading')
