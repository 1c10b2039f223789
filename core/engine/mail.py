"""How a walk is told things: by letters, which it takes all at once."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from core.runs import events as e


@dataclass(slots=True)
class Letter:
    """Events for the journal, and whom to tell when they are there; an empty one is a knock."""

    events: Sequence[e.RunEvent] = ()
    sent: asyncio.Future[None] | None = None
    computed: bool = False
    """Whether they are of a step that only computes."""


class Mailbox:
    """Of one walk. Steps know it, and not the walk, so that nothing of a walk is left for the garbage collector."""

    def __init__(self) -> None:
        self._letters: list[Letter] = []
        self._news = asyncio.Event()

    @property
    def empty(self) -> bool:
        return not self._letters

    def put(self, letter: Letter) -> None:
        self._letters.append(letter)
        self._news.set()

    async def post(self, event: e.RunEvent, *, durable: bool = False) -> None:
        """Hands over an event; if it is to be durable, returns once it is in the journal."""
        sent = asyncio.get_running_loop().create_future() if durable else None
        self.put(Letter([event], sent))
        if sent is not None:
            await sent

    async def take(self, *, within: float | None) -> list[Letter]:
        """All letters that have gathered, at least one; none where none came in so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._news.wait()
        self._news.clear()
        letters, self._letters = self._letters, []
        return letters
