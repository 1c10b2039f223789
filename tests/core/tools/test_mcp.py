"""MCP servers: allowed, started, called, cancelled, lost and found again."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.clock import SystemClock
from core.errors import ConflictError, StaleError, UnknownNameError
from core.plugins import Extensions
from core.sandbox.sandboxes import Sandboxes
from core.stores import Stores
from core.tools.mcp.server import McpServer
from core.tools.mcp.servers import McpServers
from core.tools.tool import ToolError
from core.tools.toolbox import Toolbox

ROOT = Path(__file__).parents[3]
OURS = {'command': sys.executable, 'args': ('-m', 'tests.servers.mcp_server'), 'env': {'PYTHONPATH': str(ROOT)}}


@pytest.fixture
async def servers(stores: Stores) -> AsyncIterator[McpServers]:
    servers = McpServers(stores.mcp_servers, stores.secrets, SystemClock())
    yield servers
    await servers.close()


@pytest.fixture
def toolbox(extensions: Extensions, stores: Stores, servers: McpServers) -> Toolbox:
    return Toolbox(
        extensions.tools,
        preferences=stores.preferences,
        secrets=stores.secrets,
        sandboxes=Sandboxes(extensions.sandboxes),
        clock=SystemClock(),
        sources={'mcp': servers},
    )


async def added(servers: McpServers, **changes: Any) -> McpServer:
    """A server that may run."""
    server = await servers.save(McpServer(**{'name': 'Test', **OURS, **changes}))
    return await servers.allow(server.id, server.fingerprint)


async def call(toolbox: Toolbox, key: str, *, said: list[str] | None = None, **arguments: Any) -> Any:
    [tool] = await toolbox.find([key])
    tool.check(arguments)
    say = (said if said is not None else []).append
    return await toolbox.call(tool, arguments, run_id='r', call_id='c', depth=0, say=say)


async def test_tools_are_listed_and_called(toolbox: Toolbox, servers: McpServers) -> None:
    await added(servers)
    tools = {tool.name: tool for tool in await toolbox.find(['mcp:test'])}
    assert set(tools) == {'test_echo', 'test_variable', 'test_change', 'test_slowly', 'test_die', 'test_fail'}
    echo, change = tools['test_echo'], tools['test_change']
    assert (echo.key, echo.description, echo.effects) == ('mcp:test/echo', 'Says a word back.', 'none')
    assert (echo.requires_approval, change.effects, change.requires_approval) == (False, 'external', True)
    assert await call(toolbox, 'mcp:test/echo', word='hi') == 'hi!'
    with pytest.raises(ToolError, match='Error executing tool fail'):
        await call(toolbox, 'mcp:test/fail')
    with pytest.raises(ToolError, match="'word' is a required property"):
        await call(toolbox, 'mcp:test/echo')
    with pytest.raises(UnknownNameError, match='mcp:test/echo'):
        await toolbox.find(['mcp:test/none'])
    with pytest.raises(UnknownNameError, match="No MCP server 'none'; there are: test"):
        await toolbox.find(['mcp:none'])


async def test_a_tool_that_a_server_does_not_have_is_told_once_its_tools_are_known(
    toolbox: Toolbox, servers: McpServers
) -> None:
    server = await added(servers)
    assert await servers.lack('test/none') == ''
    await toolbox.find(['mcp:test'])
    assert await servers.lack('test/none') == "The MCP server 'Test' has no tool 'none'. Choose another one."
    assert [await servers.lack(name) for name in ('test', 'test/echo')] == ['', '']
    await servers.save((await servers.get(server.id)).model_copy(update={'name': 'Other'}))
    assert await servers.lack('test/none') == ''


@pytest.mark.parametrize(('asks', 'asked'), [('never', [False, False]), ('always', [True, True])])
async def test_a_server_says_before_which_calls_a_person_is_asked(
    toolbox: Toolbox, servers: McpServers, asks: Any, asked: list[bool]
) -> None:
    await added(servers, asks=asks)
    tools = await toolbox.find(['mcp:test/echo', 'mcp:test/change'])
    assert [tool.requires_approval for tool in tools] == asked


async def test_a_command_runs_only_after_a_person_allowed_exactly_it(
    toolbox: Toolbox, servers: McpServers, tmp_path: Path
) -> None:
    touched = tmp_path / 'touched'
    command: dict[str, Any] = {'command': sys.executable, 'args': ('-c', f'open({str(touched)!r}, "w")'), 'env': {}}
    server = await servers.save(McpServer(name='Test', **command))
    for _ in range(2):
        with pytest.raises(ToolError, match=r'would run a command that nobody has allowed: .*touched'):
            await toolbox.find(['mcp:test'])
        with pytest.raises(ToolError, match='nobody has allowed'):
            await servers.connect('test')
        server = await servers.allow('test', server.fingerprint)
        for changes in ({'args': (*server.args, 'x')}, {'command': '/bin/sh'}, {'env': {'LD_PRELOAD': '/x'}}):
            changed = await servers.save(server.model_copy(update=changes))
            assert not changed.may_start
            server = await servers.save(changed.model_copy(update=command))
            assert not server.may_start, 'what was changed back must be allowed again'
            server = await servers.allow('test', server.fingerprint)
        server = await servers.save(server.model_copy(update={'args': ('-c', f'open({str(touched)!r}, "x")')}))
    assert not touched.exists()


async def test_nobody_allows_themselves(servers: McpServers) -> None:
    forged = McpServer(name='Test', **OURS)
    forged = forged.model_copy(update={'allowed': forged.fingerprint})
    assert not (await servers.save(forged)).may_start
    server = await servers.get('test')
    assert not (await servers.save(server.model_copy(update={'allowed': server.fingerprint}))).may_start


async def test_what_is_allowed_is_what_was_seen(servers: McpServers) -> None:
    seen = await servers.save(McpServer(name='Test', **OURS))
    await servers.save(seen.model_copy(update={'args': ('-c', 'evil')}))
    with pytest.raises(ConflictError, match='has changed since it was shown'):
        await servers.allow('test', seen.fingerprint)
    with pytest.raises(StaleError):
        await servers.save(seen)


async def test_a_rename_needs_no_new_word_and_ends_the_old_session(toolbox: Toolbox, servers: McpServers) -> None:
    server = await added(servers)
    await call(toolbox, 'mcp:test/echo', word='a')
    before = servers.session('test')
    await servers.save(server.model_copy(update={'name': 'Other'}))
    assert await call(toolbox, 'mcp:test/echo', word='b') == 'b!'
    assert before is not servers.session('test')
    assert before is not None
    assert before.state == 'off'


async def test_a_server_gets_its_secrets_and_none_of_the_apps_variables(
    toolbox: Toolbox, servers: McpServers, stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('OPENAI_API_KEY', 'mine')
    await stores.secrets.set('TOKEN', 's3cret')
    await added(servers, env={**OURS['env'], 'GIVEN': 'a ${TOKEN}'})
    assert await call(toolbox, 'mcp:test/variable', name='GIVEN') == 'a s3cret'
    assert await call(toolbox, 'mcp:test/variable', name='OPENAI_API_KEY') == 'none'
    await stores.secrets.delete('TOKEN')
    with pytest.raises(ToolError, match='needs the secret TOKEN'):
        await toolbox.find(['mcp:test'])


async def test_a_server_that_died_is_started_again(toolbox: Toolbox, servers: McpServers) -> None:
    await added(servers)
    for _ in range(2):
        with pytest.raises(ToolError, match='ended in the middle of the call'):
            await call(toolbox, 'mcp:test/die')
        assert await call(toolbox, 'mcp:test/echo', word='again') == 'again!'


async def test_a_tool_that_is_still_held_starts_nothing_once_its_server_was_changed(
    toolbox: Toolbox, servers: McpServers
) -> None:
    server = await added(servers)
    [held] = await toolbox.find(['mcp:test/echo'])
    await servers.save(server.model_copy(update={'args': (*server.args, 'broken')}))
    with pytest.raises(ToolError, match='was changed or started anew meanwhile'):
        await toolbox.call(held, {'word': 'a'}, run_id='r', call_id='c', depth=0, say=lambda _: None)
    assert not (await servers.get('test')).may_start


async def test_a_server_that_does_not_start_says_why_and_is_given_time(toolbox: Toolbox, servers: McpServers) -> None:
    await added(servers, args=(*OURS['args'], 'broken'))
    for _ in range(2):
        with pytest.raises(ToolError, match='There is a screw missing'):
            await toolbox.find(['mcp:test'])
    with pytest.raises(ToolError, match=r'started again in 1 s|started again in 0 s'):
        await toolbox.find(['mcp:test'])


async def test_a_program_that_is_not_there_is_named(toolbox: Toolbox, servers: McpServers) -> None:
    await added(servers, command='no-such-program-here')
    with pytest.raises(ToolError, match='does not run: there is no'):
        await toolbox.find(['mcp:test'])


async def test_progress_is_shown_and_a_cancelled_call_is_cancelled_there(
    toolbox: Toolbox, servers: McpServers, tmp_path: Path
) -> None:
    await added(servers)
    said: list[str] = []
    calling = asyncio.create_task(call(toolbox, 'mcp:test/slowly', said=said, file=str(tmp_path / 'end')))
    async with asyncio.timeout(60):
        while len(said) < 2:  # noqa: ASYNC110 - the other side is another process
            await asyncio.sleep(0.02)
        calling.cancel()
        while not (tmp_path / 'end').exists():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        assert await call(toolbox, 'mcp:test/echo', word='still') == 'still!'
    assert said[1] == 'slowly: 1 of 100'
    assert (tmp_path / 'end').read_text() == 'cancelled'


async def test_a_server_that_is_switched_off_or_deleted_is_no_tool(toolbox: Toolbox, servers: McpServers) -> None:
    server = await added(servers)
    await servers.connect('test')
    assert len(await toolbox.all()) > 6
    server = await servers.save(server.model_copy(update={'enabled': False}))
    with pytest.raises(ToolError, match='is switched off'):
        await toolbox.find(['mcp:test'])
    await servers.delete('test')
    assert not [tool for tool in await toolbox.all() if tool.key.startswith('mcp:')]


@pytest.fixture
def address() -> Iterator[str]:
    """The address of our server, by HTTP."""
    with socket.socket() as bound:
        bound.bind(('127.0.0.1', 0))
        port = bound.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, '-m', 'tests.servers.mcp_server', 'http', str(port)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield f'http://127.0.0.1:{port}/mcp'
    server.kill()
    server.wait()


async def test_a_server_by_http_needs_no_command(toolbox: Toolbox, servers: McpServers, address: str) -> None:
    await servers.save(McpServer(name='Test', transport='http', url=address, headers={'X-Key': 'k'}))
    async with asyncio.timeout(30):
        while True:
            try:
                await servers.connect('test')
                break
            except ToolError:
                await asyncio.sleep(0.1)
    assert await call(toolbox, 'mcp:test/echo', word='hi') == 'hi!'


async def test_an_address_where_nothing_listens_is_named(toolbox: Toolbox, servers: McpServers) -> None:
    await servers.save(McpServer(name='Test', transport='http', url='http://127.0.0.1:9/mcp'))
    with pytest.raises(ToolError, match="'Test' does not run: "):
        await toolbox.find(['mcp:test'])
