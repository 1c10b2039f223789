"""No request, however odd, is answered as a fault of ours."""

import asyncio
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st

from app.api.api import create_api, openapi_of
from app.api.problems import add_problem_handlers
from app.lifespan import orchestrate
from core.clock import SystemClock
from core.memory import memory_stores

scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20)
)
odd = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3))


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document['paths'].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


@st.composite
def requests(draw: st.DrawFn, document: dict[str, Any]) -> dict[str, Any]:
    """A request to any endpoint: sometimes with the right fields, never with all the right values."""
    method, path, operation = draw(st.sampled_from(list(operations(document))))
    ids = st.text(min_size=1, max_size=12) | st.sampled_from(['practice', 'meeting-notes', 'notes-writer', '1'])
    query = {}
    for parameter in operation.get('parameters', []):
        if parameter['in'] == 'path':
            path = path.replace('{' + parameter['name'] + '}', quote(draw(ids), safe=''))
        elif parameter['in'] == 'query' and draw(st.booleans()):
            query[parameter['name']] = draw(st.text(max_size=10) | st.integers().map(str))
    schema = operation.get('requestBody', {}).get('content', {}).get('application/json', {}).get('schema', {})
    name = schema.get('$ref', '').rsplit('/', 1)[-1]
    fields = list(document['components']['schemas'].get(name, {}).get('properties', {}))
    shaped = st.fixed_dictionaries({}, optional=dict.fromkeys(fields, odd))
    body = draw(shaped | odd) if draw(st.booleans()) else None
    return {'method': method, 'url': f'/api{path}', 'params': query, 'json': body}


def test_no_request_is_a_fault_of_ours() -> None:
    clock = SystemClock()
    with asyncio.Runner() as runner:
        context = orchestrate(memory_stores(clock=clock), clock=clock)
        orchestrator = runner.run(context.__aenter__())
        api = create_api(orchestrator)
        web = FastAPI()
        add_problem_handlers(web)
        web.mount('/api', api)
        transport = httpx.ASGITransport(web, raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url='http://localhost')

        @settings(max_examples=200, database=None)
        @given(requests(openapi_of(api)))
        def check(request: dict[str, Any]) -> None:
            answer = runner.run(client.request(**request))
            assert answer.status_code not in {500, 503}, (request, answer.text)
            if answer.status_code >= 400:
                assert answer.headers['Content-Type'] == 'application/problem+json'

        try:
            check()
        finally:
            runner.run(client.aclose())
            runner.run(context.__aexit__(None, None, None))
