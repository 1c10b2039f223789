"""Running, following, answering and stopping through the API."""

import json
from textwrap import indent
from typing import Any

import httpx
import pytest

from core.orchestrator import Orchestrator
from tests.api.files import APPROVAL, APPROVAL_FOR_EACH, GREETING, SLOW


async def imported(api: httpx.AsyncClient, text: str) -> str:
    answer = await api.post('/workflows/import', content=text)
    assert answer.status_code == 201, answer.text
    return str(answer.json()['id'])


async def execute(api: httpx.AsyncClient, text: str, **inputs: Any) -> str:
    answer = await api.post(f'/workflows/{await imported(api, text)}/execute', json={'inputs': inputs})
    assert answer.status_code == 202, answer.text
    run_id = str(answer.json()['id'])
    assert answer.headers['Location'] == f'/api/runs/{run_id}'
    return run_id


async def until(orchestrator: Orchestrator, run_id: str, *types: str) -> None:
    async for event in orchestrator.watch(run_id):
        if event.type in types:
            return


def frames(text: str) -> list[dict[str, str]]:
    return [dict(line.split(': ', 1) for line in frame.splitlines()) for frame in text.strip().split('\n\n')]


async def test_a_workflow_runs_to_its_result(api: httpx.AsyncClient, orchestrator: Orchestrator) -> None:
    run_id = await execute(api, GREETING, name='Ada')
    await until(orchestrator, run_id, 'run_succeeded')
    detail = (await api.get(f'/runs/{run_id}')).json()
    assert detail['run']['status'] == 'succeeded'
    assert detail['run']['trigger'] == 'api'
    assert detail['state']['steps']['greet']['output'] == {'text': 'Hello Ada'}
    listed = (await api.get('/runs', params={'status': ['succeeded', 'failed']})).json()
    assert [run['id'] for run in listed] == [run_id]
    assert (await api.get('/runs', params={'status': 'failed'})).json() == []


async def test_a_missing_input_is_named_and_nothing_runs(api: httpx.AsyncClient) -> None:
    workflow_id = await imported(api, GREETING)
    answer = await api.post(f'/workflows/{workflow_id}/execute')
    assert answer.status_code == 422
    assert answer.json()['problems'][0]['where'] == 'name'
    assert (await api.get('/runs')).json() == []


async def test_a_graph_that_cannot_run_is_refused_with_all_problems(api: httpx.AsyncClient) -> None:
    graph = {'nodes': [{'id': 'a', 'type': 'nonsense'}, {'id': 'b', 'type': 'template', 'config': {'tex': ''}}]}
    workflow = (await api.post('/workflows', json={'name': 'Broken', 'graph': graph})).json()
    answer = await api.post(f'/workflows/{workflow["id"]}/execute')
    assert answer.status_code == 422
    assert {place['where'].partition('.')[0] for place in answer.json()['problems']} >= {'a', 'b'}
    problems = (await api.get(f'/workflows/{workflow["id"]}/problems')).json()
    assert {'a', 'b'} <= {problem['node'] for problem in problems}
    assert (await api.post('/workflows/validate', json=graph)).json() == problems
    assert (await api.post(f'/workflows/{workflow["id"]}/publish')).status_code == 422


async def test_publishing_makes_versions(api: httpx.AsyncClient) -> None:
    workflow_id = await imported(api, GREETING)
    version = (await api.post(f'/workflows/{workflow_id}/publish', json={'note': 'First'})).json()
    assert (version['number'], version['note']) == (1, 'First')
    assert (await api.get(f'/workflows/{workflow_id}/versions')).json() == [version]
    assert (await api.get(f'/workflows/{workflow_id}/versions/{version["id"]}')).json() == version
    other = await imported(api, SLOW)
    assert (await api.get(f'/workflows/{other}/versions/{version["id"]}')).status_code == 404


