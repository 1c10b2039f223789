"""One open client per connection, shared by all who ask it, and opened anew when the connection changes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from core.errors import UnknownNameError
from core.llm.addresses import address_problem
from core.llm.connection import Connection
from core.llm.errors import ModelError
from core.llm.faults import Faults
from core.llm.keys import resolve_key
from core.llm.provider import Client, ProviderType
from core.registry import Registry
from core.repository import Secrets


@dataclass(kw_only=True, slots=True, eq=False)
class Line:
    """An open client with the slots that bound how many ask it at the same time."""

    connection: Connection
    provider: ProviderType
    key: str
    client: Client
    faults: Faults
    slots: asyncio.Semaphore
    users: int = 0
    retired: bool = False

    def serves(self, connection: Connection, key: str) -> bool:
        return self.key == key and self.connection == connection

    async def retire(self) -> None:
        """Closes the client as soon as nobody uses it."""
        self.retired = True
        if not self.users:
            await self.client.close()


class Pool:
    """Keeps the lines by the connection's id."""

    def __init__(self, secrets: Secrets, providers: Registry[ProviderType]) -> None:
        self._secrets = secrets
        self._providers = providers
        self._lines: dict[str, Line] = {}
        self._opening: dict[str, asyncio.Lock] = {}

    @asynccontextmanager
    async def lease(self, connection: Connection) -> AsyncIterator[Line]:
        """The line of this connection, which stays open at least as long as it is used."""
        line = await self._line(connection)
        line.users += 1
        try:
            yield line
        finally:
            line.users -= 1
            if line.retired and not line.users:
                await line.client.close()

    @asynccontextmanager
    async def borrow(self, connection: Connection, *, key: str | None = None) -> AsyncIterator[Line]:
        """A line of its own for a connection that may not be saved; closed afterwards."""
        line = await self._open(connection, await self._key(connection) if key is None else key)
        try:
            yield line
        finally:
            await line.client.close()

    def provider(self, connection: Connection) -> ProviderType:
        try:
            return self._providers.get(connection.provider)
        except UnknownNameError as error:
            raise ModelError(
                f'The connection “{connection.name}” cannot be used: {error}',
                kind='configuration',
                remedy='Choose another provider in Settings › Connections, or install the plugin that brings it.',
            ) from None

    async def forget(self, connection_id: str) -> None:
        """Closes what was open for a connection that is no more."""
        if line := self._lines.pop(connection_id, None):
            await line.retire()

    async def close(self) -> None:
        """Closes all, also what is in use."""
        lines, self._lines = list(self._lines.values()), {}
        for line in lines:
            await line.client.close()

    async def _line(self, connection: Connection) -> Line:
        key = await self._key(connection)
        async with self._opening.setdefault(connection.id, asyncio.Lock()):
            line = self._lines.get(connection.id)
            if line is None or not line.serves(connection, key):
                new = await self._open(connection, key)
                self._lines[connection.id] = new
                if line is not None:
                    await line.retire()
                line = new
        return line

    async def _key(self, connection: Connection) -> str:
        return await resolve_key(connection, self.provider(connection), self._secrets)

    async def _open(self, connection: Connection, key: str) -> Line:
        provider = self.provider(connection)
        faults = Faults(provider=provider, connection=connection, secret=key)
        if provider.default_url.startswith('http') and (wrong := address_problem(faults.url)):
            raise faults.address(wrong)
        return Line(
            connection=connection,
            provider=provider,
            key=key,
            client=await provider.open(connection, api_key=key),
            faults=faults,
            slots=asyncio.Semaphore(connection.max_parallel),
        )
