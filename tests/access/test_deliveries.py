"""Attacks on the addresses of webhooks, and what whoever knows one can do: over real sockets, some of them raw."""

import json
import socket
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from core.samples.gallery import template_text
from core.triggers.signature import sign
from tests.access.conftest import PASSWORD
from tests.e2e.app_process import PATIENCE, AppProcess

WORKFLOW = {
    'agent_orchestrator': 1,
    'name': 'Greet',
    'nodes': {
        'who': {'type': 'input', 'config': {'fields': [{'name': 'name'}]}},
        'end': {'type': 'output', 'config': {'value': 'Hello {{ inputs.name }}'}},
    },
    'edges': ['who -> end'],
}
BODY = b'{"name": "Ada"}'
MEGABYTES = 20
OWNER = {b'Authorization': f'Bearer {PASSWORD}'.encode()}


class Hook:
    """A webhook of a running instance, and a stranger who knows its address only."""

    def __init__(self, url: str, workflow_id: str, signature: str) -> None:
        self.url = url
        hook = {'name': 'Hook', 'workflow_id': workflow_id, 'signature': signature}
        self.id = owner('POST', f'{url}/api/webhooks', json=hook).json()['id']
        told = owner('GET', f'{url}/api/webhooks/{self.id}/credentials').json()
        self.address, self.key = told['address'], told['key']

    def post(self, body: bytes = BODY, *, query: str = '', **headers: Any) -> httpx.Response:
        named = {'content-type': 'application/json'} | {name.replace('_', '-'): each for name, each in headers.items()}
        return httpx.post(self.address + query, content=body, headers=named, trust_env=False, timeout=30)

    def sign(self, body: bytes = BODY, *, age: float = 0) -> str:
        return sign(self.key, body, at=datetime.fromtimestamp(time.time() - age, UTC))


def owner(method: str, url: str, **options: Any) -> httpx.Response:
    answer = httpx.request(method, url, headers=OWNER, trust_env=False, timeout=30, **options)
    assert answer.status_code < 300, answer.text
    return answer


def published(url: str) -> str:
    imported = owner('POST', f'{url}/api/workflows/import', content=json.dumps(WORKFLOW))
    workflow_id = str(imported.json()['id'])
    owner('POST', f'{url}/api/workflows/{workflow_id}/publish')
    return workflow_id


def runs(hook: Hook) -> int:
    return len(owner('GET', f'{hook.url}/api/runs?trigger=webhook&limit=500').json())


@pytest.fixture(scope='module')
def workflow_id(shared: str) -> str:
    return published(shared)


@pytest.fixture
def hook(shared: str, workflow_id: str) -> Hook:
    """On an instance that asks everybody else for a password."""
    return Hook(shared, workflow_id, 'none')


@pytest.fixture
def signed_hook(shared: str, workflow_id: str) -> Hook:
    return Hook(shared, workflow_id, 'timestamped')


def test_who_knows_the_address_needs_no_password(hook: Hook) -> None:
    answer = hook.post(origin='http://elsewhere.example', sec_fetch_site='cross-site')
    assert answer.status_code == 202
    assert answer.json()['status'] in {'queued', 'running', 'succeeded'}
    waited = hook.post(query='?wait=20')
    assert (waited.status_code, waited.json()['output']) == (200, {'end': 'Hello Ada'})


def test_a_webhook_that_a_template_brought_starts_runs_once_it_is_on(shared: str) -> None:
    workflow_id, address = from_template(shared)
    _, elsewhere = from_template(shared)
    assert address != elsewhere
    sent = {'message': 'The invoice was charged twice to my card.'}
    off = httpx.post(address, json=sent, trust_env=False, timeout=PATIENCE)
    assert (off.status_code, 'switched off' in off.json()['detail']) == (409, True)
    owner('POST', f'{shared}/api/workflows/{workflow_id}/publish')
    [hook] = owner('GET', f'{shared}/api/webhooks?workflow_id={workflow_id}').json()
    owner('PUT', f'{shared}/api/webhooks/{hook["id"]}', json=hook | {'enabled': True})
    wrong = address[:-1] + ('A' if address[-1] != 'A' else 'B')
    assert httpx.post(wrong, json=sent, trust_env=False, timeout=PATIENCE).status_code == 404
    answer = httpx.post(f'{address}?wait=60', json=sent, trust_env=False, timeout=90)
    assert (answer.status_code, list(answer.json()['output'])) == (200, ['reply'])
    told = owner('GET', f'{shared}/api/runs?workflow_id={workflow_id}').json()
    assert [(run['id'], run['trigger']) for run in told] == [(answer.json()['run_id'], 'webhook')]


