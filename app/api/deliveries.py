"""What is posted to the address of a webhook, by whoever knows it: see app.access.guard."""

import asyncio
import json
from contextlib import aclosing, suppress
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import Field
from starlette.exceptions import HTTPException

from app.api.body_limit import announced
from app.api.entities import Core
from app.api.problems import problem_responses
from core.errors import InvalidError
from core.orchestrator import Orchestrator
from core.runs.run import Run, RunStatus
from core.triggers.webhooks import Accepted, Posted
from core.values import Json, Value

router = APIRouter(prefix='/webhooks', tags=['Webhooks'])

BODY_LIMIT = 1_000_000
"""Bytes of a delivery: its senders are strangers to the instance, and what they send goes into the journal."""

LONGEST_WAIT = 60.0

_TOO_LARGE = (
    'A webhook takes at most 1 MB. Send a reference to what is larger, and let the workflow fetch it; '
    'or start the workflow at /api/workflows/{id}/execute.'
)
_BODY = {
    'requestBody': {
        'description': 'JSON, a form, or any text.',
        'content': {'application/json': {}, 'application/x-www-form-urlencoded': {}, 'text/plain': {}},
    }
}
_SIGNATURES = 'Where the webhook asks for it: `t=SECONDS,v1=HEX`, the HMAC-SHA256 of `SECONDS.BODY` by its key.'


class RunLinks(Value):
    """Where the run is shown, for those who may come in."""

    page: str
    run: str
    events: str


class DeliveryAnswer(Value):
    """What a delivery came to."""

    run_id: str
    status: RunStatus
    replayed: bool = Field(description='Whether the delivery came before; the run is the one that it started then.')
    output: dict[str, Json] | None = Field(default=None, description='By node, where it was waited for.')
    error: str = ''
    links: RunLinks


@router.post(
    '/{token}',
    status_code=202,
    summary='Deliver to a webhook',
    responses=problem_responses(404, 409)
    | {
        200: {'model': DeliveryAnswer, 'description': 'The run has ended; only with `wait`.'},
        401: {'description': 'The signature is missing, wrong or too old.'},
        413: {'description': 'The body is larger than 1 MB.'},
    },
    openapi_extra=_BODY,
)
async def deliver_to_webhook(
    token: str,
    request: Request,
    response: Response,
    core: Core,
    wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT, description='Seconds to wait for the result.')] = 0,
    x_signature: Annotated[str | None, Header(description=_SIGNATURES)] = None,  # noqa: ARG001 - only described here
    idempotency_key: Annotated[  # noqa: ARG001 - only described here
        str | None, Header(description='A name of the delivery; the same name again starts nothing.')
    ] = None,
) -> DeliveryAnswer:
    """Starts the published version of the webhook's workflow; a delivery that came before starts nothing again."""
    webhook = await core.webhooks.find(token)  # before the body is read, and its signature computed
    body = await _limited(request)
    headers = {name.lower(): value for name, value in request.headers.items()}
    posted = Posted(
        body=body, data=_meant(body, headers.get('content-type', '')), headers=headers, query=request.query_params
    )
    accepted = await core.webhooks.accept(webhook, posted)
    if wait:
        await _wait_for_end(accepted.run, core, wait)
    answer = await _answer(accepted, core, waited=wait > 0)
    response.status_code = 202 if answer.output is None and not answer.error else 200
    return answer


async def _limited(request: Request) -> bytes:
    if announced(request.scope) > BODY_LIMIT:
        raise HTTPException(413, _TOO_LARGE)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            raise HTTPException(413, _TOO_LARGE)
    return bytes(body)


def _meant(body: bytes, content_type: str) -> Json:
    """JSON and forms as data, everything else as text."""
    kind = content_type.partition(';')[0].strip().lower()
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise InvalidError(f'The body is not UTF-8 text: {error.reason} at byte {error.start}.') from None
    if kind == 'application/x-www-form-urlencoded':
        return {name: values[-1] for name, values in parse_qs(text, keep_blank_values=True).items()}
    if kind != 'application/json' and not kind.endswith('+json'):
        return text
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidError(f'The body is not JSON, although its Content-Type says so: {error}.') from None


def _refuse_constant(name: str) -> Json:
    raise ValueError(f'there is no {name} in JSON')


async def _wait_for_end(run: Run, core: Orchestrator, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds), aclosing(core.watch(run.id)) as events:
            async for _ in events:
                pass


async def _answer(accepted: Accepted, core: Orchestrator, *, waited: bool) -> DeliveryAnswer:
    run = await core.run(accepted.run.id)
    ended = waited and run.ended
    return DeliveryAnswer(
        run_id=run.id,
        status=run.status,
        replayed=accepted.replayed,
        output=(await core.state(run.id)).output if ended else None,
        error=run.error if ended else '',
        links=RunLinks(page=f'/runs/{run.id}', run=f'/api/runs/{run.id}', events=f'/api/runs/{run.id}/events'),
    )
