"""What runs have come to: folded in slices, and once for all who look at them."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Protocol
from weakref import WeakValueDictionary

from core.runs.doorbell import Doorbell
from core.runs.events import AttemptFailed, Logged, RunEvent, StepEvent
from core.runs.nesting import Nesting
from core.runs.run import ENDED, Run
from core.runs.state import RunState

SLICE = 500
"""Events that are read and folded at once, so that nobody waits long for their turn, however long the journal is."""

KEPT = 10_000
"""Steps of folds that are kept for the next look at their runs, when nobody looks any more."""


class Readable(Protocol):
    """A journal, as far as it is read from."""

    async def get(self, run_id: str) -> Run: ...

    async def read(self, run_id: str, after: int = 0, limit: int | None = None) -> list[RunEvent]: ...


async def fold(journal: Readable, run_id: str, *, lean: bool = False) -> RunState:
    """The state of a run, for the caller alone."""
    state = RunState(lean=lean)
    while True:
        events = await journal.read(run_id, state.seq, limit=SLICE)
        for event in events:
            state.apply(event)
        if len(events) < SLICE:
            return state


class Fold:
    """A run as of the latest event that was taken in. All who look at the run share it, and none of them changes it."""

    def __init__(self, run: Run) -> None:
        self.run = run
        """Its row, which may be ahead of the rest."""
        self.state = RunState()
        self.nesting = Nesting()
        self.logs: list[Logged] = []
        self.logs_of: dict[str, list[Logged]] = {}
        """By the path of the step that wrote them."""
        self.attempts: dict[str, list[AttemptFailed]] = {}
        """The attempts that failed, by the step's path."""
        self._paths: list[str] = []
        """By event: the step that it is of; empty for the run."""
        self._turn = asyncio.Lock()

    @property
    def ended(self) -> bool:
        return self.state.status in ENDED

    @property
    def behind(self) -> int:
        """How many events are still to be taken in, of those that were there when the row was read."""
        return max(0, self.run.seq - self.state.seq)

    def changed_since(self, seq: int) -> set[str]:
        """The paths of the steps that something happened to since that event."""
        return {*filter(None, self._paths[seq:])}

    async def advance(self, journal: Readable) -> bool:
        """Takes in what comes next; whether there may be more of it already."""
        async with self._turn:
            events = await journal.read(self.run.id, self.state.seq, limit=SLICE)
            for event in events:
                self._take(event)
            if newer := [event for event in events if event.seq > self.run.seq]:
                self.run = self.run.after(*newer)
        return len(events) == SLICE

    def _take(self, event: RunEvent) -> None:
        self.state.apply(event)
        match event:
            case StepEvent():
                self.nesting.note(self.state.steps[event.path])
                if isinstance(event, AttemptFailed):
                    self.attempts.setdefault(event.path, []).append(event)
            case Logged():
                self.logs.append(event)
                if event.path:
                    self.logs_of.setdefault(event.path, []).append(event)
            case _:
                pass
        self._paths.append(getattr(event, 'path', None) or '')


class Folds:
    """The folds of the runs that somebody looks at, and of some that somebody has looked at."""

    def __init__(self, journal: Readable, doorbell: Doorbell) -> None:
        self._journal = journal
        self._doorbell = doorbell
        self._looked_at: WeakValueDictionary[str, Fold] = WeakValueDictionary()
        self._kept: dict[str, Fold] = {}

    async def open(self, run_id: str, *, most: int | None = None) -> Fold:
        """The fold of a run, brought up to date, or by about `most` events."""
        found = self._looked_at.get(run_id)
        if found is None:
            run = await self._journal.get(run_id)
            found = self._looked_at.setdefault(run_id, Fold(run))  # somebody else may have come meanwhile
        began = found.state.seq
        while await found.advance(self._journal) and (most is None or found.state.seq - began < most):
            pass
        self._keep(found)
        return found

    async def follow(self, run_id: str) -> AsyncGenerator[Fold, None]:
        """The fold, at once and whenever it has taken more in, to the end of the run."""
        found = await self.open(run_id, most=SLICE)
        while True:
            news = self._doorbell.listen(run_id)  # before reading, so that no event slips in between
            more = await found.advance(self._journal)
            ended = found.ended  # whoever else follows may take the end in while this one is told what was before
            yield found
            if ended:
                self._keep(found)
                return
            if not more:
                await news.wait()

    def forget(self, run_id: str) -> None:
        self._looked_at.pop(run_id, None)
        self._kept.pop(run_id, None)

    def _keep(self, found: Fold) -> None:
        """The latest looked at, as far as there is room for them."""
        self._kept.pop(found.run.id, None)
        if len(found.state.steps) <= KEPT:
            self._kept[found.run.id] = found
        while sum(len(each.state.steps) for each in self._kept.values()) > KEPT:
            del self._kept[next(iter(self._kept))]
