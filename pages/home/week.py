"""The usage of a week as a small plot, drawn here as SVG."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from html import escape

from core.runs.totals import Total
from pages.components.formats import cost, plural, tokens

WIDTH, HEIGHT, BASE, TOP = 320, 104, 84, 8
DAYS = 7


def days_of(now: datetime) -> list[datetime]:
    """When each of the last seven days began in local time, the oldest first."""
    today = now.astimezone().date()
    days = (today - timedelta(days=back) for back in reversed(range(DAYS)))
    return [datetime.combine(day, time.min).astimezone() for day in days]


def week_plot(days: Sequence[Total]) -> str:
    """A bar a day, as high as its runs: failed ones at the foot, then succeeded, then all others."""
    most = max(1, *(day.runs for day in days))
    step = WIDTH / len(days)
    bars = ''.join(_bar(day, index * step, step, most) for index, day in enumerate(days))
    total = plural(sum(day.runs for day in days), 'run')
    return (
        f'<svg class="ao-week" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{total} in seven days">'
        f'<line x1="0" x2="{WIDTH}" y1="{BASE}.5" y2="{BASE}.5" stroke="var(--line)"/>{bars}</svg>'
    )


def _bar(day: Total, left: float, step: float, most: int) -> str:
    parts, bottom = [], float(BASE)
    for count, colour in ((day.failed, 'failed'), (day.succeeded, 'succeeded'), (day.other, 'line-strong')):
        height = count / most * (BASE - TOP)
        bottom -= height
        if count:
            parts.append(
                f'<rect x="{left + step * 0.22:.1f}" y="{bottom:.1f}" width="{step * 0.56:.1f}" '
                f'height="{max(1.0, height - 1):.1f}" rx="2" fill="var(--{colour})"/>'
            )
    told = f'{day.since:%A}: {plural(day.runs, "run")}, {day.failed} failed, {tokens(day.tokens)}, {cost(day.cost)}'
    return (
        f'<g><title>{escape(told)}</title><rect x="{left:.1f}" y="0" width="{step:.1f}" height="{BASE}" '
        f'fill="transparent"/>{"".join(parts)}<text x="{left + step / 2:.1f}" y="{HEIGHT - 4}" '
        f'text-anchor="middle">{day.since:%a}</text></g>'
    )
