"""Dialogs that ask before something is done."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nicegui import ui

from pages.components.buttons import Kind, button, icon_button
from pages.components.layout import row, words


@contextmanager
def dialog(title: str, *, width: int = 480, cross: bool = False) -> Iterator[ui.dialog]:
    """A dialog with a title; opened by `open()`, or by `asked_once`, which gives what was `submit`ted.

    cross: whether it is closed by a cross, for one that asks nothing.
    """
    with ui.dialog() as made, ui.card().classes('ao-dialog').style(f'width: {width}px; max-width: 94vw'):
        made.props['loopback'] = False  # Escape closes it at once, not only after the app has heard of it
        words(title, 'ao-title', tag='h2').style('font-size: var(--size-l)')
        if cross:
            icon_button('close', 'Close', made.close, tooltip=False).classes('ao-dialog-close')
        yield made


async def asked_once(asked: ui.dialog) -> Any:
    """Opens the dialog; gives what was submitted, or None. The dialog is gone afterwards."""
    answer = await asked
    if not asked.is_deleted:
        asked.delete()
    return answer


async def confirm(title: str, text: str, *, action: str, kind: Kind = 'danger') -> bool:
    """Asks; True only if the person chose the action."""
    with dialog(title, width=440) as asked:
        words(text, 'ao-dim', tag='p')
        with row().style('align-self: flex-end'):
            button('Cancel', lambda: asked.submit(False), kind='quiet')
            button(action, lambda: asked.submit(True), kind=kind)
    return bool(await asked_once(asked))
