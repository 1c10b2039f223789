"""A small HTTP/1.1 server on a real port that sees what ready-made ones hide: connections, hang-ups, concurrency."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Self

CHUNKED = 'chunked'


@dataclass(kw_only=True, slots=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    """By lower-case names."""
    body: bytes
    connection: int
    """Counts the connections of this server from 1."""

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Wire:
    """The way back to the client, for one response."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    async def respond(
        self,
        status: int,
        body: bytes,
        *,
        content_type: str = 'application/json',
        headers: dict[str, str] | None = None,
    ) -> None:
        self._head(status, {'content-type': content_type, 'content-length': str(len(body)), **(headers or {})})
        self._writer.write(body)
        await self._writer.drain()

    async def json(self, body: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> None:
        await self.respond(status, json.dumps(body).encode(), headers=headers)

    async def start(self, content_type: str) -> None:
        self._head(200, {'content-type': content_type, 'transfer-encoding': CHUNKED})
        await self._writer.drain()

    async def send(self, data: bytes) -> None:
        if not data:  # an empty chunk would be the end
            return
        self._writer.write(f'{len(data):x}\r\n'.encode() + data + b'\r\n')
        await self._writer.drain()

    async def end(self) -> None:
        self._writer.write(b'0\r\n\r\n')
        await self._writer.drain()

    def cut(self) -> None:
        """Resets the connection, as a crash or a broken network does."""
        self._writer.transport.abort()

    def _head(self, status: int, headers: dict[str, str]) -> None:
        lines = ''.join(f'{name}: {value}\r\n' for name, value in headers.items())
        self._writer.write(f'HTTP/1.1 {status} Status\r\n{lines}\r\n'.encode())


class _Reader(asyncio.StreamReader):
    """Knows at once that the client is gone, even while nobody reads."""

    def __init__(self) -> None:
        super().__init__(limit=2**24)
        self.gone = asyncio.Event()

    def feed_eof(self) -> None:
        super().feed_eof()
        self.gone.set()

    def set_exception(self, exc: Exception) -> None:
        super().set_exception(exc)
        self.gone.set()


@dataclass(kw_only=True, slots=True)
class Traffic:
    """What a server has seen."""

    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    hang_ups: int = 0
    """Clients that closed the connection before they had their response."""
    now: int = 0
    most_at_once: int = 0
    """The most answers that were asked for at the same time."""


class HttpServer:
    """Serves on a free port of 127.0.0.1 between `async with`; subclasses write `handle`."""

    def __init__(self, *, port: int = 0) -> None:
        self.traffic = Traffic()
        self._port = port
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Condition()

    @property
    def url(self) -> str:
        assert self._server is not None, 'the server runs only inside `async with`'
        return f'http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}'

    @property
    def requests(self) -> list[Request]:
        return self.traffic.requests

    @property
    def connections(self) -> int:
        return self.traffic.connections

    @property
    def hang_ups(self) -> int:
        return self.traffic.hang_ups

    @property
    def most_at_once(self) -> int:
        return self.traffic.most_at_once

    async def handle(self, request: Request, wire: Wire) -> None:
        raise NotImplementedError

    async def hung_up(self, count: int = 1) -> None:
        """Waits until so many clients have hung up."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.hang_ups >= count)

    async def all_closed(self) -> None:
        """Waits until no connection is open."""
        async with self._changed:
            await self._changed.wait_for(lambda: not self._tasks)

    async def asked_for(self, count: int) -> None:
        """Waits until so many answers are asked for at the same time."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.traffic.now >= count)

    @asynccontextmanager
    async def counted(self) -> AsyncIterator[None]:
        """Counts an answer that is being given."""
        traffic = self.traffic
        traffic.now += 1
        traffic.most_at_once = max(traffic.most_at_once, traffic.now)
        async with self._changed:
            self._changed.notify_all()
        try:
            yield
        finally:
            traffic.now -= 1

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol, '127.0.0.1', self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def _protocol(self) -> asyncio.StreamReaderProtocol:
        return asyncio.StreamReaderProtocol(_Reader(), self._connected)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        assert isinstance(reader, _Reader)
        self._tasks.add(task)
        self.traffic.connections += 1
        number = self.traffic.connections
        try:
            while (request := await _read(reader, number)) and not reader.gone.is_set():
                self.requests.append(request)
                if not await self._respond(request, reader, writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()
            async with self._changed:
                self._changed.notify_all()

    async def _respond(self, request: Request, reader: _Reader, writer: asyncio.StreamWriter) -> bool:
        """Whether the connection lives on."""
        handling = asyncio.ensure_future(self.handle(request, Wire(writer)))
        leaving = asyncio.ensure_future(reader.gone.wait())
        try:
            await asyncio.wait({handling, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if handling.done():
                handling.result()
                return not writer.transport.is_closing()
            async with self._changed:
                self.traffic.hang_ups += 1
                self._changed.notify_all()
            return False
        finally:
            for task in (handling, leaving):
                task.cancel()
            await asyncio.gather(handling, leaving, return_exceptions=True)


async def _read(reader: asyncio.StreamReader, connection: int) -> Request | None:
    try:
        head = (await reader.readuntil(b'\r\n\r\n')).decode('latin-1')
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.strip().split('\r\n')
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(':') for line in lines)}
    body = b''
    if headers.get('transfer-encoding') == CHUNKED:
        while size := int(await reader.readline(), 16):
            body += await reader.readexactly(size)
            await reader.readline()
        await reader.readline()
    else:
        body = await reader.readexactly(int(headers.get('content-length', 0)))
    method, target, _ = first.split(' ')
    return Request(method=method, path=target.partition('?')[0], headers=headers, body=body, connection=connection)


def closed_port() -> str:
    """An address at which nothing listens."""
    with socket.socket() as bound:
        bound.bind(('127.0.0.1', 0))
        return f'http://127.0.0.1:{bound.getsockname()[1]}'
