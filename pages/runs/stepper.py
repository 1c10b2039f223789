"""From one step of a node to the next, where a body in rounds made many of it: item 4 of 1,000."""

import re
from collections.abc import Callable, Sequence

from core.runs.nesting import pattern
from pages.components.buttons import icon_button
from pages.components.layout import row, words
from pages.live import FollowedRun

_NUMBER = re.compile(r'\[(\d+)\]')


class Stepper:
    """Where the shown step stands among those of its node, and the ways to the others; nothing where it is alone."""

    def __init__(self, run: FollowedRun, path: str, *, on_choose: Callable[[str], object]) -> None:
        self._run = run
        self._path = path
        self._on_choose = on_choose
        self._row = row('ao-stepper').mark('stepper')
        with self._row:
            self._place = words('', 'ao-one-line ao-small')
            self._back = icon_button('chevron_left', 'The one before', lambda: self._go(-1), tooltip=False)
            self._count = words('', 'ao-number ao-dim')
            self._on = icon_button('chevron_right', 'The next one', lambda: self._go(1), tooltip=False)
            self._failed_back = icon_button('chevron_left', 'The failed one before', lambda: self._go_failed(-1))
            self._failed = words('', 'ao-tiny ao-failed')
            self._failed_on = icon_button('chevron_right', 'The next failed one', lambda: self._go_failed(1))
        self.show()

    def show(self) -> None:
        """Brings the numbers up to date."""
        tally = self._run.nesting.tally(pattern(self._path))
        self._row.set_visibility(self._path.count('[') > 0)
        paths = self._paths()
        here = paths.index(self._path) if self._path in paths else -1
        self._place.text = self._run.graphs.place(self._path) or self._run.name(self._path)
        self._count.text = f'{here + 1:,} of {max(len(paths), self._expected()):,}'
        self._back.set_enabled(here > 0)
        self._on.set_enabled(here + 1 < len(paths))
        failed = tally.counts['failed']
        self._failed.text = f'{failed:,} failed'
        for each in (self._failed_back, self._failed, self._failed_on):
            each.set_visibility(failed > 0 and len(paths) > 1)
        for each, by in ((self._failed_back, -1), (self._failed_on, 1)):
            each.set_enabled(bool(self._beyond(self._failed_paths(), by)) if failed else False)

    def _expected(self) -> int:
        """How many there will be, where the rounds that they stand in are of one step only."""
        step = self._run.state.steps.get(self._path.partition('[')[0])
        return (step.rounds or 0) if step and not step.settled and self._path.count('[') == 1 else 0

    def _paths(self) -> list[str]:
        return sorted(self._run.nesting.tally(pattern(self._path)).paths, key=_numbers)

    def _failed_paths(self) -> list[str]:
        return self._run.nesting.having(self._paths(), 'failed')

    def _go(self, by: int) -> None:
        self._choose(self._beyond(self._paths(), by))

    def _go_failed(self, by: int) -> None:
        self._choose(self._beyond(self._failed_paths(), by))

    def _beyond(self, paths: Sequence[str], by: int) -> str:
        """The next of these before or behind the shown one."""
        here = _numbers(self._path)
        found = [path for path in paths if (_numbers(path) > here if by > 0 else _numbers(path) < here)]
        return (found[0] if by > 0 else found[-1]) if found else ''

    def _choose(self, path: str) -> None:
        if path:
            self._on_choose(path)


def _numbers(path: str) -> tuple[int, ...]:
    return tuple(int(number) for number in _NUMBER.findall(path))
