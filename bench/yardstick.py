"""How fast this machine is just now: by that all other figures can be compared from hour to hour."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from bench.figures import Figure

STEPS = 1_000_000
COMMITS = 200


def yardsticks(data_dir: Path, *, repeat: int) -> list[Figure]:
    """CPU of a loop in Python, and of a commit of SQLite that survives a power cut, with nothing of ours in it."""
    loops = [_cpu(_loop) * 1000 for _ in range(repeat)]
    commits = [_cpu(lambda: _commits(data_dir / 'yardstick.db')) * 1000 / COMMITS for _ in range(repeat)]
    return [
        Figure(what='the machine: a loop of a million additions, CPU', unit='ms', values=loops),
        Figure(what='the machine: a bare commit of one row, CPU', unit='ms', values=commits),
    ]


def together(first: list[Figure], last: list[Figure]) -> list[Figure]:
    """One row of each, of what was measured before all others and after them."""
    pairs = zip(first, last, strict=True)
    return [Figure(what=a.what, unit=a.unit, values=[*a.values, *b.values]) for a, b in pairs]


def _loop() -> None:
    total = 0
    for step in range(STEPS):
        total += step


def _commits(path: Path) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute('PRAGMA journal_mode=WAL')
    connection.execute('PRAGMA synchronous=FULL')
    connection.execute('CREATE TABLE IF NOT EXISTS rows (body TEXT)')
    for _ in range(COMMITS):
        connection.execute('INSERT INTO rows VALUES (?)', ('x' * 400,))
    connection.close()


def _cpu(work: Callable[[], None]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began
