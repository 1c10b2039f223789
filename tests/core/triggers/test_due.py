"""When something is due, also where the clock is put forward or back."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from core.triggers.due import Timing

BERLIN = ZoneInfo('Europe/Berlin')
SINCE = datetime(2026, 1, 1, 12, 0, 0, 345_000, tzinfo=UTC)


def berlin(cron: str, after: datetime, count: int) -> list[str]:
    """The next times as a clock in Berlin shows them, with its distance from UTC."""
    timing = Timing(cron=cron, zone='Europe/Berlin')
    return [f'{due.astimezone(BERLIN):%d %H:%M%z}' for due in islice(timing.after(after, since=SINCE), count)]


def local(*moment: int, fold: int = 0) -> datetime:
    year, month, day, hour, minute = moment
    return datetime(year, month, day, hour, minute, tzinfo=BERLIN, fold=fold)


def test_a_daily_time_keeps_its_hour_over_both_changes_of_the_clock() -> None:
    spring = berlin('0 8 * * *', local(2026, 3, 27, 12, 0), 3)
    assert spring == ['28 08:00+0100', '29 08:00+0200', '30 08:00+0200']
    autumn = berlin('0 8 * * *', local(2026, 10, 23, 12, 0), 3)
    assert autumn == ['24 08:00+0200', '25 08:00+0100', '26 08:00+0100']


def test_a_time_that_the_clock_leaves_out_comes_right_after_the_change() -> None:
    assert berlin('30 2 * * *', local(2026, 3, 28, 12, 0), 2) == ['29 03:00+0200', '30 02:30+0200']


def test_two_times_that_the_clock_leaves_out_are_one() -> None:
    assert berlin('0,30 2 * * *', local(2026, 3, 28, 12, 0), 2) == ['29 03:00+0200', '30 02:00+0200']


def test_a_time_that_the_clock_shows_twice_comes_once() -> None:
    assert berlin('30 2 * * *', local(2026, 10, 24, 12, 0), 2) == ['25 02:30+0200', '26 02:30+0100']


@pytest.mark.parametrize('minute', [10, 30, 50])
def test_asked_in_the_second_of_two_equal_hours_the_first_is_over(minute: int) -> None:
    assert berlin('30 2 * * *', local(2026, 10, 25, 2, minute, fold=1), 1) == ['26 02:30+0100']


def test_every_quarter_of_an_hour_goes_on_through_both_changes() -> None:
    spring = berlin('*/15 * * * *', local(2026, 3, 29, 1, 30), 3)
    assert spring == ['29 01:45+0100', '29 03:00+0200', '29 03:15+0200']
    autumn = Timing(cron='*/15 * * * *', zone='Europe/Berlin')
    times = list(islice(autumn.after(local(2026, 10, 25, 1, 0), since=SINCE), 12))
    assert {later - earlier for earlier, later in pairwise(times)} == {timedelta(minutes=15)}


def test_zones_are_those_of_the_clock_on_the_wall() -> None:
    new_york = Timing(cron='0 9 * * MON', zone='America/New_York')
    assert next(new_york.after(datetime(2026, 7, 4, tzinfo=UTC), since=SINCE)) == datetime(2026, 7, 6, 13, tzinfo=UTC)


def test_intervals_count_from_the_beginning_whatever_the_clock_does() -> None:
    timing = Timing(every=90, zone='Europe/Berlin')
    begin = SINCE.replace(microsecond=0)
    assert next(timing.after(SINCE, since=SINCE)) == begin + timedelta(seconds=90)
    later = begin + timedelta(days=100, seconds=1)
    assert next(timing.after(later, since=SINCE)) == begin + timedelta(days=100, seconds=90 - 100 * 86_400 % 90)
    assert next(timing.after(begin + timedelta(seconds=90), since=SINCE)) == begin + timedelta(seconds=180)


@pytest.mark.parametrize(
    ('timing', 'words'),
    [
        (Timing(cron='0 8 * * MON-FRI'), 'At 08:00 on Monday through Friday'),
        (Timing(every=1), 'Every second'),
        (Timing(every=900), 'Every 15 minutes'),
        (Timing(every=3_600), 'Every hour'),
        (Timing(every=5_400), 'Every 90 minutes'),
        (Timing(every=172_800), 'Every 2 days'),
    ],
)
def test_a_timing_says_itself_in_words(timing: Timing, words: str) -> None:
    assert timing.said == words


TIMINGS = [
    Timing(cron='*/7 * * * *', zone='Europe/Berlin'),
    Timing(cron='30 2 * * *', zone='Europe/Berlin'),
    Timing(cron='0,20,40 1-3 * * *', zone='Europe/Berlin'),
    Timing(cron='15 1 * * *', zone='Australia/Lord_Howe'),  # half an hour of summer time
    Timing(cron='0 0 29 2 *', zone='America/New_York'),
    Timing(every=3_607),
]


@given(
    timing=st.sampled_from(TIMINGS),
    start=st.datetimes(datetime(2026, 3, 20), datetime(2026, 10, 28)),  # noqa: DTZ001 - hypothesis wants it so
    hours=st.integers(0, 200),
    limit=st.integers(1, 20),
)
def test_the_latest_times_are_the_end_of_all_times(timing: Timing, start: datetime, hours: int, limit: int) -> None:
    after = start.replace(tzinfo=UTC)
    until = after + timedelta(hours=hours)
    every = []
    for due in timing.after(after, since=SINCE):
        if due > until:
            break
        every.append(due)
    assert every == sorted(set(every))
    assert timing.between(after, until, since=SINCE, limit=limit) == every[-limit:]


def test_ten_years_of_missed_seconds_are_looked_through_at_once() -> None:
    until = SINCE + timedelta(days=3_650)
    for timing in (Timing(every=1), Timing(cron='* * * * *')):
        assert len(timing.between(SINCE, until, since=SINCE, limit=100)) == 100


@pytest.mark.parametrize(
    ('cron', 'reason'),
    [
        ('* * * *', 'five parts'),
        ('@daily', 'five parts'),
        ('*/5 * * * * *', 'five parts'),
        ('60 * * * *', 'bad minute'),
        ('* * 31 2 *', 'bad day-of-month'),
        ('0 0 * * MON#6', 'bad day-of-week'),
        (f'{"9" * 190} * * * *', 'bad minute'),
        ('x' * 201, '200 characters'),
    ],
)
def test_a_cron_expression_that_cannot_be_read_says_why(cron: str, reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        Timing(cron=cron)


@pytest.mark.parametrize('zone', ['Mars/Olympus', '', '../../etc/passwd', '/etc/passwd', 'Europe', 'Europe/Berlin\0'])
def test_an_unknown_time_zone_is_refused(zone: str) -> None:
    with pytest.raises(ValidationError, match='there is no time zone'):
        Timing(cron='0 8 * * *', zone=zone)


@pytest.mark.parametrize('said', [{}, {'cron': '0 8 * * *', 'every': 60}])
def test_a_timing_says_either_cron_or_an_interval(said: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match='either `cron` or `every`'):
        Timing.model_validate(said)
