"""What a test of a connection found."""

from core.llm.reports import ConnectionReport
from pages.components.formats import duration, plural
from pages.components.layout import badge, notice, row, words

SHOWN = 12


def draw_report(report: ConnectionReport) -> None:
    """Good: how fast, and which models. Bad: what is wrong, and what to do about it."""
    if not report.ok:
        with notice(report.message, 'bad'):
            words(report.remedy)
        return
    with notice(report.message, 'good'):
        told = f'{duration(report.seconds)} · {plural(len(report.models), "model")}'
        words(told, 'ao-number ao-dim')
        with row('ao-wrap').style('margin-top: 6px; gap: 4px'):
            for model in report.models[:SHOWN]:
                badge(model.name)
            if len(report.models) > SHOWN:
                words(f'and {len(report.models) - SHOWN} more', 'ao-faint ao-tiny')
