"""What every ScheduleRepository and WebhookRepository does; the rest is in test_repositories.py."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import NotFoundError
from core.stores import Stores
from core.triggers.schedule import Progress, Schedule
from core.triggers.webhook import Delivery, Webhook

T0 = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LONG_AGO = T0 - timedelta(days=1)


def schedule() -> Schedule:
    return Schedule(name='Morning', workflow_id='w', cron='0 8 * * *', zone='Europe/Berlin', inputs={'a': [1, None]})


async def webhook(stores: Stores) -> str:
    return (await stores.webhooks.create(Webhook(name='Orders', workflow_id='w'))).id


def delivery(run_id: str, *, at: datetime = T0) -> Delivery:
    return Delivery(run_id=run_id, digest='d', at=at)


async def test_triggers_come_back_as_they_were(stores: Stores) -> None:
    for repository, item in (
        (stores.schedules, schedule()),
        (stores.webhooks, Webhook(name='W', workflow_id='w', signature='github', inputs={'a': '{{ body.b }}'})),
    ):
        created = await repository.create(item)  # type: ignore[arg-type]
        assert await repository.get(created.id) == created
        kept = {name: getattr(created, name) for name in ('id', 'revision', 'created_at', 'updated_at')}
        assert created == item.model_copy(update=kept)


async def test_a_schedule_has_come_nowhere_until_it_advances(stores: Stores) -> None:
    made = await stores.schedules.create(schedule())
    assert await stores.schedules.progress() == {}
    for progress in (Progress(until=T0, run_id='a'), Progress(until=T0, run_id='a', note='It goes on.')):
        await stores.schedules.advance(made.id, progress)
        assert await stores.schedules.progress() == {made.id: progress}


async def test_advancing_leaves_the_schedule_and_its_revision_alone(stores: Stores) -> None:
    made = await stores.schedules.create(schedule())
    await stores.schedules.advance(made.id, Progress(until=T0))
    assert await stores.schedules.get(made.id) == made
    saved = await stores.schedules.save(made.model_copy(update={'enabled': False}))
    assert (saved.revision, await stores.schedules.progress()) == (2, {made.id: Progress(until=T0)})


async def test_a_deleted_schedule_takes_what_it_came_to_with_it(stores: Stores) -> None:
    made = await stores.schedules.create(schedule())
    await stores.schedules.advance(made.id, Progress(until=T0))
    await stores.schedules.delete(made.id)
    await stores.schedules.advance(made.id, Progress(until=T0))
    assert await stores.schedules.progress() == {}
    await stores.schedules.create(schedule())
    assert await stores.schedules.progress() == {}


async def test_a_webhook_is_found_by_its_newest_token_only(stores: Stores) -> None:
    key = await webhook(stores)
    await stores.webhooks.set_token(key, 'first')
    assert (await stores.webhooks.by_token('first')).id == key
    await stores.webhooks.set_token(key, 'second')
    assert (await stores.webhooks.by_token('second')).id == key
    for unknown in ('first', ''):
        with pytest.raises(NotFoundError):
            await stores.webhooks.by_token(unknown)
    with pytest.raises(NotFoundError):
        await stores.webhooks.set_token('nothing', 'third')


async def test_a_webhook_is_found_by_its_token_as_it_is_now(stores: Stores) -> None:
    key = await webhook(stores)
    await stores.webhooks.set_token(key, 'token')
    saved = await stores.webhooks.save((await stores.webhooks.get(key)).model_copy(update={'enabled': False}))
    assert await stores.webhooks.by_token('token') == saved
    await stores.webhooks.delete(key)
    with pytest.raises(NotFoundError):
        await stores.webhooks.by_token('token')


async def test_a_known_delivery_is_given_back_under_each_of_its_names(stores: Stores) -> None:
    key = await webhook(stores)
    first = delivery('first')
    assert await stores.webhooks.claim(key, ('a', 'b'), first, forget=LONG_AGO) == first
    for names in (('a',), ('b', 'new'), ('new',)):
        assert await stores.webhooks.claim(key, names, delivery('second'), forget=LONG_AGO) == first
    assert await stores.webhooks.claim(key, ('other',), delivery('third'), forget=LONG_AGO) == delivery('third')


async def test_a_confirmed_delivery_is_known_as_started_under_each_of_its_names(stores: Stores) -> None:
    key = await webhook(stores)
    first = await stores.webhooks.claim(key, ('a', 'b'), delivery('first'), forget=LONG_AGO)
    await stores.webhooks.claim(key, ('c',), delivery('other'), forget=LONG_AGO)
    await stores.webhooks.confirm(key, ('a', 'b'), first)
    for name, started in (('a', True), ('b', True), ('c', False)):
        known = await stores.webhooks.claim(key, (name,), delivery('second'), forget=LONG_AGO)
        assert known.started == started
    await stores.webhooks.confirm('nothing', ('a',), first)


async def test_of_many_claims_of_one_name_exactly_one_wins(stores: Stores) -> None:
    key = await webhook(stores)
    claims = (stores.webhooks.claim(key, ('a',), delivery(str(n)), forget=LONG_AGO) for n in range(10))
    assert len({claimed.run_id for claimed in await asyncio.gather(*claims)}) == 1


async def test_deliveries_of_other_webhooks_are_not_known(stores: Stores) -> None:
    for _ in range(2):
        key = await webhook(stores)
        claimed = await stores.webhooks.claim(key, ('a',), delivery(key), forget=LONG_AGO)
        assert claimed.run_id == key


async def test_old_deliveries_are_forgotten(stores: Stores) -> None:
    key = await webhook(stores)
    await stores.webhooks.claim(key, ('a',), delivery('first'), forget=LONG_AGO)
    later = delivery('second', at=T0 + timedelta(days=2))
    assert await stores.webhooks.claim(key, ('a',), later, forget=T0 + timedelta(seconds=1)) == later


async def test_the_latest_delivery_is_the_newest_one(stores: Stores) -> None:
    key = await webhook(stores)
    assert await stores.webhooks.latest(key) is None
    for minutes, run_id in ((5, 'newest'), (1, 'older')):
        at = T0 + timedelta(minutes=minutes)
        await stores.webhooks.claim(key, (run_id,), delivery(run_id, at=at), forget=LONG_AGO)
    latest = await stores.webhooks.latest(key)
    assert latest is not None
    assert latest.run_id == 'newest'


async def test_a_deleted_webhook_takes_its_deliveries_with_it(stores: Stores) -> None:
    key = await webhook(stores)
    await stores.webhooks.claim(key, ('a',), delivery('first'), forget=LONG_AGO)
    await stores.webhooks.delete(key)
    with pytest.raises(NotFoundError):
        await stores.webhooks.claim(key, ('a',), delivery('second'), forget=LONG_AGO)
    assert await webhook(stores) == key
    assert await stores.webhooks.claim(key, ('a',), delivery('third'), forget=LONG_AGO) == delivery('third')
