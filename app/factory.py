"""The web app: guard around everything, API under /api, pages everywhere else."""

import asyncio
import os
from pathlib import Path

from fastapi import FastAPI
from nicegui import ui
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import RedirectResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from app.access.guard import Guard, Hosts
from app.access.login import Login
from app.access.password import Password
from app.access.sessions import Sessions
from app.api.problems import add_problem_handlers
from app.kept import Kept
from app.later import Later
from app.mcp import MCP_PATH, McpEndpoint
from app.settings import Settings
from app.telemetry import NO_TELEMETRY
from core.orchestrator import Orchestrator
from pages import site


def create_app(orchestrator: Orchestrator, settings: Settings, *, stopping: asyncio.Event | None = None) -> ASGIApp:
    """Everything that is served; NiceGUI's own app lies behind ours, and the guard before both.

    When `stopping` is set, open event streams end.
    """
    web = FastAPI(openapi_url=None, telemetry=NO_TELEMETRY)
    add_problem_handlers(web)
    web.add_api_route('/api', lambda: RedirectResponse('/api/docs'), include_in_schema=False)
    web.mount('/api', Later(lambda: _api(orchestrator, stopping)))
    endpoint = McpEndpoint(orchestrator, stopping=stopping or asyncio.Event())
    web.router.routes.append(Route(MCP_PATH, endpoint, methods=['GET', 'POST', 'DELETE']))
    site.register(orchestrator, data_dir=settings.data_dir)
    ui.run_with(
        web,
        title='Agent Orchestrator',
        dark=None,
        reconnect_timeout=15,
        show_welcome_message=False,
        tailwind=False,  # its runtime reads the whole page again after every change, and is a quarter of a first visit
        storage_secret=_browser_secret(settings.data_dir),
        session_middleware_kwargs={'same_site': 'strict'},
        gzip_middleware_factory=_compressed,
    )
    return Guard(Kept(web), hosts=Hosts(settings), login=_login(orchestrator, settings))


def _compressed(inner: ASGIApp) -> GZipMiddleware:
    return GZipMiddleware(inner, compresslevel=5)  # for 1 % more bytes a third of the time that the default takes


def _api(orchestrator: Orchestrator, stopping: asyncio.Event | None) -> ASGIApp:
    from app.api.api import create_api  # noqa: PLC0415 - the first page does not wait for what programs ask

    return create_api(orchestrator, stopping=stopping)


def _login(orchestrator: Orchestrator, settings: Settings) -> Login | None:
    if not settings.password:
        return None
    clock = orchestrator.clock
    return Login(Password(settings.password.get_secret_value(), clock=clock), Sessions(clock=clock))


def _browser_secret(data_dir: Path) -> str:
    """What signs the pages' cookie; kept, so that a restart forgets nobody's open page."""
    path = data_dir / 'browser-secret'
    if not path.exists():
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), 'w') as file:
            file.write(os.urandom(32).hex())
    return path.read_text()
