"""Members of teams as small round pictures: an initial on a colour that is theirs in this team."""

from collections.abc import Sequence

from nicegui import ui

from pages.components.layout import box, words

COLOURS = 8
SHOWN = 5


def seat_picture(name: str, number: int) -> ui.element:
    """The initial of a member; `number` is its place in the team, which gives the colour."""
    with box('ao-seat', tag='span') as made:
        made.props['data-seat'] = str(number % COLOURS)
        made.props['title'] = name
        made.props['aria-hidden'] = 'true'
        words(name[:1].upper() or '?')
    return made


def draw_seats(names: Sequence[str]) -> None:
    """All members in a row, each a bit over the one before."""
    with box('ao-seats ao-wide-only'):
        for number, name in enumerate(names[:SHOWN]):
            seat_picture(name, number)
        if len(names) > SHOWN:
            words(f'+{len(names) - SHOWN}', 'ao-number ao-faint')
