"""Approvals: what waits for a person."""

from fastapi import APIRouter
from pydantic import Field

from app.api.entities import Core
from app.api.problems import problem_responses
from core.runs.run import PendingApproval, Run
from core.values import Value

router = APIRouter(prefix='/approvals', tags=['Approvals'])


class Decision(Value):
    """What a person decided."""

    approved: bool
    value: str | None = Field(default=None, description='What the person made of the value they were shown.')
    comment: str = ''
    by: str = ''


@router.get('', summary='List approvals')
async def list_approvals(core: Core) -> list[PendingApproval]:
    """Everything that waits for a person, oldest first."""
    return await core.approvals()


@router.post('/{run_id}/{path:path}', summary='Approve or reject', responses=problem_responses(404, 409))
async def decide_approval(run_id: str, path: str, decision: Decision, core: Core) -> Run:
    """Answers the approval at `path` of the run; the run goes on at once."""
    await core.decide_approval(
        run_id, path, approved=decision.approved, value=decision.value, comment=decision.comment, by=decision.by
    )
    return await core.run(run_id)
