"""What a child says, a line of JSON at a time. The guest is hostile: each line may be anything."""

import json
from dataclasses import dataclass
from typing import Any

from core.values import Json

MAX_DEPTH = 100
"""How deep a result may be nested, so that whatever handles it later need not fear its own recursion."""

SHOWN = 16_000
"""Characters of an error and of a traceback that are kept."""


@dataclass(frozen=True, slots=True)
class Ready:
    """It is locked and waits for code."""


@dataclass(frozen=True, slots=True)
class NotLocked:
    problem: str


@dataclass(frozen=True, slots=True)
class Printed:
    text: str


@dataclass(frozen=True, slots=True)
class Returned:
    value: Json


@dataclass(frozen=True, slots=True)
class Raised:
    type: str
    message: str
    traceback: str


Frame = Ready | NotLocked | Printed | Returned | Raised


class BadFrameError(Exception):
    """The child does not keep to the protocol."""


def read_frame(line: bytes) -> Frame:
    """BadFrameError for whatever is none."""
    try:
        frame = json.loads(line, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise BadFrameError('it wrote what is no JSON') from None
    match frame:
        case {'t': 'ready'}:
            return Ready()
        case {'t': 'locked_out', 'problem': str(problem)}:
            return NotLocked(_text(problem))
        case {'t': 'out', 'text': str(text)}:
            return Printed(_text(text, most=None))
        case {'t': 'result', 'value': value}:
            _check_depth(value)
            return Returned(value)
        case {'t': 'error', 'type': str(kind), 'message': str(message), 'traceback': str(traceback)}:
            return Raised(_text(kind), _text(message), _text(traceback))
        case _:
            raise BadFrameError('it wrote a frame of an unknown kind')


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _text(text: str, *, most: int | None = SHOWN) -> str:
    """The text without halves of characters, which nothing can store."""
    return text[:most].encode(errors='replace').decode()


def _check_depth(value: Json) -> None:
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                below.extend(item.values())
            elif isinstance(item, list):
                below.extend(item)
        if not below:
            return
        level = below
    raise BadFrameError(f'its result is nested more than {MAX_DEPTH} levels deep')
