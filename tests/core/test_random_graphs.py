"""Properties of the engine that hold for every graph, with and without crashes."""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from typing import Any, ClassVar

from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import SystemClock
from core.engine.executor import Executor
from core.engine.surroundings import Surroundings
from core.engine.walk import Walk
from core.errors import StepError
from core.llm.service import LLMService
from core.memory import memory_stores
from core.nodes.built_in import add_built_in_node_types
from core.nodes.node_type import Completed, Handle, Join, NodeContext, NodeType, NodeTypes
from core.registry import Registry
from core.runs import events as e
from core.runs.doorbell import Doorbell
from core.runs.live import Live
from core.runs.run import Run
from core.runs.state import RunState
from core.runs.tail import TailedJournal
from core.sandbox.sandboxes import Sandboxes
from core.tools.toolbox import Toolbox
from core.values import Value
from core.workflows.graph import Edge, Graph, Node
from core.workflows.validation import validate_graph
from core.workflows.workflow import WorkflowVersion

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class ProbeConfig(Value):
    join: Join = 'any'
    open: tuple[str, ...] = ('a', 'b')
    fails: bool = False
    rests: int = 0


class Probe(NodeType[ProbeConfig]):
    """Opens the handles it is told to, after a few rests on the event loop; counts its calls."""

    name: ClassVar = 'probe'
    title: ClassVar = 'Probe'
    description: ClassVar = 'For tests.'
    category: ClassVar = 'logic'
    icon: ClassVar = 'science'
    Config = ProbeConfig
    starts: ClassVar = True

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()

    def handles(self, config: ProbeConfig) -> tuple[Handle, ...]:
        return (Handle(name='a'), Handle(name='b'))

    def join(self, config: ProbeConfig) -> Join:
        return config.join

    async def run(self, config: ProbeConfig, context: NodeContext) -> Completed:
        self.calls[context.path] += 1
        for _ in range(config.rests):
            await asyncio.sleep(0)
        if config.fails:
            raise StepError('as told')
        return Completed(output={'text': context.path}, handles=config.open)


IDLE: list[dict[str, Any]] = [
    {},
    {},
    {},
    {'disabled': True},
    {'pinned': {'text': 'pinned', 'more': 1}},
    {'pinned': {'text': 'pinned'}, 'pinned_handles': ('b',)},
    {'pinned': {'text': 'nothing'}, 'pinned_handles': ()},
    {'pinned': {'text': 'hidden'}, 'disabled': True},
]
"""Most nodes run; the others are disabled, pinned, or both."""


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    count = draw(st.integers(1, 12))
    nodes, edges = [], []
    for number in range(count):
        fails = draw(st.booleans()) and draw(st.booleans())
        config = {
            'join': draw(st.sampled_from(['any', 'all', 'first'])),
            'open': draw(st.sampled_from([('a',), ('b',), ('a', 'b'), ()])),
            'fails': fails,
            'rests': draw(st.integers(0, 5)),
        }
        on_error = draw(st.sampled_from(['continue', 'handle'])) if fails else 'stop'
        idle = draw(st.sampled_from(IDLE))
        nodes.append(Node(id=f'n{number}', type='probe', config=config, on_error=on_error, **idle))
        for source in draw(st.sets(st.integers(0, number - 1), max_size=4)) if number else ():
            handles = ['a', 'b', 'error'] if nodes[source].on_error == 'handle' else ['a', 'b']
            handle = draw(st.sampled_from(handles))
            edges.append(Edge(source=f'n{source}', source_handle=handle, target=f'n{number}'))
    return Graph(nodes=tuple(nodes), edges=tuple(edges))


def expected(graph: Graph) -> dict[str, str]:
    """What becomes of each node: an independent reading of the rules, in topological order."""
    opened: dict[str, tuple[str, ...]] = {}
    statuses: dict[str, str] = {}
    for node in graph.nodes:
        config = ProbeConfig.model_validate(node.config)
        ways = [edge.source_handle in opened[edge.source] for edge in graph.edges_into[node.id]]
        runs = not ways or (all(ways) if config.join == 'all' and not node.disabled else any(ways))
        if not runs:
            statuses[node.id], opened[node.id] = 'skipped', ()
        elif node.disabled:
            statuses[node.id], opened[node.id] = 'disabled', ('a',)
        elif node.pinned is not None:
            handles = ('a',) if node.pinned_handles is None else node.pinned_handles
            statuses[node.id], opened[node.id] = 'pinned', handles
        elif config.fails:
            statuses[node.id], opened[node.id] = 'failed', ('error',) if node.on_error == 'handle' else ('b',)
        else:
            statuses[node.id], opened[node.id] = 'succeeded', config.open
    return statuses


def became(state: RunState) -> dict[str, str]:
    """What became of each step: its status, or why it did not run."""
    return {step.path: step.not_run or step.status for step in state.steps.values()}


