"""The event loop that everything runs on."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from app import garbage

R = TypeVar('R')


def run(work: Coroutine[Any, Any, R]) -> R:
    """`asyncio.run` on uvloop where it is installed (not on Windows): a durable step costs a quarter less there."""
    garbage.look_seldom()
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(work)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    try:
        from uvloop import new_event_loop  # noqa: PLC0415 - there is none for Windows
    except ImportError:
        return asyncio.new_event_loop
    return new_event_loop
