"""Schedules and webhooks in the REST API."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from core.orchestrator import Orchestrator
from core.workflows.document import read_graph
from core.workflows.workflow import Workflow

GRAPH = 'nodes: {who: {type: input, config: {fields: [{name: name}]}}, end: {type: output}}\nedges: [who -> end]'
WAITING = 'nodes: {ok: {type: approval}, end: {type: output}}\nedges: [ok.approved -> end]'
SCHEDULE = {'name': 'Often', 'workflow_id': 'greet', 'every': 60, 'inputs': {'name': 'Ada'}}
WEBHOOK = {'name': 'Hook', 'workflow_id': 'greet', 'inputs': {'name': '{{ body.who }}'}}


@pytest.fixture(autouse=True)
async def _workflows(orchestrator: Orchestrator) -> None:
    for name, graph in (('Greet', GRAPH), ('Ask', WAITING)):
        made = await orchestrator.workflows.create(Workflow(name=name, graph=read_graph(graph)))
        await orchestrator.publish(made.id)


async def delivered(api: httpx.AsyncClient, key: str, body: Any, query: str = '') -> httpx.Response:
    address = (await api.get(f'/webhooks/{key}/credentials')).json()['address']
    return await api.post(address.replace('http://localhost/api', '') + query, json=body)


@pytest.mark.parametrize(('path', 'example'), [('/schedules', SCHEDULE), ('/webhooks', WEBHOOK)])
async def test_triggers_are_created_read_saved_and_deleted(
    api: httpx.AsyncClient, path: str, example: dict[str, Any]
) -> None:
    created = await api.post(path, json=example)
    assert created.status_code == 201
    address = created.headers['Location'].removeprefix('/api')
    made = (await api.get(address)).json()
    assert made == created.json()
    assert (await api.get(f'{path}?workflow_id=greet')).json() == [made]
    assert (await api.get(f'{path}?workflow_id=ask')).json() == []
    saved = await api.put(address, json=made | {'enabled': False})
    assert (saved.status_code, saved.headers['ETag'], saved.json()['enabled']) == (200, '"2"', False)
    stale = await api.put(address, json=made)
    assert (stale.status_code, stale.json()['changes'][0]['field']) == (409, 'enabled')
    assert (await api.delete(address)).status_code == 204
    assert (await api.get(address)).status_code == 404


async def test_a_schedule_tells_its_next_times(api: httpx.AsyncClient) -> None:
    made = (await api.post('/schedules', json=SCHEDULE)).json()
    state = (await api.get('/schedules/often/state')).json()
    times = [datetime.fromisoformat(due) for due in state['next']]
    since = datetime.fromisoformat(made['since']).replace(microsecond=0)
    assert times == [since + timedelta(minutes=minutes) for minutes in range(1, 6)]
    assert state['progress'] is None
    await api.put('/schedules/often', json=made | {'enabled': False})
    assert (await api.get('/schedules/often/state')).json()['next'] == []


async def test_a_timing_is_previewed_without_being_stored(api: httpx.AsyncClient) -> None:
    times = (await api.post('/schedules/preview', json={'cron': '0 8 * * *', 'zone': 'Europe/Berlin'})).json()
    assert len(times) == 5
    refused = await api.post('/schedules/preview', json={'cron': '0 8 * *'})
    assert (refused.status_code, refused.json()['problems'][0]['where']) == (422, 'body.cron')
    assert (await api.get('/schedules')).json() == []


@pytest.mark.parametrize(
    ('path', 'body', 'where'),
    [
        ('/schedules', SCHEDULE | {'inputs': {}}, 'inputs.name'),
        ('/schedules', SCHEDULE | {'workflow_id': 'nothing'}, 'workflow_id'),
        ('/schedules', SCHEDULE | {'cron': '0 8 * * *'}, 'body'),
        ('/schedules', SCHEDULE | {'every': 0}, 'body.every'),
        ('/webhooks', WEBHOOK | {'inputs': {'shoe': '1'}}, 'inputs.shoe'),
        ('/webhooks', WEBHOOK | {'token': 'mine'}, 'body.token'),
        ('/webhooks', WEBHOOK | {'signature': 'none at all'}, 'body.signature'),
    ],
)
async def test_what_does_not_fit_is_refused_with_its_place(
    api: httpx.AsyncClient, path: str, body: dict[str, Any], where: str
) -> None:
    refused = await api.post(path, json=body)
    assert (refused.status_code, refused.json()['problems'][0]['where']) == (422, where)


async def test_a_delivery_starts_a_run_and_names_it(api: httpx.AsyncClient) -> None:
    await api.post('/webhooks', json=WEBHOOK)
    answer = await delivered(api, 'hook', {'who': 'Ada'})
    assert answer.status_code == 202
    told = answer.json()
    assert (told['replayed'], told['output']) == (False, None)
    assert told['links']['run'] == f'/api/runs/{told["run_id"]}'
    assert (await api.get(f'/runs/{told["run_id"]}')).json()['run']['trigger'] == 'webhook'


async def test_a_delivery_can_wait_for_the_result(api: httpx.AsyncClient) -> None:
    await api.post('/webhooks', json=WEBHOOK)
    answer = await delivered(api, 'hook', {'who': 'Ada'}, '?wait=20')
    assert (answer.status_code, answer.json()['status'], answer.json()['output']) == (200, 'succeeded', {'end': 'Ada'})


async def test_a_delivery_waits_no_longer_than_it_says(api: httpx.AsyncClient) -> None:
    await api.post('/webhooks', json={'name': 'Asking', 'workflow_id': 'ask'})
    answer = await delivered(api, 'asking', {}, '?wait=0.2')
    assert (answer.status_code, answer.json()['output']) == (202, None)
    assert (await delivered(api, 'asking', {}, '?wait=3600')).status_code == 422


async def test_an_address_that_was_changed_is_unknown(api: httpx.AsyncClient) -> None:
    await api.post('/webhooks', json=WEBHOOK)
    before = (await api.get('/webhooks/hook/credentials')).json()
    after = (await api.post('/webhooks/hook/rotate')).json()
    assert after == (await api.get('/webhooks/hook/credentials')).json()
    assert after['address'] != before['address']
    assert (await api.post(before['address'].replace('http://localhost/api', ''))).status_code == 404


async def test_a_webhook_that_is_off_starts_nothing(api: httpx.AsyncClient) -> None:
    await api.post('/webhooks', json=WEBHOOK | {'enabled': False})
    refused = await delivered(api, 'hook', {'who': 'Ada'})
    assert (refused.status_code, 'switched off' in refused.json()['detail']) == (409, True)


async def test_triggers_go_with_their_workflow(api: httpx.AsyncClient) -> None:
    await api.post('/schedules', json=SCHEDULE)
    await api.post('/webhooks', json=WEBHOOK)
    assert (await api.delete('/workflows/greet')).status_code == 204
    assert (await api.get('/schedules')).json() == (await api.get('/webhooks')).json() == []
