"""What was measured, and how it is shown."""

import statistics
import time
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Spent:
    """Seconds by the wall clock, and seconds of CPU of this process with all its threads."""

    wall: float
    cpu: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One row: several measurements of one thing, in `unit`, and what it should be."""

    what: str
    unit: str
    values: Sequence[float]
    limit: float | None = None
    more_is_better: bool = False

    @property
    def met(self) -> bool:
        """Whether the median keeps the limit; true where there is none."""
        if self.limit is None:
            return True
        median = statistics.median(self.values)
        return median >= self.limit if self.more_is_better else median <= self.limit

    @property
    def target(self) -> str:
        if self.limit is None:
            return ''
        return f'{"over" if self.more_is_better else "under"} {self.limit:g} {self.unit}'


async def spent(work: Awaitable[object]) -> Spent:
    """What it takes to await the work."""
    wall, cpu = time.perf_counter(), time.process_time()
    await work
    return Spent(wall=time.perf_counter() - wall, cpu=time.process_time() - cpu)


def table(figures: Sequence[Figure]) -> str:
    """The figures as Markdown."""
    rows = [
        f'| {f.what} | {min(f.values):.3g} | {statistics.median(f.values):.3g} | {max(f.values):.3g} '
        f'| {f.unit} | {f.target} | {_verdict(f)} |'
        for f in figures
    ]
    return '\n'.join(['| what | min | median | max | unit | target | met |', '|---|--:|--:|--:|---|---|---|', *rows])


def _verdict(figure: Figure) -> str:
    if figure.limit is None:
        return ''
    return 'yes' if figure.met else '**no**'
