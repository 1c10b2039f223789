"""Schedules and webhooks in SQLite."""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from core.clock import Clock
from core.errors import NotFoundError
from core.triggers.schedule import Progress, Schedule
from core.triggers.webhook import Delivery, Webhook
from storage.database import Database
from storage.repositories import SqlRepository
from storage.tables import DELIVERIES, SCHEDULES, WEBHOOKS


class SqlScheduleRepository(SqlRepository[Schedule]):
    """Schedules, each with how far it has come."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        super().__init__(database, SCHEDULES, Schedule, kind='schedule', clock=clock)

    async def progress(self) -> dict[str, Progress]:
        statement = select(SCHEDULES.c.id, SCHEDULES.c.progress).where(SCHEDULES.c.progress.is_not(None))
        rows = await self._database.read(lambda connection: connection.execute(statement).all())
        return {row.id: Progress.model_validate_json(row.progress) for row in rows}

    async def advance(self, key: str, progress: Progress) -> None:
        statement = update(SCHEDULES).where(SCHEDULES.c.id == key)
        await self._database.write(
            lambda connection: connection.execute(statement, {'progress': progress.model_dump_json()})
        )


class SqlWebhookRepository(SqlRepository[Webhook]):
    """Webhooks, the digests of their tokens, and what was delivered to them."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        super().__init__(database, WEBHOOKS, Webhook, kind='webhook', clock=clock)

    async def set_token(self, key: str, digest: str) -> None:
        await self._database.write(lambda connection: self.put_token(connection, key, digest))

    def put_token(self, connection: Connection, key: str, digest: str) -> None:
        """Stores it in a transaction, as `set_token` does."""
        self._get(connection, key)
        connection.execute(update(WEBHOOKS).where(WEBHOOKS.c.id == key), {'token': digest})

    async def by_token(self, digest: str) -> Webhook:
        statement = select(WEBHOOKS.c.body).where(WEBHOOKS.c.token == digest)
        body = await self._database.read(lambda connection: connection.execute(statement).scalar())
        if body is None:
            raise NotFoundError('webhook', 'of this address')
        return Webhook.model_validate_json(body)

    async def claim(self, key: str, names: tuple[str, ...], delivery: Delivery, *, forget: datetime) -> Delivery:
        def change(connection: Connection) -> Delivery:
            self._get(connection, key)
            mine = DELIVERIES.c.webhook_id == key
            connection.execute(delete(DELIVERIES).where(mine, DELIVERIES.c.at < forget))
            rows = connection.execute(select(DELIVERIES).where(mine, DELIVERIES.c.name.in_(names))).all()
            known = {row.name: Delivery.model_validate_json(row.body) for row in rows}
            earlier = next((known[name] for name in names if name in known), None)
            claimed = earlier or delivery
            if new := [name for name in dict.fromkeys(names) if name not in known]:
                body = claimed.model_dump_json()
                connection.execute(
                    insert(DELIVERIES),
                    [{'webhook_id': key, 'name': name, 'at': claimed.at, 'body': body} for name in new],
                )
            return claimed

        return await self._database.write(change)

    async def confirm(self, key: str, names: tuple[str, ...], delivery: Delivery) -> None:
        body = delivery.model_copy(update={'started': True}).model_dump_json()
        rows = update(DELIVERIES).where(DELIVERIES.c.webhook_id == key, DELIVERIES.c.name.in_(names))
        await self._database.write(lambda connection: connection.execute(rows, {'body': body}))

    async def latest(self, key: str) -> Delivery | None:
        newest = (
            select(DELIVERIES.c.body)
            .where(DELIVERIES.c.webhook_id == key)
            .order_by(DELIVERIES.c.at.desc(), DELIVERIES.c.name)
            .limit(1)
        )
        body = await self._database.read(lambda connection: connection.execute(newest).scalar())
        return None if body is None else Delivery.model_validate_json(body)
