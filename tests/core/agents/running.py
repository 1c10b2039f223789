"""Runs of agents, and waiting for what happens in them."""

import asyncio
from collections.abc import Callable
from typing import Any

from core.agents.agent import Agent
from core.llm.connection import Connection, ModelRef
from core.orchestrator import Orchestrator
from core.runs import events as e
from core.runs.run import Run
from core.workflows.document import read_graph
from core.workflows.workflow import Workflow

Life = Callable[[], Any]
"""Begins a life of the process; at its end it dies without a word."""


async def begin(orchestrator: Orchestrator, *, node: str = '', **agent: Any) -> Run:
    """Starts a run of one agent node, `a`, with what the test says of the agent and of the node."""
    if 'scripted' not in {connection.id for connection in await orchestrator.connections.all()}:
        await orchestrator.connections.create(
            Connection(id='scripted', name='Scripted', provider='scripted', attempts=1)
        )
    made = await orchestrator.agents.create(Agent(name='Tester', model=ModelRef.parse('scripted/m'), **agent))
    yaml = f'nodes: {{a: {{type: agent, config: {{agent: {made.id}, prompt: Go}}{node}}}, end: {{type: output}}}}'
    graph = read_graph(f'{yaml}\nedges: [a -> end]')
    workflow = await orchestrator.workflows.create(Workflow(name='Test', graph=graph))
    return await orchestrator.start_run(workflow.id, {})


async def seen(orchestrator: Orchestrator, run_id: str, kind: type[e.Event], *, after: int = 0) -> int:
    """Waits for an event of that kind; its number."""
    async with asyncio.timeout(60):
        async for event in orchestrator.watch(run_id, after):
            if isinstance(event, kind):
                return event.seq
            if event.ends_run:
                raise AssertionError(event)
    raise AssertionError(kind)


async def ended(orchestrator: Orchestrator, run_id: str) -> Run:
    async with asyncio.timeout(60):
        async for _ in orchestrator.watch(run_id):
            pass
    return await orchestrator.run(run_id)
