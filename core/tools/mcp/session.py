"""A live connection to one MCP server: started when first used, started again when it was lost."""

import asyncio
import importlib
from contextlib import AsyncExitStack, suppress
from typing import Any, Literal

from core.clock import Clock
from core.errors import OrchestratorError
from core.tools.mcp.server import McpServer
from core.tools.mcp.stderr import Tail
from core.tools.mcp.tool import McpTool
from core.tools.tool import ToolContext, ToolError

State = Literal['off', 'starting', 'ready', 'failed']

TIME_TO_START = 60.0
"""Seconds; a package runner may have to fetch the server first."""

MAX_TOOLS = 500
_FIRST_DELAY, _LONGEST_DELAY = 1.0, 60.0


class McpSession:
    """Its one owner task opens and closes the client, as the library wants it; calls come from any task."""

    def __init__(self, server: McpServer, values: dict[str, str], clock: Clock) -> None:
        """`values` are the variables or headers of the server, with their secrets filled in."""
        self.server = server
        self.values = values
        self.state: State = 'off'
        self.error = ''
        self.tools: list[McpTool] = []
        self._clock = clock
        self._owner: asyncio.Task[None] | None = None
        self._settled = asyncio.Event()
        self._over = asyncio.Event()
        self._closed = False
        self._client: Any = None
        self._failures = 0
        self._not_before = 0.0

    async def ready(self) -> None:
        """Starts it if need be; ToolError says why it does not run."""
        if self._closed:  # whoever still holds a tool of it must not start what was changed, or is not allowed any more
            raise ToolError(f'The MCP server {self.server.name!r} was changed or started anew meanwhile. Try again.')
        if self._owner is not None and self._over.is_set():
            await asyncio.wait([self._owner])  # what was lost is ended first
        if self._owner is None or self._owner.done():
            self._start()
        await self._settled.wait()
        if self.state != 'ready':
            raise ToolError(f'The MCP server {self.server.name!r} does not run: {self.error}')

    async def call(self, name: str, arguments: dict[str, Any], context: ToolContext) -> Any:
        """The library's result of a call; cancelling it tells the server."""

        async def progress(done: float, total: float | None, message: str | None) -> None:
            context.say(message or (f'{name}: {done:g} of {total:g}' if total else f'{name}: {done:g}'))

        await self.ready()
        errors = importlib.import_module('mcp').MCPError
        try:
            return await self._client.call_tool(name, arguments, progress_callback=progress)
        except errors as error:
            if error.code == importlib.import_module('mcp_types').CONNECTION_CLOSED:
                self._lose('it ended in the middle of a call')
                raise ToolError(f'The MCP server {self.server.name!r} ended in the middle of the call.') from error
            raise ToolError(f'{self.server.name}: {error.message}') from error
        except (OSError, RuntimeError, ValueError) as error:  # what the library raises for a server that talks nonsense
            self._lose(str(error) or type(error).__name__)
            raise ToolError(f'The MCP server {self.server.name!r} failed: {error}') from error

    async def close(self) -> None:
        """Ends the server, or the connection to it."""
        self._closed = True
        self._over.set()
        if self._owner is not None:
            await asyncio.wait([self._owner])

    def _start(self) -> None:
        left = self._not_before - self._clock.monotonic()
        if left > 0:
            raise ToolError(
                f'The MCP server {self.server.name!r} does not run: {self.error} It is started again in {left:.0f} s.'
            )
        self._settled.clear()
        self._over.clear()
        self.state = 'starting'
        # Without a group: it outlives the call that started it, and `close` waits for it.
        self._owner = asyncio.create_task(self._own(), name=f'MCP server {self.server.id}')

    async def _own(self) -> None:
        tail = Tail()
        try:
            async with AsyncExitStack() as stack:
                async with asyncio.timeout(TIME_TO_START):
                    self._client = await stack.enter_async_context(await self._open(stack, tail))
                    self.tools = await self._listed()
                self.state, self.error, self._failures = 'ready', '', 0
                self._settled.set()
                await self._over.wait()
            self.state = 'off' if not self.error else 'failed'
        except Exception as error:  # noqa: BLE001 - the library, the system and the server each have their own
            self._fail(_reason(error), tail.text)
        finally:
            self._client = None
            self._settled.set()
            tail.close()

    async def _open(self, stack: AsyncExitStack, tail: Tail) -> Any:
        """The library's client; imported in a thread, since that takes a second."""
        mcp = await asyncio.to_thread(importlib.import_module, 'mcp')
        if self.server.transport == 'stdio':
            parameters = mcp.StdioServerParameters(
                command=self.server.command, args=list(self.server.args), env=self.values
            )
            stdio = importlib.import_module('mcp.client.stdio')
            return mcp.Client(stdio.stdio_client(parameters, errlog=tail.file))
        http = await asyncio.to_thread(importlib.import_module, 'mcp.client.streamable_http')
        httpx2 = importlib.import_module('httpx2')
        timeout = httpx2.Timeout(30.0, read=max(300.0, self.server.timeout))
        client = await stack.enter_async_context(httpx2.AsyncClient(headers=self.values, timeout=timeout))
        return mcp.Client(http.streamable_http_client(self.server.url, http_client=client))

    async def _listed(self) -> list[McpTool]:
        tools: list[McpTool] = []
        cursor: str | None = None
        while True:
            page = await self._client.list_tools(cursor=cursor)
            tools += [McpTool(self.server, told, self.call) for told in page.tools]
            cursor = page.next_cursor
            if cursor is None or len(tools) >= MAX_TOOLS:
                return tools[:MAX_TOOLS]

    def _lose(self, reason: str) -> None:
        """The connection is of no more use; the next call starts it anew, after a while if it keeps failing."""
        if self.state == 'ready':
            self.error = f'{reason}.'
            self._wait_longer()
            self._over.set()

    def _fail(self, reason: str, said: str) -> None:
        self.state = 'failed'
        self.error = f'{reason}. It said: {said}' if said else f'{reason}.'
        self._wait_longer()

    def _wait_longer(self) -> None:
        delay = 0.0 if not self._failures else min(_LONGEST_DELAY, _FIRST_DELAY * 2 ** (self._failures - 1))
        self._failures += 1
        self._not_before = self._clock.monotonic() + delay


def _reason(error: BaseException) -> str:
    """The innermost cause in words."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    match error:
        case OrchestratorError():
            return str(error).rstrip('.')
        case TimeoutError():
            return f'it was not ready within {TIME_TO_START:g} s'
        case FileNotFoundError():
            return f'there is no program {error.filename!r}' if error.filename else 'there is no such program'
        case _:
            with suppress(AttributeError):
                return str(error.message)  # type: ignore[attr-defined]
            return str(error).rstrip('.') or type(error).__name__
