"""Measurements of the sandbox: from a code node's start to its result, at every level that this machine has."""

from app.lifespan import built_in_and_plugins
from bench.figures import Figure, spent
from core.sandbox.sandbox import Limits, Program, Sandbox
from core.sandbox.self_test import self_test

PROGRAM = Program(code='1 + 1')

TARGETS = {'process': 150.0, 'landlock': 150.0, 'bubblewrap': 150.0}
"""Milliseconds; the others depend on what they start."""


async def cold_starts(*, runs: int) -> list[Figure]:
    """Wall time of one smallest program, each in a child of its own."""
    return [await _cold_start(level, runs) for level in built_in_and_plugins().sandboxes if await _is_here(level)]


async def _is_here(level: Sandbox) -> bool:
    return await level.lack() is None and await self_test(level) is None


async def _cold_start(level: Sandbox, runs: int) -> Figure:
    takes = [await spent(level.run(PROGRAM, limits=Limits(), write=_ignore)) for _ in range(runs)]
    values = [take.wall * 1000 for take in takes]
    return Figure(what=f'cold start of code, {level.name}', unit='ms', values=values, limit=TARGETS.get(level.name))


async def _ignore(_: str) -> None:
    pass
