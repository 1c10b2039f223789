"""When the code of the pages is imported."""

import asyncio
from importlib import import_module
from pathlib import Path

import pytest

from pages import site


async def test_the_rooms_are_imported_once_nobody_asks_for_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    imported: list[str] = []
    monkeypatch.setattr(site, 'import_module', imported.append)
    monkeypatch.setattr(site, 'QUIET', 0.001)
    ahead = site.Ahead()
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        tasks.create_task(ahead.import_rooms())
        for _ in range(1000):
            ahead.asked = True
            await asyncio.sleep(0)
            assert imported == []
    assert imported == [f'pages.{room}.pages' for room in site.ROOMS]


def test_every_room_has_pages() -> None:
    for room in site.ROOMS:
        assert callable(import_module(f'pages.{room}.pages').register)
    packages = {file.parent.name for file in Path(site.__file__).parent.glob('*/pages.py')}
    assert packages == set(site.ROOMS)