def passed_on(node: Node, graph: Graph, state: RunState) -> dict[str, Any]:
    """What a disabled node gives: an independent reading of the rules."""
    arrived: dict[str, dict[str, Any]] = {}
    for edge in graph.edges_into[node.id]:
        if edge.source_handle in state.steps[edge.source].handles:
            arrived[edge.source] = state.steps[edge.source].output
    match list(arrived.values()):
        case []:
            return {}
        case [result]:
            return {'text': '', **result}
        case results:
            return {'text': '\n\n'.join(result['text'] for result in results if result.get('text'))}


def check_idle(graph: Graph, state: RunState) -> None:
    for node in graph.nodes:
        if (step := state.steps[node.id]).status != 'skipped' and node.idle:
            assert step.output == (passed_on(node, graph, state) if node.disabled else node.pinned)
            assert (step.attempt, step.fingerprint) == (0, '')


class Bench:
    """An executor over memory stores, with one queued run of a graph."""

    def __init__(self, graph: Graph) -> None:
        self.probe = Probe()
        self.types: NodeTypes = Registry[NodeType[Any]]('node type')
        add_built_in_node_types(self.types)
        self.types.add('probe', self.probe)
        stores = memory_stores(clock=SystemClock())
        self.journal, self.workflows = stores.journal, stores.workflows
        llm = LLMService(stores.connections, stores.secrets, Registry('provider'), clock=SystemClock())
        around = Surroundings(
            node_types=self.types,
            strategies=Registry('strategy'),
            journal=TailedJournal(self.journal),
            conversations=stores.conversations,
            llm=llm,
            clock=SystemClock(),
            live=Live(),
            doorbell=Doorbell(),
            sandboxes=Sandboxes(Registry('sandbox')),
            toolbox=Toolbox(
                Registry('tool'),
                preferences=stores.preferences,
                secrets=stores.secrets,
                sandboxes=Sandboxes(Registry('sandbox')),
                clock=SystemClock(),
            ),
        )
        self.executor = Executor(around, self.workflows)
        self.graph = graph

    async def queue(self) -> None:
        version = WorkflowVersion(id='v', workflow_id='w', workflow_name='W', graph=self.graph, created_at=NOW)
        await self.workflows.add_version(version)
        run = Run(id='r', workflow_id='w', workflow_name='W', version_id='v', created_at=NOW)
        await self.journal.create(run, e.RunCreated(at=NOW, version_id='v'))

    async def folded(self) -> RunState:
        return RunState.of(await self.journal.read('r'))


async def walk_through(walk: Walk) -> None:
    await walk.open()
    await walk.go()


@settings(max_examples=150)
@given(graphs())
def test_every_node_runs_once_or_is_skipped_for_a_reason(graph: Graph) -> None:
    async def check() -> None:
        bench = Bench(graph)
        await bench.queue()
        walk = await bench.executor.take_up('r')
        assert walk is not None
        await walk_through(walk)
        statuses = expected(graph)
        assert became(walk.state) == statuses
        assert bench.probe.calls == Counter(node for node, kind in statuses.items() if kind in ('succeeded', 'failed'))
        check_idle(graph, walk.state)
        assert all(step.reason for step in walk.state.steps.values() if step.status == 'skipped')
        assert walk.state.status == 'succeeded'
        assert await bench.folded() == walk.state

    asyncio.run(check())


@settings(max_examples=150)
@given(graphs(), st.lists(st.integers(0, 40), max_size=6))
def test_no_crash_changes_what_comes_out(graph: Graph, crashes: list[int]) -> None:
    async def check() -> None:
        bench = Bench(graph)
        await bench.queue()
        for moments in crashes:
            if (walk := await bench.executor.take_up('r')) is None:
                break
            task = asyncio.ensure_future(walk_through(walk))
            for _ in range(moments):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])
        if (walk := await bench.executor.take_up('r')) is not None:
            await walk_through(walk)
        state = await bench.folded()
        assert became(state) == expected(graph)
        check_idle(graph, state)
        assert state.status == 'succeeded'
        events = await bench.journal.read('r')
        ends = Counter(
            event.path for event in events if isinstance(event, e.StepCompleted | e.StepReused | e.StepFailed)
        )
        assert set(ends.values()) <= {1}
        for path, count in Counter(event.path for event in events if isinstance(event, e.StepStarted)).items():
            assert count <= 1 + len(crashes), path
        done: set[str] = set()
        for event in events:
            if isinstance(event, e.StepStarted):
                assert event.path not in done
            if isinstance(event, e.StepCompleted):
                done.add(event.path)

    asyncio.run(check())


@settings(max_examples=100)
@given(graphs(), st.integers(0, 10**6))
def test_validation_agrees_with_the_order_of_edges(graph: Graph, seed: int) -> None:
    bench = Bench(graph)
    problems = [p for p in validate_graph(graph, bench.types, agents=()) if p.severity == 'error']
    assert problems == []
    if graph.edges:
        edge = graph.edges[seed % len(graph.edges)]
        back = Edge(source=edge.target, source_handle='a', target=edge.source)
        cyclic = graph.model_copy(update={'edges': (*graph.edges, back)})
        cyclic = Graph(nodes=cyclic.nodes, edges=cyclic.edges)
        assert 'cycle' in {p.code for p in validate_graph(cyclic, bench.types, agents=())}
