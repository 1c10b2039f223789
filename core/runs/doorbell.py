"""Tells whoever listens that there is news; the news itself is read where it is kept."""

import asyncio


class Doorbell:
    """One bell a key. Listen first, then read, then wait: no news can slip in between."""

    def __init__(self) -> None:
        self._bells: dict[str, asyncio.Event] = {}

    def listen(self, key: str) -> asyncio.Event:
        """An event that is set at the next ring."""
        return self._bells.setdefault(key, asyncio.Event())

    def ring(self, key: str) -> None:
        if bell := self._bells.pop(key, None):
            bell.set()
