"""Agents, teams and workflows: create, read, save, delete, and what a stale save gets."""

from typing import Any

import httpx
import pytest

KINDS: dict[str, dict[str, Any]] = {
    'agents': {'name': 'Planner', 'instructions': 'Plan.'},
    'teams': {'name': 'Editors', 'members': ['brief-planner']},
    'workflows': {'name': 'Small talk', 'graph': {'nodes': [], 'edges': []}},
}
each_kind = pytest.mark.parametrize('kind', KINDS)


async def create(api: httpx.AsyncClient, kind: str) -> dict[str, Any]:
    answer = await api.post(f'/{kind}', json=KINDS[kind])
    assert answer.status_code == 201, answer.text
    created: dict[str, Any] = answer.json()
    return created


@each_kind
async def test_what_was_created_can_be_read_and_is_listed(api: httpx.AsyncClient, kind: str) -> None:
    answer = await api.post(f'/{kind}', json=KINDS[kind])
    created = answer.json()
    assert answer.headers['Location'] == f'/api/{kind}/{created["id"]}'
    assert created['revision'] == 1
    assert (await api.get(f'/{kind}/{created["id"]}')).json() == created
    assert created in (await api.get(f'/{kind}')).json()


@each_kind
async def test_a_save_counts_the_revision_up(api: httpx.AsyncClient, kind: str) -> None:
    created = await create(api, kind)
    answer = await api.put(f'/{kind}/{created["id"]}', json=created | {'description': 'Better.'})
    assert answer.status_code == 200, answer.text
    assert (answer.json()['description'], answer.json()['revision']) == ('Better.', 2)
    assert answer.headers['ETag'] == '"2"'


@each_kind
async def test_a_stale_save_is_refused_with_what_changed_and_overwrites_nothing(
    api: httpx.AsyncClient, kind: str
) -> None:
    read = await create(api, kind)
    address = f'/{kind}/{read["id"]}'
    theirs = (await api.put(address, json=read | {'description': 'Theirs.'})).json()
    answer = await api.put(address, json=read | {'description': 'Mine.'})
    assert answer.status_code == 409
    problem = answer.json()
    assert problem['changes'] == [{'field': 'description', 'yours': 'Mine.', 'current': 'Theirs.'}]
    assert problem['current'] == theirs
    assert (await api.get(address)).json() == theirs


@each_kind
async def test_a_stale_if_match_fails_as_a_precondition(api: httpx.AsyncClient, kind: str) -> None:
    read = await create(api, kind)
    address = f'/{kind}/{read["id"]}'
    await api.put(address, json=read | {'description': 'Theirs.'})
    answer = await api.put(address, json=KINDS[kind] | {'description': 'Mine.'}, headers={'If-Match': '"1"'})
    assert answer.status_code == 412
    saved = await api.put(address, json=KINDS[kind] | {'description': 'Mine.'}, headers={'If-Match': 'W/"2"'})
    assert saved.json()['description'] == 'Mine.'


@each_kind
async def test_what_was_deleted_is_gone(api: httpx.AsyncClient, kind: str) -> None:
    created = await create(api, kind)
    assert (await api.delete(f'/{kind}/{created["id"]}')).status_code == 204
    assert (await api.get(f'/{kind}/{created["id"]}')).status_code == 404
    assert (await api.delete(f'/{kind}/{created["id"]}')).status_code == 404


@each_kind
async def test_a_taken_id_is_a_conflict(api: httpx.AsyncClient, kind: str) -> None:
    created = await create(api, kind)
    answer = await api.post(f'/{kind}', json=KINDS[kind] | {'id': created['id']})
    assert answer.status_code == 409


@pytest.mark.parametrize('key', ['../etc', 'Größe', 'a' * 65, 'a/b'])
async def test_an_id_that_is_none_is_refused(api: httpx.AsyncClient, key: str) -> None:
    answer = await api.post('/agents', json={'id': key, 'name': 'Planner'})
    assert answer.status_code == 422
    assert answer.json()['problems'][0]['where'] == 'body.id'


async def test_an_id_never_changes(api: httpx.AsyncClient) -> None:
    created = await create(api, 'agents')
    answer = await api.put(f'/agents/{created["id"]}', json=created | {'id': 'other'})
    assert answer.status_code == 422


async def test_a_save_cannot_invent_a_published_version(api: httpx.AsyncClient) -> None:
    created = await create(api, 'workflows')
    saved = await api.put(f'/workflows/{created["id"]}', json=created | {'published': 7})
    assert saved.json()['published'] is None


async def test_a_model_is_written_as_connection_and_model(api: httpx.AsyncClient) -> None:
    answer = await api.post('/agents', json={'name': 'Planner', 'model': 'ollama/library/llama3.2'})
    assert answer.json()['model'] == 'ollama/library/llama3.2'
    refused = await api.post('/agents', json={'name': 'Planner', 'model': 'llama3.2'})
    assert refused.status_code == 422
    assert 'ollama/llama3.2' in refused.text
