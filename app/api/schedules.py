"""Schedules: when workflows start by themselves."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Body, Response

from app.api.entities import Core, IfMatch, at, created, new, save, tagged
from app.api.problems import problem_responses
from core.triggers.due import Timing
from core.triggers.schedule import Schedule, ScheduleState

router = APIRouter(prefix='/schedules', tags=['Schedules'])

EXAMPLE = {
    'name': 'Every working day',
    'workflow_id': 'research-brief',
    'cron': '0 8 * * MON-FRI',
    'zone': 'Europe/Berlin',
    'inputs': {'audience': 'management'},
    'missed': 'once',
    'overlap': 'skip',
    'revision': 1,
}
ScheduleBody = Annotated[Schedule, Body(examples=[EXAMPLE])]
TimingBody = Annotated[Timing, Body(examples=[{'cron': '0 8 * * MON-FRI', 'zone': 'Europe/Berlin'}])]


@router.get('', summary='List schedules')
async def list_schedules(core: Core, workflow_id: str | None = None) -> list[Schedule]:
    """All schedules, or those of one workflow, by name."""
    return await (core.schedules.all() if workflow_id is None else core.schedules.of(workflow_id))


@router.post('', status_code=201, summary='Create a schedule', responses=problem_responses(409))
async def create_schedule(schedule: ScheduleBody, core: Core, response: Response) -> Schedule:
    """Stores a new schedule; it starts the published version of its workflow from now on, if it is enabled."""
    return created(await core.schedules.create(new(schedule)), response, at='/api/schedules')


@router.post('/preview', summary='Preview a timing')
async def preview_schedule(timing: TimingBody, core: Core) -> list[datetime]:
    """The next times of a cron expression or an interval, in UTC; nothing is stored."""
    return core.schedules.next(timing)


@router.get('/{schedule_id}', summary='Get a schedule', responses=problem_responses(404))
async def get_schedule(schedule_id: str, core: Core, response: Response) -> Schedule:
    """One schedule; its ETag goes back in If-Match when it is saved."""
    return tagged(await core.schedules.get(schedule_id), response)


@router.get('/{schedule_id}/state', summary='Look at a schedule', responses=problem_responses(404))
async def schedule_state(schedule_id: str, core: Core) -> ScheduleState:
    """When it starts next, its latest run, and why its latest time started none."""
    return await core.schedules.state(schedule_id)


@router.put('/{schedule_id}', summary='Save a schedule', responses=problem_responses(404, 409, 412))
async def save_schedule(
    schedule_id: str, schedule: ScheduleBody, core: Core, response: Response, if_match: IfMatch = None
) -> Schedule:
    """Stores all fields. It must carry the revision that was read; a stale save is refused with what changed."""
    item = at(schedule, schedule_id, if_match=if_match)
    return tagged(await save(core.schedules, item, if_match=if_match), response)


@router.delete('/{schedule_id}', status_code=204, summary='Delete a schedule', responses=problem_responses(404))
async def delete_schedule(schedule_id: str, core: Core) -> None:
    """Removes the schedule; its runs stay."""
    await core.schedules.delete(schedule_id)
