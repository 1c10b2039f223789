"""What a hostile child can say, and what the app makes of it."""

import json
import sys
from pathlib import Path

import pytest

from core.sandbox.child import Launch, run_child
from core.sandbox.frames import MAX_DEPTH
from core.sandbox.guest_source import guest_arguments
from core.sandbox.landlock import Landlock
from core.sandbox.sandbox import Limits, Program, SandboxError, SandboxResult

LIMITS = Limits(wall_seconds=10, result_bytes=10_000, output_bytes=1000)


async def child_that(code: str, *, limits: Limits = LIMITS) -> SandboxResult:
    """A child that is not ours: it does just this."""
    launch = Launch(arguments=[sys.executable, '-c', f'import json, sys, time\n{code}'], environment={})
    return await run_child('test', launch, Program(code=''), limits=limits, write=_ignore)


async def guest_that(code: str, *, limits: Limits = LIMITS) -> SandboxResult:
    """Our own guest, in which this code is run."""
    launch = Launch(arguments=[sys.executable, *guest_arguments('full', {'result_bytes': 10_000})], environment={})
    return await run_child('test', launch, Program(code=code), limits=limits, write=_ignore)


READY = "print(json.dumps({'t': 'ready'}), flush=True); sys.stdin.readline()\n"


@pytest.mark.parametrize(
    ('line', 'problem'),
    [
        ("'[' * 100_000", 'It broke off: it wrote what is no JSON.'),
        ("'[' * 900 + ']' * 900", 'It broke off: it wrote a frame of an unknown kind.'),
        ('\'{"t": "result", "value": NaN}\'', 'It broke off: it wrote what is no JSON.'),
        ('\'{"t": "result", "value": \' + \'9\' * 5000 + \'}\'', 'It broke off: it wrote what is no JSON.'),
        ('\'{"t": "result"}\'', 'It broke off: it wrote a frame of an unknown kind.'),
        ('\'{"t": "out", "text": 5}\'', 'It broke off: it wrote a frame of an unknown kind.'),
        ('\'{"t": "ready"}\'', 'It broke off: it spoke out of turn.'),
        ("'x' * 5_000_000", 'It broke off: it wrote a line that is too long.'),
        ("'\\udcff'.encode('utf-8', 'surrogateescape').decode('latin-1')", 'It broke off: it wrote what is no JSON.'),
    ],
)
async def test_a_line_that_is_no_frame_ends_the_child(line: str, problem: str) -> None:
    result = await child_that(f'{READY}print({line}, flush=True); time.sleep(60)')
    assert (result.ended, result.problem) == ('crash', problem)


async def test_a_result_that_is_nested_too_deeply_is_none() -> None:
    value = f"'[' * {MAX_DEPTH + 1} + ']' * {MAX_DEPTH + 1}"
    result = await child_that(f'{READY}print(\'{{"t": "result", "value": \' + {value} + \'}}\')')
    assert 'nested more than 100 levels deep' in result.problem


async def test_half_a_character_becomes_a_question_mark() -> None:
    frame = json.dumps({'t': 'error', 'type': 'E', 'message': '\ud800', 'traceback': ''})
    assert (await child_that(f'{READY}print({frame!r})')).problem == 'E: ?'


async def test_output_past_the_frames_counts_too() -> None:
    result = await child_that(f"{READY}sys.stderr.write('x' * 2000); sys.stderr.flush(); time.sleep(60)")
    assert result.ended == 'output'


@pytest.mark.parametrize(
    ('says', 'why'),
    [
        ("print(json.dumps({'t': 'locked_out', 'problem': 'no kernel'}))", 'no kernel'),
        ("sys.exit('broken')", 'broken'),
        ("print('hello')", 'it wrote what is no JSON'),
        ("print(json.dumps({'t': 'result', 'value': 1}))", 'it spoke before it was ready'),
        ('sys.exit()', 'its process ended at once'),
    ],
)
async def test_a_child_that_is_not_ready_never_gets_the_code(says: str, why: str, tmp_path: Path) -> None:
    received = tmp_path / 'received'
    with pytest.raises(SandboxError, match=why):
        await child_that(
            f"{says}\nsys.stdout.flush()\nsys.stdout.close()\nopen({str(received)!r}, 'w').write(sys.stdin.readline())"
        )
    assert not received.exists() or received.read_text() == ''


async def test_a_level_that_cannot_lock_refuses() -> None:
    policy = {'result_bytes': 100, 'files': {'read': 5, 'write': []}}
    launch = Launch(arguments=[sys.executable, *guest_arguments('full', policy)], environment={})
    with pytest.raises(SandboxError, match='could not be locked, so no code was run in it: TypeError'):
        await run_child('test', launch, Program(code='1'), limits=LIMITS, write=_ignore)


async def test_a_program_that_does_not_exist_is_explained() -> None:
    launch = Launch(arguments=['/no/such/program'], environment={})
    with pytest.raises(SandboxError, match=r'does not start: .*No such file'):
        await run_child('test', launch, Program(code='1'), limits=LIMITS, write=_ignore)


@pytest.mark.parametrize(
    ('code', 'ended', 'problem'),
    [
        ('import os; os._exit(3)', 'crash', 'Its process ended without a result (exit code 3).'),
        ('import os; os.kill(os.getpid(), 9)', 'crash', 'It was killed by the system'),
        ('import ctypes; ctypes.string_at(0)', 'crash', 'Its process ended without a result (exit code -11).'),
        ('raise SystemExit', 'done', ''),
        ('raise SystemExit("why")', 'error', 'SystemExit: why'),
        ('def f():\n    f()\nf()', 'error', 'RecursionError'),
        ('[0] * 10_000', 'error', 'ResultError: A result must be what JSON can hold: the result is 30000 bytes long'),
        ('float("nan")', 'error', 'ResultError: A result must be what JSON can hold'),
        ('if', 'error', 'SyntaxError: invalid syntax'),
        ('import threading, time\nthreading.Thread(target=time.sleep, args=[60]).start()\n1', 'done', ''),
    ],
)
async def test_odd_ends_are_told_apart(code: str, ended: str, problem: str) -> None:
    result = await guest_that(code)
    assert result.ended == ended, result
    assert result.problem.startswith(problem)


async def test_what_was_printed_before_a_crash_arrives() -> None:
    heard: list[str] = []

    async def write(text: str) -> None:
        heard.append(text)

    program = Program(code='print("before", flush=True); import os; os._exit(1)')
    await Landlock().run(program, limits=Limits(), write=write)
    assert heard == ['before\n']


async def test_what_is_printed_arrives_while_the_code_runs() -> None:
    class HeardError(Exception):
        pass

    async def write(text: str) -> None:
        raise HeardError

    launch = Launch(arguments=[sys.executable, *guest_arguments('full', {'result_bytes': 10})], environment={})
    program = Program(code='print("now"); import time; time.sleep(60)')
    with pytest.raises(HeardError):
        await run_child('test', launch, program, limits=LIMITS, write=write)


async def _ignore(_: str) -> None:
    pass
