"""Entries of menus."""

from nicegui import ui
from nicegui.events import ClickEventArguments, Handler

from pages.components.layout import box, icon, words


def menu_item(
    text: str, icon_name: str, on_click: Handler[ClickEventArguments] | None = None, *, danger: bool = False
) -> ui.menu_item:
    """An entry with an icon; `danger` for what takes something away."""
    made = ui.menu_item(on_click=on_click).classes('ao-menu-item').mark(text)
    with made, box('ao-row ao-gap-3').style('color: var(--failed)' if danger else ''):
        icon(icon_name)
        words(text)
    return made
