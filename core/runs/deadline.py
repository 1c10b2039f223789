"""The time that an attempt at a step may take."""

import asyncio


class Deadline:
    """Can be held while what takes long is nobody's fault, such as a model that is being loaded."""

    def __init__(self) -> None:
        self._timeout: asyncio.Timeout | None = None  # made when it begins: steps that only compute have no use for it
        self._left: float | None = None

    def begin(self, seconds: float | None) -> asyncio.Timeout:
        """The context in which the attempt is made; None means that it may take for ever."""
        self._timeout = asyncio.timeout(seconds)
        self._left = None
        return self._timeout

    def hold(self) -> None:
        when = self._timeout.when() if self._timeout else None
        if self._timeout is not None and when is not None:
            self._left = when - asyncio.get_running_loop().time()
            self._timeout.reschedule(None)

    def go_on(self) -> None:
        if self._timeout is not None and self._left is not None:
            self._timeout.reschedule(asyncio.get_running_loop().time() + self._left)
            self._left = None
