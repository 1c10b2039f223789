"""What others would import in vain."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def spared(name: str) -> Iterator[None]:
    """Meanwhile the package `name` seems not to be installed, unless it is in use already; it can be imported later."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]  # Python's own way to say that there is no such module
    try:
        yield
    finally:
        del sys.modules[name]
