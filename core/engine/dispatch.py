"""Gives runs to the executor in this process: bounded, woken by people and by time, taken up again after a crash."""

import asyncio
import logging
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import datetime
from heapq import heappop, heappush

from core.clock import Clock
from core.engine.executor import Executor
from core.engine.walk import NewRun, Walk
from core.errors import ConflictError, FencedError, MovedOnError, NotFoundError, StorageError
from core.runs.journal import Journal

log = logging.getLogger(__name__)

MAX_DELAY = 30.0
"""Seconds between attempts to go on with a run while the storage fails."""

NAP = 30.0
"""Seconds after which the clock is looked at again: while the machine sleeps, the loop's own time stands still."""


class Dispatcher:
    """Advances runs in tasks of its own; at most `max_runs` at a time, the others stay queued."""

    def __init__(self, executor: Executor, journal: Journal, clock: Clock, *, max_runs: int = 64) -> None:
        self._executor = executor
        self._journal = journal
        self._clock = clock
        self._slots = asyncio.Semaphore(max_runs)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._queued: set[str] = set()
        """Runs whose task waits for a slot."""
        self._walks: dict[str, Walk] = {}
        self._knocked: set[str] = set()
        """Runs that were knocked at before their walk could hear it."""
        self._wakes: list[tuple[datetime, str]] = []
        self._new_wake = asyncio.Event()
        self._group: asyncio.TaskGroup | None = None
        self._stopping = asyncio.Event()

    async def serve(self, ready: asyncio.Event) -> None:
        """Takes up all unfinished runs, then new ones, until `stop`. Owns every task that advances a run."""
        unfinished = await self._journal.unfinished()
        async with asyncio.TaskGroup() as group:
            self._group = group
            clockwork = group.create_task(self._wake_sleepers())
            for run in unfinished:
                if run.status != 'waiting':
                    self.dispatch(run.id)
                elif run.wake_at is not None:
                    self._wake_at(run.id, run.wake_at)
            ready.set()
            try:
                await self._stopping.wait()
            finally:
                self._group = None
            for task in (clockwork, *self._tasks.values()):
                task.cancel()

    async def stop(self, *, grace: float) -> None:
        """Lets running steps end for `grace` seconds; what is left goes on after the next start."""
        self._group = None
        for task in (self._tasks[run_id] for run_id in self._queued):
            task.cancel()
        for walk in self._walks.values():
            walk.drain()
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=grace)
        self._stopping.set()

    async def begin(self, new: NewRun) -> bool:
        """Creates the run and advances it, if there is room for it now; else does nothing."""
        run_id, walk = new.run.id, await self._executor.begin(new)
        if walk is None or self._group is None or self._slots.locked():
            return False
        await self._slots.acquire()  # there is room, so this does not wait
        opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        task = self._group.create_task(self._advance_new(run_id, walk, opened), name=f'run {run_id}')
        task.add_done_callback(lambda _: opened.cancel())  # if the app stops before it came so far
        self._tasks[run_id] = task
        await opened
        return True

    @property
    def stopping(self) -> bool:
        """Whether no run is advanced any more: what is cut off now goes on after the next start."""
        return self._group is None

    def dispatch(self, run_id: str, *, urgent: bool = False) -> None:
        """Advances the run once there is room (`urgent`: at once), or tells the walk on its way that there is news."""
        if urgent and run_id in self._queued:
            self._tasks.pop(run_id).cancel()
        if run_id in self._walks:
            self._walks[run_id].knock()
        elif run_id in self._tasks:
            self._knocked.add(run_id)
        elif self._group is not None:
            slot = nullcontext() if urgent else self._slots
            self._tasks[run_id] = self._group.create_task(self._advance(run_id, slot), name=f'run {run_id}')

    async def _advance(self, run_id: str, slot: AbstractAsyncContextManager[None]) -> None:
        try:
            self._queued.add(run_id)
            async with slot:
                self._queued.discard(run_id)
                await self._persevere(run_id)
        finally:
            self._queued.discard(run_id)
            self._leave(run_id)

    async def _advance_new(self, run_id: str, walk: Walk, opened: asyncio.Future[None]) -> None:
        try:
            self._walks[run_id] = walk  # from here on a stop reaches it
            if self._group is None:
                walk.drain()
            if await self._open(walk, opened):
                await self._persevere(run_id, walk)
        finally:
            self._slots.release()
            self._walks.pop(run_id, None)
            self._leave(run_id)

    async def _open(self, walk: Walk, opened: asyncio.Future[None]) -> bool:
        """Creates the run; whoever asked for it is told that it is there, or what kept it from being created."""
        try:
            await walk.open()
        except Exception as error:  # noqa: BLE001 - it is the caller's, and handed over
            if not opened.done():
                opened.set_exception(error)
            return False
        if not opened.done():
            opened.set_result(None)
        return True

    def _leave(self, run_id: str) -> None:
        if self._tasks.get(run_id) is asyncio.current_task():
            del self._tasks[run_id]

    async def _persevere(self, run_id: str, new: Walk | None = None) -> None:
        """Walks until there is no news; a storage that fails is given time to recover."""
        delay = 1.0
        while True:
            walk, new = new, None
            try:
                if not await self._walk(run_id, walk):
                    return
            except MovedOnError:
                continue
            except (FencedError, ConflictError, NotFoundError) as error:
                log.info('Run %s is left alone: %s', run_id, error)
                return
            except StorageError as error:
                log.warning('Run %s goes on in %.0f s: %s', run_id, delay, error)
                await self._clock.sleep(delay)
                delay = min(MAX_DELAY, delay * 2)
            except Exception as error:  # a fault of ours must not leave the run hanging
                log.exception('Run %s', run_id)
                await self._give_up(run_id, error)
                return

    async def _give_up(self, run_id: str, error: Exception) -> None:
        try:
            await self._executor.fail(run_id, f'A fault in the app: {type(error).__name__}: {error}')
        except Exception:  # nor may it take the others with it
            log.exception('Run %s could not even be marked as failed', run_id)

    async def _walk(self, run_id: str, opened: Walk | None) -> bool:
        """One walk, a new one where none is open; whether it was knocked at when it no longer listened."""
        walk = opened or await self._executor.take_up(run_id)
        if walk is None or (self._group is None and walk is not opened):  # it has ended, or the app stops
            return False
        if run_id in self._knocked:
            self._knocked.discard(run_id)
            walk.knock()
        self._walks[run_id] = walk
        try:
            if walk is not opened:
                await walk.open()
            await walk.go()
        finally:
            del self._walks[run_id]
        if walk.wake_at is not None:
            self._wake_at(run_id, walk.wake_at)
        return walk.unread and self._group is not None

    def _wake_at(self, run_id: str, when: datetime) -> None:
        heappush(self._wakes, (when, run_id))
        self._new_wake.set()

    async def _wake_sleepers(self) -> None:
        while True:
            while self._wakes and self._wakes[0][0] <= self._clock.now():
                self.dispatch(heappop(self._wakes)[1])
            left = (self._wakes[0][0] - self._clock.now()).total_seconds() if self._wakes else None
            try:
                async with asyncio.timeout(None if left is None else min(left, NAP)):
                    await self._new_wake.wait()
            except TimeoutError:
                continue
            self._new_wake.clear()
