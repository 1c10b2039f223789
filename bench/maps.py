"""What an item of a map costs, and how memory grows with the items. `python -m bench.maps DIR ITEMS` measures one."""

import json
import resource
import subprocess
import sys
from pathlib import Path

from app import event_loop
from app.lifespan import open_orchestrator
from bench.figures import Figure, spent
from bench.inside import PRACTICE, add, run_one, use
from core.workflows.graph import Edge, Graph, Node

AT_ONCE = 50


def map_cost(data_dir: Path, *, few: int, many: int, repeat: int) -> list[Figure]:
    """CPU of an item, and the peak memory of a process with many items over that of one with few, by turns."""
    takes = [
        [_in_a_process(data_dir / f'{number}-{items}', items) for items in (few, many)] for number in range(repeat)
    ]
    name = f'map of {many:,} items, {AT_ONCE} at once'
    cost = [large['cpu'] * 1000 / many for _, large in takes]
    growth = [large['megabytes'] - small['megabytes'] for small, large in takes]
    return [
        Figure(what=f'{name}, an item of an agent and a template, CPU', unit='ms', values=cost),
        Figure(what=f'{name}, memory over {few} items', unit='MB', values=growth, limit=10),
    ]


def graph(items: int) -> Graph:
    """A map whose body asks an agent and fills in a template."""
    config = {'items': str(list(range(items))), 'parallel': AT_ONCE}
    nodes = (
        Node(id='start', type='input'),
        Node(id='each', type='map', config=config),
        Node(id='ask', type='agent', parent='each', config={'agent': 'worker', 'prompt': 'Say number {{ item }}.'}),
        Node(id='told', type='template', parent='each', config={'text': 'So: {{ ask.text }}'}),
        Node(id='end', type='output', config={'value': '{{ each.items | length }}'}),
    )
    ways = (('start', 'each'), ('ask', 'told'), ('each', 'end'))
    return Graph(nodes=nodes, edges=tuple(Edge(source=source, target=target) for source, target in ways))


def _in_a_process(data_dir: Path, items: int) -> dict[str, float]:
    command = [sys.executable, '-m', 'bench.maps', str(data_dir), str(items)]
    told: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return told


async def _measure(data_dir: Path, items: int) -> dict[str, float]:
    async with open_orchestrator(data_dir) as orchestrator:
        await use(orchestrator, PRACTICE)
        workflow = await add(orchestrator, graph(items), 'map')
        take = await spent(run_one(orchestrator, workflow))
    return {'cpu': take.cpu, 'megabytes': _peak()}


def _peak() -> float:
    """The most memory that this process ever held, in MB; `getrusage` would count its parent's from before it began."""
    status = Path('/proc/self/status')
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    told = dict(line.split(':', 1) for line in status.read_text().splitlines() if ':' in line)
    return int(told['VmHWM'].split()[0]) / 1024


if __name__ == '__main__':
    print(json.dumps(event_loop.run(_measure(Path(sys.argv[1]), int(sys.argv[2])))))
