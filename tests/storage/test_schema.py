"""A database is created, left alone, migrated after a backup, or refused; never overwritten."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from core.errors import StorageError
from storage.schema import KEPT_BACKUPS, VERSIONS, prepare_schema, revisions

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HEAD = revisions()[-1]
NEXT = f'{int(HEAD) + 1:04}'

FOREIGN_KEYS = 'SELECT "from", "table", "to", on_delete FROM pragma_foreign_key_list(\'{}\') ORDER BY 1'


def test_created_and_migrated_databases_have_the_same_schema(tmp_path: Path) -> None:
    created, migrated = tmp_path / 'created.db', tmp_path / 'migrated.db'
    prepare_schema(created, now=NOW)
    migrate_from_nothing(migrated)
    assert schema(created) == schema(migrated)


def test_every_revision_follows_the_one_its_file_name_follows() -> None:
    config = Config()
    config.set_main_option('script_location', str(VERSIONS.parent))
    config.set_main_option('path_separator', 'newline')
    scripts = ScriptDirectory.from_config(config)
    assert [script.revision for script in scripts.walk_revisions()] == revisions()[::-1]


def test_database_of_today_is_opened_without_alembic(tmp_path: Path) -> None:
    code = (
        'import sys; from datetime import datetime, UTC; from pathlib import Path\n'
        'from storage.schema import prepare_schema\n'
        'for _ in range(2): prepare_schema(Path(sys.argv[1]), now=datetime.now(UTC))\n'
        "print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, '-c', code, tmp_path / 'a.db'], capture_output=True, text=True, check=True)
    assert done.stdout == 'False\n'


def test_migration_keeps_the_data_and_a_copy_of_the_database_before_it(tmp_path: Path) -> None:
    path = tmp_path / 'a.db'
    prepare_schema(path, now=NOW)
    execute(path, "INSERT INTO preferences VALUES ('theme', 'dark')")
    prepare_schema(path, now=NOW, versions=with_next_version(tmp_path))
    assert query(path, 'SELECT name, value, note FROM preferences') == [('theme', 'dark', '')]
    [copy] = (tmp_path / 'backups').iterdir()
    assert query(copy, 'SELECT name, value FROM preferences') == [('theme', 'dark')]
    assert query(copy, 'SELECT version_num FROM alembic_version') == [(HEAD,)]


def test_failed_migration_changes_nothing_and_says_where_the_copy_is(tmp_path: Path) -> None:
    path = tmp_path / 'a.db'
    prepare_schema(path, now=NOW)
    before = schema(path)
    versions = with_next_version(tmp_path, more="op.execute('DROP TABLE no_such_table')")
    with pytest.raises(StorageError, match=r'no such table.*a copy lies at'):
        prepare_schema(path, now=NOW, versions=versions)
    assert schema(path) == before


def test_rebuilding_a_table_keeps_the_rows_that_refer_to_it(tmp_path: Path) -> None:
    path = tmp_path / 'a.db'
    prepare_schema(path, now=NOW)
    execute(path, "INSERT INTO runs VALUES ('r', 'w', 'manual', 'queued', '2026-11-22 12:00:00', 0, '{}')")
    execute(path, "INSERT INTO events (run_id, seq, body) VALUES ('r', 1, '{}')")
    rebuild = "with op.batch_alter_table('runs', recreate='always') as runs: runs.drop_column('pending')"
    prepare_schema(path, now=NOW, versions=with_next_version(tmp_path, more=rebuild))
    assert query(path, 'SELECT run_id, seq FROM events') == [('r', 1)]


def test_only_the_last_backups_are_kept(tmp_path: Path) -> None:
    versions = with_next_version(tmp_path)
    for minute in range(KEPT_BACKUPS + 2):
        path = tmp_path / 'a.db'
        path.unlink(missing_ok=True)
        prepare_schema(path, now=NOW)
        prepare_schema(path, now=NOW.replace(minute=minute), versions=versions)
    names = sorted(file.name for file in (tmp_path / 'backups').iterdir())
    assert names == [f'a-20261122T120{minute}00-{HEAD}.db' for minute in (2, 3, 4)]


@pytest.mark.skipif(os.name != 'posix', reason='Windows has no file modes; the profile folder protects')
def test_database_and_backups_are_for_the_user_alone(tmp_path: Path) -> None:
    path = tmp_path / 'a.db'
    prepare_schema(path, now=NOW)
    prepare_schema(path, now=NOW, versions=with_next_version(tmp_path))
    for file in (path, *(tmp_path / 'backups').iterdir()):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_database_of_a_newer_version_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / 'a.db'
    prepare_schema(path, now=NOW, versions=with_next_version(tmp_path))
    before = path.read_bytes()
    with pytest.raises(StorageError, match=r'written by a newer Agent Orchestrator.*Install the newer version'):
        prepare_schema(path, now=NOW)
    assert path.read_bytes() == before


def test_database_of_another_program_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / 'a.db'
    execute(path, 'CREATE TABLE songs (title TEXT)')
    with pytest.raises(StorageError, match='database of another program'):
        prepare_schema(path, now=NOW)
    assert query(path, 'SELECT name FROM sqlite_master') == [('songs',)]


def test_file_that_is_no_database_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / 'a.db'
    path.write_text('These are my notes. ' * 100)
    with pytest.raises(StorageError, match='damaged, or not a database'):
        prepare_schema(path, now=NOW)
    assert path.read_text() == 'These are my notes. ' * 100


def migrate_from_nothing(path: Path) -> None:
    config = Config()
    config.set_main_option('script_location', str(VERSIONS.parent))
    config.set_main_option('path_separator', 'newline')
    engine = create_engine(f'sqlite:///{path}')
    with engine.begin() as connection:
        config.attributes['connection'] = connection
        command.upgrade(config, 'head')
    engine.dispose()


def with_next_version(tmp_path: Path, *, more: str = 'pass') -> Path:
    """Today's migrations and one that comes after them, which adds a column and does `more`."""
    versions = tmp_path / 'versions'
    shutil.copytree(VERSIONS, versions, ignore=shutil.ignore_patterns('__pycache__'))
    (versions / f'v{NEXT}_next.py').write_text(
        'import sqlalchemy as sa\n'
        'from alembic import op\n'
        f"revision, down_revision = '{NEXT}', '{HEAD}'\n"
        'def upgrade():\n'
        "    op.add_column('preferences', sa.Column('note', sa.Text, nullable=False, server_default=''))\n"
        f'    {more}\n'
    )
    return versions


def schema(path: Path) -> list[tuple[str, list[tuple[object, ...]]]]:
    """Each table with its columns, indexes and foreign keys, and whether it counts by itself."""
    tables = [name for (name,) in query(path, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    details = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
    return [
        *((table, query(path, f'PRAGMA table_info({table})')) for table in tables),
        *((f'{table} keys', query(path, FOREIGN_KEYS.format(table))) for table in tables),
        ('indexes', query(path, details)),
    ]


def query(path: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


def execute(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)
