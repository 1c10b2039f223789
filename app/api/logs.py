"""Logs: the lines that steps wrote, and what runs just now."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from app.api.entities import Core
from core.runs.events import LogLevel
from core.runs.run import Run, RunFilter
from core.values import Value

router = APIRouter(prefix='/logs', tags=['Logs'])


class LogLine(Value):
    """One line; `position` counts all lines of this instance."""

    position: int
    run_id: str
    at: datetime
    level: LogLevel
    path: str | None
    message: str


class LogPage(Value):
    """Lines, oldest first; `after` is what to ask with for those that follow."""

    lines: tuple[LogLine, ...]
    after: int


class ActiveStep(Value):
    """A step that runs now; `status` says in words what it does."""

    path: str
    attempt: int
    status: str


class ActiveExecution(Value):
    """A run that has not ended, and its running steps."""

    run: Run
    steps: tuple[ActiveStep, ...]


@router.get('', summary='Read logs')
async def read_logs(
    core: Core,
    workflow_id: Annotated[str | None, Query(alias='workflowId')] = None,
    run_id: Annotated[str | None, Query(alias='runId')] = None,
    level: Annotated[LogLevel | None, Query(description='The least severe level that is wanted.')] = None,
    after: Annotated[int, Query(ge=0, lt=2**63, description='Only lines after this position.')] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> LogPage:
    """Log lines that match all filters, oldest first."""
    found = await core.journal.logs(run_id=run_id, workflow_id=workflow_id, level=level, after=after, limit=limit)
    lines = tuple(
        LogLine(position=position, run_id=run, at=line.at, level=line.level, path=line.path, message=line.message)
        for position, run, line in found
    )
    return LogPage(lines=lines, after=lines[-1].position if lines else after)


@router.get('/active-executions', summary='List active runs')
async def active_executions(core: Core) -> list[ActiveExecution]:
    """The runs that are queued, running or waiting, newest first, with what their steps do."""
    runs = await core.runs(RunFilter(status=('queued', 'running', 'waiting'), limit=500))
    return [ActiveExecution(run=run, steps=_steps(core, run.id)) for run in runs]


def _steps(core: Core, run_id: str) -> tuple[ActiveStep, ...]:
    steps = core.live.steps(run_id).items()
    return tuple(ActiveStep(path=path, attempt=step.attempt, status=step.status) for path, step in steps)
