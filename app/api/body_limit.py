"""No body is larger than this server is willing to hold in memory."""

from collections.abc import Awaitable, Callable

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import problem_response

MEGABYTE = 1_000_000
BODY_LIMIT = 32 * MEGABYTE


class BodyLimit:
    """Refuses larger bodies with 413: at once where the length is announced, else as soon as it is exceeded."""

    def __init__(self, app: ASGIApp, *, limit: int = BODY_LIMIT) -> None:
        self.app = app
        self._limit = limit
        self._reason = f'The body is larger than {limit // MEGABYTE} MB, which is all this server accepts at once.'

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope['type'] != 'http':
            await self.app(scope, receive, send)
        elif announced(scope) > self._limit:
            await problem_response(413, self._reason)(scope, receive, send)
        else:
            await self.app(scope, self._counted(receive), send)

    def _counted(self, receive: Receive) -> Callable[[], Awaitable[Message]]:
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get('body', b''))
            if received > self._limit:
                raise HTTPException(413, self._reason)
            return message

        return counted


def announced(scope: Scope) -> int:
    """The length that the request says its body has; 0 where it says none."""
    length = Headers(scope=scope).get('content-length', '')
    return int(length) if length.isdigit() else 0
