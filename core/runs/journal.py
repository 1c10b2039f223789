"""The run's memory: an append-only list of events per run, and the row that is their summary."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, get_args

from core.errors import ConflictError, FencedError, InvalidError, MovedOnError
from core.repository import stored_json
from core.runs.events import Logged, LogLevel, RunCreated, RunEvent, RunStarted
from core.runs.run import PendingApproval, Run, RunFilter
from core.runs.totals import Totals

Appended = tuple[Run, list[RunEvent]]
"""The row after an append, and what was appended, with its `seq`."""


class Journal(Protocol):
    """What is appended is durable when the call returns. Contract: tests/contract/test_journal.py.

    Every call may raise StorageError; an unknown run is a NotFoundError.
    """

    async def create(self, run: Run, event: RunCreated, then: Sequence[RunEvent] = ()) -> Appended:
        """Stores a new run, its first event and what followed at once, as `append` would: all or nothing."""
        ...

    async def append(self, run_id: str, events: Sequence[RunEvent], *, epoch: int | None = None) -> Appended:
        """Appends all or nothing; the row changes by `Run.after` with them.

        With an epoch that is not the run's latest: FencedError. To a run that has ended: ConflictError.
        A RunStarted claims the run: its `epoch` must be the next, and its `seq` the next after all that its executor
        has read, else MovedOnError; whoever held the run before can append nothing more.
        """
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
        """Log lines as (position, run id, line), oldest first; `after` is a position, `level` the least severe."""
        ...

    async def totals(self, moments: Sequence[datetime]) -> Totals:
        """What the runs came to that were created from each moment (the oldest first) up to the next, as `totals_of`.

        The usual time may be a millisecond off.
        """
        ...

    async def delete(self, run_id: str) -> None:
        """Forgets an ended run; ConflictError while it has not ended."""
        ...


def advance(run: Run, events: Sequence[RunEvent], *, epoch: int | None = None) -> Appended:
    """What appending these events makes of a row; the rules of `Journal.append`, for every journal."""
    if epoch is not None and epoch != run.epoch:
        raise FencedError(run.id, epoch)
    row, numbered = run.after(), list[RunEvent]()
    for seq, event in enumerate(events, run.seq + 1):
        if row.ended:
            raise ConflictError(f'Run {run.id} has ended ({row.status}); nothing can be added to it.')
        if isinstance(event, RunStarted) and (event.seq, event.epoch) != (seq, row.epoch + 1):
            raise MovedOnError(run.id)
        numbered.append(event if event.seq == seq else event.model_copy(update={'seq': seq}))
        row.take(numbered[-1])
    return row, numbered


def event_json(event: RunEvent) -> str:
    """The event as it is stored; InvalidError where it holds what JSON cannot."""
    return stored_json(event, what=f'A {event.type} event')


def levels_from(least: str | None) -> tuple[str, ...]:
    """The log levels that are at least as severe as this one; None means all."""
    levels: tuple[str, ...] = get_args(LogLevel)
    if least is None:
        return levels
    if least not in levels:
        raise InvalidError(f'There is no log level {least!r}; there are: {", ".join(levels)}.')
    return levels[levels.index(least) :]
