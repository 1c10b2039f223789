"""Connections: keys go in, and nothing ever gives them back."""

from typing import Any

import httpx
import pytest

from core.llm.connection import Connection
from core.llm.reports import ConnectionReport, ModelInfo
from core.orchestrator import Orchestrator

KEY = 'sk-this-is-a-key'
OPENAI = {'name': 'Work', 'provider': 'practice', 'api_key': KEY}


async def create(api: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    answer = await api.post('/connections', json=OPENAI | fields)
    assert answer.status_code == 201, answer.text
    assert KEY not in answer.text
    created: dict[str, Any] = answer.json()
    return created


async def stored_keys(orchestrator: Orchestrator) -> list[str | None]:
    return [await orchestrator.secrets.get(name) for name in await orchestrator.secrets.names()]


async def test_a_key_is_stored_as_a_secret_and_never_given_back(
    api: httpx.AsyncClient, orchestrator: Orchestrator
) -> None:
    created = await create(api)
    assert created['api_key'].startswith('${')
    assert KEY in await stored_keys(orchestrator)
    for address in ('/connections', f'/connections/{created["id"]}'):
        assert KEY not in (await api.get(address)).text


async def test_a_reference_stays_a_reference(api: httpx.AsyncClient, orchestrator: Orchestrator) -> None:
    created = await create(api, api_key='${OPENAI_API_KEY}')
    assert created['api_key'] == '${OPENAI_API_KEY}'
    assert await stored_keys(orchestrator) == []


async def test_a_save_without_a_key_keeps_it_and_one_with_an_empty_key_drops_it(api: httpx.AsyncClient) -> None:
    created = await create(api)
    fields = {name: value for name, value in created.items() if name != 'api_key'}
    kept = (await api.put(f'/connections/{created["id"]}', json=fields | {'max_parallel': 2})).json()
    assert (kept['api_key'], kept['max_parallel']) == (created['api_key'], 2)
    dropped = (await api.put(f'/connections/{created["id"]}', json=kept | {'api_key': ''})).json()
    assert dropped['api_key'] == ''


async def test_what_was_read_can_be_sent_back(api: httpx.AsyncClient, orchestrator: Orchestrator) -> None:
    created = await create(api)
    saved = (await api.put(f'/connections/{created["id"]}', json=created | {'name': 'Renamed'})).json()
    assert (saved['name'], saved['api_key']) == ('Renamed', created['api_key'])
    assert await stored_keys(orchestrator) == [KEY]


async def test_a_stale_save_replaces_no_key(api: httpx.AsyncClient, orchestrator: Orchestrator) -> None:
    created = await create(api)
    await api.put(f'/connections/{created["id"]}', json=created | {'name': 'Theirs'})
    answer = await api.put(f'/connections/{created["id"]}', json=created | {'api_key': 'sk-mine'})
    assert answer.status_code == 409
    assert 'sk-mine' not in answer.text
    assert await stored_keys(orchestrator) == [KEY]


async def test_an_unknown_provider_is_refused_with_the_known_ones(api: httpx.AsyncClient) -> None:
    answer = await api.post('/connections', json=OPENAI | {'provider': 'nobody'})
    assert answer.status_code == 422
    assert 'practice' in answer.json()['detail']


async def test_a_connection_is_tested_before_it_is_saved(
    api: httpx.AsyncClient, orchestrator: Orchestrator, monkeypatch: pytest.MonkeyPatch
) -> None:
    tested: list[tuple[str, str | None]] = []

    async def test(connection: Connection, *, api_key: str | None = None) -> ConnectionReport:
        tested.append((connection.name, api_key))
        return ConnectionReport(ok=False, message='No answer.', remedy='Start it.')

    monkeypatch.setattr(orchestrator.llm, 'test', test)
    answer = await api.post('/llm/test', json=OPENAI)
    assert answer.json()['remedy'] == 'Start it.'
    assert tested == [('Work', KEY)]
    assert 'Work' not in [connection['name'] for connection in (await api.get('/connections')).json()]


async def test_ollama_is_asked_at_its_usual_address_where_no_connection_was_made(
    api: httpx.AsyncClient, orchestrator: Orchestrator, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def models(connection: Connection) -> list[ModelInfo]:
        return [ModelInfo(name=f'{connection.provider}@{connection.base_url or "usual"}')]

    monkeypatch.setattr(orchestrator.llm, 'models', models)
    assert [model['name'] for model in (await api.get('/llm/ollama/models')).json()] == ['ollama@usual']


async def test_the_default_model_is_practice_until_another_is_chosen(api: httpx.AsyncClient) -> None:
    assert (await api.get('/llm/default-model')).json() == {'model': 'practice/practice'}
    created = await create(api)
    chosen = {'model': f'{created["id"]}/practice'}
    assert (await api.put('/llm/default-model', json=chosen)).json() == chosen
    assert (await api.get('/llm/default-model')).json() == chosen
    assert (await api.put('/llm/default-model', json={'model': 'nobody/model'})).status_code == 404
