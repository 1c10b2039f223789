"""Tells whoever listens that there is news; the news itself is read where it is kept."""

import asyncio
from weakref import WeakValueDictionary

ALL_RUNS = '*'
"""The bell that rings when any run changes its status."""


class Doorbell:
    """One bell a key, for as long as somebody listens. Listen first, then read, then wait: no news can slip in."""

    def __init__(self) -> None:
        self._bells: WeakValueDictionary[str, asyncio.Event] = WeakValueDictionary()

    def listen(self, key: str) -> asyncio.Event:
        """An event that is set at the next ring."""
        return self._bells.setdefault(key, asyncio.Event())

    def ring(self, key: str) -> None:
        if bell := self._bells.pop(key, None):
            bell.set()
