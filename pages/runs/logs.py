"""Log lines of a run."""

from collections.abc import Callable, Sequence

from core.runs.events import Logged
from pages.components.layout import box, words

SHOWN = 500


def draw_logs(lines: Sequence[Logged], *, called: Callable[[str], str] | None = None) -> None:
    """The latest lines, oldest first; `called`: what a step is called, where that is to be said."""
    if not lines:
        words('Nothing was logged.', 'ao-faint')
        return
    with box('ao-logs'):
        if len(lines) > SHOWN:
            words(f'The latest {SHOWN} of {len(lines)} lines.', 'ao-faint ao-tiny')
        for line in lines[-SHOWN:]:
            with box('ao-log').props(f'data-level={line.level}'):
                words(f'{line.at.astimezone():%H:%M:%S}', 'ao-number ao-faint')
                words(line.level, 'ao-log-level')
                if line.path and called:
                    words(called(line.path), 'ao-faint ao-log-step').props['title'] = line.path
                words(line.message, 'ao-log-text')
