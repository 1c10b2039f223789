"""Points in time, shown as ages that stay true by themselves."""

from datetime import datetime

from nicegui import ui

from pages.components.formats import ago
from pages.components.layout import words


def time_ago(when: datetime | None, *, now: datetime, classes: str = 'ao-faint') -> ui.label:
    """How long ago that was; the browser counts on, and the full time stands in the tooltip."""
    if when is None:
        return words('–', classes)
    made = words(ago(when, now=now), f'ao-number {classes}', tag='time')
    made.props['datetime'] = when.isoformat()
    made.props['data-age'] = 'true'
    made.props['title'] = f'{when.astimezone():%Y-%m-%d %H:%M:%S}'
    return made


def on_the_clock(when: datetime) -> str:
    """'7 Dec, 08:00:00', by the clock of this machine."""
    local = when.astimezone()
    return f'{local.day} {local:%b, %H:%M:%S}'
