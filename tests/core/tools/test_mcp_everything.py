"""The reference server of the Model Context Protocol, which nobody here wrote, by both transports."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from core.clock import SystemClock
from core.plugins import Extensions
from core.sandbox.sandboxes import Sandboxes
from core.stores import Stores
from core.tools.mcp.server import McpServer
from core.tools.mcp.servers import McpServers
from core.tools.tool import ToolError
from core.tools.toolbox import Toolbox

FOLDER = Path(__file__).parents[2] / 'servers' / 'everything'
PROGRAM = FOLDER / 'node_modules' / '.bin' / 'mcp-server-everything'
HOW_TO_INSTALL = f'needs: npm ci --ignore-scripts --prefix {FOLDER.relative_to(Path(__file__).parents[3])}'

Start = Callable[[], None]


@pytest.fixture(autouse=True)
def _installed() -> None:
    """Where it is not installed the tests are skipped, but not in CI."""
    if PROGRAM.exists() and shutil.which('node'):
        return
    if os.environ.get('AGENT_ORCHESTRATOR_REQUIRE_MCP_SERVER'):
        pytest.fail(HOW_TO_INSTALL)
    pytest.skip(HOW_TO_INSTALL)


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


class Listening:
    """The server by HTTP, as a process that can be killed and started again at the same address."""

    def __init__(self) -> None:
        with socket.socket() as bound:
            bound.bind(('127.0.0.1', 0))
            self.port = bound.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [PROGRAM, 'streamableHttp'],
            env={**os.environ, 'PORT': str(self.port)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@pytest.fixture
def listening() -> Iterator[Listening]:
    listening = Listening()
    yield listening
    listening.kill()


@pytest.fixture(params=['stdio', 'http'])
async def kill(request: pytest.FixtureRequest, servers: McpServers, listening: Listening) -> Start:
    """A server `all`, connected; what it gives kills the server, which can then be started again."""
    if request.param == 'stdio':
        server = await servers.save(McpServer(name='All', command=str(PROGRAM), args=('stdio',)))
        await servers.allow(server.id, server.fingerprint)
        await servers.connect('all')
        return kill_child
    listening.start()
    await servers.save(McpServer(name='All', transport='http', url=f'http://127.0.0.1:{listening.port}/mcp'))
    await reconnect(servers)

    def kill_and_start() -> None:
        listening.kill()
        listening.start()

    return kill_and_start


def kill_child() -> None:
    """Kills the server that this process has started."""
    children = Path(f'/proc/self/task/{os.getpid()}/children').read_text().split()
    [ours] = [pid for pid in map(int, children) if PROGRAM.name in Path(f'/proc/{pid}/cmdline').read_text()]
    os.kill(ours, signal.SIGKILL)


async def reconnect(servers: McpServers) -> None:
    """Waits until it answers, as a person would who tries again and again."""
    async with asyncio.timeout(60):
        while True:
            try:
                await servers.connect('all')
                return
            except ToolError:
                await asyncio.sleep(0.2)


async def call(toolbox: Toolbox, name: str, *, said: list[str] | None = None, **arguments: Any) -> Any:
    [tool] = await toolbox.find([f'mcp:all/{name}'])
    tool.check(arguments)
    say = said.append if said is not None else lambda _: None
    return await toolbox.call(tool, arguments, run_id='run', call_id='c', depth=0, say=say)


@pytest.mark.usefixtures('kill')
async def test_its_tools_are_listed_and_called(toolbox: Toolbox) -> None:
    tools = {tool.name: tool for tool in await toolbox.find(['mcp:all'])}
    assert {'all_echo', 'all_get-sum', 'all_toggle-simulated-logging'} <= set(tools)
    assert (tools['all_echo'].effects, tools['all_echo'].requires_approval) == ('none', False)
    assert tools['all_toggle-simulated-logging'].requires_approval, 'it does not say that it only reads'
    assert await call(toolbox, 'echo', message='hi') == 'Echo: hi'
    assert await call(toolbox, 'get-sum', a=1, b=2) == 'The sum of 1 and 2 is 3.'
    assert 'image/png' in await call(toolbox, 'get-tiny-image')
    assert 'temperature' in str(await call(toolbox, 'get-structured-content', location='Chicago'))
    with pytest.raises(ToolError, match="'message' is a required property"):
        await call(toolbox, 'echo')


@pytest.mark.usefixtures('kill')
async def test_a_long_call_tells_how_far_it_is_and_can_be_cancelled(toolbox: Toolbox, servers: McpServers) -> None:
    said: list[str] = []
    long = call(toolbox, 'trigger-long-running-operation', said=said, duration=60, steps=300)
    calling = asyncio.create_task(long)
    async with asyncio.timeout(30):
        while len(said) < 2:  # noqa: ASYNC110 - the other side is another process
            await asyncio.sleep(0.02)
        calling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await calling
        before = servers.session('all')
        assert await call(toolbox, 'echo', message='still') == 'Echo: still'
    assert said[0].endswith('1 of 300')
    assert servers.session('all') is before


async def test_a_server_that_is_killed_in_a_call_is_started_again(
    toolbox: Toolbox, servers: McpServers, kill: Start
) -> None:
    for _ in range(2):
        said: list[str] = []
        long = call(toolbox, 'trigger-long-running-operation', said=said, duration=60, steps=300)
        calling = asyncio.create_task(long)
        async with asyncio.timeout(60):
            while len(said) < 2:  # noqa: ASYNC110 - the other side is another process
                await asyncio.sleep(0.02)
            kill()
            with pytest.raises(ToolError):
                await calling
            await reconnect(servers)
            assert await call(toolbox, 'echo', message='again') == 'Echo: again'


async def test_a_server_that_is_killed_between_calls_is_started_again(
    toolbox: Toolbox, servers: McpServers, kill: Start
) -> None:
    assert await call(toolbox, 'echo', message='before') == 'Echo: before'
    kill()
    with suppress(ToolError):  # whoever calls first may find out that it is gone
        await call(toolbox, 'echo', message='first')
    await reconnect(servers)
    assert await call(toolbox, 'echo', message='again') == 'Echo: again'


async def test_a_server_that_keeps_failing_is_given_time(servers: McpServers) -> None:
    server = await servers.save(McpServer(name='All', command=str(PROGRAM), args=('no-such-transport',)))
    await servers.allow(server.id, server.fingerprint)
    for _ in range(2):
        with pytest.raises(ToolError, match='does not run'):
            await servers.connect('all')
    with pytest.raises(ToolError, match=r'is started again in \d s'):
        await servers.connect('all')
    with pytest.raises(ToolError, match='does not run') as restarted:
        await servers.restart('all')
    assert 'started again in' not in str(restarted.value), 'a person who restarts it need not wait'
