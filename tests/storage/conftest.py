"""Stores in a directory of the test's own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.clock import SystemClock
from storage.store import OpenStores, open_stores


@pytest.fixture
async def stores(tmp_path: Path) -> AsyncIterator[OpenStores]:
    async with open_stores(tmp_path / 'data', clock=SystemClock()) as stores:
        yield stores
