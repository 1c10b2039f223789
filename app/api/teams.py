"""Teams: agents that work on one task together."""

from typing import Annotated

from fastapi import APIRouter, Body, Response
from pydantic import Field

from app.api.entities import Core, IfMatch, at, created, new, save, tagged
from app.api.problems import problem_responses
from core.runs.run import Run
from core.teams.team import Team
from core.values import Value

router = APIRouter(prefix='/teams', tags=['Teams'])

EXAMPLE = {
    'name': 'Editors',
    'members': [{'agent': 'brief-planner'}, {'agent': 'brief-editor', 'role': 'Writes it up.'}],
    'strategy': 'sequential',
    'revision': 1,
}
TeamBody = Annotated[Team, Body(examples=[EXAMPLE])]


class Task(Value):
    """What a team is to do."""

    task: str = Field(min_length=1, examples=['Write a short text about tides.'])
    images: tuple[str, ...] = Field(
        default=(),
        examples=[['data:image/png;base64,iVBORw0KGgo=']],
        description='Pictures that all of them are shown: data URLs, or the base64 of the files alone.',
    )


@router.get('', summary='List teams')
async def list_teams(core: Core) -> list[Team]:
    """All teams, by name."""
    return await core.teams.all()


@router.post('', status_code=201, summary='Create a team', responses=problem_responses(409))
async def create_team(team: TeamBody, core: Core, response: Response) -> Team:
    """Stores a new team; its id is made from its name where none is given. It may still lack members or a lead."""
    return created(await core.teams.create(new(team)), response, at='/api/teams')


@router.get('/{team_id}', summary='Get a team', responses=problem_responses(404))
async def get_team(team_id: str, core: Core, response: Response) -> Team:
    """One team; its ETag goes back in If-Match when it is saved."""
    return tagged(await core.teams.get(team_id), response)


@router.put('/{team_id}', summary='Save a team', responses=problem_responses(404, 409, 412))
async def save_team(team_id: str, team: TeamBody, core: Core, response: Response, if_match: IfMatch = None) -> Team:
    """Stores all fields. It must carry the revision that was read; a stale save is refused with what changed."""
    item = at(team, team_id, if_match=if_match)
    return tagged(await save(core.teams, item, if_match=if_match), response)


@router.delete('/{team_id}', status_code=204, summary='Delete a team', responses=problem_responses(404))
async def delete_team(team_id: str, core: Core) -> None:
    """Removes the team; its members stay."""
    await core.teams.delete(team_id)


@router.post('/{team_id}/execute', status_code=202, summary='Run a team', responses=problem_responses(404))
async def execute_team(team_id: str, body: Task, core: Core, response: Response) -> Run:
    """Queues a run of a workflow that is nothing but this team (`team:…`), and returns at once; follow it at
    `/api/runs/{id}/events`. The result is the output `answer`."""
    run = await core.run_team(await core.teams.get(team_id), body.task, images=body.images, trigger='api')
    response.headers['Location'] = f'/api/runs/{run.id}'
    return run
