"""The one thread that writes: what gathers while a commit runs is the next transaction."""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from core.errors import StorageError
from storage.failures import explain

R = TypeVar('R')

Change = Callable[[Connection], R]
"""Reads and writes in the writer's transaction. It may be called again after a rollback, so it keeps no state."""


@dataclass(kw_only=True, slots=True)
class _Order:
    change: Change[Any]
    future: asyncio.Future[Any]
    then: Callable[[Any], None] | None
    result: Any = None
    error: Exception | None = None


class Writer:
    """Group commit: changes are made in the order in which they were asked for, and answered once they are durable.

    A change that fails takes nobody with it: its group is rolled back and each of its members made alone.
    """

    def __init__(self, engine: Engine, path: Path) -> None:
        self._path = path
        self._connection = engine.connect()
        self._driver = driver_of(self._connection)
        self._orders: queue.SimpleQueue[_Order | None] = queue.SimpleQueue()
        self._closed = False
        self._on_rollback: list[Callable[[], None]] = []
        self._thread = threading.Thread(target=self._run, name='storage-writer', daemon=True)
        self._thread.start()

    async def write(self, change: Change[R], then: Callable[[R], None] | None = None) -> R:
        """What the change returned, once it is committed. Cancelling the caller does not undo the change.

        `then` is told the result on the event loop, before the caller is answered, and even if it was cancelled.
        """
        if self._closed:
            raise StorageError(f'The database {self._path} is closed.')
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._orders.put(_Order(change=change, future=future, then=then))
        return await future

    @property
    def closed(self) -> bool:
        return self._closed

    def on_rollback(self, forget: Callable[[], None]) -> None:
        """Has `forget` called, in the writer's thread, whenever changes that were made are undone."""
        self._on_rollback.append(forget)

    def close(self) -> None:
        """Makes all changes that were asked for, then ends the thread."""
        if not self._closed:
            self._closed = True
            self._orders.put(None)
        self._thread.join()

    def _run(self) -> None:
        with self._connection:
            while orders := self._gather():
                self._make(orders)
                _answer(orders)

    def _gather(self) -> list[_Order]:
        """What waits, at least one; nothing at the end."""
        orders: list[_Order] = []
        order = self._orders.get()
        while order:
            orders.append(order)
            try:
                order = self._orders.get_nowait()
            except queue.Empty:
                return orders
        if orders:
            self._orders.put(None)  # first what came before the end
        return orders

    def _make(self, orders: list[_Order]) -> None:
        begun = False
        try:
            with self._transaction():
                begun = True
                for order in orders:
                    order.result = order.change(self._connection)
        except Exception as error:  # noqa: BLE001 - it is the callers', and handed over
            if begun and len(orders) > 1:
                for order in orders:
                    self._make([order])
                return
            for order in orders:
                order.error = error

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            self._driver.execute('BEGIN IMMEDIATE')  # the driver's own calls: SQLAlchemy's cost as much as the commit
            yield
            self._driver.commit()
            self._connection.commit()  # ends what SQLAlchemy takes for its own transaction, if a change used it
        except BaseException as error:
            for forget in self._on_rollback:
                forget()
            self._driver.rollback()
            self._connection.rollback()
            if isinstance(error, SQLAlchemyError | sqlite3.Error):
                raise explain(error, self._path) from error
            raise


def driver_of(connection: Connection) -> sqlite3.Connection:
    """The driver's connection below, for statements that are made so often that SQLAlchemy's own cost would show."""
    driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
    return driver


def _answer(orders: list[_Order]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[_Order]] = {}
    for order in orders:
        by_loop.setdefault(order.future.get_loop(), []).append(order)
    for loop, mine in by_loop.items():
        try:
            loop.call_soon_threadsafe(_settle, mine)
        except RuntimeError:  # that loop is closed: nobody waits any more
            continue


def _settle(orders: list[_Order]) -> None:
    for order in orders:
        if order.then is not None and order.error is None:
            order.then(order.result)
        if order.future.done():
            continue
        if order.error is not None:
            order.future.set_exception(order.error)
        else:
            order.future.set_result(order.result)
