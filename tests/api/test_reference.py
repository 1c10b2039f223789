"""The OpenAPI document says what every endpoint does and how it can fail; the page shows it without a network."""

import re
from collections.abc import Iterator
from typing import Any

import httpx

Operation = tuple[str, dict[str, Any]]


async def operations(api: httpx.AsyncClient) -> list[Operation]:
    document = (await api.get('/openapi.json')).json()
    assert document['servers'] == [{'url': '/api'}]
    return list(_operations(document))


def _operations(document: dict[str, Any]) -> Iterator[Operation]:
    for path, methods in document['paths'].items():
        for method, operation in methods.items():
            yield f'{method.upper()} {path}', operation


async def test_every_endpoint_has_summary_description_and_tag(api: httpx.AsyncClient) -> None:
    lacking = [
        name
        for name, operation in await operations(api)
        if not (
            len(operation.get('summary', '').split()) > 1 and operation.get('description') and operation.get('tags')
        )
    ]
    assert lacking == []


async def test_every_endpoint_describes_its_errors(api: httpx.AsyncClient) -> None:
    for name, operation in await operations(api):
        errors = {status: answer for status, answer in operation['responses'].items() if status >= '4'}
        expected = {'401', '422', '500', '503'} | ({'404'} if '_id}' in name else set())
        expected |= {'409', '412'} if name.startswith('PUT') and '_id}' in name else set()
        assert expected <= errors.keys(), name
        for status, answer in errors.items():
            assert answer['description'], f'{name} {status}'
            assert list(answer['content']) == ['application/problem+json'], f'{name} {status}'


async def test_every_example_of_a_new_thing_is_accepted(api: httpx.AsyncClient) -> None:
    tried = 0
    for name, operation in await operations(api):
        method, path = name.split()
        schema = operation.get('requestBody', {}).get('content', {}).get('application/json', {}).get('schema', {})
        for example in schema.get('examples', ()) if method == 'POST' else ():
            answer = await api.post(path, json=example)
            assert answer.status_code in {200, 201}, answer.text
            tried += 1
    assert tried >= 5


async def test_operation_ids_are_unique(api: httpx.AsyncClient) -> None:
    ids = [operation['operationId'] for _, operation in await operations(api)]
    assert len(ids) == len(set(ids))


async def test_the_page_shows_every_endpoint_and_loads_nothing_from_elsewhere(api: httpx.AsyncClient) -> None:
    page = (await api.get('/docs')).text
    for name, operation in await operations(api):
        path = name.partition(' ')[2]
        assert f'/api{path}' in page
        assert operation['summary'].split("'")[0] in page
    assert not re.search(r'(src|href)="(?:https?:)?//', page)
    assert '<script' not in page


async def test_schema_links_on_the_page_lead_somewhere(api: httpx.AsyncClient) -> None:
    page = (await api.get('/docs')).text
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(re.findall(r'id="([^"]+)"', page))
