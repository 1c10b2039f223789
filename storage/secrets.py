"""Secrets in SQLite, encrypted with AES-256-GCM under a master key that is not in the database."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager

from sqlalchemy import Connection, delete, insert, select

from core.errors import StorageError
from storage.database import Database
from storage.keys import KeyStore, LostKeyError
from storage.tables import SECRETS

_NONCE_BYTES = 12

Sealed = dict[str, str | bytes]
"""A secret as a row."""

log = logging.getLogger(__name__)


class SqlSecrets:
    """The first usable key store keeps the master key; which one did is noted with each secret.

    A key store is asked only when a secret is read or written, in a thread that may block.
    """

    def __init__(self, database: Database, key_stores: Sequence[KeyStore]) -> None:
        self._database = database
        self._key_stores = key_stores
        self._keys: dict[str, bytes] = {}
        self._setting = asyncio.Lock()

    async def names(self) -> list[str]:
        statement = select(SECRETS.c.name).order_by(SECRETS.c.name)
        return await self._database.read(lambda connection: list(connection.execute(statement).scalars()))

    async def get(self, name: str) -> str | None:
        def query(connection: Connection) -> str | None:
            row = connection.execute(select(SECRETS.c.key, SECRETS.c.sealed).where(SECRETS.c.name == name)).first()
            return self._open(name, row.key, row.sealed) if row else None

        return await self._database.read(query)

    async def set(self, name: str, value: str) -> None:
        async with self.sealing({name: value}) as sealed:
            await self._database.write(lambda connection: put_secrets(connection, sealed))

    @asynccontextmanager
    async def sealing(self, secrets: Mapping[str, str]) -> AsyncIterator[Sequence[Sealed]]:
        """These secrets as rows, to be put before the context ends: no other is set meanwhile."""

        def seal(connection: Connection) -> list[Sealed]:
            key_name = self._key_in_use(connection)
            key = self._key(key_name)
            return [{'name': name, 'key': key_name, 'sealed': _seal(name, secrets[name], key)} for name in secrets]

        async with self._setting:  # or the first two secrets would each make a key
            # A keyring may take seconds; the writer does not wait for it.
            yield await self._database.read(seal) if secrets else []

    async def delete(self, name: str) -> None:
        def change(connection: Connection) -> None:
            connection.execute(delete(SECRETS).where(SECRETS.c.name == name))

        await self._database.write(change)

    def _open(self, name: str, key_name: str, sealed: bytes) -> str:
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - slow to import, not needed to start
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

        try:
            nonce, text = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
            return AESGCM(self._key(key_name)).decrypt(nonce, text, name.encode()).decode()
        except InvalidTag:
            raise StorageError(
                f'The secret {name!r} cannot be opened: it was encrypted with another master key, or it is damaged. '
                'Restore the key, or enter the secret again.'
            ) from None

    def _key_in_use(self, connection: Connection) -> str:
        """The name of the key that other secrets are under, or of a new one if there are none or it is lost."""
        for name in connection.execute(select(SECRETS.c.key).distinct().order_by(SECRETS.c.key)).scalars():
            try:
                if self._key(name):
                    return str(name)
            except LostKeyError as error:
                log.warning('%s A new key takes over.', error)
        return self._new_key()

    def _new_key(self) -> str:
        *others, last = (store for store in self._key_stores if store.usable())
        name, key = next(_attempts(others), None) or last.create()
        self._keys[name] = key
        return name

    def _key(self, name: str) -> bytes:
        if name not in self._keys:
            store = next((store for store in self._key_stores if name.startswith(store.prefix)), None)
            if store is None:
                raise StorageError(
                    f'The key that opens the stored secrets is kept in {name.partition(":")[0]!r}, which this '
                    'process does not use. Start the app as before, or delete the secrets and enter them again.'
                )
            self._keys[name] = store.get(name)
        return self._keys[name]


def put_secrets(connection: Connection, sealed: Sequence[Sealed]) -> None:
    """Stores sealed secrets in a transaction."""
    for row in sealed:
        connection.execute(delete(SECRETS).where(SECRETS.c.name == row['name']))
        connection.execute(insert(SECRETS), row)


def _attempts(stores: Iterable[KeyStore]) -> Iterator[tuple[str, bytes]]:
    """A new key from each of the stores that do give one."""
    for store in stores:
        try:
            yield store.create()
        except StorageError as error:
            log.warning('%s The master key goes to the next place.', error)


def _seal(name: str, value: str, key: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    nonce = os.urandom(_NONCE_BYTES)
    # The name is authenticated too, so a sealed value does not open under another name.
    return nonce + AESGCM(key).encrypt(nonce, value.encode(), name.encode())
