"""From one step of a node to the next, where a body in rounds made many of it: item 4 of 1,000."""

import re
from bisect import bisect_left, bisect_right, insort
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
        self._all: list[str] = []
        self._that_failed: list[str] = []
        with row('ao-stepper').mark('stepper') as shown:
            words(run.graphs.place(path) or run.name(path), 'ao-one-line ao-small')
            self._back = icon_button('chevron_left', 'The one before', lambda: self._go(-1), tooltip=False)
            self._count = words('', 'ao-number ao-dim')
            self._on = icon_button('chevron_right', 'The next one', lambda: self._go(1), tooltip=False)
            self._failed_back = icon_button('chevron_left', 'The failed one before', lambda: self._go_failed(-1))
            self._failed = words('', 'ao-tiny ao-failed')
            self._failed_on = icon_button('chevron_right', 'The next failed one', lambda: self._go_failed(1))
        shown.set_visibility('[' in path)
        self.show()

    def show(self) -> None:
        """Brings the numbers up to date."""
        tally = self._run.nesting.tally(pattern(self._path))
        for path in tally.paths[len(self._all) :]:
            insort(self._all, path, key=_numbers)
        self._that_failed = sorted(tally.having('failed'), key=_numbers)
        before, behind = self._around(self._all)
        here = before + 1 if behind > before else 0
        self._count.text = f'{here:,} of {max(len(self._all), self._expected()):,}'
        self._failed.text = f'{len(self._that_failed):,} failed'
        for each in (self._failed_back, self._failed, self._failed_on):
            each.set_visibility(bool(self._that_failed) and len(self._all) > 1)
        for paths, back, on in (
            (self._all, self._back, self._on),
            (self._that_failed, self._failed_back, self._failed_on),
        ):
            back.set_enabled(bool(self._beyond(paths, -1)))
            on.set_enabled(bool(self._beyond(paths, 1)))

    def _expected(self) -> int:
        """How many there will be, where the rounds that they stand in are of one step only."""
        step = self._run.state.steps.get(self._path.partition('[')[0])
        return (step.rounds or 0) if step and not step.settled and self._path.count('[') == 1 else 0

    def _go(self, by: int) -> None:
        self._choose(self._beyond(self._all, by))

    def _go_failed(self, by: int) -> None:
        self._choose(self._beyond(self._that_failed, by))

    def _choose(self, path: str) -> None:
        if path:
            self._on_choose(path)

    def _beyond(self, paths: Sequence[str], by: int) -> str:
        """The next of these before or behind the shown one; empty if there is none."""
        before, behind = self._around(paths)
        return next(iter(paths[before - 1 : before] if by < 0 else paths[behind : behind + 1]), '')

    def _around(self, paths: Sequence[str]) -> tuple[int, int]:
        """How many of these come before the shown one, and where those begin that come behind it."""
        here = _numbers(self._path)
        return bisect_left(paths, here, key=_numbers), bisect_right(paths, here, key=_numbers)


def _numbers(path: str) -> tuple[int, ...]:
    return tuple(int(number) for number in _NUMBER.findall(path))
