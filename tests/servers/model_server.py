"""A server that plays a script in the dialects of one provider."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Protocol

from tests.servers.http import HttpServer, Request, Wire
from tests.servers.script import (
    Answer,
    Cut,
    ErrorInStream,
    Failure,
    Garbage,
    HangUp,
    Line,
    Overflow,
    Reply,
    Silence,
    Stall,
)


class Dialect(Protocol):
    """How one endpoint puts an answer on the wire; each method returns the bytes of one or more frames."""

    content_type: str

    def opening(self, request: Request, answer: Answer) -> bytes: ...

    def thought(self, piece: str) -> bytes: ...

    def between(self, answer: Answer) -> bytes:
        """From thinking to text."""
        ...

    def word(self, piece: str) -> bytes: ...

    def calls(self, answer: Answer) -> bytes:
        """The tool calls, after the text."""
        ...

    def closing(self, request: Request, answer: Answer) -> bytes: ...

    def broken(self, message: str) -> bytes:
        """An error inside a stream that has begun."""
        ...

    def whole(self, request: Request, answer: Answer) -> Any:
        """The body of a response that was not asked to stream."""
        ...

    def error(self, status: int, message: str) -> Any: ...

    def overflow(self) -> tuple[int, Any]: ...


Route = Callable[[Request, Wire], Awaitable[None]]


class ModelServer(HttpServer):
    """Plays `script` on the paths of `dialects`; everything else is answered by `routes`, or is a 404."""

    dialects: Mapping[str, Dialect]
    streams_unasked = False
    """Whether it streams where the request says nothing about it."""

    def __init__(self, *script: Line, key: str | None = None, port: int = 0) -> None:
        """`key` is the only key that is let in; None lets everybody in."""
        super().__init__(port=port)
        self.key = key
        self._script: list[Line] = list(script) or [Answer()]
        self._played = 0

    @property
    def asked(self) -> list[Request]:
        """The requests for an answer, without those for lists and states."""
        return [request for request in self.requests if self.counts(request)]

    def counts(self, request: Request) -> bool:
        return request.path in self.dialects

    def routes(self) -> Mapping[tuple[str, str], Route]:
        return {}

    def lets_in(self, request: Request) -> bool:
        return self.key is None or request.headers.get('authorization') == f'Bearer {self.key}'

    async def handle(self, request: Request, wire: Wire) -> None:
        dialect = self.dialects.get(request.path) or next(iter(self.dialects.values()))
        if not self.lets_in(request):
            await wire.json(dialect.error(401, 'Incorrect API key provided.'), status=401)
        elif route := self.routes().get((request.method, request.path)):
            await route(request, wire)
        elif request.path in self.dialects and request.method == 'POST':
            await self.answer(request, wire)
        else:
            await wire.json(dialect.error(404, f'There is nothing at {request.path}.'), status=404)

    async def answer(self, request: Request, wire: Wire) -> None:
        async with self.counted():
            await self._play(self._next(request), request, wire, self.dialects[request.path])

    def _next(self, request: Request) -> Reply:
        line = self._script[min(self._played, len(self._script) - 1)]
        self._played += 1
        return line(request) if callable(line) else line

    async def _play(self, reply: Reply, request: Request, wire: Wire, dialect: Dialect) -> None:
        match reply:
            case Answer():
                await self._say(reply, request, wire, dialect)
            case Failure():
                headers = {} if reply.retry_after is None else {'retry-after': reply.retry_after}
                await wire.json(dialect.error(reply.status, reply.message), status=reply.status, headers=headers)
            case Overflow():
                status, body = dialect.overflow()
                await wire.json(body, status=status)
            case Silence():
                await asyncio.Event().wait()
            case HangUp():
                wire.cut()
            case Garbage():
                await wire.respond(200, reply.body, content_type=reply.content_type)
            case Cut() | Stall() | ErrorInStream():
                await self._break(reply, request, wire, dialect)

    async def _say(self, answer: Answer, request: Request, wire: Wire, dialect: Dialect) -> None:
        await asyncio.sleep(answer.wait)
        if not request.json.get('stream', self.streams_unasked):
            await wire.json(dialect.whole(request, answer))
            return
        await wire.start(dialect.content_type)
        await wire.send(dialect.opening(request, answer))
        for piece in _words(answer.thinking):
            await wire.send(dialect.thought(piece))
        await wire.send(dialect.between(answer))
        for number, piece in enumerate(_words(answer.text)):
            await asyncio.sleep(answer.pause if number else 0)
            await wire.send(dialect.word(piece))
        await wire.send(dialect.calls(answer))
        await wire.send(dialect.closing(request, answer))
        match answer.then:
            case 'end':
                await wire.end()
            case 'cut':
                await asyncio.sleep(0.02)  # a reset may overtake what was sent just before it
                wire.cut()
            case 'stay':
                await asyncio.Event().wait()

    async def _break(self, reply: Cut | Stall | ErrorInStream, request: Request, wire: Wire, dialect: Dialect) -> None:
        answer = Answer()
        await wire.start(dialect.content_type)
        await wire.send(dialect.opening(request, answer) + dialect.between(answer))
        for number in range(reply.after):
            await wire.send(dialect.word(f'word{number} '))
        match reply:
            case Stall():
                await asyncio.Event().wait()
            case ErrorInStream():
                await wire.send(dialect.broken(reply.message))
                await wire.end()
            case Cut(clean=True):
                await wire.end()
            case Cut():
                await asyncio.sleep(0.02)  # a reset may overtake what was sent just before it
                wire.cut()


def sse(data: Any, *, event: str = '') -> bytes:
    """One server-sent event."""
    named = f'event: {event}\n' if event else ''
    return f'{named}data: {data if isinstance(data, str) else json.dumps(data)}\n\n'.encode()


def lines(frames: Iterable[Any]) -> bytes:
    """Each as a line of JSON."""
    return b''.join(json.dumps(frame).encode() + b'\n' for frame in frames)


def halves(text: str) -> tuple[str, str]:
    """The text in two pieces."""
    return text[: len(text) // 2], text[len(text) // 2 :]


def _words(text: str) -> list[str]:
    """The words, each with the blank after it."""
    pieces = text.split(' ')
    return [piece + ' ' for piece in pieces[:-1]] + pieces[-1:] if text else []
