"""The SQLite database of a data directory: one writer, several readers, never a blocking call on the event loop."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError

from core.errors import StorageError
from storage.failures import explain
from storage.writer import Change, Writer

R = TypeVar('R')

READERS = 4
PATIENCE = 10.0
"""Seconds to wait for another program, such as a backup, that holds the database locked."""


class Database:
    """Reads and writes by functions that get a connection, off the event loop. Errors of SQLite are StorageErrors."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._write_engine = engine_for(path, begin=None)
        self._read_engine = engine_for(path, begin='BEGIN', pragmas=('query_only=ON',))
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix='storage-reader')
        self._reading = threading.local()  # each reader keeps its connection: that halves the cost of a small query
        self._opened: list[Connection] = []
        self._writer = Writer(self._write_engine, path)

    async def read(self, query: Callable[[Connection], R]) -> R:
        """The query's result, in one consistent snapshot; it sees all that was committed before the call."""
        if self._writer.closed:
            raise StorageError(f'The database {self.path} is closed.')
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._query, query)

    async def write(self, change: Change[R], then: Callable[[R], None] | None = None) -> R:
        """The change's result, once it is durable; see Writer."""
        return await self._writer.write(change, then)

    def on_rollback(self, forget: Callable[[], None]) -> None:
        self._writer.on_rollback(forget)

    def close(self) -> None:
        """Finishes what was asked for. Blocks; call it off the event loop."""
        self._writer.close()
        self._readers.shutdown()
        for connection in self._opened:
            connection.close()
        self._read_engine.dispose()
        self._write_engine.dispose()  # the last connection to go folds the write-ahead log into the database

    def _query(self, query: Callable[[Connection], R]) -> R:
        try:
            connection = self._connection()
            with connection.begin():
                return query(connection)
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise explain(error, self.path) from error

    def _connection(self) -> Connection:
        """The calling reader's own."""
        connection: Connection | None = getattr(self._reading, 'connection', None)
        if connection is None:
            connection = self._reading.connection = self._read_engine.connect()
            self._opened.append(connection)
        return connection


@asynccontextmanager
async def open_database(path: Path) -> AsyncIterator[Database]:
    """The database at `path`, whose schema must be there (see `prepare_schema`)."""
    try:
        database = await asyncio.to_thread(Database, path)
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise explain(error, path) from error
    try:
        yield database
    finally:
        await asyncio.to_thread(database.close)


def engine_for(path: Path, *, begin: str | None = 'BEGIN IMMEDIATE', pragmas: tuple[str, ...] = ()) -> Engine:
    """An engine whose transactions begin so; with None, whoever uses its connections begins them."""
    engine = create_engine(
        URL.create('sqlite', database=str(path)),
        pool_size=READERS,
        connect_args={'timeout': PATIENCE, 'isolation_level': None},
    )

    @event.listens_for(engine, 'connect')
    def _connected(connection: Any, _record: Any) -> None:
        # FULL: a power cut loses nothing that was acknowledged; group commit pays for it.
        for pragma in ('journal_mode=WAL', 'synchronous=FULL', 'foreign_keys=ON', *pragmas):
            connection.execute(f'PRAGMA {pragma}')

    @event.listens_for(engine, 'begin')
    def _begun(connection: Connection) -> None:
        if begin is not None:
            connection.exec_driver_sql(begin)  # the driver's own transactions would leave out DDL

    return engine
