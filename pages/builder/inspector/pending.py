"""What is typed into a form and is not in the draft yet: kept together until the person pauses, and never lost."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from core.values import Json
from pages.builder.inspector.shapes import MISSING, Entered

PAUSE = 0.6
"""Seconds without a key until what was typed becomes an edit; so a pause is what undo takes back."""

Place = tuple[str | int, ...]
"""Where a value stands in a node: ('config', 'branches', 0, 'when')."""


class Pending:
    """Changes that are made as one at a pause, or at once."""

    def __init__(self, apply: Callable[[Mapping[Place, Entered]], None]) -> None:
        """`apply` makes all these changes."""
        self._apply = apply
        self._values: dict[Place, Entered] = {}
        self._clock: asyncio.TimerHandle | None = None

    def holds(self, place: Place) -> bool:
        """Whether something was typed there that is not in the draft yet."""
        return place in self._values

    def type(self, place: Place, value: Entered) -> None:
        """Takes what was typed; it is in the draft after a pause."""
        self._values[place] = value
        self._stop_clock()
        self._clock = asyncio.get_running_loop().call_later(PAUSE, self.flush)

    def set(self, place: Place, value: Entered) -> None:
        """Changes it at once, with what was typed before."""
        self._values[place] = value
        self.flush()

    def forget(self, place: Place) -> None:
        """Drops what was typed there, since it cannot be kept as it stands now."""
        self._values.pop(place, None)

    def flush(self) -> None:
        """Makes the changes that wait."""
        self._stop_clock()
        values, self._values = self._values, {}
        if values:
            self._apply(values)

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None


def with_value(whole: Json, place: Place, value: Entered) -> Any:
    """The same data with another value at the place, or without what stood there; nothing else is changed."""
    if not place:
        return value
    step, rest = place[0], place[1:]
    if isinstance(step, int):
        items = list(whole) if isinstance(whole, list | tuple) else []
        items += [None] * (step + 1 - len(items))
        inside = with_value(items[step], rest, value)
        items[step] = None if inside is MISSING else inside
        return items
    data = dict(whole) if isinstance(whole, dict) else {}
    inside = with_value(data.get(step), rest, value)
    if inside is MISSING:
        data.pop(step, None)
    else:
        data[step] = inside
    return data


def value_at(whole: Json, place: Place) -> Entered:
    """What stands at the place, or MISSING."""
    for step in place:
        there = step in whole if isinstance(whole, dict) else _is_index(whole, step)
        if not there:
            return MISSING
        whole = whole[step]
    return whole


def _is_index(whole: Json, step: str | int) -> bool:
    return isinstance(whole, list | tuple) and isinstance(step, int) and step < len(whole)
