"""Log lines of a run."""

from collections.abc import Mapping, Sequence

from core.runs.events import Logged
from pages.components.layout import box, words

SHOWN = 500


def draw_logs(lines: Sequence[Logged], names: Mapping[str, str]) -> None:
    """The latest lines, oldest first; `names`: what the steps are called."""
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
                if line.path and line.path in names:
                    words(names[line.path], 'ao-faint ao-log-step')
                words(line.message, 'ao-log-text')
