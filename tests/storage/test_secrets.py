"""Secrets at rest: encrypted, under a key that only the user can read."""

import asyncio
import os
import sqlite3
import stat
import threading
import uuid
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, closing
from pathlib import Path

import pytest

from core.clock import SystemClock
from core.errors import StorageError
from storage.keys import KeyFile, KeyStore, LostKeyError, SystemKeyring
from storage.store import OpenStores, open_stores

needs_posix = pytest.mark.skipif(os.name != 'posix', reason='Windows has no file modes; the profile folder protects')


class FakeKeyring:
    """A keyring in a dict; `fault` is what it raises when asked for anything."""

    prefix = 'keyring:'

    def __init__(self) -> None:
        self.keys: dict[str, bytes] = {}
        self.fault = ''

    def usable(self) -> bool:
        return True

    def create(self) -> tuple[str, bytes]:
        self._check()
        name = f'{self.prefix}{uuid.uuid4()}'
        self.keys[name] = os.urandom(32)
        return name, self.keys[name]

    def get(self, name: str) -> bytes:
        self._check()
        if name not in self.keys:
            raise LostKeyError('It is gone.')
        return self.keys[name]

    def _check(self) -> None:
        if self.fault:
            raise StorageError(self.fault)


def opened(data_dir: Path, key_stores: Sequence[KeyStore] = ()) -> AbstractAsyncContextManager[OpenStores]:
    return open_stores(data_dir, clock=SystemClock(), key_stores=key_stores)


async def test_values_are_nowhere_in_the_data_directory(tmp_path: Path) -> None:
    async with opened(tmp_path) as stores:
        await stores.secrets.set('KEY', 'a-very-secret-value')
    contents = {file.name: file.read_bytes() for file in tmp_path.iterdir()}  # noqa: ASYNC240 - nothing else runs
    assert {'orchestrator.db', 'secret.key'} <= contents.keys()
    assert not any(b'a-very-secret-value' in content for content in contents.values())


async def test_secrets_are_there_after_a_restart(tmp_path: Path) -> None:
    async with opened(tmp_path) as stores:
        await stores.secrets.set('KEY', 'value')
    async with opened(tmp_path) as stores:
        assert await stores.secrets.get('KEY') == 'value'


async def test_first_secrets_set_at_once_share_one_key(tmp_path: Path) -> None:
    keyring = FakeKeyring()
    async with opened(tmp_path, [keyring]) as stores:
        await asyncio.gather(*(stores.secrets.set(f'K{n}', str(n)) for n in range(8)))
    assert len(keyring.keys) == 1
    async with opened(tmp_path, [keyring]) as stores:
        assert [await stores.secrets.get(f'K{n}') for n in range(8)] == [str(n) for n in range(8)]


@needs_posix
async def test_only_the_user_can_read_the_key_file(tmp_path: Path) -> None:
    async with opened(tmp_path) as stores:
        await stores.secrets.set('KEY', 'value')
    assert stat.S_IMODE((tmp_path / 'secret.key').stat().st_mode) == 0o600


@needs_posix
async def test_key_file_that_others_can_read_is_refused_with_the_command_that_mends_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as stores:
        await stores.secrets.set('KEY', 'value')
    (tmp_path / 'secret.key').chmod(0o640)
    async with opened(tmp_path) as stores:
        with pytest.raises(StorageError, match=r'can be read by other users.*chmod 600 .*secret\.key'):
            await stores.secrets.get('KEY')
        (tmp_path / 'secret.key').chmod(0o600)
        assert await stores.secrets.get('KEY') == 'value'


async def test_lost_key_file_is_named(tmp_path: Path) -> None:
    async with opened(tmp_path) as stores:
        await stores.secrets.set('KEY', 'value')
    (tmp_path / 'secret.key').unlink()
    async with opened(tmp_path) as stores:
        with pytest.raises(StorageError, match=r'secret\.key.* is gone\. Restore it .*or enter the secrets again'):
            await stores.secrets.get('KEY')


async def test_secrets_can_be_entered_again_after_the_key_was_lost(tmp_path: Path) -> None:
    async with opened(tmp_path) as stores:
        await stores.secrets.set('A', 'one')
        await stores.secrets.set('B', 'two')
    (tmp_path / 'secret.key').unlink()
    async with opened(tmp_path) as stores:
        await stores.secrets.set('B', 'three')
        assert await stores.secrets.get('B') == 'three'
        with pytest.raises(StorageError, match=r"'A' cannot be opened.* or enter the secret again"):
            await stores.secrets.get('A')
        await stores.secrets.set('A', 'four')
    async with opened(tmp_path) as stores:
        assert (await stores.secrets.get('A'), await stores.secrets.get('B')) == ('four', 'three')


@pytest.mark.parametrize('content', ['', 'not base64!', 'c2hvcnQ='])
async def test_damaged_key_file_is_refused_and_kept(content: str, tmp_path: Path) -> None:
    (tmp_path / 'secret.key').write_text(content)
    (tmp_path / 'secret.key').chmod(0o600)
    async with opened(tmp_path) as stores:
        with pytest.raises(StorageError, match=r'secret\.key'):
            await stores.secrets.set('KEY', 'value')
    assert (tmp_path / 'secret.key').read_text() == content


async def test_another_key_opens_nothing_and_says_so(tmp_path: Path) -> None:
    async with opened(tmp_path) as stores:
        await stores.secrets.set('KEY', 'value')
    (tmp_path / 'secret.key').unlink()
    KeyFile(tmp_path / 'secret.key').create()
    async with opened(tmp_path) as stores:
        with pytest.raises(StorageError, match="'KEY' cannot be opened: it was encrypted with another master key"):
            await stores.secrets.get('KEY')


