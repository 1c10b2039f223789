"""The switch of a trigger."""

from collections.abc import Awaitable, Callable

from nicegui import ui


def trigger_switch(name: str, *, value: bool, switch_to: Callable[[bool], Awaitable[None]]) -> ui.switch:
    """On or off; `switch_to` stores it and draws the row anew."""
    made = ui.switch(value=value, on_change=lambda change: switch_to(change.value))
    made.props['aria-label'] = f'{name} is on'
    return made.mark(f'switch {name}')
