"""A journal that remembers live runs and their latest events, so that whoever follows a run reads nothing twice."""

from collections.abc import Sequence

from core.runs.events import RunCreated, RunEvent, RunWaiting
from core.runs.journal import Journal
from core.runs.run import Run

LENGTH = 256
"""Events remembered at least of one live run; those before are read from the journal."""

REMEMBERED = 32
"""Runs that have come to rest, of which the last few events are kept for those who still follow."""

LAST = 32
"""So many; a short run is kept whole, since it may end before anybody begins to follow it."""


class TailedJournal:
    """Writes and reads the events of runs; keeps the tails of live ones in memory, forgets those that wait or ended.

    A tail has no gaps: what does not join on to it starts it anew.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._tails: dict[str, list[RunEvent]] = {}
        self._rows: dict[str, Run] = {}
        """The rows of runs that were followed from their creation, as of an event after which the tail has all."""
        self._at_rest: dict[str, None] = {}

    async def create(self, run: Run, event: RunCreated, then: Sequence[RunEvent] = ()) -> list[RunEvent]:
        created = await self._journal.create(run, event, then)
        self._rows[run.id] = run
        self._remember(run.id, created)
        return created

    async def append(self, run_id: str, events: Sequence[RunEvent], *, epoch: int | None = None) -> list[RunEvent]:
        try:
            appended = await self._journal.append(run_id, events, epoch=epoch)
        except BaseException:  # it may be written all the same, if only the caller was cancelled
            self.forget(run_id)
            raise
        self._remember(run_id, appended)
        return appended

    async def read(self, run_id: str, after: int = 0, limit: int | None = None) -> list[RunEvent]:
        tail = self._tails.get(run_id)
        if not tail or after < tail[0].seq - 1:
            return await self._journal.read(run_id, after, limit)
        first = after - tail[0].seq + 1
        return tail[first : None if limit is None else first + limit]

    async def get(self, run_id: str) -> Run:
        return self._row(run_id) or await self._journal.get(run_id)

    def _remember(self, run_id: str, events: Sequence[RunEvent]) -> None:
        if not events:
            return
        tail = self._tails.setdefault(run_id, [])
        if tail and tail[-1].seq + 1 != events[0].seq:
            tail.clear()
            self._rows.pop(run_id, None)
        tail.extend(events)
        self._at_rest.pop(run_id, None)
        if events[-1].ends_run or isinstance(events[-1], RunWaiting):
            self._shorten(run_id, LAST)
            self._at_rest[run_id] = None
            if len(self._at_rest) > REMEMBERED:
                self.forget(next(iter(self._at_rest)))
        elif len(tail) > 2 * LENGTH:
            self._shorten(run_id, LENGTH)

    def _shorten(self, run_id: str, length: int) -> None:
        self._row(run_id)  # takes in what is forgotten
        del self._tails[run_id][:-length]

    def _row(self, run_id: str) -> Run | None:
        """The row, brought up to date now that somebody asks; most events of a run nobody ever asks about."""
        if run_id not in self._rows:
            return None
        row, tail = self._rows[run_id], self._tails[run_id]
        row = self._rows[run_id] = row.after(*tail[row.seq + 1 - tail[0].seq :])
        return row

    def forget(self, run_id: str) -> None:
        self._tails.pop(run_id, None)
        self._rows.pop(run_id, None)
        self._at_rest.pop(run_id, None)