def from_template(url: str) -> tuple[str, str]:
    """Uses a template that brings a webhook; gives the workflow, and the address of the webhook."""
    imported = owner('POST', f'{url}/api/workflows/import', content=template_text('inbox-routing'))
    workflow_id = str(imported.json()['id'])
    [hook] = owner('GET', f'{url}/api/webhooks?workflow_id={workflow_id}').json()
    return workflow_id, owner('GET', f'{url}/api/webhooks/{hook["id"]}/credentials').json()['address']


def test_the_address_opens_nothing_else(hook: Hook) -> None:
    run_id = hook.post(query='?wait=20').json()['run_id']
    for method, path in (
        ('GET', ''),
        ('PUT', ''),
        ('DELETE', ''),
        ('POST', '/'),
        ('POST', '/rotate'),
        ('POST', '%2Frotate'),
        ('POST', '/../../agents'),
        ('POST', '%2F..%2F..%2Fagents'),
        ('POST', '%00'),
    ):
        answer = httpx.request(method, hook.address + path, json={}, trust_env=False, timeout=PATIENCE)
        assert answer.status_code in {401, 404}, f'{method} {path}'
    for path in ('/api/webhooks', f'/api/webhooks/{hook.id}', f'/api/webhooks/{hook.id}/credentials'):
        for method in ('GET', 'POST', 'PUT', 'DELETE'):
            assert (
                httpx.request(method, hook.url + path, json={}, trust_env=False, timeout=PATIENCE).status_code == 401
            ), path
    for path in (f'/api/runs/{run_id}', f'/api/runs/{run_id}/events', '/api/secrets', '/'):
        assert httpx.get(hook.url + path, trust_env=False, timeout=PATIENCE).status_code in {303, 401}
    host = httpx.post(hook.address, headers={'Host': 'evil.example'}, trust_env=False, timeout=PATIENCE)
    assert host.status_code == 421


def test_a_wrong_token_is_nothing(hook: Hook) -> None:
    before = runs(hook)
    token = hook.address.rsplit('/', 1)[1]
    for guess in ('A' * 43, token[:-1] + ('A' if token[-1] != 'A' else 'B'), token.swapcase()):
        answer = httpx.post(f'{hook.url}/api/webhooks/{guess}', content=BODY, trust_env=False, timeout=PATIENCE)
        assert answer.status_code == 404
        assert token not in answer.text
    for guess in (token[:-1], f'{token}A', hook.id):
        assert (
            httpx.post(f'{hook.url}/api/webhooks/{guess}', content=BODY, trust_env=False, timeout=PATIENCE).status_code
            == 401
        )
    assert runs(hook) == before


def test_only_a_good_and_new_signature_starts_something(signed_hook: Hook) -> None:
    before = runs(signed_hook)
    good = signed_hook.sign()
    for header in ('', 'v1=00', f't={int(time.time())}', signed_hook.sign(b'{}'), good[:-1], good.replace('v1', 'v0')):
        assert signed_hook.post(x_signature=header).status_code == 401, header
    for age in (-3_600, 3_600):
        assert 'another time' in signed_hook.post(x_signature=signed_hook.sign(age=age)).json()['detail']
    changed = signed_hook.post(b'{"name": "Eve"}', x_signature=good)
    assert changed.status_code == 401
    assert changed.headers['content-type'] == 'application/problem+json'
    assert runs(signed_hook) == before
    assert signed_hook.post(x_signature=good).status_code == 202
    assert runs(signed_hook) == before + 1


