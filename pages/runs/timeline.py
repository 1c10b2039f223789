"""The steps of a run below each other, each with a bar that shows when it ran."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from nicegui import ui

from core.runs.state import StepState
from pages.components.status import ICONS, NOT_RUN, StepShown, step_shown
from pages.live import FollowedRun
from pages.runs.places import around, is_listed, name_of


class Timeline(ui.element, component='timeline.js'):
    """Shows who ran when, in parallel; the bars of running steps grow by themselves."""

    def __init__(self, run: FollowedRun, names: dict[str, str], *, on_choose: Callable[[str], Any]) -> None:
        """names: what the steps are called, by path, in the order in which they are shown."""
        super().__init__()
        self._run = run
        self._names = names
        graph = run.version.graph
        outer = [path for path in names if path not in graph.by_id or graph.by_id[path].parent is None]
        self._sent = {path: self._row(path) for path in (*outer, *self._listed(run.state.steps))}
        self._props['rows'] = list(self._sent.values())
        self._props['end'] = _seconds(run.state.ended_at)
        self._props['now'] = run.now.timestamp()
        self.on('choose', lambda event: on_choose(str(event.args)))

    def show(self, paths: Iterable[str]) -> None:
        """Brings the rows of these steps up to date."""
        rows = {path: self._row(path) for path in (self._sent if self._run.ended else self._listed(paths))}
        changed = [row for path, row in rows.items() if self._sent.get(path) != row]
        self._sent |= rows
        self.run_method('patch', changed, _seconds(self._run.state.ended_at))

    def select(self, path: str) -> None:
        self.run_method('choose', path)

    def _listed(self, paths: Iterable[str]) -> list[str]:
        steps = self._run.state.steps
        return [path for path in paths if path and (path not in steps or is_listed(steps[path]))]

    def _row(self, path: str) -> dict[str, Any]:
        step = self._run.state.steps.get(path) or StepState(path=path, node=path)
        status = step_shown(step, ended=self._run.ended)
        return {
            'path': path,
            'name': name_of(step, self._names),
            'under': _listed_around(path),
            'status': status,
            'symbol': ICONS[status],
            'note': _note(step, status),
            'start': _seconds(step.started_at),
            'end': _seconds(step.ended_at),
        }

    def _displayed_contents(self, *, only_visible: bool) -> list[Any]:
        return [text for row in self._sent.values() for text in (row['name'], row['note'])]


def _listed_around(path: str) -> list[str]:
    """What it is a part of, from the inside out."""
    outer: list[str] = []
    while path := around(path):
        outer.append(path)
    return outer


def _seconds(when: datetime | None) -> float | None:
    return when.timestamp() if when else None


def _note(step: StepState, status: StepShown) -> str:
    """What is remarkable about it, in a few words."""
    if step.not_run is not None:
        return NOT_RUN[step.not_run].lower()
    match status:
        case 'unreached':
            return 'not reached'
        case 'failed' | 'skipped' | 'cancelled' | 'unknown' | 'waiting':
            return status
        case 'running' if step.retry_at and step.error:
            return 'trying again'
        case _:
            return f'attempt {step.attempt}' if step.attempt > 1 else ''
