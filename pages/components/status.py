"""The status of a run or a step: an icon, a word and a colour, the same everywhere."""

from typing import Literal

from nicegui import ui

from core.runs.events import NotRun
from core.runs.run import RunStatus
from core.runs.state import StepState, StepStatus

StepShown = StepStatus | Literal['unreached']
"""What is shown of a step; unreached: the run ended before it."""

Status = RunStatus | StepShown

ICONS: dict[Status, str] = {
    'pending': 'radio_button_unchecked',
    'unreached': 'radio_button_unchecked',
    'queued': 'hourglass_empty',
    'running': 'progress_activity',
    'waiting': 'pause_circle',
    'succeeded': 'check_circle',
    'failed': 'error',
    'skipped': 'redo',
    'cancelled': 'block',
    'unknown': 'help',
}


NOT_RUN: dict[NotRun, str] = {'same': 'Taken over', 'pinned': 'Pinned', 'disabled': 'Passed on: disabled'}
"""Why a step has a result without having run, in the place of its status' word."""


class StatusChip(ui.element):
    """Shows a status; `show` changes it. `bare`: without the coloured ground, for tables and lines of text."""

    def __init__(self, status: Status, *, bare: bool = False) -> None:
        super().__init__('span')
        self.classes('ao-status ao-status--bare' if bare else 'ao-status')
        with self:
            self._icon = ui.icon(symbol(ICONS[status]))
            self._word = ui.label(word(status))
        self.props['data-status'] = status

    def show(self, status: Status) -> None:
        self.props['data-status'] = status
        self._icon.name = symbol(ICONS[status])
        self._word.text = word(status)


def step_shown(step: StepState, *, ended: bool) -> StepShown:
    """The status of a step, in a run that has ended or goes on."""
    return 'unreached' if ended and step.status == 'pending' else step.status


def word(status: Status) -> str:
    return 'Not reached' if status == 'unreached' else status.capitalize()


def symbol(name: str) -> str:
    """The Material Symbol of that name in the set that ships with NiceGUI."""
    return f'sym_r_{name}'
