"""Measurements of the app as a process of its own: how soon it shows a page, and what it holds while idle."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from bench.figures import Figure

CONTENT = b'Research brief'
"""What the first page shows once it is really there: the name of a sample."""

PATIENCE = 60.0


def start_and_memory(data_dir: Path, *, repeat: int, idle: float = 3.0) -> list[Figure]:
    """Seconds from the start of the process to a page with content (the first start, then later ones), and MB idle."""
    first: list[float] = []
    later: list[float] = []
    memory: list[float] = []
    for number in range(repeat):
        directory = data_dir / str(number)
        for values in (first, later):
            with app(directory) as (process, url):
                values.append(_seconds_to_page(process, url))
                if values is later:
                    time.sleep(idle)
                    memory.append(_megabytes(process.pid))
    return [
        Figure(what='first start to first page', unit='s', values=first, limit=2.0),
        Figure(what='later start to first page', unit='s', values=later, limit=2.0),
        Figure(what='memory of the idle process', unit='MB', values=memory, limit=130),
    ]


@contextmanager
def app(data_dir: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The app as a process, and its address; it may not answer yet."""
    port = free_port()
    main = Path(__file__).parent.parent / 'main.py'
    arguments = ['--no-browser', '--port', str(port), '--data-dir', str(data_dir)]
    # Python keeps what it compiled, as it does for people; else each start would compile the whole app.
    environment = {name: value for name, value in os.environ.items() if name != 'PYTHONDONTWRITEBYTECODE'}
    process = subprocess.Popen([sys.executable, str(main), *arguments], stdout=subprocess.DEVNULL, env=environment)
    try:
        yield process, f'http://127.0.0.1:{port}/'
    finally:
        process.terminate()
        process.wait(20)


def _seconds_to_page(process: subprocess.Popen[bytes], url: str) -> float:
    began = time.perf_counter()
    while time.perf_counter() - began < PATIENCE:
        if process.poll() is not None:
            raise RuntimeError(f'The app ended with {process.returncode}.')
        with suppress(URLError, OSError), urlopen(url, timeout=PATIENCE) as answer:
            if CONTENT in answer.read():
                return time.perf_counter() - began
        time.sleep(0.01)
    raise RuntimeError(f'{url} showed no page in {PATIENCE:.0f} s.')


def _megabytes(pid: int) -> float:
    """The resident memory of the process, in MB."""
    status = Path(f'/proc/{pid}/statm')
    if status.exists():
        return int(status.read_text().split()[1]) * os.sysconf('SC_PAGE_SIZE') / 1e6
    listed = subprocess.run(['ps', '-o', 'rss=', '-p', str(pid)], check=True, capture_output=True, text=True)
    return int(listed.stdout) * 1024 / 1e6


def cpu_seconds(pid: int) -> float:
    """Seconds of CPU that the process has taken so far; only where there is /proc."""
    fields = Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        port: int = probe.getsockname()[1]
        return port
