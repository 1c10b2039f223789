"""Answers that every browser may keep are kept here too, as they were sent: read, compressed and passed on once."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ROOM = 8_000_000
"""Bytes that are kept; what comes later is made anew each time."""
A_YEAR = 31_536_000
OF_ONE_ASKER = (b'set-cookie', b'vary', b'content-length')
"""What an answer says to whoever asked first, and what is said anew."""
CONDITIONS = ('range', 'if-none-match', 'if-modified-since')

Header = tuple[bytes, bytes]
Key = tuple[str, bytes, bool]


@dataclass(frozen=True, slots=True)
class Answer:
    headers: list[Header]
    body: bytes


class Kept:
    """Answers by itself what was asked for before.

    A first visit asks for some forty files, and each costs its way through all middlewares and its compression: half a
    second in all. Only what anybody may keep for a year is kept, since it will not be another under its address.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._answers: dict[Key, Answer] = {}
        self._room = ROOM

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = _key(scope)
        if key is None:
            await self.app(scope, receive, send)
        elif answer := self._answers.get(key):
            await send({'type': 'http.response.start', 'status': 200, 'headers': [*answer.headers]})
            await send({'type': 'http.response.body', 'body': answer.body})
        else:
            await self.app(scope, receive, self._noting(key, send))

    def _noting(self, key: Key, send: Send) -> Send:
        """Passes the answer on as it comes, and keeps it, if it may be kept, once it has come to its end."""
        headers: list[Header] | None = None
        parts: list[bytes] = []

        async def noted(message: Message) -> None:
            nonlocal headers
            if message['type'] == 'http.response.start':
                headers = [*message['headers']] if _may_be_kept(message) else None
            elif headers is not None:
                parts.append(message.get('body', b''))
                if not message.get('more_body'):
                    self._keep(key, headers, b''.join(parts))
            await send(message)

        return noted

    def _keep(self, key: Key, headers: Iterable[Header], body: bytes) -> None:
        if key in self._answers or len(body) > self._room:
            return
        self._room -= len(body)
        others = [(name, value) for name, value in headers if name.lower() not in OF_ONE_ASKER]
        length = (b'content-length', str(len(body)).encode())
        self._answers[key] = Answer([*others, length, (b'vary', b'Accept-Encoding')], body)


def _key(scope: Scope) -> Key | None:
    """What tells one answer from another; None for requests whose answer is theirs alone."""
    if scope['type'] != 'http' or scope['method'] != 'GET':
        return None
    headers = Headers(scope=scope)
    if any(name in headers for name in CONDITIONS):
        return None
    return scope['path'], scope['query_string'], 'gzip' in headers.get('accept-encoding', '')


def _may_be_kept(start: Message) -> bool:
    said = Headers(raw=start['headers']).get('cache-control', '')
    age = re.search(r'\bmax-age=(\d+)', said)
    return start['status'] == 200 and 'public' in said and age is not None and int(age[1]) >= A_YEAR
