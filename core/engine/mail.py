"""How a walk is told things: by letters, which it takes all at once."""

import asyncio
from collections.abc import Sequence
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
        self._letters: asyncio.Queue[Letter] = asyncio.Queue()

    @property
    def empty(self) -> bool:
        return self._letters.empty()

    def put(self, letter: Letter) -> None:
        self._letters.put_nowait(letter)

    async def post(self, event: e.RunEvent, *, durable: bool = False) -> None:
        """Hands over an event; if it is to be durable, returns once it is in the journal."""
        sent = asyncio.get_running_loop().create_future() if durable else None
        self.put(Letter([event], sent))
        if sent is not None:
            await sent

    async def take(self, *, within: float | None) -> list[Letter]:
        """All letters that have gathered, at least one; none where none came in so many seconds."""
        letters: list[Letter] = []
        try:
            if self.empty:
                async with asyncio.timeout(within):
                    letters.append(await self._letters.get())
        except TimeoutError:
            return []
        while not self.empty:
            letters.append(self._letters.get_nowait())
        return letters
