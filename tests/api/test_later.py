"""An app within the app is made when it is first asked for."""

import asyncio

import httpx
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from app.later import Later


async def test_it_is_made_once_though_many_ask_at_once() -> None:
    made: list[ASGIApp] = []

    def make() -> ASGIApp:
        made.append(Starlette(routes=[Route('/', lambda _: PlainTextResponse('here'))]))
        return made[-1]

    app = Later(make)
    assert not made
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url='http://test') as client:
        answers = await asyncio.gather(*(client.get('/') for _ in range(5)))
    assert [answer.text for answer in answers] == ['here'] * 5
    assert len(made) == 1
