"""A database that is full, locked, read-only or closed says so, loses nothing and holds nobody up."""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import Connection

from core.clock import SystemClock
from core.errors import StorageError
from core.runs import events as e
from core.runs.run import Run
from storage.database import Database, open_database
from storage.journal import SqliteJournal
from storage.schema import prepare_schema
from storage.store import open_stores

ROOT = Path(__file__).parents[2]
R = TypeVar('R')

T0 = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LINE = e.Logged(at=T0, message='M')


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / 'a.db'
    prepare_schema(path, now=T0)
    return path


@pytest.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    async with open_database(path) as database:
        yield database


@pytest.fixture
async def journal(database: Database) -> SqliteJournal:
    journal = SqliteJournal(database)
    run = Run(id='r', workflow_id='w', workflow_name='W', version_id='v', created_at=T0)
    await journal.create(run, e.RunCreated(at=T0, version_id='v'))
    return journal


async def attempt(call: Coroutine[None, None, R]) -> R | StorageError:
    try:
        return await call
    except StorageError as error:
        return error


def random_text(size: int) -> str:
    """Text of about this size that does not compress below half of it."""
    return os.urandom(size // 2).hex()


async def test_full_disk_is_named_and_nothing_acknowledged_is_lost(database: Database, journal: SqliteJournal) -> None:
    await database.write(lambda connection: limit_pages(connection, 100))
    results = [await attempt(journal.append('r', [e.Logged(at=T0, message=random_text(20_000))])) for _ in range(40)]
    refused = [result for result in results if isinstance(result, StorageError)]
    acknowledged = 1 + len(results) - len(refused)
    assert 5 < acknowledged < 40
    assert 'The disk is full: ' in str(refused[0])
    assert 'What was saved before is safe' in str(refused[0])
    assert len(await journal.read('r')) == acknowledged
    assert (await journal.get('r')).seq == acknowledged


async def test_work_goes_on_once_there_is_space_again(database: Database, journal: SqliteJournal) -> None:
    await database.write(lambda connection: limit_pages(connection, 100))
    with pytest.raises(StorageError, match='The disk is full'):
        await journal.append('r', [e.Logged(at=T0, message=random_text(2_000_000))])
    await database.write(lambda connection: limit_pages(connection, 100_000))
    _, [appended] = await journal.append('r', [LINE])
    assert appended.seq == 2
    assert await journal.read('r', 1) == [appended]


async def test_append_that_finds_the_disk_full_does_not_fail_its_neighbours(
    database: Database, journal: SqliteJournal
) -> None:
    await database.write(lambda connection: limit_pages(connection, 100))
    huge = e.Logged(at=T0, message=random_text(2_000_000))
    results = await asyncio.gather(
        *(journal.append('r', [event]) for event in (LINE, huge, LINE)), return_exceptions=True
    )
    assert [type(result) for result in results] == [tuple, StorageError, tuple]
    assert [event.seq for event in await journal.read('r')] == [1, 2, 3]


def limit_pages(connection: Connection, pages: int) -> None:
    connection.exec_driver_sql(f'PRAGMA max_page_count={pages}')


WRITE_UNTIL_IT_FAILS = """
import asyncio, os, resource, sys
from datetime import datetime, UTC
from pathlib import Path
from core.clock import SystemClock
from core.errors import StorageError
from core.runs import events as e
from core.runs.run import Run
from storage.store import open_stores

async def main():
    now = datetime.now(UTC)
    async with open_stores(Path(sys.argv[1]), clock=SystemClock()) as stores:
        await stores.journal.create(
            Run(id='r', workflow_id='w', workflow_name='W', version_id='v', created_at=now),
            e.RunCreated(at=now, version_id='v'),
        )
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
        seq = 1
        try:
            while True:
                row, _ = await stores.journal.append('r', [e.Logged(at=now, message=os.urandom(20_000).hex())])
                seq = row.seq
        except StorageError as error:
            print(seq, len(await stores.journal.read('r')), error)

asyncio.run(main())
"""


@pytest.mark.skipif(os.name != 'posix', reason='needs a limit on the size of files')
async def test_disk_that_takes_no_more_bytes_loses_nothing_acknowledged(tmp_path: Path) -> None:
    seq, readable, message = run_python(WRITE_UNTIL_IT_FAILS, tmp_path).split(maxsplit=2)
    assert 'The disk' in message
    assert int(seq) > 5
    assert readable == seq
    async with open_stores(tmp_path, clock=SystemClock()) as stores:
        assert [event.seq for event in await stores.journal.read('r')] == list(range(1, int(seq) + 1))


async def test_write_that_waits_for_another_program_blocks_nobody_else(path: Path, journal: SqliteJournal) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute('BEGIN IMMEDIATE')
        append = asyncio.create_task(journal.append('r', [LINE]))
        for _ in range(5):
            await asyncio.sleep(0.01)
            assert len(await journal.read('r')) == 1
        assert not append.done()
        other.execute('COMMIT')
    row, _ = await append
    assert row.seq == 2


async def test_database_that_stays_locked_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('storage.database.PATIENCE', 0.05)
    async with open_database(path) as database:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute('BEGIN IMMEDIATE')
            results = await asyncio.gather(*(database.write(lambda _: None) for _ in range(50)), return_exceptions=True)
        assert all('Another program holds the database' in str(result) for result in results)
        await database.write(lambda _: None)


async def test_cancelled_caller_does_not_undo_what_it_asked_for(journal: SqliteJournal) -> None:
    append = asyncio.create_task(journal.append('r', [LINE]))
    await asyncio.sleep(0)
    append.cancel()
    with pytest.raises(asyncio.CancelledError):
        await append
    _, [appended] = await journal.append('r', [LINE])
    assert appended.seq == 3


async def test_error_of_a_change_reaches_its_caller_and_undoes_it(database: Database) -> None:
    def change(connection: Connection) -> None:
        connection.exec_driver_sql("INSERT INTO preferences VALUES ('a', 'b')")
        raise LookupError('mine')

    with pytest.raises(LookupError, match='mine'):
        await database.write(change)
    assert await database.read(count_preferences) == 0


async def test_statement_that_the_database_refuses_is_a_storage_error(database: Database) -> None:
    for ask in (database.read, database.write):
        with pytest.raises(StorageError, match='no such table: songs'):
            await ask(lambda connection: connection.exec_driver_sql('SELECT * FROM songs'))


async def test_readers_cannot_write(database: Database) -> None:
    with pytest.raises(StorageError, match='cannot be written to'):
        await database.read(lambda connection: connection.exec_driver_sql("INSERT INTO preferences VALUES ('a', 'b')"))


async def test_closing_first_makes_what_was_asked_for(path: Path) -> None:
    async with open_database(path) as database:
        journal = SqliteJournal(database)
        run = Run(id='r', workflow_id='w', workflow_name='W', version_id='v', created_at=T0)
        asked = [asyncio.create_task(journal.create(run, e.RunCreated(at=T0, version_id='v')))]
        asked += [asyncio.create_task(journal.append('r', [LINE])) for _ in range(20)]  # type: ignore[arg-type]
        await asyncio.sleep(0)
    await asyncio.gather(*asked)
    async with open_database(path) as database:
        assert len(await SqliteJournal(database).read('r')) == 21


async def test_closed_database_says_so(path: Path) -> None:
    async with open_database(path) as database:
        pass
    for ask in (database.read, database.write):
        with pytest.raises(StorageError, match=r'a\.db is closed'):
            await ask(lambda _: None)


async def test_commits_are_durable_and_in_the_write_ahead_log(database: Database) -> None:
    settings = await database.write(
        lambda connection: [
            connection.exec_driver_sql(f'PRAGMA {name}').scalar()
            for name in ('journal_mode', 'synchronous', 'foreign_keys')
        ]
    )
    assert settings == ['wal', 2, 1]  # 2: FULL


OPEN = """
import asyncio, os, sys
from pathlib import Path
from core.clock import SystemClock
from core.errors import StorageError
from storage.store import open_stores

async def main():
    async with open_stores(Path(sys.argv[1]) / 'warm', clock=SystemClock()):
        pass
    if os.geteuid() == 0:
        os.seteuid(65534)  # root may write everywhere
    try:
        async with open_stores(Path(sys.argv[1]) / 'data', clock=SystemClock()):
            print('opened')
    except StorageError as error:
        print(error)

asyncio.run(main())
"""


@pytest.fixture
def shared_dir() -> Iterator[Path]:
    """A directory that every user may enter."""
    path = Path(tempfile.mkdtemp())
    path.chmod(0o755)
    yield path
    (path / 'data').chmod(0o755)
    shutil.rmtree(path)


@pytest.mark.skipif(os.name != 'posix', reason='needs file modes')
def test_read_only_directory_is_named_with_the_way_out(shared_dir: Path) -> None:
    (shared_dir / 'data').mkdir(mode=0o555)
    message = run_python(OPEN, shared_dir)
    assert f'The data directory {shared_dir / "data"} cannot be written to' in message
    assert '--data-dir' in message


@pytest.mark.skipif(os.name != 'posix', reason='needs file modes')
def test_read_only_database_is_named_with_the_way_out(shared_dir: Path) -> None:
    data = shared_dir / 'data'
    data.mkdir()
    prepare_schema(data / 'orchestrator.db', now=T0)
    data.chmod(0o777)
    (data / 'orchestrator.db').chmod(0o444)
    message = run_python(OPEN, shared_dir)
    assert f'The database {data / "orchestrator.db"} cannot be written to' in message


async def test_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / 'file').write_text('')
    with pytest.raises(StorageError, match=r'data directory .*file/data cannot be made'):
        async with open_stores(tmp_path / 'file' / 'data', clock=SystemClock()):
            pass


