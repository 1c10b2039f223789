"""The folder of one run: a path inside it can never lead out of it, whatever links lie there."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from core.tools.tool import ToolError

LONGEST_FILE = 5_000_000
MOST_FILES = 1000
MOST_BYTES = 100_000_000

_NO_LINK = getattr(os, 'O_NOFOLLOW', 0)
_FOLDER = os.O_RDONLY | getattr(os, 'O_DIRECTORY', 0) | _NO_LINK
_STEPS = os.open in os.supports_dir_fd
"""Whether each folder on the way can be opened by itself, without following a link; Windows cannot."""


class RunFolder:
    """Reads and writes below `root`. All calls block; ToolError where a path or a file is not acceptable."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def files(self) -> list[tuple[str, int]]:
        """The path and size of each file, without links."""
        found = []
        for folder, folders, names in os.walk(self._root, followlinks=False):
            folders.sort()
            for name in sorted(names):
                path = Path(folder) / name
                status = path.lstat()
                if stat.S_ISREG(status.st_mode) and not name.endswith(_DRAFT):
                    found.append((path.relative_to(self._root).as_posix(), status.st_size))
        return found

    def read(self, path: str) -> bytes:
        *folders, name = _parts(path)
        with self._opened(folders, path, make=False) as folder:
            try:
                descriptor = self._open(name, os.O_RDONLY | getattr(os, 'O_NONBLOCK', 0), folder)
            except OSError:
                raise ToolError(f'There is no file {path!r}; list_files says which there are.') from None
            with os.fdopen(descriptor, 'rb') as file:
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    raise ToolError(f'{path!r} is not a file.')
                data = file.read(LONGEST_FILE + 1)
        if len(data) > LONGEST_FILE:
            raise ToolError(f'{path!r} is larger than the {LONGEST_FILE / 1e6:g} MB that are read.')
        return data

    def write(self, path: str, data: bytes) -> None:
        """Writes the whole file, or nothing of it."""
        self._require_room(path, len(data))
        *folders, name = _parts(path)
        self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._opened(folders, path, make=True) as folder:
            draft = f'.{name}{_DRAFT}'
            try:
                with os.fdopen(self._open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, folder), 'wb') as file:
                    file.write(data)
                if isinstance(folder, int):  # a link of that name is replaced, not followed
                    os.replace(draft, name, src_dir_fd=folder, dst_dir_fd=folder)
                else:
                    (folder / draft).replace(folder / name)
            except OSError as error:
                raise ToolError(f'{path!r} cannot be written: {error.strerror}.') from None

    def _require_room(self, path: str, size: int) -> None:
        if size > LONGEST_FILE:
            raise ToolError(f'A file may have {LONGEST_FILE / 1e6:g} MB; this one has {size / 1e6:.1f}.')
        others = [(name, bytes_) for name, bytes_ in self.files() if name != path]
        if len(others) >= MOST_FILES or sum(bytes_ for _, bytes_ in others) + size > MOST_BYTES:
            raise ToolError(
                f'A run may keep {MOST_FILES} files with {MOST_BYTES / 1e6:g} MB together; that is reached.'
            )

    @contextmanager
    def _opened(self, folders: list[str], path: str, *, make: bool) -> Iterator[int | Path]:
        """The folder of these steps from the root: open, or (where that cannot be) as a path that was checked."""
        if not _STEPS:
            yield self._checked(folders, path, make=make)
            return
        at = -1
        try:
            at = os.open(self._root, _FOLDER)
            for name in folders:
                if make:
                    _make(name, at)
                before, at = at, os.open(name, _FOLDER, dir_fd=at)
                os.close(before)
            yield at
        except OSError as error:
            raise ToolError(f'{path!r} is not in the folder of this run.') from error
        finally:
            if at >= 0:
                os.close(at)

    def _checked(self, folders: list[str], path: str, *, make: bool) -> Path:
        folder = self._root.joinpath(*folders)
        if make:
            folder.mkdir(parents=True, exist_ok=True)
        if not folder.resolve().is_relative_to(self._root.resolve()) or not folder.is_dir():
            raise ToolError(f'{path!r} is not in the folder of this run.')
        return folder

    def _open(self, name: str, flags: int, folder: int | Path) -> int:
        if isinstance(folder, int):
            return os.open(name, flags | _NO_LINK, 0o600, dir_fd=folder)
        if (folder / name).is_symlink():
            raise FileNotFoundError(name)
        return os.open(folder / name, flags | getattr(os, 'O_BINARY', 0), 0o600)


_DRAFT = '.draft~'


def _make(name: str, folder: int) -> None:
    with suppress(FileExistsError):
        os.mkdir(name, 0o700, dir_fd=folder)


def _parts(path: str) -> list[str]:
    """The steps of a path; ToolError where it leads elsewhere, or is one that some system takes for something else."""
    pure = PurePosixPath(path)
    parts = [part for part in pure.parts if part != '.']
    odd = not parts or pure.is_absolute() or len(path) > 400 or len(parts) > 16 or path.endswith('/')
    if odd or any(part == '..' or len(part.encode()) > 200 or set(part) & set('\0\\:*?"<>|') for part in parts):
        raise ToolError(f'{path!r} is no path in the folder of this run; write it like notes/today.txt.')
    return parts