def test_a_delivery_that_comes_again_starts_nothing(signed_hook: Hook) -> None:
    before = runs(signed_hook)
    signature = signed_hook.sign()
    first = signed_hook.post(x_signature=signature).json()
    assert not first['replayed']
    for headers in ({}, {'idempotency_key': 'another'}, {'x_github_delivery': 'another'}):
        again = signed_hook.post(x_signature=signature, **headers)
        assert again.status_code == 202
        assert (again.json()['replayed'], again.json()['run_id']) == (True, first['run_id'])
    assert runs(signed_hook) == before + 1


def test_inputs_that_do_not_fit_are_named(hook: Hook) -> None:
    answer = hook.post(b'{"age": 3}')
    assert (answer.status_code, answer.json()['problems'][0]['where']) == (422, 'name')
    broken = hook.post(b'{"name": ')
    assert (broken.status_code, 'not JSON' in broken.json()['detail']) == (422, True)
    for body in (b'\xff', b'[' * 100_000, b'{"name": NaN}'):
        assert hook.post(body).status_code == 422


def test_a_form_is_taken_as_fields(hook: Hook) -> None:
    answer = hook.post(b'name=Ada&other=1', query='?wait=20', content_type='application/x-www-form-urlencoded')
    assert answer.json()['output'] == {'end': 'Hello Ada'}


@pytest.mark.parametrize('chunked', [False, True])
@pytest.mark.parametrize('known', [True, False])
def test_twenty_megabytes_are_refused_before_they_are_here(hook: Hook, *, chunked: bool, known: bool) -> None:
    """The answer comes while most of the body is still with the sender."""
    before = runs(hook)
    parts = urlsplit(hook.address if known else f'{hook.url}/api/webhooks/{"A" * 43}')
    length = MEGABYTES * 1_000_000
    framing = 'Transfer-Encoding: chunked' if chunked else f'Content-Length: {length}'
    head = f'POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n{framing}\r\n\r\n'
    sent = 0
    with socket.create_connection((parts.hostname or '', parts.port or 80), timeout=30) as connection:
        connection.sendall(head.encode())
        connection.settimeout(0.05)
        answer = b''
        piece = b' ' * 50_000
        while sent < length and not answer:
            try:
                connection.sendall(b'%x\r\n%s\r\n' % (len(piece), piece) if chunked else piece)
                sent += len(piece)
            except TimeoutError:
                pass
            except ConnectionError:
                break
            try:
                answer = connection.recv(100)
            except TimeoutError:
                continue
            except ConnectionError:
                break
    assert answer.startswith(b'HTTP/1.1 413' if known else b'HTTP/1.1 404'), answer
    assert sent < length / 4
    assert runs(hook) == before


def test_twenty_megabytes_take_no_memory(tmp_path: Path) -> None:
    app = AppProcess(tmp_path / 'data', env={'AGENT_ORCHESTRATOR_PASSWORD': PASSWORD})
    try:
        hook = Hook(app.start().url, published(app.url), 'none')
        assert hook.post(query='?wait=20').status_code == 200
        before = peak(app)
        for _ in range(5):
            try:
                assert hook.post(b' ' * MEGABYTES * 1_000_000).status_code == 413
            except httpx.WriteError:  # it was closed while the rest was being sent
                continue
        assert peak(app) - before < 10_000
    finally:
        app.close()


def peak(app: AppProcess) -> int:
    """The most memory that the process ever had, in kB."""
    status = Path(f'/proc/{app.process.pid}/status')
    if not status.exists():
        pytest.skip('There is no /proc here.')
    return int(next(line.split()[1] for line in status.read_text().splitlines() if line.startswith('VmHWM')))


def test_what_was_delivered_is_known_after_a_crash(tmp_path: Path) -> None:
    app = AppProcess(tmp_path / 'data', env={'AGENT_ORCHESTRATOR_PASSWORD': PASSWORD})
    try:
        hook = Hook(app.start().url, published(app.url), 'timestamped')
        signature = hook.sign()
        first = hook.post(x_signature=signature).json()
        app.kill()
        path = urlsplit(hook.address).path
        hook.url = app.start().url
        hook.address = hook.url + path
        again = hook.post(x_signature=signature).json()
        assert (again['run_id'], again['replayed']) == (first['run_id'], True)
        assert runs(hook) == 1
    finally:
        app.close()
