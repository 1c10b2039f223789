"""Long strings of events, stored once by their content.

The body keeps an empty string in their place and says nowhere that it does: places and hashes stand in a column
of their own, so no text of a user can be taken for a reference.
"""

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from core.errors import StorageError
from storage.tables import BLOB_USES, BLOBS

LONG = 32_768
"""A string of more UTF-8 bytes than this is stored apart."""

_FAST = 1  # zlib's level: the writer waits for it
_BATCH = 500  # SQLite limits the parameters of a statement

Place = tuple[str | int, ...]


def take_out(body: str) -> tuple[str, dict[Place, str]]:
    """The JSON text without its long strings, and these by their places."""
    if len(body) <= LONG // 4 or (body.isascii() and len(body) <= LONG):
        return body, {}
    data = json.loads(body)
    found = dict(_long_strings(data, ()))
    if not found:
        return body, {}
    for place in found:
        _put(data, place, '')
    return json.dumps(data, ensure_ascii=False), found


def put_back(body: str, texts: dict[Place, str]) -> str:
    """The JSON text as it was before `take_out`."""
    data = json.loads(body)
    for place, text in texts.items():
        _put(data, place, text)
    return json.dumps(data, ensure_ascii=False)


def references(places: dict[Place, str]) -> str:
    """The value of the column `blobs` for these hashes by their places."""
    return json.dumps([[list(place), key] for place, key in places.items()])


def dereference(column: str) -> dict[Place, str]:
    """The inverse of `references`."""
    return {tuple(place): key for place, key in json.loads(column)}


def store(connection: Connection, run_id: str, texts: Iterable[str]) -> dict[str, str]:
    """Stores those texts that are not there yet and gives the hash of each."""
    hashes = {text: hashlib.sha256(text.encode()).hexdigest() for text in texts}
    for text, key in hashes.items():
        if not connection.execute(select(BLOBS.c.hash).where(BLOBS.c.hash == key)).first():
            connection.execute(insert(BLOBS), {'hash': key, 'data': zlib.compress(text.encode(), _FAST)})
    for key in set(hashes.values()):
        use = {'run_id': run_id, 'hash': key}
        if not connection.execute(select(BLOB_USES.c.hash).filter_by(**use)).first():
            connection.execute(insert(BLOB_USES), use)
    return hashes


def load(connection: Connection, keys: Iterable[str]) -> dict[str, str]:
    """The texts under these hashes; StorageError if one is missing."""
    wanted = set(keys)
    texts: dict[str, str] = {}
    for batch in _batches(wanted):
        rows = connection.execute(select(BLOBS.c.hash, BLOBS.c.data).where(BLOBS.c.hash.in_(batch)))
        texts.update((key, zlib.decompress(data).decode()) for key, data in rows)
    if missing := wanted - texts.keys():
        raise StorageError(f'The database is damaged: {len(missing)} long texts are missing. Restore a backup.')
    return texts


def release(connection: Connection, run_id: str) -> None:
    """Forgets the run's uses, and all blobs that only it used."""
    mine = select(BLOB_USES.c.hash).where(BLOB_USES.c.run_id == run_id)
    others = select(BLOB_USES.c.hash).where(BLOB_USES.c.run_id != run_id)
    orphans = list(connection.execute(mine.where(BLOB_USES.c.hash.not_in(others))).scalars())
    connection.execute(delete(BLOB_USES).where(BLOB_USES.c.run_id == run_id))
    for batch in _batches(orphans):
        connection.execute(delete(BLOBS).where(BLOBS.c.hash.in_(batch)))


def _batches(keys: Iterable[str]) -> Iterator[list[str]]:
    rest = list(keys)
    while rest:
        yield rest[:_BATCH]
        rest = rest[_BATCH:]


def _long_strings(data: Any, place: Place) -> Iterator[tuple[Place, str]]:
    match data:
        case str() if len(data) > LONG // 4 and len(data.encode()) > LONG:
            yield place, data
        case dict():
            for key, value in data.items():
                yield from _long_strings(value, (*place, key))
        case list():
            for index, value in enumerate(data):
                yield from _long_strings(value, (*place, index))
        case _:
            pass


def _put(data: Any, place: Place, text: str) -> None:
    for key in place[:-1]:
        data = data[key]
    data[place[-1]] = text
