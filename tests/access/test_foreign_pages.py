"""Attacks by web pages that a person has open beside the app: rebinding, foreign origins, framing."""

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from tests.e2e.app_process import PATIENCE

SOCKET = '/_nicegui_ws/socket.io/?EIO=4&transport=websocket'
POLLING = '/_nicegui_ws/socket.io/?EIO=4&transport=polling'


async def opens(url: str, *, origin: str | None = None, name: str = '127.0.0.1', **headers: str) -> bool:
    """Whether a WebSocket handshake is accepted that reaches the app under this name, from a page of this origin."""
    address = f'ws://{name}:{url.rsplit(":", 1)[1]}{SOCKET}'
    claimed = Origin(origin) if origin else None
    try:
        async with connect(address, origin=claimed, additional_headers=headers, host='127.0.0.1', proxy=None):
            return True
    except InvalidStatus as refused:
        return refused.response.status_code not in {401, 403}


@pytest.mark.parametrize(
    'host', ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '', '192.168.1.5']
)
def test_a_name_that_was_made_to_point_here_is_refused(local: str, host: str) -> None:
    for path in ('/', '/api/agents', '/_nicegui_ws/', '/login'):
        answer = httpx.get(local + path, headers={'Host': host}, trust_env=False, timeout=PATIENCE)
        assert answer.status_code == 421, path
        assert answer.headers['Content-Type'] == 'application/problem+json'


@pytest.mark.parametrize('host', ['localhost', '127.0.0.1', '[::1]', 'LOCALHOST:8080'])
def test_this_machine_has_several_names(local: str, host: str) -> None:
    assert (
        httpx.get(local + '/api/agents', headers={'Host': host}, trust_env=False, timeout=PATIENCE).status_code == 200
    )


@pytest.mark.parametrize(
    'origin', ['http://evil.example', 'null', 'http://127.0.0.1:1', 'http://localhost.evil.example']
)
def test_a_foreign_page_cannot_act(local: str, origin: str) -> None:
    for method, path in (('POST', '/api/agents'), ('DELETE', '/api/agents/planner'), ('POST', '/nothing')):
        answer = httpx.request(method, local + path, headers={'Origin': origin}, trust_env=False, timeout=PATIENCE)
        assert answer.status_code == 403, path
    assert httpx.get(local + POLLING, headers={'Origin': origin}, trust_env=False, timeout=PATIENCE).status_code == 403


@pytest.mark.parametrize('site', ['cross-site', 'same-site'])
def test_what_the_browser_calls_foreign_is_foreign(local: str, site: str) -> None:
    """A page on another port of this machine is `same-site`, and sends no Origin with some requests."""
    answer = httpx.post(
        local + '/api/agents', json={'name': 'x'}, headers={'Sec-Fetch-Site': site}, trust_env=False, timeout=PATIENCE
    )
    assert answer.status_code == 403


def test_our_own_pages_and_programs_can_act(local: str) -> None:
    own = {'Origin': local, 'Sec-Fetch-Site': 'same-origin'}
    assert (
        httpx.post(
            local + '/api/agents', json={'name': 'A'}, headers=own, trust_env=False, timeout=PATIENCE
        ).status_code
        == 201
    )
    assert httpx.post(local + '/api/agents', json={'name': 'B'}, trust_env=False, timeout=PATIENCE).status_code == 201


async def test_a_foreign_page_cannot_open_the_socket(local: str) -> None:
    assert await opens(local, origin=local)
    assert not await opens(local, origin='http://evil.example')
    assert not await opens(local, origin='null')
    assert not await opens(local, **{'Sec-Fetch-Site': 'cross-site'})


async def test_a_rebound_name_cannot_open_the_socket(local: str) -> None:
    port = local.rsplit(':', 1)[1]
    assert not await opens(local, origin=f'http://evil.example:{port}', name='evil.example')


def test_nobody_may_frame_or_sniff_our_pages(local: str) -> None:
    for path in ('/', '/api/docs', '/api/agents', '/nothing'):
        headers = httpx.get(local + path, trust_env=False, timeout=PATIENCE).headers
        assert "frame-ancestors 'none'" in headers['Content-Security-Policy']
        assert "default-src 'self'" in headers['Content-Security-Policy']
        assert headers['X-Content-Type-Options'] == 'nosniff'
        assert headers['Referrer-Policy'] == 'same-origin'
        assert 'Access-Control-Allow-Origin' not in headers


def test_a_preflight_promises_nothing(local: str) -> None:
    headers = {'Origin': 'http://evil.example', 'Access-Control-Request-Method': 'POST'}
    answer = httpx.options(local + '/api/agents', headers=headers, trust_env=False, timeout=PATIENCE)
    assert not [name for name in answer.headers if name.startswith('access-control')]
