"""How a walk is told things: by letters, which it takes all at once."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from core.runs import events as e

Until = Literal['noted', 'durable']
"""Until when one waits that has posted an event: the run's state has it, or the journal."""


@dataclass(slots=True)
class Letter:
    """Events for the journal, and who waits until they are so far; an empty one is a knock."""

    events: Sequence[e.RunEvent] = ()
    until: Until = 'durable'
    waiting: asyncio.Future[None] | None = None
    computed: bool = False
    """Whether they are of a step that only computes."""

    def tell(self, reached: Until) -> bool:
        """Lets go on who waits for this; whether there is anybody."""
        if self.waiting is None or self.waiting.done() or self.until != reached:
            return False
        self.waiting.set_result(None)
        return True


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

    async def post(self, event: e.RunEvent, *, until: Until | None = None) -> None:
        """Hands over an event, and returns at once, or when it is so far."""
        if until is None:
            self.put(Letter([event]))
        else:
            waiting = asyncio.get_running_loop().create_future()
            self.put(Letter([event], until, waiting))
            await waiting

    async def take(self, *, within: float | None) -> list[Letter]:
        """All letters that have gathered, at least one; none where none came in so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._news.wait()
        return self.rest()

    def rest(self) -> list[Letter]:
        """All letters that are there."""
        self._news.clear()
        letters, self._letters = self._letters, []
        return letters
