"""The http node."""

import base64
import json
from typing import Any

import pytest

from core.nodes.http import HttpConfig, HttpNode
from core.orchestrator import Orchestrator
from core.runs.run import RunFilter
from core.runs.state import RunState
from core.tools.toolbox import PRIVATE_ADDRESSES
from core.workflows.graph import Edge, Graph, Node
from core.workflows.workflow import Workflow
from tests.servers.http import HttpServer, Request, Wire


class Api(HttpServer):
    """Answers with what it was asked; fails as often as it is told to."""

    failures = 0

    async def handle(self, request: Request, wire: Wire) -> None:
        if self.failures > 0:
            self.failures -= 1
            await wire.json({'error': 'busy'}, status=503, headers={'retry-after': '0'})
        elif request.path == '/none':
            await wire.json({'error': 'nothing'}, status=404)
        else:
            await wire.json({'method': request.method, 'body': request.body.decode(), **request.headers})


async def run(orchestrator: Orchestrator, config: dict[str, Any], *, private: bool = True, **node: Any) -> RunState:
    await orchestrator.preferences.set(PRIVATE_ADDRESSES, 'yes' if private else 'no')
    nodes = (
        Node(id='name', type='template', config={'text': 'Ada'}),
        Node(id='ask', type='http', config=config, **node),
        Node(id='end', type='output'),
    )
    graph = Graph(nodes=nodes, edges=(Edge(source='name', target='ask'), Edge(source='ask', target='end')))
    workflow = await orchestrator.workflows.create(Workflow(name='Test', graph=graph))
    started = await orchestrator.start_run(workflow.id, {})
    async for _ in orchestrator.watch(started.id):
        pass
    return await orchestrator.state(started.id)


async def test_an_address_is_asked_and_json_becomes_data(orchestrator: Orchestrator) -> None:
    async with Api() as api:
        url = api.url
        state = await run(
            orchestrator,
            {
                'url': f'{url}/x?name={{{{ incoming }}}}',
                'method': 'POST',
                'headers': [{'name': 'X-Who', 'value': '{{ incoming }}'}],
                'body': '{"name": "{{ incoming }}"}',
            },
        )
    output = state.steps['ask'].output
    assert (output['status'], output['url']) == (200, f'{url}/x?name=Ada')
    told = output['value']
    assert (told['method'], json.loads(told['body']), told['x-who']) == ('POST', {'name': 'Ada'}, 'Ada')
    assert told['content-type'] == 'application/json'


@pytest.mark.parametrize(
    ('auth', 'header', 'value'),
    [
        ({'secret': 'KEY'}, 'authorization', 'Bearer s3cret:x'),
        ({'secret': 'KEY', 'kind': 'basic'}, 'authorization', f'Basic {base64.b64encode(b"s3cret:x").decode()}'),
        ({'secret': 'KEY', 'kind': 'header', 'header': 'X-Token'}, 'x-token', 's3cret:x'),
    ],
)
async def test_a_secret_is_sent_and_never_written_down(
    orchestrator: Orchestrator, auth: dict[str, str], header: str, value: str
) -> None:
    await orchestrator.secrets.set('KEY', 's3cret:x')
    async with Api() as api:
        state = await run(orchestrator, {'url': api.url, 'method': 'HEAD', 'auth': auth})
        assert api.requests[0].headers[header] == value
    assert state.status == 'succeeded'
    [row] = await orchestrator.runs(RunFilter())
    journal = await orchestrator.journal.read(row.id)
    assert 's3cret' not in ''.join(event.model_dump_json() for event in journal)


@pytest.mark.parametrize(
    ('config', 'error'),
    [
        ({'url': '{api}/none'}, 'answered with HTTP 404'),
        ({'url': '{api}', 'auth': {'secret': 'NONE'}}, "There is no secret 'NONE'"),
        ({'url': '{api}', 'headers': [{'name': 'X', 'value': 'a\nEvil: yes'}]}, 'only one line of plain characters'),
        ({'url': 'file:///etc/passwd'}, 'is not an address of the web'),
    ],
)
async def test_what_goes_wrong_is_said(orchestrator: Orchestrator, config: dict[str, Any], error: str) -> None:
    async with Api() as api:
        state = await run(orchestrator, {**config, 'url': config['url'].replace('{api}', api.url)})
    assert (state.status, error in state.error) == ('failed', True), state.error


async def test_an_error_can_be_a_result(orchestrator: Orchestrator) -> None:
    async with Api() as api:
        state = await run(orchestrator, {'url': f'{api.url}/none', 'accept_errors': True})
    assert (state.steps['ask'].output['status'], state.steps['ask'].output['value']) == (404, {'error': 'nothing'})


async def test_a_busy_server_is_asked_again(orchestrator: Orchestrator) -> None:
    async with Api() as api:
        api.failures = 2
        state = await run(orchestrator, {'url': api.url}, retry={'attempts': 3, 'delay': 0})
    assert (state.status, len(api.requests)) == ('succeeded', 3)


async def test_this_machine_is_asked_only_where_settings_allow_it(orchestrator: Orchestrator) -> None:
    async with Api() as api:
        state = await run(orchestrator, {'url': api.url}, private=False)
        assert 'Settings › Tools can allow that' in state.error
        assert not api.requests


def test_only_what_does_no_harm_is_asked_again_after_a_crash() -> None:
    node = HttpNode()
    methods = ('GET', 'HEAD', 'PUT', 'DELETE', 'POST', 'PATCH')
    effects = [node.effects_of(HttpConfig(url='x', method=method)) for method in methods]
    assert effects == ['none', 'none', 'idempotent', 'idempotent', 'external', 'external']
