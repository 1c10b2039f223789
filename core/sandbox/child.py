"""A child process that runs one program: started locked, listened to, and ended with everything below it."""

import asyncio
import json
import os
import signal
import sys
import time
from asyncio import StreamReader, StreamWriter
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Never

from core.sandbox.frames import BadFrameError, Frame, NotLocked, Printed, Raised, Ready, Returned, read_frame
from core.sandbox.sandbox import Ending, Limits, Program, SandboxError, SandboxResult, Write
from core.sandbox.scratch import is_larger

START_SECONDS = 30.0
"""A child that is not locked by then is given up; a container's first start on a cold disk takes several."""

FRAME_ROOM = 1 << 20
"""Bytes that a line may have beyond the result in it."""

LOOKING = 0.05
"""Seconds between two looks at how much lies in the scratch directory."""

LAST_WORDS = 2.0
"""Seconds for a child to end by itself once it has nothing more to say."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Child:
    process: Process
    stdin: StreamWriter
    stdout: StreamReader
    stderr: StreamReader


@dataclass(frozen=True, kw_only=True, slots=True)
class Launch:
    """How a level starts its child, and what must be ended besides its processes."""

    arguments: list[str]
    environment: Mapping[str, str]
    directory: Path | None = None
    measured: Path | None = None
    """The directory whose size is watched, where nothing else limits it."""
    end: Callable[[], Awaitable[None]] | None = None


class LimitReachedError(Exception):
    """The program used up something that is counted here."""

    def __init__(self, ended: Ending, problem: str) -> None:
        super().__init__(problem)
        self.ended = ended
        self.problem = problem


async def run_child(level: str, launch: Launch, program: Program, *, limits: Limits, write: Write) -> SandboxResult:
    """What came of the program. SandboxError where the child could not be started or did not lock itself in."""
    began = time.perf_counter()
    child = await _started(level, launch, limits)
    try:
        await _await_ready(level, child)
        ready_after = time.perf_counter() - began
        conversation = _Conversation(child, launch, limits, write)
        ended, value, problem, traceback = await conversation.hold(program)
    finally:
        await _end(child, launch)
    return SandboxResult(
        level=level, ended=ended, value=value, problem=problem, traceback=traceback, ready_after=ready_after
    )


async def _started(level: str, launch: Launch, limits: Limits) -> _Child:
    try:
        process = await asyncio.create_subprocess_exec(
            *launch.arguments,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env=dict(launch.environment),
            cwd=launch.directory,
            start_new_session=True,
            limit=limits.result_bytes + FRAME_ROOM,
        )
    except OSError as error:
        raise SandboxError(f'The sandbox {level!r} does not start: {error}') from error
    if process.stdin is None or process.stdout is None or process.stderr is None:
        raise SandboxError(f'The sandbox {level!r} was started without pipes.')
    return _Child(process=process, stdin=process.stdin, stdout=process.stdout, stderr=process.stderr)


async def _await_ready(level: str, child: _Child) -> None:
    """Code is sent only after this: a child that cannot lock itself in never sees it."""
    try:
        async with asyncio.timeout(START_SECONDS):
            match await _next_frame(child.stdout):
                case Ready():
                    return
                case NotLocked(problem):
                    pass
                case None:
                    said = await child.stderr.read(2000)
                    problem = said.decode(errors='replace').strip() or 'its process ended at once'
                case _:
                    problem = 'it spoke before it was ready'
    except TimeoutError:
        problem = f'it was not ready within {START_SECONDS:.0f} s'
    except BadFrameError as error:
        problem = str(error)
    raise SandboxError(f'The sandbox {level!r} could not be locked, so no code was run in it: {problem}')


async def _next_frame(stdout: StreamReader) -> Frame | None:
    """None when the child has said all it has to say."""
    try:
        line = await stdout.readline()
    except ValueError:
        raise BadFrameError('it wrote a line that is too long') from None
    return read_frame(line) if line else None


Outcome = tuple[Ending, object, str, str]
"""How it ended, its value, the problem and the traceback."""


class _Conversation:
    """From the code that is sent to the last frame, inside the limits that only an outsider can keep."""

    def __init__(self, child: _Child, launch: Launch, limits: Limits, write: Write) -> None:
        self._child = child
        self._launch = launch
        self._limits = limits
        self._write = write
        self._printed = 0

    async def hold(self, program: Program) -> Outcome:
        try:
            async with asyncio.timeout(self._limits.wall_seconds) as timeout:
                return await self._listen(program)
        except TimeoutError:
            if not timeout.expired():
                raise
            return 'time', None, f'It took longer than its {self._limits.wall_seconds:g} s.', ''
        except LimitReachedError as reached:
            return reached.ended, None, reached.problem, ''
        except BadFrameError as error:
            return 'crash', None, f'It broke off: {error}.', ''

    async def _listen(self, program: Program) -> Outcome:
        try:
            async with asyncio.TaskGroup() as group:
                others = [group.create_task(self._hear_stderr()), group.create_task(self._watch_disk())]
                await self._send(program)
                outcome = await self._hear()
                for task in others:
                    task.cancel()
                return outcome
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None

    async def _send(self, program: Program) -> None:
        line = json.dumps(program.model_dump(), separators=(',', ':')).encode() + b'\n'
        with suppress(ConnectionError):  # it has ended already; what it said tells why
            self._child.stdin.write(line)
            await self._child.stdin.drain()

    async def _hear(self) -> Outcome:
        while True:
            match await _next_frame(self._child.stdout):
                case Printed(text):
                    await self._print(text)
                case Returned(value):
                    return 'done', value, '', ''
                case Raised('MemoryError', _, traceback):
                    return 'memory', None, f'It needed more than its {self._limits.memory_mb} MB.', traceback
                case Raised('CpuTimeError'):
                    return 'cpu', None, self._cpu_problem, ''
                case Raised(kind, message, traceback):
                    return 'error', None, f'{kind}: {message}' if message else kind, traceback
                case None:
                    return await self._broken_off()
                case Ready() | NotLocked():
                    raise BadFrameError('it spoke out of turn')

    @property
    def _cpu_problem(self) -> str:
        return f'It computed for more than {self._limits.cpu_seconds} s.'

    async def _hear_stderr(self) -> None:
        """What comes past the frames: the interpreter's last words, and what C code prints."""
        while piece := await self._child.stderr.read(8192):
            await self._print(piece.decode(errors='replace'))

    async def _print(self, text: str) -> None:
        room = self._limits.output_bytes - self._printed
        self._printed += len(text)
        if room > 0:
            await self._write(text[:room])
        if len(text) > room:
            _reached('output', f'It printed more than its {self._limits.output_bytes:,} characters.')

    async def _watch_disk(self) -> None:
        most = self._limits.disk_mb << 20
        while self._launch.measured is not None:
            await asyncio.sleep(LOOKING)
            if await asyncio.to_thread(is_larger, self._launch.measured, most):
                _reached('disk', f'Its files took more than {self._limits.disk_mb} MB.')

    async def _broken_off(self) -> Outcome:
        """Its end without a last frame; a container's exit code is 128 and the signal."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._child.process.wait(), LAST_WORDS)
        code = self._child.process.returncode
        number = -code if code is not None and code < 0 else (code or 0) - 128
        if sys.platform != 'win32' and number == signal.SIGXCPU:
            return 'cpu', None, self._cpu_problem, ''
        if number == 9:
            return 'crash', None, 'It was killed by the system, probably because memory or CPU time ran out.', ''
        return 'crash', None, f'Its process ended without a result (exit code {code}).', ''


def _reached(ended: Ending, problem: str) -> Never:
    raise LimitReachedError(ended, problem)


async def _end(child: _Child, launch: Launch) -> None:
    """Ends the child and everything below it, and waits until it is gone."""
    kill_tree(child.process.pid)
    if launch.end is not None:
        await launch.end()
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS):
                await child.process.wait()
                for pipe in (child.stdout, child.stderr):
                    await _until_closed(pipe)
    finally:  # something that got away may hold the pipes open; asyncio has no other way to let go of them
        child.process._transport.close()  # type: ignore[attr-defined]


async def _until_closed(pipe: StreamReader) -> None:
    """Until the last process that could write to it has ended: a namespace dies a moment after its first process."""
    while await pipe.read(1 << 16):
        pass


def kill_tree(pid: int) -> None:
    """Kills the process and its group; each child leads a session of its own."""
    if sys.platform == 'win32':
        import subprocess  # noqa: PLC0415

        subprocess.run(['taskkill', '/T', '/F', '/PID', str(pid)], capture_output=True, check=False)  # noqa: S603, S607
        return
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
