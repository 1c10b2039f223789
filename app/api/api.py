"""The REST API as an app of its own: mounted under /api, and complete without any page."""

from importlib.metadata import PackageNotFoundError, version

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from app.api import agents, approvals, connections, llm, logs, runs, teams, workflows
from app.api.body_limit import BodyLimit
from app.api.problems import add_problem_handlers, problem_responses
from app.api.reference import reference_page
from core.orchestrator import Orchestrator

DESCRIPTION = (
    'Everything the pages do can be done here. Errors are problem documents (RFC 9457). A save carries the revision '
    'that was read (in the body, or as If-Match); a stale one is refused and overwrites nothing. Where a password is '
    'asked, send it as `Authorization: Bearer PASSWORD`.'
)


def create_api(orchestrator: Orchestrator) -> FastAPI:
    """All routers over one orchestrator; to be mounted at /api."""
    api = FastAPI(
        title='Agent Orchestrator',
        version=_version(),
        description=DESCRIPTION,
        docs_url=None,  # those of the framework load their scripts from elsewhere
        redoc_url=None,
        responses=problem_responses(401, 413, 422, 500, 503),
        generate_unique_id_function=lambda route: route.name,
    )
    api.state.orchestrator = orchestrator
    for module in (workflows, runs, approvals, agents, teams, connections, llm, logs):
        api.include_router(module.router)
    add_problem_handlers(api)
    api.add_middleware(BodyLimit)

    @api.get('/docs', include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(reference_page(api.openapi()))

    return api


def _version() -> str:
    try:
        return version('agent-orchestrator')
    except PackageNotFoundError:  # run from a checkout that was not installed
        return '0'
