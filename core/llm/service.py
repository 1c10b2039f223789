"""The unified interface to all models: stream an answer, test a connection, list what it offers."""

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import aclosing
from itertools import count
from typing import Literal

from core.clock import Clock
from core.errors import NotFoundError
from core.llm.connection import Connection, ModelRef
from core.llm.errors import ModelError
from core.llm.faults import Faults
from core.llm.keys import checked_key
from core.llm.pool import Line, Pool
from core.llm.pricing import Prices
from core.llm.provider import ClientEvent, ModelLoaded, ProviderType
from core.llm.reports import ConnectionReport, ModelInfo
from core.llm.requests import (
    ModelAnswered,
    ModelEvent,
    ModelLoading,
    ModelRequest,
    ModelRetrying,
    TextDelta,
    ThinkingDelta,
    ToolCallDelta,
)
from core.llm.spoken_calls import with_spoken_calls
from core.registry import Registry
from core.repository import Repository, Secrets

Phase = Literal['starting', 'loading', 'answering']

LONGEST_WAIT = 60.0
"""Seconds that a call waits because the provider says so; for more, the engine tries again later."""

_LONGEST_LOAD = 1800.0  # seconds; no time-out for slow disks, only an end for what will never come
_FIRST_DELAY, _LONGEST_DELAY = 0.5, 20.0
_TIME_FOR_A_LIST = 15.0


class LLMService:
    """The models behind all connections: pooling, bounded concurrency, retries, time-outs, prices."""

    def __init__(
        self,
        connections: Repository[Connection],
        secrets: Secrets,
        providers: Registry[ProviderType],
        *,
        clock: Clock,
    ) -> None:
        self._connections = connections
        self._clock = clock
        self._pool = Pool(secrets, providers)
        self._prices = Prices()
        self._random = random.Random()  # noqa: S311 - it spreads retries, it keeps no secret

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """Asks a model; ends with ModelAnswered or raises ModelError. Cancelling closes the provider's connection.

        Who may leave the loop early wraps it in `contextlib.aclosing`.
        """
        async with self._pool.lease(await self._connection(request.model)) as line:
            for attempt in count(1):
                spoke = False
                try:
                    async with line.slots, aclosing(self._attempt(line, request)) as events:
                        async for event in events:
                            spoke = spoke or not isinstance(event, ModelLoading)
                            yield event
                    return
                except ModelError as error:
                    if spoke or not error.retryable or attempt >= line.connection.attempts:
                        raise
                    if error.retry_after is not None and error.retry_after > LONGEST_WAIT:
                        raise
                    failed = error
                delay = self._delay(failed, attempt)
                yield ModelRetrying(attempt=attempt, delay=delay, error=str(failed))
                await self._clock.sleep(delay)

    async def models(self, connection: Connection) -> list[ModelInfo]:
        """What the connection offers, by name; ModelError where it cannot be asked."""
        async with self._pool.borrow(connection) as line:
            return await _models(line)

    async def test(self, connection: Connection, *, api_key: str | None = None) -> ConnectionReport:
        """Tries the connection, saved or not; never raises for what the person can mend."""
        began = self._clock.monotonic()
        try:
            provider = self._pool.provider(connection)
            key = checked_key(api_key, Faults(provider=provider, connection=connection)) if api_key else None
            async with self._pool.borrow(connection, key=key) as line:
                models = await _models(line)
                report = _report(line, models)
        except ModelError as error:
            message = str(error).removesuffix(error.remedy).strip()
            report = ConnectionReport(ok=False, message=message, remedy=error.remedy)
        return report.model_copy(update={'seconds': self._clock.monotonic() - began})

    async def close(self) -> None:
        """Closes all pooled clients."""
        await self._pool.close()

    async def _connection(self, model: ModelRef) -> Connection:
        try:
            return await self._connections.get(model.connection)
        except NotFoundError:
            await self._pool.forget(model.connection)
            raise ModelError(
                f'There is no connection {model.connection!r} for the model {str(model)!r}.',
                kind='configuration',
                remedy='Add it in Settings › Connections, or choose another model.',
            ) from None

    async def _attempt(self, line: Line, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        began = self._clock.monotonic()
        first: float | None = None
        phase: Phase = 'starting'
        async with aclosing(line.client.stream(request)) as events:
            while (event := await _next(events, line, phase)) is not None:
                match event:
                    case TextDelta() | ThinkingDelta() | ToolCallDelta():
                        first = self._clock.monotonic() - began if first is None else first
                        phase = 'answering'
                        yield event
                    case ModelLoading():
                        phase = 'loading'
                        yield event
                    case ModelLoaded():
                        phase = 'starting'
                    case ModelAnswered():
                        yield await self._finished(event, line, request, began=began, first=first)
                        return
                    case _:
                        yield event
        raise line.faults.truncated()

    async def _finished(
        self, event: ModelAnswered, line: Line, request: ModelRequest, *, began: float, first: float | None
    ) -> ModelAnswered:
        seconds = self._clock.monotonic() - began
        usage = await self._prices.priced(
            event.usage, provider=line.provider, connection=line.connection, model=request.model.model
        )
        times = {'first_token_after': seconds if first is None else first, 'seconds': seconds}
        return with_spoken_calls(event.model_copy(update={'usage': usage, **times}), request.callable_tools)

    def _delay(self, error: ModelError, attempt: int) -> float:
        if error.retry_after is not None:
            return error.retry_after
        backoff = min(_LONGEST_DELAY, _FIRST_DELAY * 2 ** (attempt - 1))
        return float(backoff * self._random.uniform(0.75, 1.25))


async def _next(events: AsyncGenerator[ClientEvent, None], line: Line, phase: Phase) -> ClientEvent | None:
    """The next event or None at the end; the clock runs only here, never while the consumer works."""
    timeouts = line.connection.timeouts
    match phase:
        case 'starting':
            limit, late = timeouts.first_token, line.faults.slow_to_start
        case 'loading':
            limit, late = _LONGEST_LOAD, line.faults.slow_to_load
        case 'answering':
            limit, late = timeouts.between_tokens, line.faults.stalled
    try:
        async with asyncio.timeout(limit):
            return await anext(events, None)
    except TimeoutError:
        raise late() from None


async def _models(line: Line) -> list[ModelInfo]:
    try:
        async with asyncio.timeout(line.connection.timeouts.connect + _TIME_FOR_A_LIST):
            models = await line.client.models()
    except TimeoutError:
        raise line.faults.unreachable('it took the request and sent nothing') from None
    return sorted(models, key=lambda model: model.name)


def _report(line: Line, models: list[ModelInfo]) -> ConnectionReport:
    title, url = line.provider.title, line.faults.url
    where = f'{title} answers at {url}' if url.startswith('http') else f'{title} is ready'
    if not models:
        remedy = line.provider.remedies.get('not_found', '').format(
            model='llama3.2', url=url, connection=line.connection.name
        )
        return ConnectionReport(ok=True, message=f'{where}, but it offers no model yet.', remedy=remedy)
    offers = 'one model' if len(models) == 1 else f'{len(models)} models'
    return ConnectionReport(ok=True, message=f'{where} and offers {offers}.', models=tuple(models))
