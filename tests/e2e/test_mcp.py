"""The app as an MCP server, asked by the official client."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from tests.e2e.app_process import AppProcess

GREET = """
agent_orchestrator: 1
name: Greet
nodes:
  who: {type: input, config: {fields: [{name: name, description: Who is greeted}]}}
  hello: {type: template, config: {text: 'Hello {{ inputs.name }}'}}
  end: {type: output, config: {value: '{{ hello.text }}'}}
edges: [who -> hello, hello -> end]
"""


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[AppProcess]:
    app = AppProcess(tmp_path / 'data', env={'AGENT_ORCHESTRATOR_PASSWORD': 'open sesame'})
    try:
        yield app.start()
    finally:
        app.close()


async def test_published_workflows_are_tools(app: AppProcess) -> None:
    workflow = app.import_workflow(GREET)
    async with Client(f'{app.url}/mcp') as client:
        assert not (await client.list_tools()).tools, 'a draft is no tool'
        app.post(f'/workflows/{workflow}/publish', {})
        [tool] = (await client.list_tools(cache_mode='refresh')).tools
        assert (tool.name, tool.input_schema['required']) == ('run_greet', ['name'])
        good = await client.call_tool('run_greet', {'name': 'Ada'})
        assert (good.content[0].text, good.is_error) == ('Hello Ada', False)
        bad = await client.call_tool('run_greet', {})
        assert (bad.is_error, "'name' is a required property" in bad.content[0].text) == (True, True)
        assert (await client.call_tool('none', {})).is_error
    [run] = [run for run in app.get('/runs') if run['trigger'] == 'tool']
    assert run['status'] == 'succeeded'
    app.terminate()
    assert 'Traceback' not in app.log


async def test_the_password_is_asked_for_there_too(guarded: AppProcess) -> None:
    address = f'{guarded.url}/mcp'
    async with httpx2.AsyncClient(timeout=60) as stranger:
        assert (await stranger.post(address, json={})).status_code == 401
    headers = {'Authorization': 'Bearer open sesame'}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=60) as http,
        Client(streamable_http_client(address, http_client=http)) as client,
    ):
        assert not (await client.list_tools()).tools