async def test_a_version_is_compared_with_another_or_with_the_draft(api: httpx.AsyncClient) -> None:
    workflow_id = await imported(api, GREETING)
    first = (await api.post(f'/workflows/{workflow_id}/publish')).json()
    workflow = (await api.get(f'/workflows/{workflow_id}')).json()
    workflow['graph']['nodes'][0]['name'] = 'Another name'
    (await api.put(f'/workflows/{workflow_id}', json=workflow)).raise_for_status()
    found = (await api.get(f'/workflows/{workflow_id}/versions/{first["id"]}/diff')).json()
    (change,) = found['changed']
    assert [(field['path'], field['after']) for field in change['fields']] == [(['name'], 'Another name')]
    same = await api.get(f'/workflows/{workflow_id}/versions/{first["id"]}/diff', params={'to': first['id']})
    assert same.json()['changed'] == []
    wrong = await api.get(f'/workflows/{workflow_id}/versions/{first["id"]}/diff', params={'to': 'nothing'})
    assert wrong.status_code == 404


async def test_events_tell_the_whole_run_and_go_on_after_the_last_one_seen(
    api: httpx.AsyncClient, orchestrator: Orchestrator
) -> None:
    run_id = await execute(api, GREETING, name='Ada')
    await until(orchestrator, run_id, 'run_succeeded')
    answer = await api.get(f'/runs/{run_id}/events')
    assert answer.headers['Content-Type'].startswith('text/event-stream')
    told = frames(answer.text)
    assert [int(frame['id']) for frame in told] == list(range(1, len(told) + 1))
    assert (told[0]['event'], told[-1]['event']) == ('run_created', 'run_succeeded')
    assert json.loads(told[-1]['data'])['output']
    rest = await api.get(f'/runs/{run_id}/events', headers={'Last-Event-ID': '3'})
    assert frames(rest.text) == told[3:]
    assert frames((await api.get(f'/runs/{run_id}/events?after=3')).text) == told[3:]


async def test_a_reader_who_has_seen_the_end_is_told_not_to_come_again(
    api: httpx.AsyncClient, orchestrator: Orchestrator
) -> None:
    run_id = await execute(api, GREETING, name='Ada')
    await until(orchestrator, run_id, 'run_succeeded')
    last = frames((await api.get(f'/runs/{run_id}/events')).text)[-1]['id']
    assert (await api.get(f'/runs/{run_id}/events', headers={'Last-Event-ID': last})).status_code == 204


async def test_events_of_an_unknown_run_are_a_404(api: httpx.AsyncClient) -> None:
    assert (await api.get('/runs/nothing/events')).status_code == 404


@pytest.mark.parametrize('path', ['each[0].check', 'each%5B0%5D.check'])
async def test_an_approval_inside_a_body_is_answered_by_its_path(
    api: httpx.AsyncClient, orchestrator: Orchestrator, path: str
) -> None:
    run_id = await execute(api, APPROVAL_FOR_EACH)
    await until(orchestrator, run_id, 'run_waiting')
    (approval,) = (await api.get('/approvals')).json()
    assert (approval['path'], approval['value']) == ('each[0].check', 'one')
    answer = await api.post(f'/approvals/{run_id}/{path}', json={'approved': True})
    assert answer.status_code == 200, answer.text
    await until(orchestrator, run_id, 'run_succeeded')


async def test_an_approval_is_listed_and_its_answer_lets_the_run_go_on(
    api: httpx.AsyncClient, orchestrator: Orchestrator
) -> None:
    run_id = await execute(api, APPROVAL)
    await until(orchestrator, run_id, 'run_waiting')
    (approval,) = (await api.get('/approvals')).json()
    assert (approval['run_id'], approval['value']) == (run_id, 'Draft')
    address = f'/approvals/{run_id}/{approval["path"]}'
    assert (await api.post(address, json={'approved': True, 'value': 'Edited', 'by': 'Ada'})).status_code == 200
    await until(orchestrator, run_id, 'run_succeeded')
    assert (await api.get('/approvals')).json() == []
    assert (await api.get(f'/runs/{run_id}')).json()['state']['steps']['check']['output']['text'] == 'Edited'
    again = await api.post(address, json={'approved': True})
    assert again.status_code == 409


