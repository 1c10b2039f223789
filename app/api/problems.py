"""Every error as a problem document (RFC 9457): what is wrong, where, and what to do; never a stack trace."""

import errno
import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from core.errors import (
    ConflictError,
    FencedError,
    InvalidError,
    NotFoundError,
    OrchestratorError,
    StaleError,
    StepError,
    StorageError,
    TemplateError,
    UnauthorizedError,
    UnknownNameError,
)
from core.tools.tool import ToolError
from core.values import Entity, Json, Value

log = logging.getLogger(__name__)

MEDIA_TYPE = 'application/problem+json'


class ProblemPlace(Value):
    """One place that is wrong."""

    where: str = Field(examples=['body.nodes.plan.config.agent'])
    what: str = Field(examples=['There is no agent planner.'])


class FieldChange(Value):
    """A field that differs between what was sent and what is stored."""

    field: str
    yours: Json = None
    current: Json = None


class ProblemDocument(Value):
    """An error, as RFC 9457 shapes it; `current` and `changes` only where a save was stale."""

    type: str = Field(examples=['urn:agent-orchestrator:problem:not-found'])
    title: str = Field(examples=['Not found'])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no agent 'planner'; it may have been deleted."])
    problems: tuple[ProblemPlace, ...] = ()
    current: Json = None
    changes: tuple[FieldChange, ...] = ()


class StaleSaveError(StaleError):
    """A save that came too late, with what it wanted to store."""

    def __init__(self, error: StaleError, *, mine: Entity, status: int) -> None:
        Exception.__init__(self, str(error))
        self.current = error.current
        self.mine = mine
        self.status = status


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The described errors of an endpoint, for its `responses=`."""
    return {status: {'model': ProblemDocument, 'description': _MEANINGS[status]} for status in statuses}


_MEANINGS = {
    401: 'A password is asked of everybody who comes in, and none or a wrong one was given.',
    403: 'The request comes from a foreign page.',
    404: 'There is nothing under that id.',
    409: 'The thing is not in a state that allows this, or somebody saved first (see `changes`).',
    412: 'If-Match named a revision that is not the stored one any more (see `changes`).',
    413: 'The body is larger than this server accepts.',
    422: 'What was sent is not valid; `problems` names each place.',
    500: 'A fault of this program; its log has the details.',
    502: 'A model, its provider or an MCP server did not answer as it should.',
    503: 'The data cannot be read or written just now.',
    507: 'The disk is full; nothing was stored.',
}


def add_problem_handlers(api: FastAPI) -> None:
    """Lets the API answer every error with a problem document."""
    api.add_exception_handler(OrchestratorError, _on_our_error)
    api.add_exception_handler(RequestValidationError, _on_invalid_request)
    api.add_exception_handler(HTTPException, _on_http_error)
    api.add_exception_handler(Exception, _on_fault)


async def _on_our_error(_: Request, error: Exception) -> JSONResponse:
    status = status_of(error)
    if status >= 500 and status != 502:  # a model that does not answer is the caller's to know, not ours to log
        log.error('%s', error)
    kind = type(error).__name__.removesuffix('Error')
    return problem_response(
        status,
        str(error),
        kind=_hyphened('Stale' if isinstance(error, StaleSaveError) else kind),
        problems=getattr(error, 'problems', ()),
        more=_comparison(error) if isinstance(error, StaleError) else {},
    )


async def _on_invalid_request(_: Request, error: Exception) -> JSONResponse:
    # Only place and reason: the input itself may hold a key or ten megabytes.
    faults = error.errors() if isinstance(error, RequestValidationError) else ()
    places = [('.'.join(str(part) for part in fault['loc']), str(fault['msg'])) for fault in faults]
    first = f' {places[0][0]}: {places[0][1]}.' if places else ''
    return problem_response(422, f'The request is not valid.{first}', kind='invalid', problems=places)


async def _on_http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
    detail, headers = str(error.detail), dict(error.headers or {})
    if error.status_code == 404:
        detail = f'There is nothing at {request.url.path}. All addresses are listed at /api/docs.'
    elif error.status_code == 405:
        headers['Allow'] = ', '.join(_documented_methods(request)) or headers.get('Allow', '')
        detail = f'{request.method} is not possible at {request.url.path}; possible: {headers["Allow"]}.'
    return problem_response(error.status_code, detail, headers=headers)


def _documented_methods(request: Request) -> list[str]:
    """What is possible at the address; the framework names only what the first of its routes can do."""
    path = request.url.path.removeprefix(request.scope.get('root_path', ''))
    documented = request.app.openapi()['paths'].items()
    there = (methods for pattern, methods in documented if compile_path(pattern)[0].match(path))
    return sorted({method.upper() for methods in there for method in methods})


async def _on_fault(request: Request, _: Exception) -> JSONResponse:
    # The server logs the exception itself; the caller learns nothing of our insides.
    detail = f'{request.method} {request.url.path} met a fault of this program. Its log has the details.'
    return problem_response(500, detail, kind='fault')


def status_of(error: Exception) -> int:
    """The HTTP status that says what this error says."""
    match error:
        case StaleSaveError():
            return error.status
        case UnauthorizedError():
            return 401
        case NotFoundError():
            return 404
        case ConflictError() | FencedError():
            return 409
        case InvalidError() | UnknownNameError() | TemplateError():
            return 422
        case StorageError():
            return 507 if _disk_is_full(error) else 503
        case StepError() | ToolError():
            return 502
        case _:
            return 500


def problem_response(
    status: int,
    detail: str,
    *,
    kind: str | None = None,
    problems: Sequence[tuple[str, str]] = (),
    more: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """A problem document as a response."""
    title = HTTPStatus(status).phrase.capitalize()
    content = {
        'type': f'urn:agent-orchestrator:problem:{kind or title.lower().replace(" ", "-")}',
        'title': title,
        'status': status,
        'detail': detail,
        'problems': [{'where': where, 'what': what} for where, what in problems],
        **(more or {}),
    }
    return JSONResponse(content, status_code=status, media_type=MEDIA_TYPE, headers=headers)


def _comparison(error: StaleError) -> dict[str, Any]:
    current = error.current.model_dump(mode='json') if isinstance(error.current, Value) else None
    if current is None or not isinstance(error, StaleSaveError):
        return {'current': current}
    mine = error.mine.model_dump(mode='json')
    changes = [
        {'field': field, 'yours': mine[field], 'current': value}
        for field, value in current.items()
        if field not in {'revision', 'created_at', 'updated_at'} and mine.get(field) != value
    ]
    return {'current': current, 'changes': changes}


def _disk_is_full(error: BaseException | None) -> bool:
    while error:
        if getattr(error, 'errno', None) == errno.ENOSPC or 'disk is full' in str(error):
            return True
        error = error.__cause__
    return False


def _hyphened(name: str) -> str:
    return ''.join(f'-{letter.lower()}' if letter.isupper() else letter for letter in name).strip('-')
