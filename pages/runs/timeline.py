"""The steps of a run below each other, each with a bar that shows when it ran; what runs in rounds is folded."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from nicegui import ui

from core.runs.state import StepState
from pages.components.status import ICONS, NOT_RUN, StepShown
from pages.live import FollowedRun
from pages.runs.cards import progress
from pages.runs.steps import PAGE, Line, Pager, Steps


class Timeline(ui.element, component='timeline.js'):
    """Shows who ran when, in parallel; the bars of running steps grow by themselves."""

    def __init__(self, run: FollowedRun, nodes: list[str], *, on_choose: Callable[[str], Any]) -> None:
        """nodes: the run's own nodes, in the order in which they are shown."""
        super().__init__()
        self._run = run
        self._steps = Steps(run=run, nodes=nodes)
        self._names: dict[str, tuple[str, str]] = {}
        self._on_choose = on_choose
        self._sent = {row['key']: row for row in map(self._row, self._steps.lines())}
        self._props['rows'] = list(self._sent.values())
        self._props['end'] = _seconds(run.run.ended_at)
        self._props['now'] = run.now.timestamp()
        self._props['start'] = _seconds(run.run.started_at)
        self.on('choose', lambda event: on_choose(str(event.args)))
        self.on('fold', lambda event: self._do(self._steps.fold, event.args))
        self.on('filter', lambda event: self._do(self._steps.filter, event.args))
        self.on('turn', lambda event: self._do(self._steps.turn_to, event.args['path'], event.args['place']))
        self.on('go', lambda event: self._go(event.args['path'], event.args['number']))

    def show(self) -> None:
        """Brings the list up to date: the lines that changed, or all where some came or went."""
        rows = {row['key']: row for row in map(self._row, self._steps.lines())}
        before, self._sent = self._sent, rows
        end = _seconds(self._run.run.ended_at)
        if list(rows) != list(before):
            self.run_method('replace', list(rows.values()), end)
        elif (changed := [row for key, row in rows.items() if before[key] != row]) or self._run.ended:
            self.run_method('patch', changed, end)

    def select(self, path: str) -> None:
        """Marks a step as the chosen one, and unfolds what it stands in."""
        if path in self._run.state.steps:
            self._steps.reveal(path)
            self.show()
        self.run_method('choose', path)

    def _do(self, change: Callable[..., None], *told: Any) -> None:
        change(*told)
        self.show()

    def _go(self, path: str, number: Any) -> None:
        if isinstance(number, int) and (found := self._steps.go_to(path, number - 1)):
            self.show()
            self._on_choose(found)

    def _row(self, line: Line) -> dict[str, Any]:
        if line.pager:
            return {'key': f'{line.path} pager', 'path': line.path, 'depth': line.depth, 'pager': _told(line.pager)}
        step = self._run.state.steps.get(line.path) or StepState(path=line.path, node=line.path)
        status = self._run.shown(step)
        name, place = self._called(line.path)
        return {
            'key': line.path,
            'path': line.path,
            'depth': line.depth,
            'folded': line.folded,
            'name': name,
            'place': place,
            'status': status,
            'symbol': ICONS[status],
            'note': self._progress(step) or _note(step, status),
            'start': _seconds(step.started_at),
            'end': _seconds(step.ended_at),
        }

    def _called(self, path: str) -> tuple[str, str]:
        if path not in self._names:
            self._names[path] = self._run.title(path), self._run.name(path)
        return self._names[path]

    def _progress(self, step: StepState) -> str:
        """How far its rounds have come, if it runs any that are worth a word."""
        rounds = self._run.nesting.rounds(step.path)
        word = self._run.graphs.round_name(step.path) if rounds.paths else ''
        if not word:
            return ''
        return progress(rounds, word=word, total=step.rounds, over=step.settled)

    def _displayed_contents(self, *, only_visible: bool) -> list[Any]:
        return [text for row in self._sent.values() if 'name' in row for text in (row['name'], row['note'])]


def _told(pager: Pager) -> dict[str, Any]:
    last = min(pager.first + PAGE, pager.count)
    return {
        'from': pager.first + 1 if pager.count else 0,
        'to': last,
        'count': pager.count,
        'total': pager.total,
        'failed': pager.failed,
        'onlyFailed': pager.only_failed,
        'before': pager.first - PAGE if pager.first else None,
        'after': last if last < pager.count else None,
        'word': pager.word,
    }


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
            return 'waits to retry'
        case _:
            return f'attempt {step.attempt}' if step.attempt > 1 else ''
