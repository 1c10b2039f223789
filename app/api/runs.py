"""Runs: what ran and runs, what each step did, and how to stop, retry and answer."""

from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import AwareDatetime, Field

from app.api.entities import Core
from app.api.event_stream import EventStream, events_of, live_output_of
from app.api.large_runs import run_response
from app.api.problems import problem_responses
from core.runs.run import Run, RunFilter, RunStatus, Trigger
from core.runs.state import RunState
from core.values import Json, Value

router = APIRouter(prefix='/runs', tags=['Runs'])


class RunDetail(Value):
    """A run and what its steps have come to."""

    run: Run
    state: RunState


class Cancellation(Value):
    """Who wants the run to stop."""

    by: str = ''


class Resolution(Value):
    """What a person decided about a step of which it is not known whether it happened."""

    decision: Literal['retry', 'skip', 'value']
    value: Json = Field(default=None, description='The result, for the decision `value`.')
    by: str = ''


@router.get('', summary='List runs')
async def list_runs(
    core: Core,
    status: Annotated[tuple[RunStatus, ...], Query(description='Any of these; may be given several times.')] = (),
    workflow_id: str | None = None,
    trigger: Trigger | None = None,
    since: Annotated[AwareDatetime | None, Query(description='Created since then, with its time zone.')] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    before: Annotated[str | None, Query(description='Only runs older than the run with this id.')] = None,
) -> list[Run]:
    """Runs that match all filters, newest first."""
    return await core.runs(
        RunFilter(status=status, workflow_id=workflow_id, trigger=trigger, since=since, limit=limit, before=before)
    )


@router.get('/{run_id}', summary='Get a run', response_model=RunDetail, responses=problem_responses(404))
async def get_run(run_id: str, core: Core) -> Response:
    """One run with the state of its steps: inputs, outputs, model calls, errors, waits."""
    return run_response(await core.run(run_id), await core.state(run_id))


@router.delete('/{run_id}', status_code=204, summary='Delete a run', responses=problem_responses(404, 409))
async def delete_run(run_id: str, core: Core) -> None:
    """Forgets an ended run and its journal."""
    await core.delete_run(run_id)


@router.post('/{run_id}/cancel', status_code=202, summary='Cancel a run', responses=problem_responses(404, 409))
async def cancel_run(run_id: str, core: Core, cancellation: Cancellation | None = None) -> Run:
    """Stops a run: its calls are cut and it ends as cancelled."""
    await core.cancel_run(run_id, by=cancellation.by if cancellation else '')
    return await core.run(run_id)


@router.post('/{run_id}/retry', status_code=202, summary='Retry a run', responses=problem_responses(404, 409))
async def retry_run(run_id: str, core: Core, response: Response) -> Run:
    """A new run with the same inputs that takes over the steps which succeeded."""
    run = await core.retry_run(run_id)
    response.headers['Location'] = f'/api/runs/{run.id}'
    return run


@router.post('/{run_id}/steps/{path:path}/resolve', summary='Resolve a step', responses=problem_responses(404, 409))
async def resolve_step(run_id: str, path: str, resolution: Resolution, core: Core) -> Run:
    """Decides about an unknown step: attempt it again, skip it, or enter its result."""
    await core.resolve_unknown(run_id, path, resolution.decision, value=resolution.value, by=resolution.by)
    return await core.run(run_id)


@router.get(
    '/{run_id}/events',
    summary='Follow a run',
    response_class=EventStream,
    responses=problem_responses(404)
    | {200: {'description': 'The journal as server-sent events.'}, 204: {'description': 'All of it was seen.'}},
)
async def follow_run(
    run_id: str,
    core: Core,
    request: Request,
    after: Annotated[int, Query(ge=0, description='Only events after this number.')] = 0,
    last_event_id: Annotated[int | None, Header(ge=0, description='Goes before `after`.')] = None,
    *,
    live: Annotated[bool, Query(description='Also stream what running steps write, as events of type `live`.')] = False,
) -> Response:
    """What has happened, then what happens, to the end of the run; `id` is the event's number, `event` its type."""
    run, seen = await core.run(run_id), after if last_event_id is None else last_event_id
    if run.ended and seen >= run.seq:
        return Response(status_code=204)  # what tells a browser's EventSource not to connect again
    events = events_of(core, run_id, after=seen)
    meanwhile = live_output_of(core, run_id) if live else None
    return EventStream(events, until=request.app.state.stopping, meanwhile=meanwhile)
