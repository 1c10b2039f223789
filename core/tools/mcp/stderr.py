"""The last words of a program that was started: what it wrote to its standard error."""

import os
import threading
from collections import deque
from typing import TextIO

_KEPT = 20


class Tail:
    """`file` is for the program to write to; `text` is the end of what it wrote. Whatever is longer is forgotten."""

    def __init__(self) -> None:
        reading, writing = os.pipe()
        self.file: TextIO = os.fdopen(writing, 'w')
        self._lines: deque[str] = deque(maxlen=_KEPT)
        # A thread of its own, since a pipe can be read without blocking on some systems only.
        threading.Thread(target=self._read, args=(reading,), daemon=True, name='stderr of an MCP server').start()

    @property
    def text(self) -> str:
        return '\n'.join(self._lines)[-2000:]

    def close(self) -> None:
        """The reader ends when the program's own end of the pipe is closed, too."""
        self.file.close()

    def _read(self, reading: int) -> None:
        with os.fdopen(reading, 'rb') as file:
            while line := file.readline(2000):
                self._lines.append(line.decode(errors='replace').rstrip())
