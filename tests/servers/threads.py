"""Servers for those who have no event loop of their own, or block it."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from tests.servers.http import HttpServer

S = TypeVar('S', bound=HttpServer)


@contextmanager
def in_thread(server: S) -> Iterator[S]:
    """Serves from a thread until the block ends."""
    ready, stop = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with server:
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    try:
        assert ready.wait(10), 'the server did not start'
        yield server
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()
