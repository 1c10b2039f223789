"""What the database says when it fails, in words that help."""

import sqlite3
from pathlib import Path

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from core.errors import StorageError


def explain(error: SQLAlchemyError | sqlite3.Error, path: Path) -> StorageError:
    """The StorageError for what SQLite or SQLAlchemy raised about the database at `path`."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, 'sqlite_errorcode', 0) & 0xFF
    return StorageError(_sentence(code, path) or f'The database {path} failed: {cause}.')


def _sentence(code: int, path: Path) -> str:
    match code:
        case sqlite3.SQLITE_FULL:
            return (
                f'The disk is full: the change could not be written to {path}. What was saved before is safe; '
                'free some space, then try again.'
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return (
                f'The database {path} cannot be written to. Give yourself the right to write to it and to its '
                'directory, or choose another one with --data-dir.'
            )
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
            return (
                f'{path} is damaged, or not a database of Agent Orchestrator; nothing was changed in it. '
                f'Move it away and put a copy from {path.parent / "backups"} or another backup in its place, '
                'or choose another directory with --data-dir.'
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return f'Another program holds the database {path} locked. Close it, then try again.'
        case sqlite3.SQLITE_IOERR:
            return f'The disk failed while the database {path} was read or written. Check the disk, then try again.'
        case sqlite3.SQLITE_TOOBIG:
            return f'This is too large to be stored in {path}: the limit is about 1 GB a value.'
        case _:
            return ''
