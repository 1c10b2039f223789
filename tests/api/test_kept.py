"""What every browser may keep is kept by the server too."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import kept
from app.kept import Kept

FOR_A_YEAR = 'public, max-age=31536000, immutable'
TEXT = 'const answer = 42;\n' * 100


class Source:
    """Answers everything with the same text, and counts how often it is asked."""

    def __init__(self, *, said: str = FOR_A_YEAR, status: int = 200) -> None:
        self.asked = 0
        self._said = said
        self._status = status
        inner = Starlette(routes=[Route('/{path:path}', self._answer)])
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(Kept(GZipMiddleware(inner))), base_url='http://test'
        )

    async def _answer(self, request: Request) -> Response:
        self.asked += 1
        answer = Response(TEXT, self._status, headers={'Cache-Control': self._said}, media_type='text/javascript')
        answer.set_cookie('session', f'{self.asked}')
        return answer


async def test_what_may_be_kept_for_a_year_is_made_once_and_answered_alike() -> None:
    source = Source()
    first = await source.client.get('/one.js')
    again = await source.client.get('/one.js')
    assert source.asked == 1
    assert first.text == again.text == TEXT
    assert again.headers['content-encoding'] == 'gzip'
    assert int(again.headers['content-length']) < len(TEXT)
    assert again.headers['cache-control'] == FOR_A_YEAR
    assert again.headers['content-type'] == first.headers['content-type']


async def test_one_askers_cookie_is_given_to_nobody_else() -> None:
    source = Source()
    assert 'set-cookie' in (await source.client.get('/one.js')).headers
    assert 'set-cookie' not in (await source.client.get('/one.js')).headers


async def test_each_address_and_each_encoding_has_its_own_answer() -> None:
    source = Source()
    for address in ('/one.js', '/one.js?2', '/two.js'):
        await source.client.get(address)
    plain = await source.client.get('/one.js', headers={'Accept-Encoding': 'identity'})
    assert source.asked == 4
    assert 'content-encoding' not in plain.headers
    assert plain.text == TEXT


async def test_what_may_not_be_kept_so_long_or_by_anybody_is_asked_for_each_time() -> None:
    for said in ('no-store', 'public, max-age=60', 'private, max-age=31536000', ''):
        source = Source(said=said)
        await source.client.get('/page')
        await source.client.get('/page')
        assert source.asked == 2, said


async def test_faults_and_requests_with_a_condition_are_passed_on() -> None:
    missing = Source(status=404)
    await missing.client.get('/nothing.js')
    await missing.client.get('/nothing.js')
    assert missing.asked == 2
    source = Source()
    await source.client.get('/one.js')
    await source.client.get('/one.js', headers={'Range': 'bytes=0-9'})
    await source.client.get('/one.js', headers={'If-None-Match': '"x"'})
    await source.client.head('/one.js')
    assert source.asked == 4


async def test_there_is_an_end_to_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, 'ROOM', len(TEXT) + 10)
    source = Source()
    plain = {'Accept-Encoding': 'identity'}
    for address in ('/one.js', '/two.js', '/one.js', '/two.js'):
        assert (await source.client.get(address, headers=plain)).text == TEXT
    assert source.asked == 3
