"""Pages that are fetched without a browser: health checks, link previews, curl."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from nicegui import Client
from nicegui.testing import User

from core.orchestrator import Orchestrator

PAGES = ('/', '/monitor')


@pytest.fixture
def watched(orchestrator: Orchestrator, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows whenever something begins to watch the runs."""
    begun: list[str] = []
    watch_runs = orchestrator.watch_runs

    async def watch() -> AsyncGenerator[None, None]:
        begun.append('runs')
        async for news in watch_runs():
            yield news

    monkeypatch.setattr(orchestrator, 'watch_runs', watch)
    return begun


@pytest.mark.parametrize('path', PAGES)
async def test_a_page_follows_nothing_before_its_browser_has_connected(
    user: User, watched: list[str], path: str
) -> None:
    answer = await user.http_client.get(path)
    assert answer.status_code == 200
    await settled()
    assert watched == []
    await user.open(path)
    await settled()
    assert watched


async def test_a_browser_that_connects_again_follows_once(user: User, watched: list[str]) -> None:
    client = await user.open('/monitor')
    for handler in client.connect_handlers:
        client.safe_invoke(handler)
    await settled()
    assert watched == ['runs']


async def test_a_page_that_no_browser_connects_to_is_let_go_soon(user: User) -> None:
    opened = await user.open('/')
    await user.http_client.get('/')
    [lonely] = (client for client in Client.instances.values() if client is not opened)
    gone = asyncio.Event()
    lonely.on_delete(gone.set)
    for client in (lonely, opened):
        client.created -= 30  # as if half a minute had gone by
    await asyncio.wait_for(gone.wait(), 60)
    assert list(Client.instances) == [opened.id]


async def settled() -> None:
    """Gives what was begun in the background its turn."""
    await asyncio.sleep(0.1)
