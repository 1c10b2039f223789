"""Each limit, at each level that has it, ends a program by its name."""

import pytest

from core.sandbox.sandbox import Limits, Program, Sandbox, SandboxResult

SMALL = Limits(
    wall_seconds=20, cpu_seconds=10, memory_mb=64, file_mb=4, disk_mb=16, output_bytes=1000, result_bytes=1000
)


async def run(level: Sandbox, code: str, **limits: float) -> SandboxResult:
    if level.name == 'direct':
        pytest.skip('direct limits nothing but time and output')
    return await level.run(Program(code=code), limits=SMALL.model_copy(update=limits), write=_ignore)


async def test_cpu_time(level: Sandbox) -> None:
    result = await run(level, 'while True: pass', cpu_seconds=1)
    if level.name == 'container':  # the first process of a container hears no warning, and is killed a second later
        assert 'memory or CPU time ran out' in result.problem
    else:
        assert (result.ended, result.problem) == ('cpu', 'It computed for more than 1 s.')


async def test_wall_time(level: Sandbox) -> None:
    result = await run(level, 'import time\nwhile True: time.sleep(1)', wall_seconds=0.5)
    assert (result.ended, result.problem) == ('time', 'It took longer than its 0.5 s.')


async def test_memory(level: Sandbox) -> None:
    result = await run(level, "kept = []\nwhile True: kept.append('x' * 1_000_000)")
    assert (result.ended, result.problem) == ('memory', 'It needed more than its 64 MB.')


async def test_output(level: Sandbox) -> None:
    result = await run(level, "print('x' * 2000)")
    assert (result.ended, result.problem) == ('output', 'It printed more than its 1,000 characters.')


async def test_the_size_of_the_result(level: Sandbox) -> None:
    result = await run(level, "'x' * 2000")
    assert (
        result.problem
        == 'ResultError: A result must be what JSON can hold: the result is 2002 bytes long, 1000 are the most'
    )


async def test_the_size_of_a_file(level: Sandbox) -> None:
    result = await run(level, "open('file', 'wb').write(bytes(8_000_000))")
    assert result.ended in {'error', 'crash'}


async def test_open_files(level: Sandbox) -> None:
    result = await run(level, "kept = [open('/dev/null') for _ in range(1000)]\n1", open_files=64)
    assert result.ended == 'error'


async def _ignore(_: str) -> None:
    pass
