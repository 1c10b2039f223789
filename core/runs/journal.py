"""The run's memory: an append-only list of events per run, and the row that is their summary."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from core.runs.events import Logged, RunCreated, RunEvent
from core.runs.run import PendingApproval, Run, RunFilter


class Journal(Protocol):
    """What is appended is durable when the call returns. Contract: tests/contract/journal.py.

    Every call may raise StorageError; an unknown run is a NotFoundError.
    """

    async def create(self, run: Run, event: RunCreated) -> None:
        """Stores a new run and its first event."""
        ...

    async def append(self, run_id: str, events: Sequence[RunEvent], *, epoch: int | None = None) -> list[RunEvent]:
        """Appends all or nothing and returns them with their `seq`; the row changes by `Run.after` with them.

        With an epoch that is not the run's latest: FencedError. To a run that has ended: ConflictError.
        """
        ...

    async def claim(self, run_id: str) -> int:
        """Takes the run over and returns its new epoch; whoever held it before can append nothing more."""
        ...

    async def read(self, run_id: str, after: int = 0, limit: int | None = None) -> list[RunEvent]:
        """The events with `seq` > after, in order."""
        ...

    async def get(self, run_id: str) -> Run: ...

    async def runs(self, which: RunFilter) -> list[Run]:
        """Newest first."""
        ...

    async def unfinished(self) -> list[Run]:
        """All runs that are queued, running or waiting, oldest first."""
        ...

    async def approvals(self) -> list[PendingApproval]:
        """What waits for a person, oldest first."""
        ...

    async def logs(
        self,
        *,
        run_id: str | None = None,
        workflow_id: str | None = None,
        level: str | None = None,
        after: int = 0,
        limit: int = 200,
    ) -> list[tuple[int, str, Logged]]:
        """Log lines as (position, run id, line), oldest first; `after` is a position, `level` the least severe wanted."""
        ...

    async def usage_since(self, since: datetime) -> list[Run]:
        """Rows of runs created since then, for totals and plots; oldest first."""
        ...

    async def delete(self, run_id: str) -> None:
        """Forgets an ended run; ConflictError while it has not ended."""
        ...
