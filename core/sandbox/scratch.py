"""The directory that a program may write to, where its level has no file system of its own. Only the guest opens it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MOST_FILES = 20_000

PREFIX = 'agent-orchestrator-'
"""Of what belongs to a process of the app: directories, containers. Its number follows, so that orphans are found."""


@contextmanager
def scratch_directory() -> Iterator[Path]:
    """An empty directory that only this user can enter; gone at the end, whatever lies in it."""
    path = Path(tempfile.mkdtemp(prefix=f'{PREFIX}{os.getpid()}-'))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def remove_orphans() -> None:
    """Removes the directories of apps that were killed. Blocks."""
    for path in Path(tempfile.gettempdir()).glob(f'{PREFIX}*-*'):
        app = path.name.removeprefix(PREFIX).partition('-')[0]
        if app.isdigit() and not lives(int(app)):
            shutil.rmtree(path, ignore_errors=True)


def lives(pid: int) -> bool:
    """Whether there is such a process."""
    if os.name == 'nt':  # where a signal of zero is no question but an end
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it is somebody else's
        return True
    return True


def clean_environment(home: Path | str) -> dict[str, str]:
    """What a child finds instead of the app's environment, in which there may be keys."""
    kept = {name: os.environ[name] for name in ('SYSTEMROOT', 'SYSTEMDRIVE', 'WINDIR') if name in os.environ}
    fixed = {'PATH': '/usr/bin:/bin', 'LANG': 'C.UTF-8', 'HOME': str(home), 'TMPDIR': str(home), 'TEMP': str(home)}
    return kept | fixed | {'MALLOC_ARENA_MAX': '2'}  # each further arena would reserve address space


def is_larger(directory: Path, most: int) -> bool:
    """Whether the files in it take more than so many bytes, or are too many; follows no link. Blocks."""
    total = count = 0
    for folder, folders, files in os.walk(directory):
        for name in (*folders, *files):
            count += 1
            try:
                total += os.lstat(os.path.join(folder, name)).st_size  # noqa: PTH118 - twenty thousand times
            except OSError:  # gone meanwhile
                continue
            if total > most or count > MOST_FILES:
                return True
    return False
