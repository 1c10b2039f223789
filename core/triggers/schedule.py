"""A schedule: when a workflow starts by itself, and with which inputs."""

from datetime import UTC, datetime
from typing import Literal, Protocol

from pydantic import Field

from core.repository import Repository
from core.triggers.due import Timing
from core.values import Entity, Json, Value

Missed = Literal['skip', 'once', 'all']
Overlap = Literal['skip', 'start']


class Schedule(Entity, Timing):
    """Starts the published version of a workflow whenever it is due."""

    workflow_id: str
    enabled: bool = True
    inputs: dict[str, Json] = Field(default={}, description='What each run is started with, by the name of the input.')
    missed: Missed = Field(
        default='once',
        description='What to do about times at which the app did not run: nothing, one run, or a run for each '
        '(the latest 100).',
    )
    overlap: Overlap = Field(
        default='skip', description='What to do when its run before has not ended: leave this one out, or start it.'
    )
    since: datetime | None = Field(
        default=None, description='Set by the app: from when on it counts, and what intervals are counted from.'
    )

    @property
    def begins(self) -> datetime:
        """From when on it counts."""
        return self.since or self.created_at or datetime(1970, 1, 1, tzinfo=UTC)


class Progress(Value):
    """How far a schedule has come."""

    until: datetime
    """Its due times up to then are done with."""
    run_id: str = ''
    """The latest run that it started."""
    note: str = ''
    """Why the latest due time started none."""


class ScheduleState(Value):
    """Where a schedule stands."""

    next: tuple[datetime, ...] = Field(description='Its next times, in UTC; none while it is off.')
    progress: Progress | None = Field(default=None, description='What it came to; null where it was never due.')


class ScheduleRepository(Repository[Schedule], Protocol):
    """Keeps schedules, and how far each has come."""

    async def progress(self) -> dict[str, Progress]:
        """That of all schedules which were ever due, by their ids."""
        ...

    async def advance(self, key: str, progress: Progress) -> None:
        """Notes how far it has come; nothing where it was deleted meanwhile."""
        ...
