"""Brings a database to today's schema: creates it, leaves it, migrates it after a backup, or refuses a newer one."""

import contextlib
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from core.errors import StorageError
from storage.database import engine_for
from storage.failures import explain
from storage.tables import Row

VERSIONS = Path(__file__).parent / 'migrations' / 'versions'
KEPT_BACKUPS = 3


def prepare_schema(path: Path, *, now: datetime, versions: Path = VERSIONS) -> None:
    """Makes the database at `path` ready for today's code. Blocks; call it off the event loop.

    `versions`: the folder of migrations. `now` names the backup.
    """
    _require_writable(path)
    known = revisions(versions)
    try:
        current = _current(path, head=known[-1])
        if current == known[-1]:
            return
        if current not in known:
            raise StorageError(_newer(path, current, known[-1]))
        copy = back_up(path, revision=current, now=now)
        _migrate(path, versions, copy)
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise explain(error, path) from error


def revisions(versions: Path = VERSIONS) -> list[str]:
    """All revisions, oldest first, by the names of their files: `v0001_initial.py` is 0001.

    Read from the folder, because importing Alembic costs more than the rest of the start.
    """
    return sorted(file.name[1:5] for file in versions.glob('v[0-9][0-9][0-9][0-9]_*.py'))


def back_up(path: Path, *, revision: str, now: datetime) -> Path:
    """Copies the database, with what is still in its write-ahead log, to `backups`, where the last few are kept."""
    folder = path.parent / 'backups'
    folder.mkdir(exist_ok=True)
    copy = folder / f'{path.stem}-{now.astimezone(UTC):%Y%m%dT%H%M%S}-{revision}{path.suffix}'
    draft = copy.with_suffix('.new')
    draft.touch(mode=0o600)
    with contextlib.closing(sqlite3.connect(path)) as source, contextlib.closing(sqlite3.connect(draft)) as target:
        source.backup(target)
    draft.replace(copy)
    for old in sorted(folder.glob(f'{path.stem}-*{path.suffix}'))[:-KEPT_BACKUPS]:
        old.unlink()
    return copy


def _require_writable(path: Path) -> None:
    """Makes the file, for the user alone, if it is missing."""
    try:
        path.touch(mode=0o600)
        path.open('r+b').close()  # SQLite would open it to read only, and fail at the first write
    except OSError as error:
        raise StorageError(
            f'The database {path} cannot be written to ({error.strerror}). Give yourself the right to write to it, '
            'or choose another directory with --data-dir.'
        ) from error


def _current(path: Path, *, head: str) -> str:
    """The revision of the database; an empty one is filled first."""
    engine = engine_for(path)
    try:
        with engine.begin() as connection:
            tables = set(connection.execute(text('SELECT name FROM sqlite_master')).scalars())
            if not tables:
                _create(connection, head)
                return head
            if 'alembic_version' not in tables:
                raise StorageError(
                    f'{path} is the database of another program; nothing was changed in it. '
                    'Move it away, or choose another directory with --data-dir.'
                )
            return str(connection.execute(text('SELECT version_num FROM alembic_version')).scalar())
    finally:
        engine.dispose()


def _create(connection: Connection, head: str) -> None:
    # What the migrations would come to (a test compares), without the time it takes to import Alembic.
    Row.metadata.create_all(connection)
    connection.execute(
        text(
            'CREATE TABLE alembic_version '
            '(version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))'
        )
    )
    connection.execute(text('INSERT INTO alembic_version VALUES (:head)'), {'head': head})


def _newer(path: Path, current: str, head: str) -> str:
    return (
        f'The database {path} was written by a newer Agent Orchestrator (its schema is {current}, this one knows '
        f'up to {head}); nothing was changed in it. Install the newer version again, put a copy from '
        f'{path.parent / "backups"} in its place, or choose another directory with --data-dir.'
    )


def _migrate(path: Path, versions: Path, copy: Path) -> None:
    from alembic import command  # noqa: PLC0415 - slow to import and rarely needed
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option('script_location', str(VERSIONS.parent).replace('%', '%%'))
    config.set_main_option('version_locations', str(versions).replace('%', '%%'))
    config.set_main_option('path_separator', 'newline')
    # Batch migrations drop and recreate tables; with foreign keys on that would delete what refers to them.
    engine = engine_for(path, pragmas=('foreign_keys=OFF',))
    try:
        with engine.begin() as connection:
            config.attributes['connection'] = connection
            command.upgrade(config, 'head')
    except Exception as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise StorageError(
            f'The database {path} could not be brought to the schema of this version: {reason}. Nothing was changed '
            f'in it, and a copy lies at {copy}. Install the version you used before, and please report this.'
        ) from error
    finally:
        engine.dispose()
