"""Every implementation of the core's stores, one after the other."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from core.memory import memory_stores
from core.stores import Stores
from storage.store import open_stores


class TickingClock:
    """A clock that is a second later at each look."""

    def __init__(self) -> None:
        self._now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

    def now(self) -> datetime:
        self._now += timedelta(seconds=1)
        return self._now

    def monotonic(self) -> float:
        return self.now().timestamp()

    async def sleep(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


@asynccontextmanager
async def open_kind(kind: str, data_dir: Path) -> AsyncIterator[Stores]:
    if kind == 'memory':
        yield memory_stores(clock=TickingClock())
    else:
        async with open_stores(data_dir, clock=TickingClock()) as stores:
            yield stores


@pytest.fixture(params=['memory', 'sqlite'], scope='session')
def opener(request: pytest.FixtureRequest) -> Callable[[Path], AbstractAsyncContextManager[Stores]]:
    """Opens stores of one kind; those that need a directory use the one they are given."""
    return partial(open_kind, request.param)


@pytest.fixture
async def stores(
    opener: Callable[[Path], AbstractAsyncContextManager[Stores]], tmp_path: Path
) -> AsyncIterator[Stores]:
    async with opener(tmp_path) as stores:
        yield stores
