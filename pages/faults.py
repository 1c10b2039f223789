"""What a person sees when there is no such page, or when something fails that no page expected."""

from fastapi.exception_handlers import http_exception_handler
from nicegui import Client, core, ui
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from core.errors import OrchestratorError
from core.orchestrator import Orchestrator
from pages.components.buttons import link_button
from pages.components.empty import empty_state
from pages.frame import frame


def register(orchestrator: Orchestrator) -> None:
    def explain(error: Exception) -> None:
        _draw('This page cannot be shown', 'error', _told(error), orchestrator)

    async def not_found(request: Request, error: Exception) -> Response:
        if _asked_for_a_file(request) and isinstance(error, HTTPException):
            return await http_exception_handler(request, error)
        with Client(ui.page(''), request=request) as client:
            why = f'Nothing is at {request.url.path}. It may have been deleted, or the address may be mistyped.'
            _draw('There is no such page', 'explore_off', why, orchestrator)
            return client.build_response(request, 404)

    core.app.on_page_exception(explain)
    core.app.add_exception_handler(404, not_found)


def _draw(title: str, symbol: str, why: str, orchestrator: Orchestrator) -> None:
    with frame(title, orchestrator, here=''), empty_state(symbol, title, why):
        link_button('Home', '/', kind='primary')


def _told(error: Exception) -> str:
    if isinstance(error, OrchestratorError):
        return str(error)
    return f'{type(error).__name__}: {error}. This is a fault of the app; its log says more.'


def _asked_for_a_file(request: Request) -> bool:
    return '/_nicegui' in request.url.path or request.url.path.startswith('/theme/')
