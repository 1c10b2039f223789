"""What it costs to look at a large run: to those who look, and to everybody else."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from app.lifespan import open_orchestrator
from bench import graphs
from bench.figures import Figure, spent
from bench.inside import add
from core.orchestrator import Orchestrator
from core.runs.doorbell import Doorbell
from core.runs.fold import Folds

NODES = 4
LOOK = 0.1
"""Seconds between two looks of a viewer."""


async def looks(data_dir: Path, *, items: int, viewers: int, repeat: int) -> list[Figure]:
    """CPU of the first look at a run, and of a run with viewers; how long each keeps the loop busy at once, in ms."""
    alone, watched, opened = list[float](), list[float](), list[float]()
    watching, opening = list[float](), list[float]()
    async with open_orchestrator(data_dir) as orchestrator:
        workflow = await add(orchestrator, graphs.mapped(items, nodes=NODES), 'mapped')
        run_id = await _run(orchestrator, workflow, viewers=1)
        for _ in range(repeat):
            alone.append((await spent(_run(orchestrator, workflow, viewers=1))).cpu)
            async with _busiest(watching):
                watched.append((await spent(_run(orchestrator, workflow, viewers=viewers))).cpu)
            async with _busiest(opening):
                opened.append((await spent(Folds(orchestrator.journal, Doorbell()).open(run_id))).cpu)
    name = f'run of {items:,} items of {NODES} nodes'
    return [
        Figure(what=f'{name}, first look, CPU', unit='ms', values=[1000 * cpu for cpu in opened]),
        Figure(what=f'{name}, first look, the loop busy at once', unit='ms', values=opening, limit=50),
        Figure(what=f'{name}, one viewer, CPU', unit='s', values=alone),
        Figure(what=f'{name}, {viewers} viewers, CPU', unit='s', values=watched),
        Figure(what=f'{name}, {viewers} viewers, the loop busy at once', unit='ms', values=watching, limit=50),
    ]


async def _run(orchestrator: Orchestrator, workflow: str, *, viewers: int) -> str:
    run = await orchestrator.start_run(workflow, {})
    async with asyncio.TaskGroup() as group:
        for _ in range(viewers):
            group.create_task(_follow(orchestrator, run.id))
    return run.id


async def _follow(orchestrator: Orchestrator, run_id: str) -> None:
    seen = 0
    async for fold in orchestrator.follow(run_id):
        fold.changed_since(seen)
        seen = fold.state.seq
        await asyncio.sleep(LOOK)


@asynccontextmanager
async def _busiest(found: list[float]) -> AsyncIterator[None]:
    """Adds the most milliseconds of CPU that the loop's thread spent before others had their turn."""
    most = 0.0

    async def beat() -> None:
        nonlocal most
        while True:
            before = time.thread_time()
            await asyncio.sleep(0.001)
            most = max(most, time.thread_time() - before)

    beating = asyncio.create_task(beat())
    await asyncio.sleep(0)  # it begins before the work does
    yield
    await asyncio.sleep(0.002)  # longer than its own sleep, so it has seen the end
    beating.cancel()
    found.append(1000 * most)
