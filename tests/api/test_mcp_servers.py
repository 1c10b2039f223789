"""MCP servers over the API: stored, allowed word by word, started, listed, ended."""

import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from core.orchestrator import Orchestrator

ROOT = Path(__file__).parents[2]
OURS: dict[str, Any] = {
    'name': 'Test',
    'command': sys.executable,
    'args': ['-m', 'tests.servers.mcp_server'],
    'env': {'PYTHONPATH': str(ROOT)},
}
SEEN = {name: OURS[name] for name in ('command', 'args', 'env')}


async def create(api: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    answer = await api.post('/mcp-servers', json=OURS | fields)
    assert answer.status_code == 201, answer.text
    created: dict[str, Any] = answer.json()
    return created


async def test_a_server_is_stored_changed_and_deleted(api: httpx.AsyncClient) -> None:
    created = await create(api)
    assert (created['id'], created['allowed']) == ('test', '')
    assert (await api.get('/mcp-servers')).json() == [created]
    renamed = await api.put('/mcp-servers/test', json=created | {'name': 'Renamed'})
    assert (renamed.json()['name'], renamed.headers['ETag']) == ('Renamed', '"2"')
    stale = await api.put('/mcp-servers/test', json=created | {'name': 'Mine'})
    assert (stale.status_code, stale.json()['changes'][0]['current']) == (409, 'Renamed')
    late = await api.put('/mcp-servers/test', json=created, headers={'If-Match': '"1"'})
    assert late.status_code == 412
    assert (await api.delete('/mcp-servers/test')).status_code == 204
    assert (await api.get('/mcp-servers/test')).status_code == 404


async def test_a_command_runs_only_after_exactly_it_was_allowed(
    api: httpx.AsyncClient, orchestrator: Orchestrator
) -> None:
    created = await create(api)
    refused = await api.get('/mcp-servers/test/tools')
    assert refused.status_code == 502
    assert 'nobody has allowed' in refused.json()['detail']
    for wrong in ({'args': ['-m', 'tests.servers']}, {'env': {}}, {'command': 'python'}):
        answer = await api.post('/mcp-servers/test/allow', json=SEEN | wrong)
        assert answer.status_code == 409, wrong
    assert (await api.get('/mcp-servers/test/state')).json() == {'state': 'off', 'error': '', 'may_start': False}
    allowed = await api.post('/mcp-servers/test/allow', json=SEEN)
    assert allowed.status_code == 200, allowed.text
    tools = (await api.get('/mcp-servers/test/tools')).json()
    assert {'mcp:test/echo', 'mcp:test/change'} <= {tool['key'] for tool in tools}
    assert {tool['key']: tool['asks'] for tool in tools}['mcp:test/change'] is True
    assert (await api.get('/mcp-servers/test/state')).json()['state'] == 'ready'
    before = orchestrator.mcp.session('test')
    assert (await api.post('/mcp-servers/test/restart')).json() == tools
    assert orchestrator.mcp.session('test') is not before
    changed = await api.put('/mcp-servers/test', json=allowed.json() | {'args': ['-c', 'evil']})
    assert changed.json()['allowed'] == ''
    assert (await api.post('/mcp-servers/test/restart')).status_code == 502
    assert created['revision'] < changed.json()['revision']


@pytest.mark.parametrize('how', ['post', 'put'])
async def test_a_body_that_says_that_it_is_allowed_is_not_believed(
    api: httpx.AsyncClient, orchestrator: Orchestrator, how: str
) -> None:
    created = await create(api)
    fingerprint = (await orchestrator.mcp.get('test')).fingerprint
    if how == 'post':
        assert (await create(api, name='Other', allowed=fingerprint))['allowed'] == ''
    else:
        saved = await api.put('/mcp-servers/test', json=created | {'allowed': fingerprint})
        assert saved.json()['allowed'] == ''


async def test_a_server_at_an_address_has_no_command_to_allow(api: httpx.AsyncClient) -> None:
    server = {'name': 'Far', 'transport': 'http', 'url': 'http://127.0.0.1:9/mcp'}
    assert (await api.post('/mcp-servers', json=server)).status_code == 201
    answer = await api.post('/mcp-servers/far/allow', json={'command': '', 'args': []})
    assert answer.status_code == 422
    unreachable = await api.get('/mcp-servers/far/tools')
    assert (unreachable.status_code, unreachable.headers['content-type']) == (502, 'application/problem+json')
    assert (await api.get('/mcp-servers/far/state')).json()['state'] == 'failed'


@pytest.mark.parametrize('call', ['allow', 'restart', 'state', 'tools'])
async def test_a_server_that_is_not_there_is_missing(api: httpx.AsyncClient, call: str) -> None:
    method = 'GET' if call in {'state', 'tools'} else 'POST'
    body = SEEN if call == 'allow' else None
    assert (await api.request(method, f'/mcp-servers/nobody/{call}', json=body)).status_code == 404
