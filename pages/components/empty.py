"""What a list shows before there is anything in it: what it is for, and the first step."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui

from pages.components.layout import box, icon, row, words


@contextmanager
def empty_state(icon_name: str, title: str, text: str, *, framed: bool = True) -> Iterator[ui.element]:
    """Teaches; the buttons that lead on are made in its `with`."""
    with box('ao-empty' if framed else 'ao-empty ao-empty--plain') as made:
        with box('ao-chip-icon'):
            icon(icon_name)
        words(title, tag='h2')
        words(text, tag='p')
        with row('ao-wrap'):
            yield made
