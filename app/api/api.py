"""The REST API as an app of its own: mounted under /api, and complete without any page."""

import asyncio
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from app.api import (
    agents,
    approvals,
    connections,
    deliveries,
    llm,
    logs,
    mcp_servers,
    runs,
    schedules,
    teams,
    webhooks,
    workflows,
)
from app.api.body_limit import BodyLimit
from app.api.problems import MEDIA_TYPE, add_problem_handlers, problem_responses
from app.api.reference import reference_page
from app.telemetry import NO_TELEMETRY
from core.orchestrator import Orchestrator

ROUTED = (
    workflows,
    runs,
    approvals,
    schedules,
    webhooks,
    deliveries,
    agents,
    teams,
    connections,
    mcp_servers,
    llm,
    logs,
)

DESCRIPTION = (
    'Everything the pages do can be done here. Errors are problem documents (RFC 9457). A save carries the revision '
    'that was read (in the body, or as If-Match); a stale one is refused and overwrites nothing. Where a password is '
    'asked, send it as `Authorization: Bearer PASSWORD`.'
)


def create_api(orchestrator: Orchestrator, *, stopping: asyncio.Event | None = None) -> FastAPI:
    """All routers over one orchestrator; to be mounted at /api. When `stopping` is set, open streams end."""
    api = FastAPI(
        title='Agent Orchestrator',
        version=_version(),
        description=DESCRIPTION,
        openapi_url=None,
        docs_url=None,  # those of the framework load their scripts from elsewhere
        redoc_url=None,
        telemetry=NO_TELEMETRY,
        responses=problem_responses(401, 413, 422, 500, 503),
        generate_unique_id_function=lambda route: route.name,
    )
    api.state.orchestrator = orchestrator
    api.state.stopping = stopping or asyncio.Event()
    for module in ROUTED:
        api.include_router(module.router)
    add_problem_handlers(api)
    api.add_middleware(BodyLimit)

    @api.get('/', include_in_schema=False)
    async def root() -> RedirectResponse:
        return RedirectResponse('/api/docs')

    @api.get('/openapi.json', include_in_schema=False)
    async def document() -> JSONResponse:
        return JSONResponse(openapi_of(api))

    @api.get('/docs', include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(reference_page(openapi_of(api)))

    return api


def openapi_of(api: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, in which every error is a problem document."""
    document = api.openapi()
    document['servers'] = [{'url': '/api'}]
    for methods in document['paths'].values():
        for operation in methods.values():
            for status, answer in operation['responses'].items():
                if status >= '4':
                    answer['content'] = {MEDIA_TYPE: {'schema': {'$ref': '#/components/schemas/ProblemDocument'}}}
    return document


def _version() -> str:
    try:
        return version('agent-orchestrator')
    except PackageNotFoundError:  # run from a checkout that was not installed
        return '0'
