"""What all tests share: an orchestrator in memory with the practice model."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from hypothesis import HealthCheck, settings

from core.agents.agent import Agent
from core.clock import SystemClock
from core.llm.providers.built_in import add_built_in_providers
from core.llm.service import LLMService
from core.memory import memory_stores
from core.nodes.built_in import add_built_in_node_types
from core.orchestrator import Orchestrator
from core.plugins import Extensions, load_extensions
from core.runs.run import Run
from core.sandbox.built_in import add_built_in_sandboxes
from core.stores import Stores
from core.teams.built_in import add_built_in_strategies
from core.tools.built_in import add_built_in_tools
from core.workflows.document import read_graph
from core.workflows.workflow import Workflow
from pages.theme.assets import has_canvas

MakeWorkflow = Callable[[str], Awaitable[Workflow]]
RunToEnd = Callable[..., Awaitable[Run]]

# A busy machine is no fault, and large examples are wanted.
settings.register_profile(
    'untimed', deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.load_profile('untimed')


NO_CANVAS = 'This copy was built without the canvas. To have it, install again with npm or the internet in reach.'
needs_canvas = pytest.mark.skipif(
    not has_canvas() and 'AGENT_ORCHESTRATOR_REQUIRE_BROWSER' not in os.environ, reason=NO_CANVAS
)
"""For tests of what a copy without the canvas does not have; in CI it must be there."""


@pytest.fixture
def extensions() -> Extensions:
    return load_extensions(
        [
            lambda e: add_built_in_node_types(e.node_types),
            lambda e: add_built_in_providers(e.providers),
            lambda e: add_built_in_sandboxes(e.sandboxes),
            lambda e: add_built_in_strategies(e.strategies),
            lambda e: add_built_in_tools(e.tools),
        ],
        plugins=(),
    )


@pytest.fixture
def stores() -> Stores:
    return memory_stores(clock=SystemClock())


@pytest.fixture
async def orchestrator(stores: Stores, extensions: Extensions) -> AsyncIterator[Orchestrator]:
    """Started, with the samples, and an instant practice model as default."""
    llm = LLMService(stores.connections, stores.secrets, extensions.providers, clock=SystemClock())
    orchestrator = Orchestrator(stores, llm, extensions, clock=SystemClock())
    await stores.preferences.set('default_model', 'practice/practice-instant')
    await orchestrator.start()
    yield orchestrator
    await orchestrator.stop(grace=0.2)


@pytest.fixture
def make_workflow(orchestrator: Orchestrator) -> MakeWorkflow:
    """Makes a workflow of a graph in YAML; there is an agent `writer`."""

    async def make(yaml: str) -> Workflow:
        if 'writer' not in {agent.id for agent in await orchestrator.agents.all()}:
            await orchestrator.agents.create(Agent(id='writer', name='Writer', instructions='Repeat what matters.'))
        return await orchestrator.workflows.create(Workflow(name='Test', graph=read_graph(yaml)))

    return make


@pytest.fixture
def run_to_end(orchestrator: Orchestrator) -> RunToEnd:
    """Runs a workflow until it ends, and gives its row."""

    async def run(workflow_id: str, inputs: dict[str, object] | None = None, **options: object) -> Run:
        started = await orchestrator.start_run(workflow_id, inputs or {}, **options)  # type: ignore[arg-type]
        async for _ in orchestrator.watch(started.id):
            pass
        return await orchestrator.run(started.id)

    return run
