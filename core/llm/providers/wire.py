"""From bytes to JSON objects, for the two ways in which providers stream: server-sent events and JSON lines."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from contextlib import suppress
from typing import Any

from core.llm.answer import Answer
from core.llm.messages import ToolCall
from core.llm.requests import ModelEvent

Told = dict[str, Any]
"""One object of a stream, as the provider told it."""

DONE: Told = {'[DONE]': True}
"""Stands for the end mark `data: [DONE]` of OpenAI's dialect."""

Read = Callable[[Told, Answer], Iterable[ModelEvent]]
"""Takes one object into the answer, and says what it means."""

_FIELDS = (b'data:', b'event:', b'id:', b'retry:', b':')
_LONGEST_LINE = 8_000_000
_TIME_FOR_THE_REST = 1.0  # seconds; what comes after the end mark is at most the usage


class MalformedStreamError(Exception):
    """The body is not what the protocol says; the message is the start of it."""


def arguments_of(call: ToolCall) -> Told:
    """The arguments for those who take only objects; what a model wrote wrongly goes back to it as a text."""
    try:
        return call.parsed()
    except ValueError:
        return {'malformed': call.arguments}


async def server_sent_events(chunks: AsyncIterator[bytes]) -> AsyncGenerator[Told, None]:
    """The data of each event; MalformedStreamError where the body is something else."""
    began = False
    async for line in _lines(chunks):
        if line.startswith(b'data:'):
            began = True
            data = line[5:].strip()
            if data:
                yield DONE if data == b'[DONE]' else _object(data)
        elif line and not began and not line.startswith(_FIELDS):
            raise MalformedStreamError(_excerpt(line))


async def json_lines(chunks: AsyncIterator[bytes]) -> AsyncGenerator[Told, None]:
    """Each line's object; MalformedStreamError where a line is something else."""
    async for line in _lines(chunks):
        if line:
            yield _object(line)


async def answered(events: AsyncGenerator[Told, None], read: Read, answer: Answer) -> AsyncGenerator[ModelEvent, None]:
    """What the stream means, ended by the whole answer; without that if the stream ends before its end mark."""
    async for told in events:
        for event in _meaning(told, read, answer):
            yield event
        if answer.ended:
            await _read_rest(events, read, answer)
            yield answer.answered()
            return


async def _read_rest(events: AsyncGenerator[Told, None], read: Read, answer: Answer) -> None:
    """Usage may follow the end mark; and only a body that was read to its end leaves the connection reusable."""
    with suppress(Exception):  # the answer is complete: whatever breaks now is no news
        async with asyncio.timeout(_TIME_FOR_THE_REST):
            async for told in events:
                _meaning(told, read, answer)


def _meaning(told: Told, read: Read, answer: Answer) -> list[ModelEvent]:
    try:
        return list(read(told, answer))
    except (KeyError, TypeError, AttributeError, ValueError):  # it is JSON, but not of the protocol's shape
        raise MalformedStreamError(json.dumps(told)) from None


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """The lines; a last one without its end counts if it is alone or looks whole, else the body was cut there."""
    rest, first = b'', True
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split(b'\n')
        for line in lines:
            first = False
            yield line.rstrip(b'\r')
        if len(rest) > _LONGEST_LINE:
            raise MalformedStreamError(_excerpt(rest))
    if rest and (first or rest.endswith((b'}', b'[DONE]'))):
        yield rest


def _object(line: bytes) -> Told:
    try:
        told = json.loads(line.decode())
    except ValueError:
        raise MalformedStreamError(_excerpt(line)) from None
    if not isinstance(told, dict):
        raise MalformedStreamError(_excerpt(line))
    return told


def _excerpt(line: bytes) -> str:
    return line[:300].decode(errors='replace')
