"""The event loop that everything runs on."""

import asyncio
import gc
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

R = TypeVar('R')

YOUNG = 20_000
"""Objects before the garbage collector looks for cycles among them. A graph of thousands of nodes that start at once
makes so many that Python's 700 would have it look all the time, which doubles the cost of each."""


def run(work: Coroutine[Any, Any, R]) -> R:
    """`asyncio.run` on uvloop where it is installed (not on Windows): a durable step costs a quarter less there."""
    gc.set_threshold(YOUNG, 10, 10)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(work)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    try:
        from uvloop import new_event_loop  # noqa: PLC0415 - there is none for Windows
    except ImportError:
        return asyncio.new_event_loop
    return new_event_loop
