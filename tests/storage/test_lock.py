"""One process a data directory, and everybody else is told which."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from core.clock import SystemClock
from core.errors import StorageError
from storage.lock import Holder, holder_of, read_note
from storage.store import open_stores

ROOT = Path(__file__).parents[2]

OPEN_AND_WAIT = """
import asyncio, sys
from pathlib import Path
from core.clock import SystemClock
from storage.store import open_stores

async def main():
    async with open_stores(Path(sys.argv[1]), clock=SystemClock()) as stores:
        stores.lock.set_url('http://127.0.0.1:8080')
        print('open', flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(main())
"""


def holding_process(data_dir: Path) -> 'subprocess.Popen[str]':
    process = subprocess.Popen(
        [sys.executable, '-c', OPEN_AND_WAIT, data_dir],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {'PYTHONPATH': str(ROOT)},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == 'open\n'
    return process


async def test_second_process_is_told_who_holds_the_directory(tmp_path: Path) -> None:
    with holding_process(tmp_path) as process:
        with pytest.raises(StorageError) as caught:
            async with open_stores(tmp_path, clock=SystemClock()):
                pass
        assert str(caught.value) == (
            f'Another Agent Orchestrator (process {process.pid}, http://127.0.0.1:8080) uses this data directory, '
            f'{tmp_path}. Open http://127.0.0.1:8080, stop it, or choose another directory with --data-dir.'
        )
        assert holder_of(tmp_path) == Holder(pid=process.pid, host=socket.gethostname(), url='http://127.0.0.1:8080')
        process.communicate()
    assert process.returncode == 0
    assert holder_of(tmp_path) is None
    assert read_note(tmp_path) is None


async def test_directory_of_a_killed_process_is_free(tmp_path: Path) -> None:
    with holding_process(tmp_path) as process:
        process.kill()
    assert read_note(tmp_path) is not None
    assert holder_of(tmp_path) is None
    async with open_stores(tmp_path, clock=SystemClock()):
        assert holder_of(tmp_path) == Holder(pid=os.getpid(), host=socket.gethostname())


async def test_directory_is_free_again_after_the_stores_are_closed(tmp_path: Path) -> None:
    for _ in range(2):
        async with open_stores(tmp_path, clock=SystemClock()):
            pass


async def test_failed_start_lets_the_directory_go(tmp_path: Path) -> None:
    (tmp_path / 'orchestrator.db').write_text('No database. ' * 100)
    for _ in range(2):
        with pytest.raises(StorageError, match='damaged'):
            async with open_stores(tmp_path, clock=SystemClock()):
                pass
    assert holder_of(tmp_path) is None


def test_holder_elsewhere_is_named_with_its_host() -> None:
    assert str(Holder(pid=7, host='nas', url='http://nas:80')) == 'process 7 on nas, http://nas:80'


def test_nobody_holds_what_is_not_there(tmp_path: Path) -> None:
    assert holder_of(tmp_path / 'missing') is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize('note', ['', '{', '[]', '{"pid": "x", "host": "h", "url": ""}', json.dumps({'pid': 1})])
def test_broken_note_is_no_note(note: str, tmp_path: Path) -> None:
    (tmp_path / 'holder.json').write_text(note)
    assert read_note(tmp_path) is None
