"""A picture of who speaks when: a row for each member, a column for each beat."""

from html import escape

from nicegui import ui

from core.teams.rehearsal import Rehearsal
from core.teams.table import Seat
from pages.teams.seats import COLOURS

COLUMN, LINE = 22, 22
NAMES = 132
"""Pixels for the names, where there are any."""


def draw_beats(rehearsal: Rehearsal, *, named: bool = True, scale: float = 1.0) -> ui.html:
    """The picture; `named`: with the names of the members at its left. The lead's dots are hollow."""
    leads = any(seat is rehearsal.lead for beat in rehearsal.beats for seat in beat)
    seats = [*rehearsal.members, *([rehearsal.lead] if rehearsal.lead and leads else [])]
    left = NAMES if named else 0
    width, height = left + COLUMN * (len(rehearsal.beats) + rehearsal.more), LINE * len(seats)
    places = {seat.id: number for number, seat in enumerate(seats)}
    parts = [_line(seat, number, left, width, named=named) for number, seat in enumerate(seats)]
    for column, beat in enumerate(rehearsal.beats):
        at = left + COLUMN * column + COLUMN / 2
        rows = sorted(places[seat.id] for seat in beat)
        if len(rows) > 1:
            parts.append(f'<path class="ao-beat-tie" d="M{at} {_middle(rows[0])}V{_middle(rows[-1])}"/>')
        parts.extend(_dot(at, number, leads=seats[number] is rehearsal.lead) for number in rows)
    if rehearsal.more:
        parts.append(f'<text x="{width - 16}" y="{height / 2 + 4}" class="ao-beat-name">…</text>')
    told = escape('; then '.join(', '.join(seat.name for seat in beat) for beat in rehearsal.beats))
    size = f'width="{width * scale:g}" height="{height * scale:g}"'
    picture = f'<svg viewBox="0 0 {width} {height}" {size} role="img" aria-label="{told}">'
    return ui.html(f'{picture}{"".join(parts)}</svg>', sanitize=False).classes('ao-beats')


def _middle(number: int) -> float:
    return LINE * number + LINE / 2


def _line(seat: Seat, number: int, left: int, width: int, *, named: bool) -> str:
    middle = _middle(number)
    name = seat.name if len(seat.name) <= 19 else f'{seat.name[:18]}…'
    text = f'<text x="0" y="{middle + 4}" class="ao-beat-name">{escape(name)}</text>' if named else ''
    return f'{text}<path class="ao-beat-line" d="M{left} {middle}H{width}"/>'


def _dot(at: float, number: int, *, leads: bool) -> str:
    kind = 'ao-beat ao-beat--lead' if leads else 'ao-beat'
    return f'<circle cx="{at}" cy="{_middle(number)}" r="5" class="{kind}" data-seat="{number % COLOURS}"/>'
