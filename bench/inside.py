"""Measurements inside this process: nodes, runs, many runs at once."""

import asyncio
from pathlib import Path

from app.lifespan import open_orchestrator
from bench import graphs
from bench.figures import Figure, spent
from bench.model_server import model_server
from core.agents.agent import Agent
from core.llm.connection import Connection, ModelRef
from core.orchestrator import Orchestrator
from core.workflows.graph import Graph
from core.workflows.workflow import Workflow

PROMPT = 'Tides are caused by the moon. The sun adds a third of that. Say in one sentence what causes tides. Nr.'
PRACTICE = ModelRef(connection='practice', model='practice-instant')


async def node_cost(data_dir: Path, *, sizes: tuple[int, ...], repeat: int) -> list[Figure]:
    """Wall and CPU of one durable node, by the size of the graph, in a chain and side by side."""
    figures = []
    async with open_orchestrator(data_dir) as orchestrator:
        for shape in (graphs.chain, graphs.fan):
            for size in sizes:
                workflow = await add(orchestrator, shape(size), f'{shape.__name__} {size}')
                runs = max(1, 300 // size)
                await run_one(orchestrator, workflow)
                takes = [await spent(_run_in_turn(orchestrator, workflow, runs)) for _ in range(repeat)]
                scale = 1000 / (size * runs)
                name = f'durable node, {size} in a {shape.__name__}'
                figures.append(Figure(what=name, unit='ms', values=[t.wall * scale for t in takes], limit=1.0))
                figures.append(Figure(what=f'{name}, CPU', unit='ms', values=[t.cpu * scale for t in takes], limit=0.5))
    return figures


async def run_cost(data_dir: Path, *, runs: int, repeat: int) -> list[Figure]:
    """CPU of a run of three agents, over the practice model and over a server on this machine."""
    figures = []
    async with open_orchestrator(data_dir) as orchestrator:
        with model_server(0.0) as url:
            served = await connect(orchestrator, url)
            for model, name in ((PRACTICE, 'practice model'), (served, 'local server')):
                await use(orchestrator, model)
                workflow = await add(orchestrator, graphs.agents(3, parallel=False, prompt=PROMPT), name)
                await run_one(orchestrator, workflow)
                takes = [await spent(_run_in_turn(orchestrator, workflow, runs)) for _ in range(repeat)]
                values = [take.cpu * 1000 / runs for take in takes]
                figures.append(Figure(what=f'run of 3 agents, {name}, CPU', unit='ms', values=values, limit=20))
    return figures


async def many_runs(data_dir: Path, *, at_once: int, rounds: int, repeat: int, seconds: float = 0.2) -> list[Figure]:
    """Runs a second with many at once, over the practice model and over a model that takes its time."""
    figures = []
    async with open_orchestrator(data_dir) as orchestrator:
        with model_server(seconds) as url:
            slow = await connect(orchestrator, url)
            cases = ((PRACTICE, False, 'practice model'), (slow, True, f'{seconds * 1000:.0f} ms model'))
            for model, parallel, name in cases:
                await use(orchestrator, model)
                workflow = await add(orchestrator, graphs.agents(3, parallel=parallel, prompt=PROMPT), name)
                await run_one(orchestrator, workflow)
                takes = [await spent(_run_at_once(orchestrator, workflow, at_once, rounds)) for _ in range(repeat)]
                values = [at_once * rounds / take.wall for take in takes]
                what = f'{at_once} runs of 3 agents at once, {name}'
                figures.append(Figure(what=what, unit='runs/s', values=values, limit=40, more_is_better=True))
    return figures


async def parallel_calls(data_dir: Path, *, calls: int, repeat: int, seconds: float = 0.2) -> list[Figure]:
    """The time of one run whose calls are all made at once."""
    async with open_orchestrator(data_dir) as orchestrator:
        with model_server(seconds) as url:
            await use(orchestrator, await connect(orchestrator, url))
            workflow = await add(orchestrator, graphs.agents(calls, parallel=True, prompt=PROMPT), 'parallel')
            await run_one(orchestrator, workflow)
            takes = [await spent(run_one(orchestrator, workflow)) for _ in range(repeat)]
    what = f'{calls} parallel calls of {seconds * 1000:.0f} ms'
    return [Figure(what=what, unit='ms', values=[take.wall * 1000 for take in takes], limit=seconds * 1000 + 60)]


async def add(orchestrator: Orchestrator, graph: Graph, name: str) -> str:
    return (await orchestrator.workflows.create(Workflow(name=name, graph=graph))).id


async def connect(orchestrator: Orchestrator, url: str) -> ModelRef:
    connection = Connection(name='Bench', provider='compatible', base_url=url, max_parallel=256)
    saved = await orchestrator.save_connection(connection)
    return ModelRef(connection=saved.id, model='answers')


async def use(orchestrator: Orchestrator, model: ModelRef) -> None:
    """Makes the agent `worker` one that uses this model."""
    known = {agent.id: agent for agent in await orchestrator.agents.all()}
    if worker := known.get('worker'):
        await orchestrator.agents.save(worker.model_copy(update={'model': model}))
    else:
        await orchestrator.agents.create(Agent(name='Worker', instructions='Answer briefly.', model=model))


async def _run_in_turn(orchestrator: Orchestrator, workflow: str, runs: int) -> None:
    for _ in range(runs):
        await run_one(orchestrator, workflow)


async def _run_at_once(orchestrator: Orchestrator, workflow: str, at_once: int, rounds: int) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(_run_in_turn(orchestrator, workflow, rounds))


async def run_one(orchestrator: Orchestrator, workflow: str) -> None:
    run = await orchestrator.start_run(workflow, {})
    async for _ in orchestrator.watch(run.id):
        pass
    ended = await orchestrator.run(run.id)
    if ended.status != 'succeeded':
        raise RuntimeError(f'The run ended as {ended.status}: {ended.error}')