async def test_a_run_is_cancelled_once(api: httpx.AsyncClient, orchestrator: Orchestrator) -> None:
    run_id = await execute(api, SLOW)
    assert [run['run']['id'] for run in (await api.get('/logs/active-executions')).json()] == [run_id]
    assert (await api.delete(f'/runs/{run_id}')).status_code == 409
    assert (await api.post(f'/runs/{run_id}/cancel', json={'by': 'Ada'})).status_code == 202
    await until(orchestrator, run_id, 'run_cancelled')
    assert (await api.post(f'/runs/{run_id}/cancel')).status_code == 409
    assert (await api.get('/logs/active-executions')).json() == []
    assert (await api.delete(f'/runs/{run_id}')).status_code == 204
    assert (await api.get(f'/runs/{run_id}')).status_code == 404


async def test_a_retry_is_a_new_run_that_takes_over_what_succeeded(
    api: httpx.AsyncClient, orchestrator: Orchestrator
) -> None:
    run_id = await execute(api, GREETING, name='Ada')
    await until(orchestrator, run_id, 'run_succeeded')
    answer = await api.post(f'/runs/{run_id}/retry')
    assert answer.status_code == 202
    second = answer.json()['id']
    await until(orchestrator, second, 'run_succeeded')
    assert (await api.get(f'/runs/{second}')).json()['state']['steps']['greet']['reused_from'] == run_id


async def test_a_run_up_to_a_node_leaves_the_rest_out(api: httpx.AsyncClient, orchestrator: Orchestrator) -> None:
    workflow_id = await imported(api, GREETING)
    body = {'inputs': {'name': 'Ada'}, 'until': 'greet'}
    run = (await api.post(f'/workflows/{workflow_id}/execute', json=body)).json()
    assert run['part'] == {'kind': 'up_to', 'node': 'greet', 'title': 'Greet'}
    await until(orchestrator, run['id'], 'run_succeeded')
    steps = (await api.get(f'/runs/{run["id"]}')).json()['state']['steps']
    assert {name: step['status'] for name, step in steps.items()} == {'who': 'succeeded', 'greet': 'succeeded'}


async def test_a_node_runs_alone_on_what_is_given(api: httpx.AsyncClient, orchestrator: Orchestrator) -> None:
    address = f'/workflows/{await imported(api, GREETING)}/execute'
    refused = await api.post(address, json={'only': 'greet'})
    assert (refused.status_code, refused.json()['problems'][0]['where']) == (422, 'who')
    for body in ({'only': 'greet', 'given': {'who': {'name': 'Eve'}}}, {'only': 'greet', 'inputs': {'name': 'Eve'}}):
        run = (await api.post(address, json=body)).json()
        await until(orchestrator, run['id'], 'run_succeeded')
        steps = (await api.get(f'/runs/{run["id"]}')).json()['state']['steps']
        assert (steps['greet']['output'], steps['who']['not_run']) == ({'text': 'Hello Eve'}, 'pinned')


@pytest.mark.parametrize(
    'body',
    [
        {'until': 'ghost'},
        {'only': 'ghost'},
        {'only': 'greet', 'until': 'greet'},
        {'only': 'greet', 'reuse_from': 'x'},
        {'given': {'who': {}}},
        {'only': 'greet', 'given': {'done': {}}},
    ],
)
async def test_a_part_that_makes_no_sense_is_refused(api: httpx.AsyncClient, body: dict[str, Any]) -> None:
    workflow_id = await imported(api, GREETING)
    answer = await api.post(f'/workflows/{workflow_id}/execute', json=body | {'inputs': {'name': 'Ada'}})
    assert answer.status_code == 422
    assert (await api.get('/runs')).json() == []


async def test_only_an_unknown_step_can_be_resolved(api: httpx.AsyncClient, orchestrator: Orchestrator) -> None:
    run_id = await execute(api, GREETING, name='Ada')
    await until(orchestrator, run_id, 'run_succeeded')
    answer = await api.post(f'/runs/{run_id}/steps/greet/resolve', json={'decision': 'retry'})
    assert answer.status_code == 409


