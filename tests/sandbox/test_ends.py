"""Nothing of a program is left running: after a timeout, after a cancel, and after the app was killed."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.sandbox.landlock import lack_of_locks
from core.sandbox.light import Light
from core.sandbox.sandbox import Limits, Program, Sandbox
from core.sandbox.scratch import PREFIX, remove_orphans
from tests.e2e.app_process import ROOT
from tests.sandbox.image import IMAGE

SLEEPS = """
print('begun')
import time
while True:
    time.sleep(0.1)
"""

CLINGS = """
import sys
sys.modules['core.sandbox.guest.wire'].os._exit = lambda code: None
"""

APP = f"""
import asyncio, sys
from core.registry import Registry
from core.sandbox.built_in import add_built_in_sandboxes
from core.sandbox.sandbox import Limits, Program

async def write(text):
    print(text, flush=True)

levels = Registry('sandbox')
add_built_in_sandboxes(levels, image={IMAGE!r})
program = Program(code=sys.argv[2])
asyncio.run(levels.get(sys.argv[1]).run(program, limits=Limits(), write=write))
"""


def below(pid: int) -> set[int]:
    """All processes below this one."""
    parents: dict[int, list[int]] = {}
    for stat in Path('/proc').glob('[0-9]*/stat'):
        try:
            child, parent = int(stat.parent.name), int(stat.read_text().rsplit(')', 1)[1].split()[1])
        except OSError:
            continue
        parents.setdefault(parent, []).append(child)
    found, todo = set(), [pid]
    while todo:
        children = parents.get(todo.pop(), [])
        found.update(children)
        todo.extend(children)
    return found


def alive(pids: set[int]) -> set[int]:
    """Those that still run; a zombie does not."""
    states = {}
    for pid in pids:
        try:
            states[pid] = Path(f'/proc/{pid}/stat').read_text().rsplit(')', 1)[1].split()[0]
        except OSError:
            continue
    return {pid for pid, state in states.items() if state != 'Z'}


def directories(app: int) -> list[Path]:
    return list(Path(tempfile.gettempdir()).glob(f'{PREFIX}{app}-*'))


def status(pid: int) -> str:
    return Path(f'/proc/{pid}/status').read_text()


def containers(app: int) -> str:
    listed = subprocess.run(
        ['podman', 'ps', '-a', '--format', '{{.Names}}'], capture_output=True, text=True, check=True
    )
    return '\n'.join(name for name in listed.stdout.split() if name.startswith(f'{PREFIX}{app}-'))


async def test_a_cancelled_program_is_gone_at_once(level: Sandbox) -> None:
    begun = asyncio.Event()

    async def write(text: str) -> None:
        begun.set()

    others = below(os.getpid())  # what other tests share
    running = asyncio.create_task(level.run(Program(code=SLEEPS), limits=Limits(), write=write))
    await begun.wait()
    children = below(os.getpid()) - others
    assert children
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await _until_gone(lambda: alive(children), seconds=1)  # from its last open file to its end it is a moment


async def test_the_interpreter_of_light_code_is_locked_in_too() -> None:
    if lack := lack_of_locks():
        pytest.skip(f'{lack.problem} {lack.remedy}')
    begun = asyncio.Event()

    async def write(text: str) -> None:
        begun.set()

    others = below(os.getpid())
    running = asyncio.create_task(Light().run(Program(code=SLEEPS), limits=Limits(), write=write))
    await begun.wait()
    statuses = [status(pid) for pid in below(os.getpid()) - others]
    assert len(statuses) == 2
    assert all('NoNewPrivs:\t1' in status and 'Seccomp:\t2' in status for status in statuses)
    running.cancel()
    await asyncio.wait([running])


@pytest.mark.parametrize('clings', [False, True], ids=['as it is', 'clinging to life'])
async def test_a_killed_app_takes_its_programs_along(level: Sandbox, *, clings: bool) -> None:
    if clings and level.language == 'light':
        pytest.skip('light code has no hold on the process that it runs in')
    code = CLINGS * clings + SLEEPS
    app = subprocess.Popen(  # noqa: ASYNC220
        [sys.executable, '-c', APP, level.name, code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    with app:
        assert app.stdout
        assert app.stdout.readline() == b'begun\n'
        children = below(app.pid)
        app.kill()
    remove_orphans()
    assert not directories(app.pid)
    if level.name == 'container':
        if clings:
            assert containers(app.pid)
            assert await level.lack() is None  # the next app looks around
        await _until_gone(lambda: containers(app.pid))
    else:
        await _until_gone(lambda: alive(children))


async def _until_gone(left: Callable[[], object], *, seconds: float = 10) -> None:
    patience = time.monotonic() + seconds
    while left():
        assert time.monotonic() < patience, left()
        await asyncio.sleep(0.05)
