"""Starts what is due: one task that sleeps until the next time, and repeats nothing after a crash."""

import asyncio
import logging
from datetime import datetime, timedelta

from core.clock import Clock
from core.errors import ConflictError, InvalidError, NotFoundError, StorageError
from core.ids import due_run_id
from core.triggers.schedule import Progress, Schedule, ScheduleRepository
from core.triggers.starting import Starter

log = logging.getLogger(__name__)

LATE = timedelta(seconds=60)
"""A time that is further past was missed: the app did not run, or the machine slept."""

MADE_UP = 100
"""How many missed times are made up for at most; of more, the latest."""

NAP = 30.0
"""Seconds after which the clock is looked at again: while the machine sleeps, the loop's own time stands still."""

PAUSE = timedelta(seconds=10)
"""Until it is tried again, after the storage failed."""


class Scheduler:
    """Each due time starts at most one run.

    The run's id is made of the schedule and the time, and how far a schedule has come is noted after the run was
    created: whatever happens between the two, the next life finds the run instead of starting another.
    """

    def __init__(self, schedules: ScheduleRepository, starter: Starter, clock: Clock, changed: asyncio.Event) -> None:
        self._schedules = schedules
        self._starter = starter
        self._clock = clock
        self._changed = changed

    async def serve(self, ready: asyncio.Event) -> None:
        """Starts runs whenever they are due, from when runs can be started on, until it is cancelled."""
        await ready.wait()
        while True:
            self._changed.clear()
            try:
                due = await self._start_due()
            except Exception as error:  # no fault may end all schedules
                level = logging.WARNING if isinstance(error, StorageError) else logging.ERROR
                log.log(
                    level, 'Schedules are looked at again in %s: %s', PAUSE, error, exc_info=level > logging.WARNING
                )
                due = self._clock.now() + PAUSE
            await self._sleep_until(due)

    async def _sleep_until(self, due: datetime | None) -> None:
        while not self._changed.is_set():
            left = None if due is None else (due - self._clock.now()).total_seconds()
            if left is not None and left <= 0:
                return
            try:
                async with asyncio.timeout(None if left is None else min(left, NAP)):
                    await self._changed.wait()
            except TimeoutError:
                continue

    async def _start_due(self) -> datetime | None:
        """Starts all that is due now; when something is due next."""
        progress = await self._schedules.progress()
        enabled = [schedule for schedule in await self._schedules.all() if schedule.enabled]
        now = self._clock.now()
        for schedule in enabled:
            try:
                await self._start_those_of(schedule, progress.get(schedule.id), now)
            except StorageError:
                raise
            except Exception:  # a fault in one must not end the others
                log.exception('Schedule %s', schedule.id)
        nexts = (next(schedule.after(now, since=schedule.begins), None) for schedule in enabled)
        return min((due for due in nexts if due), default=None)

    async def _start_those_of(self, schedule: Schedule, progress: Progress | None, now: datetime) -> None:
        came = progress or Progress(until=schedule.begins)
        if came.until > now:  # the clock was put back; what is due again is found by its id
            came = came.model_copy(update={'until': now})
            await self._schedules.advance(schedule.id, came)
        after = max(came.until, schedule.begins) if schedule.begins <= now else came.until
        limit = MADE_UP if schedule.missed == 'all' else 1
        for due in schedule.between(after, now, since=schedule.begins, limit=limit):
            came = await self._start(schedule, due, came, now)
            await self._schedules.advance(schedule.id, came)

    async def _start(self, schedule: Schedule, due: datetime, came: Progress, now: datetime) -> Progress:
        """Starts the run of that time, if it is to be; how far the schedule has come with it."""
        key = due_run_id(schedule.id, due)
        try:
            if not await self._starter.find(key, workflow_id=schedule.workflow_id):
                if note := await self._reason_against(schedule, due, came, now):
                    return Progress(until=due, run_id=came.run_id, note=note)
                inputs = schedule.inputs
                await self._starter.start(schedule.workflow_id, inputs, trigger='schedule', run_id=key)
        except (InvalidError, ConflictError, NotFoundError) as error:
            log.warning('Schedule %s started nothing: %s', schedule.id, error)
            return Progress(until=due, run_id=came.run_id, note=str(error))
        return Progress(until=due, run_id=key)

    async def _reason_against(self, schedule: Schedule, due: datetime, came: Progress, now: datetime) -> str:
        """Why the time starts no run by the schedule's own rules; empty where it does."""
        late = now - due > LATE
        if late and schedule.missed == 'skip':
            return 'The app did not run at that time, and missed times are left out.'
        if schedule.overlap == 'start' or (late and schedule.missed == 'all') or not came.run_id:
            return ''
        before = await self._starter.find(came.run_id, workflow_id=schedule.workflow_id)
        if before is None or before.ended:
            return ''
        return f'Left out, since the run before it has not ended: it is {before.status}.'
