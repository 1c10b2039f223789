"""A run with all its steps as JSON, sent piece by piece: a large one holds up nobody else meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Any

from fastapi.responses import StreamingResponse
from pydantic import TypeAdapter
from pydantic_core import to_json

from core.runs.run import Run
from core.runs.state import RunState, StepState
from core.values import Json

PIECE = 65_536
"""Bytes from which on a piece is sent."""

WIDE = 100
"""Elements from which on a list or an object is written one by one."""

_STATE = TypeAdapter(RunState)
_STEP = TypeAdapter(StepState)

Written = Iterator[bytes]


def run_response(run: Run, state: RunState) -> StreamingResponse:
    """What `RunDetail` would give, to the byte."""
    return StreamingResponse(in_pieces(run_json(run, state)), media_type='application/json')


async def in_pieces(written: Iterable[bytes]) -> AsyncIterator[bytes]:
    """Gathers what is written into pieces; others have their turn between two of them."""
    piece = bytearray()
    for part in written:
        piece += part
        if len(piece) >= PIECE:
            yield bytes(piece)
            piece.clear()
            await asyncio.sleep(0)
    yield bytes(piece)


def run_json(run: Run, state: RunState) -> Written:
    """The run and its state as JSON, in parts that are short to write."""
    yield b'{"run":%b,"state":' % run.model_dump_json().encode()
    yield from _fields(state, _STATE, {'inputs': _value, 'steps': _steps, 'output': _value})
    yield b'}'


def _fields(item: Any, adapter: TypeAdapter[Any], apart: Mapping[str, Callable[[Any], Written]]) -> Written:
    """A dataclass; the fields that are named `apart` are written by what stands there."""
    for number, field in enumerate(fields(item)):
        yield b',' if number else b'{'
        if write := apart.get(field.name):
            yield b'"%b":' % field.name.encode()
            yield from write(getattr(item, field.name))
        else:
            yield adapter.dump_json(item, include={field.name})[1:-1]
    yield b'}'


def _steps(steps: Mapping[str, StepState]) -> Written:
    return _object(steps, _step)


def _step(step: StepState) -> Written:
    if _is_wide(step.input) or _is_wide(step.output):
        return _fields(step, _STEP, {'input': _value, 'output': _value})
    return iter([_STEP.dump_json(step)])


def _value(value: Json) -> Written:
    """Any JSON."""
    if not _is_wide(value):
        yield to_json(value, inf_nan_mode='null')
    elif isinstance(value, dict):
        yield from _object(value, _value)
    else:
        yield b'['
        for number, element in enumerate(value):
            yield b',' if number else b''
            yield from _value(element)
        yield b']'


def _object(items: Mapping[str, Any], write: Callable[[Any], Written]) -> Written:
    yield b'{'
    for number, (key, item) in enumerate(items.items()):
        yield b'%b%b:' % (b',' if number else b'', to_json(key))
        yield from write(item)
    yield b'}'


def _is_wide(value: Json) -> bool:
    """Whether a list or an object that has many elements stands anywhere in it."""
    match value:
        case dict():
            return len(value) >= WIDE or any(map(_is_wide, value.values()))
        case list():
            return len(value) >= WIDE or any(map(_is_wide, value))
        case _:
            return False
