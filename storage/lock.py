"""One process a data directory: a file lock, and beside it a note that says who holds it."""

import contextlib
import json
import os
import socket
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from core.errors import StorageError

PATIENCE = 0.5
"""Seconds to wait for a holder that is just leaving, or for somebody who only looks (`holder_of`)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Holder:
    """The process that uses a data directory; `url` is empty until it serves one."""

    pid: int
    host: str
    url: str = ''

    def __str__(self) -> str:
        elsewhere = '' if self.host == socket.gethostname() else f' on {self.host}'
        return f'process {self.pid}{elsewhere}' + (f', {self.url}' if self.url else '')


class DirectoryLock:
    """Holds a data directory from `acquire` to `release`. StorageError names who else holds it."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._lock = _file_lock(data_dir)
        self._holder = Holder(pid=os.getpid(), host=socket.gethostname())

    def acquire(self) -> None:
        try:
            self._lock.acquire(timeout=PATIENCE)
        except Timeout:
            raise StorageError(self._taken()) from None
        except OSError as error:
            raise StorageError(
                f'The data directory {self._data_dir} cannot be written to ({error.strerror}). '
                'Give yourself the right to write there, or choose another one with --data-dir.'
            ) from error
        self._note()

    def set_url(self, url: str) -> None:
        """Tells others where this process serves its pages."""
        self._holder = Holder(pid=self._holder.pid, host=self._holder.host, url=url)
        self._note()

    def release(self) -> None:
        if self._lock.is_locked:
            with contextlib.suppress(OSError):
                _note_path(self._data_dir).unlink(missing_ok=True)
            self._lock.release()

    def _taken(self) -> str:
        holder = read_note(self._data_dir)
        who = f' ({holder})' if holder else ''
        way_out = f'Open {holder.url}' if holder and holder.url else 'Use that one'
        return (
            f'Another Agent Orchestrator{who} uses this data directory, {self._data_dir}. '
            f'{way_out}, stop it, or choose another directory with --data-dir.'
        )

    def _note(self) -> None:
        path = _note_path(self._data_dir)
        draft = path.with_suffix('.new')
        # The lock counts, the note only informs: without it the app still works.
        with contextlib.suppress(OSError):
            draft.write_text(json.dumps(asdict(self._holder)), encoding='utf-8')
            draft.replace(path)


def holder_of(data_dir: Path) -> Holder | None:
    """Who uses this data directory now; None if nobody does, or nobody knows who."""
    if not (data_dir / 'lock').exists():
        return None
    try:
        with _file_lock(data_dir).acquire(timeout=0):
            return None
    except (Timeout, OSError):
        return read_note(data_dir)


def read_note(data_dir: Path) -> Holder | None:
    """What the last holder noted; after a crash that process is gone (see `holder_of`)."""
    try:
        note = json.loads(_note_path(data_dir).read_text(encoding='utf-8'))
        return Holder(pid=int(note['pid']), host=str(note['host']), url=str(note['url']))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _file_lock(data_dir: Path) -> FileLock:
    return FileLock(data_dir / 'lock', thread_local=False, fallback_to_soft=False)


def _note_path(data_dir: Path) -> Path:
    return data_dir / 'holder.json'
