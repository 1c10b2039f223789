"""A window of its own instead of a browser tab: pywebview, in a process beside the server.

Qt and Cocoa want a process's main thread, which the server has; and a window that crashes takes no run with it.
"""

import json
import os
import subprocess
import sys
import threading
import webbrowser
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

SHOWN = 'shown'
PATIENCE = 20.0
"""Seconds for the window to show itself; then the browser opens instead."""

MISSING = (
    'There is no window to open: pywebview is not installed. '
    "Install it with `pip install 'agent-orchestrator[native]'`; "
    'on Linux it also needs the system packages libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1.'
)


def available() -> bool:
    """Whether the packages for a window are installed."""
    return find_spec('webview') is not None


def open_window(url: str, data_dir: Path, *, when_closed: Callable[[], None]) -> Callable[[], None]:
    """Opens the window, or the browser where no window comes up; returns what closes it.

    when_closed: called, from another thread, when a person closes the window.
    """
    if not available():
        sys.stderr.write(f'{MISSING} Opening the browser instead.\n')
        webbrowser.open(url)
        return lambda: None
    command = _command(url, data_dir)
    window = subprocess.Popen(command, stdout=subprocess.PIPE, env=_environment())  # noqa: S603 - our own module
    closing = threading.Event()
    threading.Thread(target=_watch, args=(window, url, when_closed, closing), daemon=True).start()

    def close() -> None:
        closing.set()
        window.terminate()
        window.wait()

    return close


def _command(url: str, data_dir: Path) -> list[str]:
    return [sys.executable, '-m', 'app.native', url, str(data_dir)]


def _watch(
    window: 'subprocess.Popen[bytes]', url: str, when_closed: Callable[[], None], closing: threading.Event
) -> None:
    assert window.stdout  # noqa: S101 - asked for above
    timer = threading.Timer(PATIENCE, window.kill)
    timer.start()
    with window.stdout as said:
        shown = any(line.strip() == SHOWN.encode() for line in said)
        timer.cancel()
    if shown:
        window.wait()
        when_closed()
    elif not closing.is_set():
        # Qt aborts without a display or a system library, some builds even with exit code 0.
        sys.stderr.write('The window did not come up (see above). Opening the browser instead.\n')
        webbrowser.open(url)


def _environment() -> dict[str, str]:
    environment = dict(os.environ)
    if hasattr(os, 'geteuid') and os.geteuid() == 0:
        environment.setdefault('QTWEBENGINE_DISABLE_SANDBOX', '1')  # Chromium refuses its sandbox to root
    return environment


def show(url: str, data_dir: Path) -> None:
    """Shows the window until it is closed; what it remembers (size, place, storage) is kept in the data directory."""
    import webview  # type: ignore[import-not-found, unused-ignore]  # noqa: PLC0415 - an extra

    place = data_dir / 'window.json'
    geometry: dict[str, Any] = _read(place)
    window = webview.create_window(
        'Agent Orchestrator',
        url,
        width=geometry.get('width', 1440),
        height=geometry.get('height', 900),
        x=geometry.get('x'),
        y=geometry.get('y'),
        min_size=(800, 600),
        text_select=True,
    )
    window.events.shown += lambda: print(SHOWN, flush=True)  # noqa: T201 - the server reads it
    window.events.resized += lambda width, height: geometry.update(width=width, height=height)
    window.events.moved += lambda x, y: geometry.update(x=x, y=y)
    window.events.closed += lambda: place.write_text(json.dumps(geometry), encoding='utf-8')
    webview.settings['ALLOW_DOWNLOADS'] = True
    # By default it is private: cookies and local storage would be gone at every start.
    webview.start(private_mode=False, storage_path=str(data_dir / 'window'))


def _read(place: Path) -> dict[str, Any]:
    try:
        found = dict(json.loads(place.read_text(encoding='utf-8')))
    except (OSError, ValueError, TypeError):
        return {}
    # A place left of or above the first screen may be on one that is not there any more.
    return {name: value for name, value in found.items() if isinstance(value, int) and value >= 0}


if __name__ == '__main__':
    show(sys.argv[1], Path(sys.argv[2]))
