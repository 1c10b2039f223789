"""The schedules of this instance: made, changed and looked at."""

import asyncio
from datetime import datetime
from itertools import islice

from core.clock import Clock
from core.errors import InvalidError
from core.nodes.input import inputs_of
from core.triggers.due import Timing
from core.triggers.schedule import Progress, Schedule, ScheduleRepository, ScheduleState
from core.triggers.starting import Starter

SHOWN = 5
"""How many of the next times are told."""


class Schedules:
    """A Repository that checks what it is given; `changed` is set whenever the next time may be another one."""

    def __init__(self, kept: ScheduleRepository, starter: Starter, clock: Clock) -> None:
        self._kept = kept
        self._starter = starter
        self._clock = clock
        self.changed = asyncio.Event()

    async def all(self) -> list[Schedule]:
        return await self._kept.all()

    async def of(self, workflow_id: str) -> list[Schedule]:
        """Those of one workflow, by name."""
        return [schedule for schedule in await self._kept.all() if schedule.workflow_id == workflow_id]

    async def get(self, key: str) -> Schedule:
        return await self._kept.get(key)

    async def create(self, item: Schedule) -> Schedule:
        """Stores a new one, which counts from now on; InvalidError where the workflow or an input does not fit."""
        await self._check(item)
        made = await self._kept.create(item.model_copy(update={'since': self._clock.now()}))
        self.changed.set()
        return made

    async def save(self, item: Schedule) -> Schedule:
        """Stores a change. What was due while it was off, or by the times it had before, was not missed."""
        await self._check(item)
        current = await self._kept.get(item.id)
        begins_anew = _times(item) != _times(current) or (item.enabled and not current.enabled)
        since = self._clock.now() if begins_anew else current.since
        saved = await self._kept.save(item.model_copy(update={'since': since}))
        self.changed.set()
        return saved

    async def delete(self, key: str) -> None:
        await self._kept.delete(key)
        self.changed.set()

    def arriving(self, item: Schedule, *, workflow_id: str) -> Schedule:
        """One that a file holds, as it is to be stored: switched off, so that it starts nothing, now or later."""
        changes = {'id': '', 'workflow_id': workflow_id, 'enabled': False, 'since': self._clock.now()}
        return item.model_copy(update=changes)

    async def progress(self) -> dict[str, Progress]:
        """How far each has come that was ever due."""
        return await self._kept.progress()

    async def state(self, key: str) -> ScheduleState:
        """When it starts next, and what it came to."""
        schedule = await self._kept.get(key)
        progress = (await self._kept.progress()).get(key)
        return ScheduleState(next=tuple(self.next(schedule)) if schedule.enabled else (), progress=progress)

    def next(self, timing: Timing, *, count: int = SHOWN) -> list[datetime]:
        """The next due times from now on."""
        now = self._clock.now()
        since = timing.begins if isinstance(timing, Schedule) and timing.since else now
        return list(islice(timing.after(now, since=since), count))

    async def _check(self, item: Schedule) -> None:
        graph = await self._starter.graph(item.workflow_id)
        try:
            inputs_of(graph, item.inputs)
        except InvalidError as error:
            places = [(f'inputs.{name}', what) for name, what in error.problems]
            raise InvalidError(str(error), problems=places) from None


def _times(timing: Timing) -> tuple[str, int | None, str]:
    return timing.cron, timing.every, timing.zone
