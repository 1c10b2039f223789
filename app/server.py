"""The process that serves: one socket, one orchestrator, and an orderly end."""

import asyncio
import os
import signal
import socket
import sys
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager

import uvicorn

from app import garbage
from app.lifespan import FILES, code_rules, open_data, orchestrate
from app.settings import DEFAULT_PORT, Settings
from app.spared import spared
from core.clock import SystemClock
from core.errors import InvalidError

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


async def serve(settings: Settings) -> int:
    """Serves until a signal ends it; 0. InvalidError or StorageError before the first page says why it cannot start."""
    settings.check_access()
    clock = SystemClock()
    with listen(settings) as listener, ExitStack() as at_end:
        coming_up = at_end.enter_context(ExitStack())
        coming_up.enter_context(garbage.nobody_looks())
        url = address(settings, listener)
        # Whatever the pages remember for a browser belongs to the data directory too; read when NiceGUI is imported.
        os.environ.setdefault('NICEGUI_STORAGE_PATH', str(settings.data_dir / 'browser'))
        async with AsyncExitStack() as stack:
            stores = await stack.enter_async_context(open_data(settings.data_dir, clock=clock))
            # The client half of socket.io comes with its server, and brings aiohttp, of which nothing here makes use.
            # Nothing runs yet that could miss it.
            with spared('aiohttp'):
                from app.factory import create_app  # noqa: PLC0415 - NiceGUI; of no use before the data is there

            orchestrator = await stack.enter_async_context(
                orchestrate(
                    stores, clock=clock, files=settings.data_dir / FILES, code=code_rules(settings), schedules=True
                )
            )
            stopping = asyncio.Event()
            web = create_app(orchestrator, settings, stopping=stopping)
            coming_up.close()
            server = Server(_configuration(web, settings))
            server.when_stopping = stopping.set

            def started() -> None:
                stores.lock.set_url(url)
                _announce(settings, url)
                at_end.callback(_open(settings, url, when_closed=server.stop))

            server.when_started = started
            await server.serve(sockets=[listener])
    return 0


class Server(uvicorn.Server):
    """Uvicorn, which tells when it has started, and whose end is not the end of the process."""

    when_started: Callable[[], None]
    when_stopping: Callable[[], None]

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.when_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.when_stopping()
        await super().shutdown(sockets)

    def stop(self) -> None:
        """Asks for the end; from any thread."""
        self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # The original raises the signal again at the end, which would kill us before the orchestrator has drained.
        before = {number: signal.signal(number, self.handle_exit) for number in STOP_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _configuration(app: object, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        ws='wsproto',
        log_config=None,
        log_level=settings.log_level,
        access_log=settings.log_level == 'debug',
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )


@contextmanager
def listen(settings: Settings) -> Iterator[socket.socket]:
    """A listening socket. Without a port of its own: 8080, else the next free one."""
    ports = range(DEFAULT_PORT, DEFAULT_PORT + 20) if settings.port is None else [settings.port]
    family = socket.AF_INET6 if ':' in settings.host else socket.AF_INET
    for port in ports:
        with socket.socket(family, socket.SOCK_STREAM) as listener:
            if os.name == 'posix':  # elsewhere this would let two programs share the port
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind((settings.host.strip('[]'), port))
            except OSError as error:
                reason = error.strerror or str(error)
                continue
            yield listener
            return
    raise InvalidError(f'Cannot listen on {settings.host}:{ports[-1]} ({reason}). Choose another --port or --host.')


def address(settings: Settings, listener: socket.socket) -> str:
    """Where this machine finds the app."""
    host = 'localhost' if settings.host in {'0.0.0.0', '::', '127.0.0.1', '::1'} else settings.host  # noqa: S104
    return f'http://{host}:{listener.getsockname()[1]}'


def _announce(settings: Settings, url: str) -> None:
    sys.stdout.write(f'Agent Orchestrator is at {url} (data in {settings.data_dir}). Ctrl+C stops it.\n')
    sys.stdout.flush()


def _open(settings: Settings, url: str, *, when_closed: Callable[[], None]) -> Callable[[], None]:
    """Shows the first page as the settings say; returns what is to be done at the end."""
    if settings.native:
        from app.native import open_window  # noqa: PLC0415

        return open_window(url, settings.data_dir, when_closed=when_closed)
    if settings.open_browser:
        webbrowser.open(url)
    return lambda: None
