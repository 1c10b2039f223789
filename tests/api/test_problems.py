"""Every error is a problem document that says what, where and what to do, and shows nothing of our insides."""

import errno
from collections.abc import AsyncIterator

import httpx
import pytest

from app.api.body_limit import BODY_LIMIT
from core.errors import StorageError
from core.orchestrator import Orchestrator


def assert_problem(answer: httpx.Response, status: int) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers['Content-Type'] == 'application/problem+json'
    problem = answer.json()
    assert problem['status'] == status
    assert problem['type'].startswith('urn:agent-orchestrator:problem:')
    assert problem['title']
    assert problem['detail']
    assert 'Traceback' not in answer.text


async def test_an_unknown_id_is_named(api: httpx.AsyncClient) -> None:
    answer = await api.get('/agents/nobody')
    assert_problem(answer, 404)
    assert 'nobody' in answer.json()['detail']


async def test_an_unknown_address_points_to_the_reference(api: httpx.AsyncClient) -> None:
    answer = await api.get('/nothing/here')
    assert_problem(answer, 404)
    assert '/api/docs' in answer.json()['detail']


async def test_a_wrong_method_names_the_possible_ones(api: httpx.AsyncClient) -> None:
    answer = await api.patch('/agents', json={})
    assert_problem(answer, 405)
    assert answer.headers['Allow'] == 'GET, POST'
    assert answer.json()['detail'] == 'PATCH is not possible at /api/agents; possible: GET, POST.'
    one = await api.post('/agents/nobody', json={})
    assert one.headers['Allow'] == 'DELETE, GET, PUT'
    assert (await api.post('/docs')).headers['Allow'] == 'GET'


@pytest.mark.parametrize(
    'body',
    [b'{"name": ', b'[]', b'"text"', b'{"name": 3}', b'{"name": ""}', b'{"name": "x", "colour": "red"}', b'\xff\xfe'],
)
async def test_a_wrong_body_is_explained(api: httpx.AsyncClient, body: bytes) -> None:
    answer = await api.post('/agents', content=body, headers={'Content-Type': 'application/json'})
    assert_problem(answer, 422)
    assert answer.json()['problems'][0]['where'].startswith('body')


async def test_what_was_sent_is_not_repeated(api: httpx.AsyncClient) -> None:
    answer = await api.post('/connections', json={'name': 'OpenAI', 'provider': 3, 'api_key': ['sk-secret']})
    assert_problem(answer, 422)
    assert 'sk-secret' not in answer.text


async def test_a_body_that_announces_too_much_is_refused_at_once(api: httpx.AsyncClient) -> None:
    headers = {'Content-Length': str(BODY_LIMIT + 1), 'Content-Type': 'application/json'}
    answer = await api.post('/agents', content=b'{}', headers=headers)
    assert_problem(answer, 413)
    assert '32 MB' in answer.json()['detail']


async def test_a_body_that_grows_too_large_is_refused(api: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b' ' * 1_000_000

    answer = await api.post('/agents', content=endless(), headers={'Content-Type': 'application/json'})
    assert_problem(answer, 413)


async def test_a_prompt_of_ten_megabytes_is_kept(api: httpx.AsyncClient) -> None:
    instructions = 'Tides. ' * 1_500_000
    answer = await api.post('/agents', json={'name': 'Planner', 'instructions': instructions})
    assert answer.status_code == 201, answer.text[:200]
    assert (await api.get('/agents/planner')).json()['instructions'] == instructions


async def test_unreadable_data_is_no_fault_of_the_caller(
    api: httpx.AsyncClient, orchestrator: Orchestrator, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def locked() -> None:
        raise StorageError('The database is locked by another program.')

    monkeypatch.setattr(orchestrator.agents, 'all', locked)
    answer = await api.get('/agents')
    assert_problem(answer, 503)
    assert 'locked by another program' in answer.json()['detail']


async def test_a_full_disk_has_its_own_status(
    api: httpx.AsyncClient, orchestrator: Orchestrator, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(_: object) -> None:
        raise StorageError('Nothing was stored.') from OSError(errno.ENOSPC, 'No space left on device')

    monkeypatch.setattr(orchestrator.agents, 'create', full)
    assert_problem(await api.post('/agents', json={'name': 'Planner'}), 507)


async def test_a_fault_of_ours_shows_no_insides(
    api: httpx.AsyncClient, orchestrator: Orchestrator, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken() -> None:
        raise RuntimeError('the secret is 1234')

    monkeypatch.setattr(orchestrator.agents, 'all', broken)
    answer = await api.get('/agents')
    assert_problem(answer, 500)
    assert '1234' not in answer.text
