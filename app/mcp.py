"""The app as an MCP server at /mcp: every published workflow is a tool. The package is imported when first asked."""

import asyncio
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from core.errors import OrchestratorError
from core.ids import run_id
from core.orchestrator import Orchestrator
from core.tools.tool import Tool
from core.workflows.templates import text_of

MCP_PATH = '/mcp'


class McpEndpoint:
    """Serves the protocol by streamable HTTP; who may come in has been decided before."""

    def __init__(self, orchestrator: Orchestrator, *, stopping: asyncio.Event) -> None:
        self._orchestrator = orchestrator
        self._stopping = stopping
        self._app: ASGIApp | None = None
        self._owner: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._opening:
            if self._app is None or self._owner is None or self._owner.done():
                self._app = await self._open()
        await self._app(scope, receive, send)

    async def _open(self) -> ASGIApp:
        server, app = await asyncio.to_thread(self._build)
        ready = asyncio.Event()

        async def own() -> None:
            async with server.session_manager.run():
                ready.set()
                await self._stopping.wait()

        # Without a group: the library wants it opened and closed by one task, which must outlive this request.
        self._owner = asyncio.create_task(own(), name='MCP endpoint')
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait([self._owner, waiting], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._owner.done():
            await self._owner
        return app

    def _build(self) -> tuple[Any, ASGIApp]:
        import mcp_types as types  # noqa: PLC0415 - a second of imports, for those who use it
        from mcp.server import Server  # noqa: PLC0415
        from mcp.server.transport_security import TransportSecuritySettings  # noqa: PLC0415

        async def list_tools(_context: Any, _params: Any) -> Any:
            tools = await self._orchestrator.published.tools()
            told = [
                types.Tool(name=tool.name, title=tool.title, description=tool.description, input_schema=tool.parameters)
                for tool in tools
            ]
            return types.ListToolsResult(tools=told)

        async def call_tool(_context: Any, params: Any) -> Any:
            try:
                text, failed = await self._call(params.name, params.arguments or {}), False
            except OrchestratorError as error:
                text, failed = str(error), True
            return types.CallToolResult(content=[types.TextContent(text=text)], is_error=failed)

        server = Server('Agent Orchestrator', on_list_tools=list_tools, on_call_tool=call_tool)
        # The guard has checked Host and Origin already, by the names that this instance is known under.
        unchecked = TransportSecuritySettings(enable_dns_rebinding_protection=False)
        app = server.streamable_http_app(
            streamable_http_path=MCP_PATH, stateless_http=True, transport_security=unchecked
        )
        return server, app

    async def _call(self, name: str, arguments: dict[str, Any]) -> str:
        """What the workflow's run comes to; OrchestratorError says why there is nothing."""
        tools: dict[str, Tool] = {tool.name: tool for tool in await self._orchestrator.published.tools()}
        if name not in tools:
            known = ', '.join(sorted(tools)) or 'none'
            raise OrchestratorError(f'There is no published workflow {name!r}; there are: {known}.')
        tool = tools[name]
        tool.check(arguments)
        parent = run_id(self._orchestrator.clock.now())
        value = await self._orchestrator.toolbox.call(
            tool, arguments, run_id=parent, call_id=MCP_PATH, depth=0, say=lambda _: None
        )
        return text_of(value)
