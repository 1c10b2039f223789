"""Numbers as people read them: durations, tokens, costs, sizes and ages, each with its unit."""

from datetime import datetime


def duration(seconds: float | None) -> str:
    """Seconds as '340 ms', '1.2 s', '3 min 20 s' or '2 h 5 min'; a dash for None."""
    if seconds is None:
        return '–'
    if seconds < 0.9995:
        return f'{max(0, round(seconds * 1000))} ms'
    if seconds < 59.95:
        return f'{seconds:.1f} s'
    if seconds < 3600:
        return f'{int(seconds) // 60} min {int(seconds) % 60} s'
    return f'{int(seconds) // 3600} h {int(seconds) % 3600 // 60} min'


def tokens(count: int) -> str:
    """'840 tok', '11.2k tok' or '3.4M tok'."""
    return f'{short(count)} tok'


def short(count: int) -> str:
    """'840', '11.2k' or '3.4M'."""
    if count < 1000:
        return str(count)
    if count < 999_950:
        return f'{count / 1000:.1f}k'.replace('.0k', 'k')
    return f'{count / 1_000_000:.1f}M'.replace('.0M', 'M')


def cost(dollars: float | None) -> str:
    """'$0.004' or '$1.27'; a dash where no price is known, which is not the same as $0."""
    if dollars is None:
        return '–'
    if dollars == 0:
        return '$0'
    if dollars < 0.0005:
        return '<$0.001'
    return f'${dollars:.3f}' if dollars < 0.1 else f'${dollars:,.2f}'


def size(count: int | None) -> str:
    """Bytes as '512 B', '4.2 MB' or '8.1 GB'; a dash for None."""
    if count is None:
        return '–'
    number = float(count)
    for unit in ('B', 'kB', 'MB'):
        if number < 999.5:
            return f'{number:.0f} {unit}' if unit == 'B' or number >= 100 else f'{number:.1f} {unit}'
        number /= 1000
    return f'{number:.1f} GB'


def ago(when: datetime, *, now: datetime) -> str:
    """'just now', '40 s ago', '5 min ago', '3 h ago', '2 d ago', and the date after a week."""
    seconds = max(0.0, (now - when).total_seconds())
    if seconds < 10:
        return 'just now'
    for limit, unit, name in ((60, 1, 's'), (3600, 60, 'min'), (86_400, 3600, 'h'), (604_800, 86_400, 'd')):
        if seconds < limit:
            return f'{int(seconds // unit)} {name} ago'
    return f'{when:%Y-%m-%d}'


def plural(count: int, word: str, words: str = '') -> str:
    """'1 run', '3 runs'."""
    return f'{count} {word if count == 1 else words or word + "s"}'
