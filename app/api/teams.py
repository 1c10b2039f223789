"""Teams: agents that work on one task together."""

from typing import Annotated

from fastapi import APIRouter, Body, Response

from app.api.entities import Core, IfMatch, at, created, new, save, tagged
from app.api.problems import problem_responses
from core.teams.team import Team

router = APIRouter(prefix='/teams', tags=['Teams'])

EXAMPLE = {'name': 'Editors', 'members': ['planner', 'writer'], 'strategy': 'sequential', 'revision': 1}
TeamBody = Annotated[Team, Body(examples=[EXAMPLE])]


@router.get('', summary='List teams')
async def list_teams(core: Core) -> list[Team]:
    """All teams, by name."""
    return await core.teams.all()


@router.post('', status_code=201, summary='Create a team', responses=problem_responses(409))
async def create_team(team: TeamBody, core: Core, response: Response) -> Team:
    """Stores a new team; its id is made from its name where none is given."""
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
