"""Maps and loops in each other, at random: an independent reading of the rules agrees, with and without crashes."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, ClassVar

from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import StepError
from core.nodes.node_type import Completed, NodeContext, NodeType
from core.runs import events as e
from core.runs.state import RunState
from core.values import Value
from core.workflows.graph import Edge, Graph, Node
from core.workflows.validation import validate_graph
from tests.core.test_random_graphs import Bench, walk_through


class PickyConfig(Value):
    refuses: int = -1
    rests: int = 0


class Picky(NodeType[PickyConfig]):
    """Fails in every third round, counted over all bodies it stands in; gives its path."""

    name: ClassVar = 'picky'
    title: ClassVar = 'Picky'
    description: ClassVar = 'For tests.'
    category: ClassVar = 'logic'
    icon: ClassVar = 'science'
    Config = PickyConfig
    starts: ClassVar = True

    def __init__(self) -> None:
        self.done: Counter[str] = Counter()

    async def run(self, config: PickyConfig, context: NodeContext) -> Completed:
        for _ in range(config.rests):
            await asyncio.sleep(0)
        self.done[context.path] += 1
        if refused(context.path, config.refuses):
            raise StepError('as told')
        return Completed(output={'text': context.path})


def refused(path: str, when: int) -> bool:
    return sum(map(int, re.findall(r'\[(\d+)\]', path))) % 3 == when


@st.composite
def bodies(draw: st.DrawFn) -> Graph:
    nodes: list[Node] = []
    edges: list[Edge] = []
    names = iter(f'n{number}' for number in range(1000))

    def fill(parent: str | None, depth: int, careful: bool) -> None:
        own: list[str] = []
        for _ in range(draw(st.integers(1, 3))):
            kind = draw(st.sampled_from(['picky', 'map', 'loop'] if depth < 2 else ['picky']))
            node_id = next(names)
            inside_careful = careful
            config: dict[str, Any]
            match kind:
                case 'picky':
                    config = {'rests': draw(st.integers(0, 4)), 'refuses': draw(st.integers(-3, 2)) if careful else -1}
                case 'map':
                    policy = draw(st.sampled_from(['leave_out', 'null', *(['stop'] if careful else [])]))
                    count = draw(st.integers(0, 5))
                    config = {
                        'items': str(list(range(count))),
                        'parallel': draw(st.integers(1, 3)),
                        'when_item_fails': policy,
                    }
                    inside_careful = careful or policy != 'stop'
                case _:
                    config = {'most': draw(st.integers(1, 3)), 'until': draw(st.sampled_from(['', 'index == 1']))}
            on_error = draw(st.sampled_from(['stop', 'continue'])) if careful else 'stop'
            nodes.append(Node(id=node_id, type=kind, parent=parent, config=config, on_error=on_error))
            sources = draw(st.sets(st.sampled_from(own), max_size=2)) if own else ()
            edges.extend(Edge(source=source, target=node_id) for source in sources)
            own.append(node_id)
            if kind != 'picky':
                fill(node_id, depth + 1, inside_careful)

    fill(None, 0, careful=False)
    return Graph(nodes=tuple(nodes), edges=tuple(edges))


class RefusedError(Exception):
    """A step or a round failed, and so does what it is in."""


def expected(graph: Graph, parent: str | None = None, prefix: str = '') -> dict[str, Any]:
    """What the nodes right inside `parent` give, and the text of those at the end: an independent reading."""
    given: dict[str, Any] = {}
    for node in graph.nodes:
        if node.parent == parent:
            try:
                given[node.id] = _gives(graph, node, prefix + node.id)
            except RefusedError:
                if node.on_error != 'continue':
                    raise
                given[node.id] = ''
    return given


def _gives(graph: Graph, node: Node, path: str) -> Any:
    match node.type:
        case 'picky':
            if refused(path, node.config['refuses']):
                raise RefusedError
            return path
        case 'map':
            return list(_of_items(graph, node, path))
        case _:
            text = ''
            for index in range(node.config['most']):
                text = _text(_round(graph, node, path, index))
                if node.config['until'] and index == 1:
                    break
            return text


def _of_items(graph: Graph, node: Node, path: str) -> Iterator[Any]:
    for index in range(len(node.config['items'].split(',')) if node.config['items'] != '[]' else 0):
        try:
            yield _text(_round(graph, node, path, index))
        except RefusedError:
            match node.config['when_item_fails']:
                case 'stop':
                    raise
                case 'null':
                    yield None


def _round(graph: Graph, node: Node, path: str, index: int) -> dict[str, Any]:
    """What the nodes at the end of one round give; those that were passed over give nothing."""
    given = expected(graph, node.id, f'{path}[{index}].')
    return {key: value for key, value in given.items() if not graph.edges_from[key] and value != ''}


def _text(ends: dict[str, Any]) -> str:
    return '\n\n'.join(filter(None, (_one_text(value) for value in ends.values())))


def _one_text(value: Any) -> str:
    return '\n\n'.join(filter(None, value)) if isinstance(value, list) else value


def became(graph: Graph, state: RunState) -> dict[str, Any]:
    return {
        node.id: _told(node, state.steps[node.id].output)
        for node in graph.nodes
        if node.parent is None and node.id in state.steps
    }


def _told(node: Node, output: dict[str, Any]) -> Any:
    return [None if item is None else _item(item) for item in output['items']] if node.type == 'map' else output['text']


def _item(item: Any) -> str:
    """An item of a map as one text; the result of several ends is a mapping, its text is theirs joined."""
    return item['text'] if isinstance(item, dict) else _one_text(item)


def bench_of(graph: Graph) -> tuple[Bench, Picky]:
    bench, picky = Bench(graph), Picky()
    bench.types.add('picky', picky)
    return bench, picky


@settings(max_examples=150)
@given(bodies())
def test_bodies_in_bodies_give_what_the_rules_say(graph: Graph) -> None:
    async def check() -> None:
        bench, picky = bench_of(graph)
        problems = {p.code for p in validate_graph(graph, bench.types, agents=()) if p.severity == 'error'}
        assert problems <= {'unreachable'}  # nothing leads to the first
        await bench.queue()
        walk = await bench.executor.take_up('r')
        assert walk is not None
        await walk_through(walk)
        folded = await bench.folded()
        assert folded.status == 'succeeded', folded.error
        assert became(graph, folded) == expected(graph)
        assert set(picky.done.values()) <= {1}
        lean = {path: step for path, step in folded.steps.items() if path in walk.state.steps}
        assert lean == walk.state.steps

    asyncio.run(check())


@settings(max_examples=150)
@given(bodies(), st.lists(st.integers(0, 60), max_size=6))
def test_no_crash_changes_what_bodies_give(graph: Graph, crashes: list[int]) -> None:
    async def check() -> None:
        bench, _ = bench_of(graph)
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
        folded = await bench.folded()
        assert folded.status == 'succeeded', folded.error
        assert became(graph, folded) == expected(graph)
        events = await bench.journal.read('r')
        ends = Counter(event.path for event in events if isinstance(event, e.StepCompleted | e.StepFailed))
        assert set(ends.values()) <= {1}
        starts = Counter(event.path for event in events if isinstance(event, e.StepStarted))
        rounds_and_bodies = {path for path in starts if path.endswith(']') or folded.steps[path].node == 'map'}
        assert all(starts[path] == 1 for path in rounds_and_bodies)
        done: set[str] = set()
        for event in events:
            if isinstance(event, e.StepStarted):
                assert event.path not in done
            if isinstance(event, e.StepCompleted):
                done.add(event.path)

    asyncio.run(check())