async def test_sealed_value_does_not_open_under_another_name(tmp_path: Path) -> None:
    async with opened(tmp_path) as stores:
        await stores.secrets.set('MINE', 'value')
        await stores.secrets.set('YOURS', 'other')
    with closing(sqlite3.connect(tmp_path / 'orchestrator.db')) as connection, connection:
        connection.execute("UPDATE secrets SET sealed = (SELECT sealed FROM secrets WHERE name = 'MINE')")
    async with opened(tmp_path) as stores:
        assert await stores.secrets.get('MINE') == 'value'
        with pytest.raises(StorageError, match="'YOURS' cannot be opened"):
            await stores.secrets.get('YOURS')


async def test_keyring_keeps_the_key_where_there_is_one(tmp_path: Path) -> None:
    keyring = FakeKeyring()
    async with opened(tmp_path, [keyring]) as stores:
        await stores.secrets.set('A', 'one')
        await stores.secrets.set('B', 'two')
    assert len(keyring.keys) == 1
    assert not (tmp_path / 'secret.key').exists()
    async with opened(tmp_path, [keyring]) as stores:
        assert (await stores.secrets.get('A'), await stores.secrets.get('B')) == ('one', 'two')


async def test_keyring_that_fails_at_first_gives_way_to_the_key_file(tmp_path: Path) -> None:
    keyring = FakeKeyring()
    keyring.fault = 'It is locked.'
    async with opened(tmp_path, [keyring]) as stores:
        await stores.secrets.set('KEY', 'value')
    assert (tmp_path / 'secret.key').exists()
    keyring.fault = ''
    async with opened(tmp_path, [keyring]) as stores:
        await stores.secrets.set('OTHER', 'more')
        assert await stores.secrets.get('KEY') == 'value'
    assert not keyring.keys


async def test_keyring_that_fails_later_is_not_replaced_by_another_key(tmp_path: Path) -> None:
    keyring = FakeKeyring()
    async with opened(tmp_path, [keyring]) as stores:
        await stores.secrets.set('KEY', 'value')
    keyring.fault = 'It is locked.'
    async with opened(tmp_path, [keyring]) as stores:
        with pytest.raises(StorageError, match='It is locked'):
            await stores.secrets.set('OTHER', 'more')
    async with opened(tmp_path) as stores:
        with pytest.raises(StorageError, match="kept in 'keyring', which this process does not use"):
            await stores.secrets.get('KEY')


async def test_key_lost_from_the_keyring_is_replaced_once(tmp_path: Path) -> None:
    keyring = FakeKeyring()
    async with opened(tmp_path, [keyring]) as stores:
        await stores.secrets.set('OLD', 'one')
    other = FakeKeyring()
    async with opened(tmp_path, [other]) as stores:
        for name in ('A', 'B', 'Z'):
            await stores.secrets.set(name, 'new')
        assert [await stores.secrets.get(name) for name in ('A', 'B', 'Z')] == ['new'] * 3
    assert len(other.keys) == 1


async def test_keys_are_not_touched_before_a_secret_is(tmp_path: Path) -> None:
    async with opened(tmp_path, [FakeKeyring()]) as stores:
        assert await stores.secrets.names() == []
        assert await stores.secrets.get('KEY') is None
    assert not (tmp_path / 'secret.key').exists()


@pytest.mark.skipif(os.name != 'posix', reason='other systems have a keyring without a desktop session')
def test_keyring_is_not_asked_without_a_desktop_session(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ('DISPLAY', 'WAYLAND_DISPLAY', 'DBUS_SESSION_BUS_ADDRESS'):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr('storage.keys.sys.platform', 'linux')
    monkeypatch.setattr('storage.keys._recommended', lambda: pytest.fail('it was asked'))
    assert not SystemKeyring().usable()


@pytest.mark.parametrize('answer', [True, False])
def test_keyring_is_usable_if_its_backend_is_recommended(*, answer: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('storage.keys.sys.platform', 'darwin')
    monkeypatch.setattr('storage.keys._recommended', lambda: answer)
    assert SystemKeyring().usable() is answer


@pytest.fixture
def passwords(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What stands in the operating system's keyring, which is a dict here."""
    passwords: dict[str, str] = {}
    monkeypatch.setattr('storage.keys._set_password', lambda _, name, value: passwords.update({name: value}))
    monkeypatch.setattr('storage.keys._get_password', lambda _, name: passwords.get(name))
    return passwords


def test_keyring_gives_back_the_key_it_was_given(passwords: dict[str, str]) -> None:
    name, key = SystemKeyring().create()
    assert len(key) == 32
    assert SystemKeyring().get(name) == key
    passwords.clear()
    with pytest.raises(LostKeyError, match='not in the keyring of this user and machine'):
        SystemKeyring().get(name)


def test_keyring_that_fails_is_not_usable_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: str) -> str:
        raise RuntimeError('no such bus')

    monkeypatch.setattr('storage.keys.sys.platform', 'darwin')
    monkeypatch.setattr('storage.keys._recommended', fail)
    monkeypatch.setattr('storage.keys._get_password', fail)
    assert not SystemKeyring().usable()
    with pytest.raises(StorageError, match=r'keyring failed: no such bus\. Unlock it'):
        SystemKeyring().get('keyring:1')


def test_keyring_that_waits_for_a_person_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = threading.Event()
    monkeypatch.setattr('storage.keys.sys.platform', 'darwin')
    monkeypatch.setattr('storage.keys._recommended', nobody.wait)
    monkeypatch.setattr(SystemKeyring, '_PATIENCE', 0.01)
    assert not SystemKeyring().usable()
    nobody.set()