async def test_missing_directory_is_made_for_the_user_alone(tmp_path: Path) -> None:
    async with open_stores(tmp_path / 'deep' / 'data', clock=SystemClock()):
        assert (tmp_path / 'deep' / 'data').stat().st_mode & 0o777 == 0o700


async def test_damage_in_the_middle_is_named_when_it_is_met(path: Path, journal: SqliteJournal) -> None:
    await journal.append('r', [e.Logged(at=T0, message=random_text(30_000)) for _ in range(50)])
    async with open_database(path) as database:  # has read nothing yet
        damage(path)
        with pytest.raises(StorageError, match='is damaged'):
            await SqliteJournal(database).read('r')


def damage(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute('PRAGMA wal_checkpoint(TRUNCATE)')
    with path.open('r+b') as file:
        for page in range(1, path.stat().st_size // 4096):
            file.seek(4096 * page)
            file.write(os.urandom(64))


def run_python(code: str, data_dir: Path) -> str:
    environment = os.environ | {'PYTHONPATH': str(ROOT)}
    command = [sys.executable, '-W', 'error', '-c', code, data_dir]
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, env=environment).stdout


def count_preferences(connection: Connection) -> int:
    return int(connection.exec_driver_sql('SELECT count(*) FROM preferences').scalar_one())
