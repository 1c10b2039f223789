"""Whether a level keeps what it promises here: code that tries to get out, judged from outside."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from core.sandbox.sandbox import Limits, Program, Sandbox, SandboxError
from core.sandbox.scratch import scratch_directory

LIMITS = Limits(wall_seconds=20, cpu_seconds=10, memory_mb=256)

WAYS_OUT = """
import os, socket

def done(way):
    try:
        return way() is not False
    except BaseException:
        return False

def read():
    with open(file) as opened:
        return opened.read()

def write():
    with open(file, 'a') as opened:
        opened.write('written')

def connect():
    socket.create_connection(('127.0.0.1', port), 2).close()

def start():
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)

def signal():
    os.kill(app, 0)

ways = {
    'read a file': read, 'change a file': write, 'reach this machine': connect, 'start a process': start,
    'reach another process': signal,
}
[name for name, way in ways.items() if done(way)]
"""

LIGHT_WAYS_OUT = """
def done():
    try:
        open(file).read()
        return True
    except BaseException:
        return False

['read a file'] if done() else []
"""


@dataclass
class _Bait:
    """What is not to be touched."""

    file: Path
    port: int
    visited: bool = False


async def self_test(sandbox: Sandbox) -> str | None:
    """Why the level is not to be used on this machine, or nothing."""
    try:
        async with _bait() as bait:
            text = bait.file.read_text()
            got_out = await _try(sandbox, bait)
            if bait.file.read_text() != text:
                got_out.append('change a file')
            if bait.visited:
                got_out.append('reach this machine')
    except (SandboxError, OSError) as error:
        return str(error)
    if got_out and sandbox.protects:
        return f'It does not hold here. Code could: {", ".join(dict.fromkeys(got_out))}.'
    return None


async def _try(sandbox: Sandbox, bait: _Bait) -> list[str]:
    code = '[]' if not sandbox.protects else WAYS_OUT if sandbox.language == 'full' else LIGHT_WAYS_OUT
    variables = {'file': str(bait.file), 'port': bait.port, 'app': os.getpid()}
    program = Program(code=code, variables=variables)
    result = await sandbox.run(program, limits=LIMITS, write=_ignore)
    if result.ended != 'done' or not isinstance(result.value, list):
        raise SandboxError(result.problem or 'Its answer to the test makes no sense.')
    return [str(way) for way in result.value]


@asynccontextmanager
async def _bait() -> AsyncIterator[_Bait]:
    with scratch_directory() as directory:
        bait = _Bait(file=directory / 'bait', port=0)
        bait.file.write_text(secrets.token_hex(16))

        async def visited(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            bait.visited = True
            writer.close()

        server = await asyncio.start_server(visited, '127.0.0.1', 0)
        async with server:
            bait.port = server.sockets[0].getsockname()[1]
            yield bait


async def _ignore(_: str) -> None:
    pass
