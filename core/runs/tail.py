"""A journal that remembers live runs and their latest events, so that whoever follows a run reads nothing twice."""

from collections.abc import Sequence

from core.runs.events import RunCreated, RunEvent
from core.runs.journal import Journal
from core.runs.run import Run

LENGTH = 256
"""Events remembered at least of one live run; those before are read from the journal."""

AT_REST = 512
"""Events remembered at most of runs that wait or ended: for those who still follow, or begin to, since a run that only
computes may have ended when it is first heard of."""


class TailedJournal:
    """Writes and reads the events of runs; keeps the tails of live ones in memory, and of a few that wait or ended.

    A tail has no gaps: what does not join on to it starts it anew.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._tails: dict[str, list[RunEvent]] = {}
        self._rows: dict[str, Run] = {}
        """Of runs that were followed from their creation, as of the last event of the tail."""
        self._at_rest: dict[str, int] = {}
        """How many events are remembered of them, those first that have been at rest for longest."""
        self._resting = 0

    async def create(self, run: Run, event: RunCreated, then: Sequence[RunEvent] = ()) -> list[RunEvent]:
        row, created = await self._journal.create(run, event, then)
        self._rows[run.id] = row
        self._remember(row, created)
        return created

    async def append(self, run_id: str, events: Sequence[RunEvent], *, epoch: int | None = None) -> list[RunEvent]:
        try:
            row, appended = await self._journal.append(run_id, events, epoch=epoch)
        except BaseException:  # it may be written all the same, if only the caller was cancelled
            self.forget(run_id)
            raise
        self._remember(row, appended)
        return appended

    async def read(self, run_id: str, after: int = 0, limit: int | None = None) -> list[RunEvent]:
        tail = self._tails.get(run_id)
        if not tail or after < tail[0].seq - 1:
            return await self._journal.read(run_id, after, limit)
        first = after - tail[0].seq + 1
        return tail[first : None if limit is None else first + limit]

    async def get(self, run_id: str) -> Run:
        return self._rows.get(run_id) or await self._journal.get(run_id)

    def _remember(self, row: Run, events: Sequence[RunEvent]) -> None:
        if not events:
            return
        tail = self._tails.setdefault(row.id, [])
        if tail and tail[-1].seq + 1 != events[0].seq:
            tail.clear()
            self._rows.pop(row.id, None)
        tail.extend(events)
        if row.id in self._rows:
            self._rows[row.id] = row
        self._resting -= self._at_rest.pop(row.id, 0)
        if row.ended or row.status == 'waiting':
            del tail[:-LENGTH]
            self._rest(row.id, len(tail))
        elif len(tail) > 2 * LENGTH:
            del tail[:-LENGTH]

    def _rest(self, run_id: str, events: int) -> None:
        self._at_rest[run_id] = events
        self._resting += events
        while self._resting > AT_REST:
            self.forget(next(iter(self._at_rest)))

    def forget(self, run_id: str) -> None:
        self._tails.pop(run_id, None)
        self._rows.pop(run_id, None)
        self._resting -= self._at_rest.pop(run_id, 0)
