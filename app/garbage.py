"""When Python looks for garbage that only holds itself: seldom, and not at all while the app comes up."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG = 20_000
"""Objects before the collector looks for cycles among them. A graph of thousands of nodes that start at once makes so
many that Python's 700 would have it look all the time, which doubles the cost of each."""


def look_seldom() -> None:
    gc.set_threshold(YOUNG, 10, 10)


@contextmanager
def nobody_looks() -> Iterator[None]:
    """For bringing up a part of the app: what is made meanwhile stays, so nobody looks at it, then or later.

    A tenth of the start would go into that. It also spares NiceGUI, which walks through all that is looked at in search
    of its server.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
