"""Master keys: what opens the secrets of a data directory, kept by the operating system or in a file."""

import os
import secrets
import stat
import sys
import threading
import uuid
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

from core.errors import StorageError

R = TypeVar('R')

KEY_BYTES = 32


class LostKeyError(StorageError):
    """The key is not there any more; what it sealed stays sealed, and a new key can take over."""


class KeyStore(Protocol):
    """Keeps master keys of 32 bytes under names of its own choosing. Its calls block."""

    prefix: str
    """How all its names begin; no other store's do."""

    def usable(self) -> bool:
        """Whether it can keep a new key on this machine, without asking the person anything."""
        ...

    def create(self) -> tuple[str, bytes]:
        """A new key and the name to find it by."""
        ...

    def get(self, name: str) -> bytes:
        """The key under this name. LostKeyError if it is gone, another StorageError if it cannot be read now."""
        ...


class KeyFile:
    """One key in a file that only the user can read."""

    prefix = 'file'

    def __init__(self, path: Path) -> None:
        self._path = path

    def usable(self) -> bool:
        return True

    def create(self) -> tuple[str, bytes]:
        if self._path.exists():
            return self.prefix, self.get(self.prefix)
        key = secrets.token_bytes(KEY_BYTES)
        draft = self._path.with_suffix('.new')
        draft.unlink(missing_ok=True)
        with self._explained('written'):
            file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(file, 'wb') as out:
                out.write(b64encode(key))
                out.flush()
                os.fsync(out.fileno())
            draft.replace(self._path)
        return self.prefix, key

    def get(self, name: str) -> bytes:
        if not self._path.exists():
            raise LostKeyError(
                f'The key file {self._path}, which opens the stored secrets, is gone. '
                'Restore it from a backup, or enter the secrets again.'
            )
        with self._explained('read'):
            if sys.platform != 'win32' and stat.S_IMODE(self._path.stat().st_mode) & 0o077:
                raise StorageError(
                    f'The key file {self._path} can be read by other users of this machine, so it is not used. '
                    f'If you trust them, run: chmod 600 {self._path}. If not, delete it and enter the secrets again.'
                )
            key = b64decode(self._path.read_bytes())
        if len(key) != KEY_BYTES:
            raise StorageError(
                f'The key file {self._path} is damaged. Restore it, or delete it and enter the secrets again.'
            )
        return key

    @contextmanager
    def _explained(self, done: str) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError) as error:
            raise StorageError(
                f'The key file {self._path}, which opens the stored secrets, cannot be {done} ({error}). '
                'Give yourself the right to it, or restore it from a backup.'
            ) from error


class SystemKeyring:
    """The operating system's keyring: Keychain, Credential Manager, Secret Service, KWallet."""

    prefix = 'keyring:'
    _SERVICE = 'agent-orchestrator'
    _PATIENCE = 5.0  # seconds; some keyrings wait for a person who is not there

    def usable(self) -> bool:
        if sys.platform not in {'win32', 'darwin'} and not _has_desktop():
            return False
        try:
            return _within(self._PATIENCE, _recommended)
        except StorageError:
            return False

    def create(self) -> tuple[str, bytes]:
        name, key = f'{self.prefix}{uuid.uuid4()}', secrets.token_bytes(KEY_BYTES)
        _within(self._PATIENCE, lambda: _set_password(self._SERVICE, name, b64encode(key).decode()))
        return name, key

    def get(self, name: str) -> bytes:
        stored = _within(self._PATIENCE, lambda: _get_password(self._SERVICE, name))
        if stored is None:
            raise LostKeyError(
                'The key that opens the stored secrets is not in the keyring of this user and machine. '
                'Start the app as the user who entered them, or enter them again.'
            )
        return b64decode(stored)


def _has_desktop() -> bool:
    return bool({'DISPLAY', 'WAYLAND_DISPLAY'} & os.environ.keys()) and 'DBUS_SESSION_BUS_ADDRESS' in os.environ


def _recommended() -> bool:
    import keyring.backends.fail  # noqa: PLC0415 - slow to import and rarely needed
    import keyring.core  # noqa: PLC0415

    backend = keyring.get_keyring()
    return not isinstance(backend, keyring.backends.fail.Keyring) and keyring.core.recommended(backend)


def _get_password(service: str, name: str) -> str | None:
    import keyring  # noqa: PLC0415

    return keyring.get_password(service, name)


def _set_password(service: str, name: str, value: str) -> None:
    import keyring  # noqa: PLC0415

    keyring.set_password(service, name, value)


def _within(seconds: float, call: Callable[[], R]) -> R:
    """The call's result, or a StorageError if it fails or takes longer; then its thread is left to itself."""
    outcome: list[R] = []
    failure: list[Exception] = []

    def attempt() -> None:
        try:
            outcome.append(call())
        except Exception as error:  # noqa: BLE001 - every backend raises its own
            failure.append(error)

    thread = threading.Thread(target=attempt, name='keyring', daemon=True)
    thread.start()
    thread.join(seconds)
    if outcome:
        return outcome[0]
    reason = failure[0] if failure else f'it did not answer within {seconds:.0f} s; is it locked?'
    raise StorageError(f"The operating system's keyring failed: {reason}. Unlock it, then try again.")
