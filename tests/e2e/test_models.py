"""Agents of all providers over real sockets, and every way in which a provider can fail them."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from tests.e2e.app_process import AppProcess, eventually
from tests.servers.anthropic import fake_anthropic
from tests.servers.http import closed_port
from tests.servers.model_server import ModelServer
from tests.servers.ollama import fake_ollama
from tests.servers.openai import fake_lmstudio, fake_openai
from tests.servers.script import Answer, Cut, ErrorInStream, Failure, Garbage, HangUp, Line, Silence, Stall
from tests.servers.threads import in_thread

GOOD = Answer(text='All is well.')
WAYS_OUT = ('try again', 'wait,', 'is it running', 'is the', 'check', 'choose', 'start')


@dataclass(frozen=True, kw_only=True, slots=True)
class Provider:
    name: str
    title: str
    fake: Callable[..., Any]
    path: str = ''
    key: str = ''


PROVIDERS = [
    Provider(name='ollama', title='Ollama', fake=fake_ollama),
    Provider(name='lmstudio', title='LM Studio', fake=fake_lmstudio, path='/v1'),
    Provider(name='openai', title='OpenAI', fake=fake_openai, path='/v1', key='sk-test-openai'),
    Provider(name='anthropic', title='Anthropic', fake=fake_anthropic, key='sk-test-anthropic'),
    Provider(name='compatible', title='OpenAI-compatible', fake=fake_openai, path='/v1'),
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """What the provider does, and what is promised then: an answer in the end, or an error about this."""

    script: tuple[Line, ...]
    cause: str = ''
    requests: int = 2
    patient: bool = True


FAULTS = {
    'asks to slow down once': Fault(script=(Failure(status=429, retry_after='0.3'), GOOD)),
    'fails once': Fault(script=(Failure(status=500), GOOD)),
    'hangs up once': Fault(script=(HangUp(), GOOD)),
    'asks to slow down for ever': Fault(script=(Failure(status=429, retry_after='0.1'),), cause='slow down'),
    'fails for ever': Fault(script=(Failure(status=500, message='Out of memory.'),), cause='Out of memory'),
    'cuts the answer': Fault(script=(Cut(),), cause='cut off', requests=1),
    'ends too early': Fault(script=(Cut(clean=True),), cause='cut off', requests=1),
    'breaks in the middle': Fault(script=(ErrorInStream(),), cause='The model crashed', requests=1),
    'is no model server': Fault(script=(Garbage(),), cause='not an answer'),
    'never answers': Fault(script=(Silence(),), cause='sent nothing for 0.5 s', patient=False),
    'falls silent': Fault(script=(Stall(),), cause='went silent', requests=1, patient=False),
}


@pytest.mark.parametrize('provider', PROVIDERS, ids=lambda provider: provider.name)
def test_each_fault_ends_in_the_promised_retry_or_in_an_error_that_helps(
    shared_app: AppProcess, provider: Provider
) -> None:
    with ExitStack() as stack:
        servers = {
            name: stack.enter_context(in_thread(provider.fake(*fault.script, key=provider.key or None)))
            for name, fault in FAULTS.items()
        }
        runs = {
            name: ask(shared_app, provider, server.base_url, patient=FAULTS[name].patient)
            for name, server in servers.items()
        }
        refused = closed_port() + provider.path
        runs['refuses'] = ask(shared_app, provider, refused)
        ended = {name: shared_app.wait_for_end(run) for name, run in runs.items()}

    for name, fault in FAULTS.items():
        if fault.cause:
            check_error(shared_app, runs[name], provider, servers_address(shared_app, runs[name]), fault.cause)
        else:
            assert ended[name] == 'succeeded', (name, shared_app.run(runs[name])['run']['error'])
            assert shared_app.output(runs[name]) == {'result': 'All is well.'}
        assert len(servers[name].asked) == fault.requests, name
    check_error(shared_app, runs['refuses'], provider, refused, 'does not answer')


def test_agents_of_all_providers_work_side_by_side(shared_app: AppProcess) -> None:
    with ExitStack() as stack:
        servers = [
            stack.enter_context(in_thread(p.fake(Answer(text=f'{p.title} says hello.', pause=0.05), key=p.key or None)))
            for p in PROVIDERS
        ]
        connections = [
            connect(shared_app, provider, server.base_url) for provider, server in zip(PROVIDERS, servers, strict=True)
        ]
        run = shared_app.execute(shared_app.import_workflow(side_by_side(connections)), {'text': 'Who are you?'})
        assert shared_app.wait_for_end(run) == 'succeeded'
        for server in servers:
            check_request(server)
    text = shared_app.output(run)['result']
    for provider in PROVIDERS:
        assert f'{provider.title} says hello.' in text
    usage = shared_app.run(run)['run']['usage']
    assert usage['calls'] == len(PROVIDERS)
    assert usage['input_tokens'] == 11 * len(PROVIDERS)


@pytest.mark.parametrize('provider', PROVIDERS, ids=lambda provider: provider.name)
def test_cancel_stops_a_streaming_call_and_the_server_sees_it(shared_app: AppProcess, provider: Provider) -> None:
    endless = Answer(text='word ' * 2000, pause=0.02)
    with in_thread(provider.fake(endless, key=provider.key or None)) as server:
        run = ask(shared_app, provider, server.base_url)
        live = live_text(shared_app, run)
        assert 'word' in next(live)
        began = time.monotonic()
        shared_app.post(f'/runs/{run}/cancel')
        assert shared_app.wait_for_end(run) == 'cancelled'
        assert time.monotonic() - began < 1
        eventually(lambda: server.hang_ups, lambda count: count == 1, patience=1)
        live.close()
    assert shared_app.steps(run)['ask']['status'] == 'cancelled'


def test_keys_are_stored_as_references_and_shown_nowhere(app: AppProcess) -> None:
    provider = PROVIDERS[2]
    with in_thread(provider.fake(Failure(status=401, message=f'Wrong key {provider.key}.'))) as server:
        run = ask(app, provider, server.base_url)
        assert app.wait_for_end(run) == 'failed'
    everything = [
        app.ask('GET', path).text for path in ('/connections', f'/runs/{run}', f'/runs/{run}/events', '/logs')
    ]
    assert all(provider.key not in text for text in [*everything, app.log])
    app.terminate()
    for file in app.data_dir.rglob('*'):
        assert not file.is_file() or provider.key.encode() not in file.read_bytes(), file


def connect(app: AppProcess, provider: Provider, url: str, *, patient: bool = True) -> str:
    """The id of a new connection."""
    seconds = 30 if patient else 0.5
    timeouts = {'connect': 5, 'first_token': seconds, 'between_tokens': seconds}
    body = {'name': provider.title, 'provider': provider.name, 'base_url': url, 'attempts': 2, 'timeouts': timeouts}
    return str(app.post('/connections', body | ({'api_key': provider.key} if provider.key else {}))['id'])


def ask(app: AppProcess, provider: Provider, url: str, *, patient: bool = True) -> str:
    """The id of a run in which one agent asks the server at this address."""
    connection = connect(app, provider, url, patient=patient)
    return app.execute(app.import_workflow(one_agent(connection)), {'text': 'How are you?'})


def one_agent(connection: str) -> str:
    return f"""
    agent_orchestrator: 1
    name: One agent
    agents:
      asker: {{name: Asker, instructions: Be brief., model: {connection}/test-model}}
    nodes:
      start: {{type: input, config: {{fields: [{{name: text}}]}}}}
      ask: {{type: agent, config: {{agent: asker, prompt: "{{{{ start.text }}}}"}}}}
      result: {{type: output}}
    edges: [start -> ask, ask -> result]
    """


def side_by_side(connections: list[str]) -> str:
    """A workflow with one agent a connection, between an input and an output."""
    ids = [f'ask_{number}' for number in range(len(connections))]
    agents = {
        f'asker-{number}': {'name': f'Asker {number}', 'instructions': 'Be brief.', 'model': f'{connection}/test-model'}
        for number, connection in enumerate(connections)
    }
    nodes: dict[str, Any] = {'start': {'type': 'input', 'config': {'fields': [{'name': 'text'}]}}}
    for id_, agent in zip(ids, agents, strict=True):
        nodes[id_] = {'type': 'agent', 'config': {'agent': agent, 'prompt': '{{ start.text }}'}}
    nodes['result'] = {'type': 'output'}
    edges = [*(f'start -> {id_}' for id_ in ids), *(f'{id_} -> result' for id_ in ids)]
    document = {'agent_orchestrator': 1, 'name': 'Everybody', 'agents': agents, 'nodes': nodes, 'edges': edges}
    return json.dumps(document)


def check_request(server: ModelServer) -> None:
    (request,) = server.asked
    assert 'Be brief.' in json.dumps(request.json)
    assert 'Who are you?' in json.dumps(request.json)
    assert request.json['model'].startswith('test-model')


def check_error(app: AppProcess, run: str, provider: Provider, address: str, cause: str) -> None:
    """The run failed with a message that names provider, address, cause and way out."""
    detail = app.run(run)
    assert detail['run']['status'] == 'failed'
    error = detail['run']['error']
    assert provider.title in error
    assert address in error
    assert cause in error
    assert any(way in error.lower() for way in WAYS_OUT), error


def servers_address(app: AppProcess, run: str) -> str:
    """The address of the connection that the run's agent used."""
    model = app.run(run)['state']['agents']
    connection = next(iter(model.values()))['model'].partition('/')[0]
    return str(app.get(f'/connections/{connection}')['base_url'])


def live_text(app: AppProcess, run: str) -> Iterator[str]:
    """What steps of the run write, as it comes."""
    with app.follow(run, live=True) as lines:
        for line in lines:
            data = json.loads(line.removeprefix('data: ')) if line.startswith('data: ') else {}
            if text := data.get('text'):
                yield text
