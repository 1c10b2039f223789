"""When something is due: cron expressions in a time zone, and intervals. Pure; all times that come out are UTC."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from itertools import islice, takewhile
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError
from pydantic import Field, StringConstraints, field_validator, model_validator

from core.values import Value

MARGIN = timedelta(days=1)
"""More than any change of the clock: how far before the first wanted time the search begins."""

UNITS = ((86_400, 'day'), (3_600, 'hour'), (60, 'minute'), (1, 'second'))


class Timing(Value):
    """Either a cron expression, read on the clocks of a time zone, or an interval."""

    cron: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = Field(
        default='',
        description='Minute, hour, day of month, month, day of week, as in crontab.',
        examples=['0 8 * * MON-FRI'],
    )
    every: int | None = Field(
        default=None, ge=1, le=366 * 86_400, description='Seconds between two runs, instead of `cron`.'
    )
    zone: Annotated[str, StringConstraints(max_length=100)] = Field(
        default='UTC', description='The time zone whose clocks `cron` is read on.', examples=['Europe/Berlin']
    )

    @field_validator('cron')
    @classmethod
    def _readable(cls, cron: str) -> str:
        if cron:
            _check_cron(cron)
        return cron

    @field_validator('zone')
    @classmethod
    def _known(cls, zone: str) -> str:
        _zone(zone)
        return zone

    @model_validator(mode='after')
    def _one_of_two(self) -> Self:
        if bool(self.cron) == (self.every is not None):
            raise ValueError('say either `cron` or `every`')
        return self

    @property
    def said(self) -> str:
        """It in words, for example 'At 08:00 on Monday through Friday' or 'Every 15 minutes'."""
        if self.every is None:
            return CronSim(self.cron, datetime(2024, 1, 1, tzinfo=UTC)).explain()
        seconds, name = next((size, unit) for size, unit in UNITS if self.every % size == 0)
        number = self.every // seconds
        return f'Every {name}' if number == 1 else f'Every {number} {name}s'

    def after(self, moment: datetime, *, since: datetime) -> Iterator[datetime]:
        """All due times after the moment, the earliest first; intervals count from `since`."""
        return self._cron_after(moment) if self.cron else self._intervals_after(moment, since)

    def between(self, after: datetime, until: datetime, *, since: datetime, limit: int) -> list[datetime]:
        """The latest `limit` due times that are later than `after` and not later than `until`, the earliest first."""
        begin = max(after, self._before(until, since=since, count=limit))
        return list(takewhile(lambda due: due <= until, self.after(begin, since=since)))[-limit:]

    def _before(self, until: datetime, *, since: datetime, count: int) -> datetime:
        """A moment with at least `count` due times between it and `until`, and not many more."""
        if self.every is not None:
            return until - timedelta(seconds=self.every * (count + 1))
        backwards = CronSim(self.cron, until.astimezone(_zone(self.zone)), reverse=True)
        earliest = min(islice(backwards, count), default=until)
        return earliest.astimezone(UTC) - MARGIN

    def _cron_after(self, moment: datetime) -> Iterator[datetime]:
        last = moment.astimezone(UTC)
        # Where the clock is put back, an hour is there twice: then what comes may be earlier than what was asked for.
        # Where it is put forward, several times of the hour that is left out fall on the same moment.
        for local in CronSim(self.cron, moment.astimezone(_zone(self.zone))):
            due = local.astimezone(UTC)
            if due > last:
                last = due
                yield due

    def _intervals_after(self, moment: datetime, since: datetime) -> Iterator[datetime]:
        interval = timedelta(seconds=self.every or 1)
        first = since.astimezone(UTC).replace(microsecond=0)
        number = (moment - first) // interval + 1
        while True:
            yield first + number * interval
            number += 1


def _check_cron(cron: str) -> None:
    if len(cron.split()) != 5:
        raise ValueError(
            'a cron expression has five parts: minute, hour, day of month, month, day of week; '
            'for example `0 8 * * MON-FRI`'
        )
    try:
        next(CronSim(cron, datetime(2024, 1, 1, tzinfo=UTC)))
    except (CronSimError, ValueError) as error:
        raise ValueError(f'{str(error).lower()} in the cron expression {cron!r}') from None
    except StopIteration:
        raise ValueError(f'the cron expression {cron!r} names a day that never comes') from None


@lru_cache(maxsize=64)
def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # it looks for a file of that name, whatever the name is
        raise ValueError(f'there is no time zone {name!r}; an example is Europe/Berlin') from None
