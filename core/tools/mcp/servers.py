"""All MCP servers of this instance, as a source of tools."""

import asyncio
import os
import re

from core.clock import Clock
from core.errors import ConflictError, InvalidError, NotFoundError, UnknownNameError
from core.repository import Repository, Secrets
from core.tools.mcp.server import McpServer
from core.tools.mcp.session import McpSession
from core.tools.tool import Tool, ToolError

_REFERENCE = re.compile(r'\$\{([A-Za-z_][A-Za-z0-9_.-]*)\}')


class McpServers:
    """The source `mcp` of the toolbox: `mcp:SERVER` is all tools of a server, `mcp:SERVER/TOOL` one of them."""

    def __init__(self, servers: Repository[McpServer], secrets: Secrets, clock: Clock) -> None:
        self._servers = servers
        self._secrets = secrets
        self._clock = clock
        self._sessions: dict[str, McpSession] = {}
        self._opening = asyncio.Lock()

    # What a person does with them

    async def all(self) -> list[McpServer]:
        return await self._servers.all()

    async def get(self, key: str) -> McpServer:
        return await self._servers.get(key)

    async def save(self, server: McpServer) -> McpServer:
        """Creates (revision 0) or saves. What was allowed stays so only while the command is exactly the same."""
        try:
            allowed = (await self._servers.get(server.id)).allowed if server.id else ''
        except NotFoundError:
            allowed = ''
        server = server.model_copy(update={'allowed': allowed if allowed == server.fingerprint else ''})
        saved = await (self._servers.save(server) if server.revision else self._servers.create(server))
        await self._end(server.id)
        return saved

    async def allow(self, key: str, fingerprint: str) -> McpServer:
        """A person has seen the command of this fingerprint, and it may run; ConflictError if it has changed since."""
        server = await self._servers.get(key)
        if server.transport != 'stdio':
            raise InvalidError(f'{server.name!r} is asked at its address; there is no command to allow.')
        if server.fingerprint != fingerprint:
            raise ConflictError(f'The command of {server.name!r} has changed since it was shown. Look at it again.')
        return await self._servers.save(server.model_copy(update={'allowed': fingerprint}))

    async def delete(self, key: str) -> None:
        await self._servers.delete(key)
        await self._end(key)

    async def connect(self, key: str) -> list[Tool]:
        """Starts it if need be, and lists its tools; ToolError says what keeps it from running."""
        return list((await self._ready(await self._servers.get(key))).tools)

    async def restart(self, key: str) -> list[Tool]:
        """Ends it and starts it at once, however often it has failed; gives its tools."""
        await self._servers.get(key)
        await self._end(key)
        return await self.connect(key)

    def session(self, key: str) -> McpSession | None:
        """What is known of a server that was used since the start."""
        return self._sessions.get(key)

    async def close(self) -> None:
        """Ends all of them."""
        sessions, self._sessions = list(self._sessions.values()), {}
        await asyncio.gather(*(session.close() for session in sessions))

    # As a source of tools

    async def tools(self) -> list[Tool]:
        """Those of servers that were used since the start: listing tools starts no program."""
        servers = {server.id: server for server in await self._servers.all()}
        return [
            tool
            for key, session in self._sessions.items()
            if key in servers and servers[key].may_start
            for tool in session.tools
        ]

    async def find(self, name: str) -> list[Tool]:
        key, slash, wanted = name.partition('/')
        try:
            server = await self._servers.get(key)
        except NotFoundError:
            raise UnknownNameError('MCP server', key, [each.id for each in await self._servers.all()]) from None
        tools: list[Tool] = list((await self._ready(server)).tools)
        if not slash:
            return tools
        found = [tool for tool in tools if tool.key == f'mcp:{name}']
        if not found:
            raise UnknownNameError(f'tool of the MCP server {key!r}', wanted, [tool.key for tool in tools])
        return found

    async def lack(self, name: str) -> str:
        """Why these tools cannot be called, and the way out; empty where nothing is known without starting a server."""
        key, slash, wanted = name.partition('/')
        try:
            server = await self._servers.get(key)
        except NotFoundError:
            return f'There is no MCP server {key!r}. Add it in Settings › Tools, or choose another tool.'
        if refusal := _refusal(server):
            return refusal
        session = self._sessions.get(key)
        if not slash or session is None or session.state != 'ready' or session.server != server:
            return ''
        known = any(tool.key == f'mcp:{name}' for tool in session.tools)
        return '' if known else f'The MCP server {server.name!r} has no tool {wanted!r}. Choose another one.'

    async def _ready(self, server: McpServer) -> McpSession:
        if refusal := _refusal(server):
            raise ToolError(refusal)
        session = await self._session(server)
        await session.ready()
        return session

    async def _session(self, server: McpServer) -> McpSession:
        """The session of the server as it is now; one of an earlier configuration is ended."""
        given = server.env if server.transport == 'stdio' else server.headers
        values = {name: await self._filled_in(value, server) for name, value in given.items()}
        async with self._opening:
            session = self._sessions.get(server.id)
            if session is None or session.server != server or session.values != values:
                await self._end(server.id)
                session = self._sessions[server.id] = McpSession(server, values, self._clock)
        return session

    async def _filled_in(self, text: str, server: McpServer) -> str:
        """The text with its `${NAME}` replaced by secrets, else by environment variables."""
        for name in _REFERENCE.findall(text):
            value = await self._secrets.get(name) or os.environ.get(name)
            if value is None:
                raise ToolError(
                    f'The MCP server {server.name!r} needs the secret {name}; add it in Settings › Secrets.'
                )
            text = text.replace(f'${{{name}}}', value)
        return text

    async def _end(self, key: str) -> None:
        if session := self._sessions.pop(key, None):
            await session.close()


def _refusal(server: McpServer) -> str:
    """Why it must not be started, and the way out; empty where it may."""
    if not server.enabled:
        return f'The MCP server {server.name!r} is switched off in Settings › Tools.'
    if not server.may_start:
        return (
            f'The MCP server {server.name!r} would run a command that nobody has allowed: {server.command_line}. '
            'Look at it in Settings › Tools, and allow it there.'
        )
    return ''
