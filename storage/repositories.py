"""Repositories in SQLite: one for every kind of entity, and what workflows have beyond it."""

from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Table, delete, func, insert, select, update

from core.clock import Clock
from core.errors import ConflictError, NotFoundError, StaleError
from core.ids import slug
from core.repository import stored_json
from core.values import Entity
from core.workflows.workflow import Workflow, WorkflowVersion
from storage.database import Database
from storage.tables import PREFERENCES, VERSIONS, WORKFLOWS

T = TypeVar('T', bound=Entity)

KEPT = 100
"""Entities of one kind that are read from memory."""


class SqlRepository(Generic[T]):
    """Entities of one kind in a table of `EntityRow`s. `kind` is what errors call them."""

    def __init__(self, database: Database, table: Table, entity: type[T], *, kind: str, clock: Clock) -> None:
        self._database = database
        self._table = table
        self._entity = entity
        self._kind = kind
        self._clock = clock
        self._kept: dict[str, T] = {}
        """As they were read; what is stored is forgotten here, and nobody but this process stores anything."""
        self._changes = 0

    async def all(self) -> list[T]:
        bodies = await self._database.read(lambda connection: _column(connection, select(self._table.c.body)))
        items = [self._entity.model_validate_json(body) for body in bodies]
        return sorted(items, key=lambda item: (item.name.casefold(), item.id))

    async def get(self, key: str) -> T:
        if key in self._kept:
            return self._kept[key]
        changes = self._changes
        item = await self._database.read(lambda connection: self._get(connection, key))
        if changes == self._changes:  # else it may be older than what was stored meanwhile
            self._keep(item)
        return item

    async def create(self, item: T) -> T:
        def change(connection: Connection) -> T:
            (created,) = self.insert(connection, item)
            return created

        return await self._database.write(change, lambda item: self._forget(item.id))

    async def save(self, item: T) -> T:
        def change(connection: Connection) -> T:
            current = self._get(connection, item.id)
            if item.revision != current.revision:
                raise StaleError(self._kind, item.id, current=current)
            changes = {'revision': current.revision + 1, 'created_at': current.created_at, 'updated_at': now}
            saved = item.model_copy(update=changes)
            connection.execute(update(self._table).where(self._table.c.id == item.id), _columns(saved))
            return saved

        now = self._clock.now()
        return await self._database.write(change, lambda item: self._forget(item.id))

    async def delete(self, key: str) -> None:
        def change(connection: Connection) -> None:
            self._get(connection, key)
            connection.execute(delete(self._table).where(self._table.c.id == key))

        await self._database.write(change, lambda _: self._forget(key))

    def insert(self, connection: Connection, *items: T) -> list[T]:
        """Stores new ones in a transaction, as `create` does."""
        taken, now = set(_column(connection, select(self._table.c.id))), self._clock.now()
        created = []
        for item in items:
            key = item.id or slug(item.name, taken=taken)
            if key in taken:
                raise ConflictError(f'The id {key!r} is taken by another {self._kind}; choose another one.')
            taken.add(key)
            created.append(item.model_copy(update={'id': key, 'revision': 1, 'created_at': now, 'updated_at': now}))
            connection.execute(insert(self._table), _columns(created[-1]))
        return created

    def _forget(self, key: str) -> None:
        self._changes += 1
        self._kept.pop(key, None)

    def _keep(self, item: T) -> None:
        self._kept[item.id] = item
        if len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]

    def _get(self, connection: Connection, key: str) -> T:
        bodies = _column(connection, select(self._table.c.body).where(self._table.c.id == key))
        if not bodies:
            raise NotFoundError(self._kind, key)
        return self._entity.model_validate_json(bodies[0])


class SqlWorkflowRepository(SqlRepository[Workflow]):
    """Workflows, and the versions that outlive them."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        super().__init__(database, WORKFLOWS, Workflow, kind='workflow', clock=clock)

    async def add_version(self, version: WorkflowVersion) -> WorkflowVersion:
        return await self._database.write(lambda connection: self.put_version(connection, version))

    def put_version(self, connection: Connection, version: WorkflowVersion) -> WorkflowVersion:
        """Stores it in a transaction, as `add_version` does."""
        stored = _version(connection, version.id)
        if stored and (stored.number is not None or version.number is None):
            return stored
        _require_free_number(connection, version)
        if stored is None:
            connection.execute(insert(VERSIONS), _version_columns(version))
            return version
        published = stored.model_copy(update={'number': version.number, 'note': version.note})
        connection.execute(update(VERSIONS).where(VERSIONS.c.id == version.id), _version_columns(published))
        return published

    async def version(self, version_id: str) -> WorkflowVersion:
        version = await self._database.read(lambda connection: _version(connection, version_id))
        if version is None:
            raise NotFoundError('version', version_id)
        return version

    async def versions(self, workflow_id: str) -> list[WorkflowVersion]:
        statement = (
            select(VERSIONS.c.body)
            .where(VERSIONS.c.workflow_id == workflow_id, VERSIONS.c.number.is_not(None))
            .order_by(VERSIONS.c.number.desc())
        )
        bodies = await self._database.read(lambda connection: _column(connection, statement))
        return [WorkflowVersion.model_validate_json(body) for body in bodies]


class SqlPreferences:
    """Preferences in a table of names and values."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, name: str) -> str | None:
        statement = select(PREFERENCES.c.value).where(PREFERENCES.c.name == name)
        return await self._database.read(lambda connection: connection.execute(statement).scalar())

    async def set(self, name: str, value: str) -> None:
        def change(connection: Connection) -> None:
            connection.execute(delete(PREFERENCES).where(PREFERENCES.c.name == name))
            connection.execute(insert(PREFERENCES), {'name': name, 'value': value})

        await self._database.write(change)


def _column(connection: Connection, statement: Any) -> list[str]:
    return list(connection.execute(statement).scalars())


def _columns(item: Entity) -> dict[str, Any]:
    return {'id': item.id, 'revision': item.revision, 'body': stored_json(item, what=repr(item.name))}


def _version_columns(version: WorkflowVersion) -> dict[str, Any]:
    return {
        'id': version.id,
        'workflow_id': version.workflow_id,
        'number': version.number,
        'body': stored_json(version, what=repr(version.workflow_name)),
    }


def _version(connection: Connection, version_id: str) -> WorkflowVersion | None:
    bodies = _column(connection, select(VERSIONS.c.body).where(VERSIONS.c.id == version_id))
    return WorkflowVersion.model_validate_json(bodies[0]) if bodies else None


def _require_free_number(connection: Connection, version: WorkflowVersion) -> None:
    taken = select(func.count()).where(
        VERSIONS.c.workflow_id == version.workflow_id, VERSIONS.c.number == version.number
    )
    if version.number is not None and connection.execute(taken).scalar():
        raise ConflictError(f'Workflow {version.workflow_id!r} already has a version {version.number}.')
