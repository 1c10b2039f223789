"""What the rows of schedules and of webhooks have in common."""

from datetime import datetime

from nicegui import ui

from core.errors import NotFoundError
from core.llm.images import without_images
from core.orchestrator import Orchestrator
from core.runs.run import Run
from core.values import Json
from pages.components.layout import icon, row, words
from pages.components.status import StatusChip
from pages.components.times import time_ago


async def run_of(run_id: str, orchestrator: Orchestrator) -> Run | None:
    """The run of that id, if there still is one."""
    try:
        return await orchestrator.run(run_id) if run_id else None
    except NotFoundError:
        return None


def draw_run(run: Run | None, *, now: datetime, never: str) -> None:
    """A link to a run, or words where there is none."""
    if run is None:
        words(never, 'ao-faint ao-small')
        return
    with ui.link(target=f'/runs/{run.id}').classes('ao-row'):
        StatusChip(run.status, bare=True)
        time_ago(run.created_at, now=now)


def draw_fault(text: str) -> None:
    """Why the latest time, or the latest delivery, started nothing."""
    with row('ao-trigger-fault'):
        icon('warning')
        words(text, 'ao-small')


def shown_inputs(inputs: dict[str, Json]) -> str:
    """Inputs in one line."""
    return ' · '.join(f'{name}: {_short(value)}' for name, value in inputs.items() if value not in (None, ''))


def _short(value: Json) -> str:
    text = ' '.join(str(without_images(value)).split())
    return text if len(text) <= 40 else f'{text[:39]}…'
