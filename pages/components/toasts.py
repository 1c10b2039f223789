"""Short news at the edge of the window: what was done, or what went wrong, why, and what to do."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

from nicegui import ui

from core.errors import InvalidError, OrchestratorError
from pages.components.layout import with_code
from pages.components.status import symbol

_ICONS = {'good': 'check_circle', 'bad': 'error', 'note': 'info'}


def toast(text: str, kind: Literal['good', 'bad', 'note'] = 'good', *, detail: str = '') -> None:
    """News that goes away by itself; bad news stays until it is closed."""
    coded = '`' in text + detail
    ui.notify(
        with_code(text) if coded else text,
        caption=(with_code(detail) if coded else detail) or None,
        html=coded,
        position='bottom',
        classes=f'ao-toast--{kind}',
        icon=symbol(_ICONS[kind]),
        timeout=0 if kind == 'bad' else 4000,
        close_button='Close' if kind == 'bad' else False,
        progress=False,
    )


def toast_error(error: OrchestratorError) -> None:
    """Shows an error in the words it brings; the places of an invalid thing each on a line."""
    toast(str(error), 'bad', detail=problems_in(error))


def toast_fault(error: Exception) -> None:
    """Shows what nobody on the page expected, so that nothing fails in silence."""
    if isinstance(error, OrchestratorError):
        toast_error(error)
    else:
        toast('Something in the app failed; its log says more.', 'bad', detail=f'{type(error).__name__}: {error}')


def problems_in(error: OrchestratorError) -> str:
    """Each place that is invalid as 'where: what' on a line of its own."""
    if not isinstance(error, InvalidError):
        return ''
    return '\n'.join(f'{where}: {what}' if where else what for where, what in error.problems)


@contextmanager
def explained() -> Iterator[None]:
    """What goes wrong inside is shown to the person instead of raised; the rest of the block is left out."""
    try:
        yield
    except OrchestratorError as error:
        toast_error(error)


def undoable(text: str, undo: Callable[[], object]) -> None:
    """Says what was done and offers, for eight seconds, to undo it."""
    made = ui.notification(text, position='bottom', timeout=8, classes='ao-toast--good')
    event = f'aoUndo{made.id}'
    made.props['options'] |= {
        'icon': symbol(_ICONS['good']),
        'actions': [{'label': 'Undo', ':handler': f'() => emitEvent({event!r})'}],
    }
    ui.on(event, undo)
