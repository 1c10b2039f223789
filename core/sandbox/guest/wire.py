"""The guest's end of the conversation: lines of JSON on what were stdin and stdout."""

import io
import json
import os
import sys
import threading
import time
from typing import Any

PIECE = 8192
"""Characters that are gathered before they are sent, unless the clock comes first."""

TICK = 0.1
"""Seconds after which what was printed is sent anyway."""

ORPHANED = 96
"""The exit code of a guest whose app is gone."""


class Wire:
    """Takes stdin and stdout for itself: whatever else writes to fd 1 ends in stderr and breaks no frame."""

    def __init__(self) -> None:
        self._out = os.dup(1)
        self._in = os.fdopen(os.dup(0), 'rb')
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)
        self._lock = threading.Lock()

    def send(self, frame: dict[str, Any]) -> None:
        left = memoryview(json.dumps(frame, allow_nan=False, separators=(',', ':')).encode() + b'\n')
        with self._lock:
            while left:
                left = left[os.write(self._out, left) :]

    def receive(self) -> dict[str, Any]:
        line = self._in.readline()
        if not line:
            os._exit(ORPHANED)
        received: dict[str, Any] = json.loads(line)
        return received

    def end_with_the_app(self) -> None:
        """From now on nothing more is to be read; when the app closes its end, it has ended or gives up."""

        def wait() -> None:
            self._in.read()
            os._exit(ORPHANED)

        threading.Thread(target=wait, daemon=True).start()

    def finish(self, frame: dict[str, Any]) -> None:
        """Sends the last frame and ends, whatever threads the code has left behind."""
        self.send(frame)
        os._exit(0)


class Printing(io.TextIOBase):
    """A stdout or stderr whose text goes out as frames."""

    encoding = 'utf-8'
    errors = 'replace'

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._pieces: list[str] = []
        self._length = 0
        self._lock = threading.RLock()

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f'write() takes text, not {type(text).__name__}')
        with self._lock:
            self._pieces.append(text)
            self._length += len(text)
            if self._length >= PIECE:
                self.flush()
        return len(text)

    def flush(self) -> None:
        with self._lock:
            text = ''.join(self._pieces)
            self._pieces, self._length = [], 0
            for start in range(0, len(text), PIECE):
                piece = text[start : start + PIECE]
                self._wire.send({'t': 'out', 'text': piece.encode('utf-8', 'replace').decode()})


def print_through(wire: Wire) -> Printing:
    """Makes `print` and whatever writes to sys.stdout and sys.stderr go through the wire."""
    printing = Printing(wire)
    sys.stdout = sys.stderr = printing

    def tick() -> None:
        while True:
            time.sleep(TICK)
            printing.flush()

    threading.Thread(target=tick, daemon=True).start()
    return printing


def ended(error: BaseException, traceback: str) -> dict[str, Any]:
    """The frame of a program that raised."""
    return {'t': 'error', 'type': type(error).__name__, 'message': str(error)[:4000], 'traceback': traceback[-16000:]}


def returned(value: Any, *, most: int) -> dict[str, Any]:
    """The frame of a result, or of the error that it is none."""
    try:
        size = len(json.dumps(value, allow_nan=False))
        if size > most:
            raise ValueError(f'the result is {size} bytes long, {most} are the most')
    except (TypeError, ValueError, RecursionError) as error:
        return {'t': 'error', 'type': 'ResultError', 'message': _why(value, error), 'traceback': ''}
    return {'t': 'result', 'value': value}


def _why(value: Any, error: Exception) -> str:
    if isinstance(error, TypeError):
        return (
            f'A result must be what JSON can hold: text, numbers, lists, dicts. This is {type(value).__name__}: {error}'
        )
    return f'A result must be what JSON can hold: {error}'
