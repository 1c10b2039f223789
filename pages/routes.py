"""Pages by their addresses."""

from nicegui import ui

BUILDING = 60.0
"""Seconds that a page may take to be built: on a busy machine it comes late, rather than not at all."""


def page_at(path: str) -> ui.page:
    """Makes what it decorates the page at this path, whose placeholders are its arguments."""
    return ui.page(path, response_timeout=BUILDING)
