"""One step from its first attempt to its outcome: time-outs, retries, and errors put into words."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from pydantic_core import PydanticSerializationError, to_json

from core.clock import Clock
from core.engine.plan import Planned
from core.errors import StepError, TemplateError
from core.nodes.node_type import Completed, ComputingNodeType, NodeContext, Outcome, Unknown, Waiting
from core.runs import events as e
from core.runs.live import Live
from core.values import Value
from core.workflows.graph import ERROR, Retry

log = logging.getLogger(__name__)

LONGEST_WAIT = 86400.0
"""Seconds between two attempts at most, whatever a provider asks for."""

Post = Callable[..., Awaitable[None]]
"""Hands an event to the walk; see `Mailbox.post`."""


@dataclass(kw_only=True)
class Attempts:
    """The attempts at one step. Always ends by posting what became of it, unless it is cancelled."""

    planned: Planned
    config: Value
    context: NodeContext
    given: dict[str, Any]
    """What events say of its input."""
    failures: int
    not_before: datetime | None
    post: Post
    live: Live
    clock: Clock

    @property
    def computes(self) -> bool:
        """Whether the step only computes, so that it can be done at once; not what may have to be tried again."""
        once = self.planned.node.retry.attempts == 1 and self.not_before is None
        return once and isinstance(self.planned.type, ComputingNodeType)

    def started(self) -> e.StepStarted:
        """The attempt begins now."""
        return e.StepStarted(at=self.clock.now(), **self._beginning)

    def whole(self) -> list[e.RunEvent]:
        """All that is to be told of a step that only computes and is done at once."""
        ended = self.compute(self._beginning)
        return [ended] if isinstance(ended, e.StepCompleted) else [self.started(), ended]

    @property
    def _beginning(self) -> dict[str, Any]:
        node, context = self.planned.node.id, self.context
        return {'path': context.path, 'node': node, 'attempt': context.attempt, **self.given}

    def compute(self, beginning: Mapping[str, Any] | None = None) -> e.RunEvent:
        """What became of a step that only computes; `beginning`: how it began, where no event says so."""
        try:
            outcome = cast('ComputingNodeType[Any]', self.planned.type).compute(self.config, self.context)
            return storable(self._event(outcome, beginning))
        except asyncio.CancelledError:  # of its own making: nothing here can be cancelled in the middle
            fault = _cut_off()
        except Exception as error:  # noqa: BLE001 - it is put into words
            fault = explained(error, self.context.path, self.context.run_id)
        return failure(self.planned, self.context.path, words_of(fault), self.clock.now())

    async def run(self) -> None:
        if self.not_before is not None:
            await self._sleep_until(self.not_before)
            await self._start_next()
        while True:
            outcome = await self._attempt()
            if not isinstance(outcome, StepError):
                await self.post(outcome)
                return
            self.failures += 1
            if not outcome.retryable or self.failures >= self.planned.node.retry.attempts:
                await self.post(failure(self.planned, self.context.path, words_of(outcome), self.clock.now()))
                return
            await self._retry_later(outcome)

    async def _attempt(self) -> e.RunEvent | StepError:
        self.live.start(self.context.run_id, self.context.path, self.context.attempt)
        timeout = self.context.deadline.begin(self.planned.node.timeout)
        try:
            async with timeout:
                outcome = await self.planned.type.run(self.config, self.context)
            return storable(self._event(outcome))
        except asyncio.CancelledError:
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise
            return _cut_off()  # nobody cancelled the step
        except TimeoutError as error:
            limit = f'It took longer than its {self.planned.node.timeout:g} s.' if timeout.expired() else str(error)
            return StepError(limit or 'It timed out.', retryable=True)
        except Exception as error:  # noqa: BLE001 - it is put into words
            return explained(error, self.context.path, self.context.run_id)

    async def _retry_later(self, error: StepError) -> None:
        delay = min(LONGEST_WAIT, max(_backoff(self.planned.node.retry, self.failures), error.retry_after or 0.0))
        retry_at = self.clock.now() + timedelta(seconds=delay)
        path, attempt = self.context.path, self.context.attempt
        failed = e.AttemptFailed(
            at=self.clock.now(), path=path, attempt=attempt, error=words_of(error), retry_at=retry_at
        )
        await self.post(failed)
        self.live.say(self.context.run_id, path, f'Trying again in {delay:.0f} s')
        await self._sleep_until(retry_at)
        await self._start_next()

    async def _start_next(self) -> None:
        self.context.attempt += 1
        await self.post(self.started(), until='durable')

    async def _sleep_until(self, when: datetime) -> None:
        await self.clock.sleep(max(0.0, (when - self.clock.now()).total_seconds()))

    def _event(self, outcome: Outcome, beginning: Mapping[str, Any] | None = None) -> e.RunEvent:
        """What came of the attempt; what no node type may give is its fault, said where it happened."""
        now, path = self.clock.now(), self.context.path
        match outcome:
            case Completed():
                told = beginning or {'path': path}
                return e.StepCompleted(at=now, output=outcome.output, handles=outcome.handles, **told)
            case Waiting(until=datetime(tzinfo=None)):
                raise StepError('It waits until a time that has no zone.')
            case Waiting(approval=None, until=None):
                raise StepError('It waits for neither a person nor a time, so it would wait for ever.')
            case Waiting():
                return e.StepWaiting(at=now, path=path, approval=outcome.approval, until=outcome.until)
            case Unknown():
                return e.StepUnknown(at=now, path=path)
            case _:  # a plugin need not be type-checked
                raise StepError(f'Its node type gave {type(outcome).__name__} where a result is expected.')


def failure(planned: Planned, path: str, error: str, now: datetime) -> e.StepFailed:
    """The end of a step whose last attempt failed, as its node's `on_error` wants it."""
    node = planned.node
    output: dict[str, Any] = {'error': error, 'text': ''}
    handles = planned.last_handle
    match node.on_error:
        case 'stop':
            return e.StepFailed(at=now, path=path, error=error)
        case 'continue':
            pass
        case 'value':
            value = node.error_value
            output = {**output, **(value if isinstance(value, dict) else {'text': value})}
        case 'handle':
            output, handles = {'error': error, 'text': error}, (ERROR,)
    return e.StepFailed(at=now, path=path, error=error, handled=True, output=output, handles=handles)


def storable(event: e.RunEvent) -> e.RunEvent:
    """The event; a result that is not JSON would break the journal, so it is its step's fault."""
    try:
        to_json(event)
    except (PydanticSerializationError, UnicodeEncodeError) as error:
        raise StepError(f'Its result cannot be stored as JSON: {error}') from error
    return event


def _cut_off() -> StepError:
    return StepError('Something that it waited for was cancelled.', retryable=True)


def explained(error: Exception, path: str, run_id: str) -> StepError:
    """What made a step fail, put into words; what nobody foresaw is a fault of its node type, and logged."""
    if isinstance(error, StepError):
        return error
    if isinstance(error, TemplateError):
        return StepError(str(error))
    log.error('Step %s of run %s', path, run_id, exc_info=error)
    return StepError(f'{type(error).__name__}: {error}', retryable=True)


def words_of(error: StepError) -> str:
    """What the error says, as a text that the journal can hold."""
    return str(error).encode(errors='backslashreplace').decode()


def _backoff(retry: Retry, failures: int) -> float:
    """Seconds to wait after this many failures."""
    delay = min(retry.max_delay, retry.delay * retry.factor ** (failures - 1))
    return delay * (1 + retry.jitter * random.random())  # noqa: S311 - it spreads retries, it keeps no secret
