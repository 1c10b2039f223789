"""What goes wrong on the way to a provider, in our words; for both HTTP libraries that the SDKs stand on."""

import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from email.utils import parsedate_to_datetime
from typing import Any, Protocol

from core.clock import Clock, SystemClock
from core.llm.errors import ModelError
from core.llm.faults import Faults
from core.llm.providers.wire import MalformedStreamError


class Headers(Protocol):
    def get(self, key: str, default: Any = None, /) -> Any: ...


@asynccontextmanager
async def told_plainly(web: Any, faults: Faults, *, answering: 'Answering') -> AsyncIterator[None]:
    """Turns the exceptions of `web` (the module httpx or its successor) and of our decoders into ModelErrors."""
    try:
        yield
    except MalformedStreamError as error:
        raise faults.malformed(str(error)) from error
    except (web.HTTPError, web.InvalidURL, web.StreamError) as error:
        raise transport_error(error, web, faults, answering=answering) from error


class Answering:
    """Whether the provider has begun to answer: what breaks before is unreachable, what breaks after is cut off."""

    def __init__(self) -> None:
        self.began = False


def transport_error(error: BaseException, web: Any, faults: Faults, *, answering: Answering) -> ModelError:
    cause = cause_of(error)
    if isinstance(error, web.ConnectTimeout):
        return faults.slow_to_connect()
    if isinstance(error, web.TimeoutException):
        return faults.unreachable('it took the request and sent nothing')
    if isinstance(error, web.InvalidURL | web.UnsupportedProtocol):
        return faults.address(cause)
    if isinstance(error, web.DecodingError):
        return faults.malformed(cause)
    if answering.began:
        return faults.truncated(cause)
    return faults.unreachable(cause)


def cause_of(error: BaseException) -> str:
    """The innermost reason in plain words."""
    reasons = list(_reasons(error))
    for reason in reasons:
        match reason:
            case ConnectionRefusedError():
                return 'nothing listens there (connection refused)'
            case socket.gaierror():
                return 'there is no machine of that name'
            case ssl.SSLError():
                return f'the encrypted connection failed ({reason.reason or reason})'
            case ConnectionResetError() | BrokenPipeError():
                return 'it closed the connection'
    told = str(error) or str(reasons[-1]) or type(reasons[-1]).__name__
    if 'peer closed' in told or 'disconnected' in told:
        return 'it closed the connection'
    return told


def _reasons(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for inner in error.exceptions:
                yield from _reasons(inner)
        error = error.__cause__ or error.__context__


def retry_after(headers: Headers, *, clock: Clock | None = None) -> float | None:
    """Seconds that the provider asks to wait: given as milliseconds, as seconds, or as a date."""
    milliseconds, wait = headers.get('retry-after-ms'), headers.get('retry-after')
    try:
        return max(0.0, float(milliseconds) / 1000 if milliseconds else float(wait))
    except (TypeError, ValueError):
        pass
    try:
        until = parsedate_to_datetime(wait)
    except (TypeError, ValueError):
        return None
    return max(0.0, (until - (clock or SystemClock()).now()).total_seconds())
