"""The usage of a week as a small plot, drawn here as SVG."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html import escape

from core.runs.run import Run
from pages.components.formats import cost, plural, tokens

WIDTH, HEIGHT, BASE, TOP = 320, 104, 84, 8
DAYS = 7


@dataclass(kw_only=True, slots=True)
class Day:
    """What happened on one day; `dollars` None where no price is known."""

    day: date
    succeeded: int = 0
    failed: int = 0
    other: int = 0
    tokens: int = 0
    dollars: float | None = None

    @property
    def runs(self) -> int:
        return self.succeeded + self.failed + self.other

    def add(self, run: Run) -> None:
        match run.status:
            case 'succeeded':
                self.succeeded += 1
            case 'failed':
                self.failed += 1
            case _:
                self.other += 1
        self.tokens += run.usage.tokens
        if run.usage.cost is not None:
            self.dollars = (self.dollars or 0) + run.usage.cost


def week_of(runs: Iterable[Run], *, now: datetime) -> list[Day]:
    """The last seven days in local time, oldest first; each run counts on the day it was asked for."""
    today = now.astimezone().date()
    days = {today - timedelta(days=back): Day(day=today - timedelta(days=back)) for back in reversed(range(DAYS))}
    for run in runs:
        if day := days.get(run.created_at.astimezone().date()):
            day.add(run)
    return list(days.values())


def week_plot(days: list[Day]) -> str:
    """A bar a day, as high as its runs: failed ones at the foot, then succeeded, then all others."""
    most = max(1, *(day.runs for day in days))
    step = WIDTH / len(days)
    bars = ''.join(_bar(day, index * step, step, most) for index, day in enumerate(days))
    total = plural(sum(day.runs for day in days), 'run')
    return (
        f'<svg class="ao-week" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{total} in seven days">'
        f'<line x1="0" x2="{WIDTH}" y1="{BASE}.5" y2="{BASE}.5" stroke="var(--line)"/>{bars}</svg>'
    )


def _bar(day: Day, left: float, step: float, most: int) -> str:
    parts, bottom = [], float(BASE)
    for count, colour in ((day.failed, 'failed'), (day.succeeded, 'succeeded'), (day.other, 'line-strong')):
        height = count / most * (BASE - TOP)
        bottom -= height
        if count:
            parts.append(
                f'<rect x="{left + step * 0.22:.1f}" y="{bottom:.1f}" width="{step * 0.56:.1f}" '
                f'height="{max(1.0, height - 1):.1f}" rx="2" fill="var(--{colour})"/>'
            )
    told = f'{day.day:%A}: {plural(day.runs, "run")}, {day.failed} failed, {tokens(day.tokens)}, {cost(day.dollars)}'
    return (
        f'<g><title>{escape(told)}</title><rect x="{left:.1f}" y="0" width="{step:.1f}" height="{BASE}" '
        f'fill="transparent"/>{"".join(parts)}<text x="{left + step / 2:.1f}" y="{HEIGHT - 4}" '
        f'text-anchor="middle">{day.day:%a}</text></g>'
    )