async def test_logs_are_filtered_and_paged(api: httpx.AsyncClient, orchestrator: Orchestrator) -> None:
    run_id = await execute(api, GREETING, name='Ada')
    await until(orchestrator, run_id, 'run_succeeded')
    page = (await api.get('/logs', params={'runId': run_id, 'level': 'info'})).json()
    assert all(line['run_id'] == run_id for line in page['lines'])
    after = (await api.get('/logs', params={'runId': run_id, 'after': page['after']})).json()
    assert after['lines'] == []
    assert (await api.get('/logs', params={'level': 'loud'})).status_code == 422


async def test_a_position_that_no_database_can_hold_is_refused(api: httpx.AsyncClient) -> None:
    assert (await api.get('/logs', params={'after': 2**63 - 1})).status_code == 200
    assert (await api.get('/logs', params={'after': 2**63})).status_code == 422


async def test_an_export_imports_as_the_same_workflow(api: httpx.AsyncClient) -> None:
    workflow_id = await imported(api, GREETING)
    answer = await api.get(f'/workflows/{workflow_id}/export')
    assert answer.headers['Content-Type'].startswith('application/yaml')
    again = (await api.post('/workflows/import', content=answer.text)).json()
    assert again['id'] != workflow_id
    assert again['graph'] == (await api.get(f'/workflows/{workflow_id}')).json()['graph']


async def test_a_workflow_that_runs_another_is_exported_and_imported_with_it(api: httpx.AsyncClient) -> None:
    inside = GREETING.replace('agent_orchestrator: 1', '').strip()
    text = f"""
agent_orchestrator: 1
name: Outer
workflows:
  greet:
{indent(inside, '    ')}
nodes: {{who: {{type: input}}, call: {{type: workflow, config: {{workflow: greet}}}}}}
edges: [who -> call]
"""
    workflow_id = await imported(api, text)
    assert (await api.get('/workflows/greet')).json()['published'] == 1
    exported = (await api.get(f'/workflows/{workflow_id}/export')).text
    assert '\nworkflows:\n  greet:\n' in exported
    again = (await api.post('/workflows/import', content=exported)).json()
    assert (again['id'], again['graph']['nodes'][1]['config']) == ('outer-2', {'workflow': 'greet'})
    broken = await api.post('/workflows/import', content=text.replace('type: input', 'typ: input', 1))
    assert broken.status_code == 422
    assert {problem['where'].split('.nodes')[0] for problem in broken.json()['problems']} == {'workflows.greet'}


async def test_the_same_file_is_imported_once_until_its_workflow_changes(api: httpx.AsyncClient) -> None:
    async def once() -> dict[str, Any]:
        workflow: dict[str, Any] = (await api.post('/workflows/import?once=true', content=GREETING)).json()
        return workflow

    first = await once()
    assert (await once())['id'] == first['id']
    await api.put(f'/workflows/{first["id"]}', json=first | {'description': 'Changed.'})
    second = await once()
    assert second['id'] != first['id']
    await api.delete(f'/workflows/{second["id"]}')
    assert (await once())['id'] != first['id']


@pytest.mark.parametrize(
    'content', [b'nodes: [', b'\xff\xfe\x00', b'just words', b'', b'agent_orchestrator: 99\nname: x']
)
async def test_a_file_that_cannot_be_read_is_explained_and_adds_nothing(api: httpx.AsyncClient, content: bytes) -> None:
    before = (await api.get('/workflows')).json()
    answer = await api.post('/workflows/import', content=content)
    assert answer.status_code == 422, answer.text
    assert answer.json()['detail']
    assert (await api.get('/workflows')).json() == before


async def test_a_time_without_its_zone_is_refused(api: httpx.AsyncClient) -> None:
    await api.post('/workflows/meeting-notes/execute')
    answer = await api.get('/runs?since=2020-01-01T00:00:00')
    assert (answer.status_code, answer.json()['problems'][0]['where']) == (422, 'query.since')
    assert len((await api.get('/runs?since=2020-01-01T00:00:00Z')).json()) == 1
