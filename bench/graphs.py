"""Graphs to run."""

from itertools import pairwise

from core.workflows.graph import Edge, Graph, Node

TEXT = {'text': '{{ incoming }}'}


def chain(nodes: int) -> Graph:
    """`nodes` nodes, one after the other: an input, templates, an output."""
    ids = ['start', *(f'step_{number}' for number in range(nodes - 2)), 'end']
    return Graph(nodes=_nodes(ids), edges=tuple(Edge(source=a, target=b) for a, b in pairwise(ids)))


def fan(nodes: int) -> Graph:
    """`nodes` nodes, all but the first and the last side by side."""
    middle = [f'step_{number}' for number in range(nodes - 2)]
    edges = [edge for id_ in middle for edge in (Edge(source='start', target=id_), Edge(source=id_, target='end'))]
    return Graph(nodes=_nodes(['start', *middle, 'end']), edges=tuple(edges))


def layered(nodes: int, *, width: int = 10) -> Graph:
    """`nodes` nodes in layers of `width`, each leading to two of the next layer: as a large workflow may look."""
    steps = nodes - 2
    ids = [f'step_{number}' for number in range(steps)]
    edges = []
    for number in range(steps):
        if number < width:
            edges.append(Edge(source='start', target=ids[number]))
        after = (number // width + 1) * width
        targets = (after + number % width, after + (number + 1) % width)
        edges += [Edge(source=ids[number], target=ids[n] if n < steps else 'end') for n in targets]
    return Graph(nodes=_nodes(['start', *ids, 'end']), edges=tuple(dict.fromkeys(edges)))


def mapped(items: int, *, nodes: int) -> Graph:
    """A map over so many items, with templates one after the other in its body."""
    ids = [f'step_{number}' for number in range(nodes)]
    inside = (Node(id=id_, type='template', parent='each', config=TEXT) for id_ in ids)
    each = Node(id='each', type='map', config={'items': str(list(range(items))), 'parallel': 50})
    ways = [('start', 'each'), ('each', 'end'), *pairwise(ids)]
    return Graph(
        nodes=(Node(id='start', type='input'), each, *inside, Node(id='end', type='output', config={'value': 'done'})),
        edges=tuple(Edge(source=a, target=b) for a, b in ways),
    )


def agents(count: int, *, parallel: bool, prompt: str) -> Graph:
    """An input, `count` agents one after the other or side by side, an output."""
    start = Node(id='start', type='input')
    end = Node(id='end', type='output')
    asked = [
        Node(id=f'agent_{n}', type='agent', config={'agent': 'worker', 'prompt': f'{prompt} {n}'}) for n in range(count)
    ]
    if parallel:
        edges = [e for n in asked for e in (Edge(source='start', target=n.id), Edge(source=n.id, target='end'))]
    else:
        ids = ['start', *(node.id for node in asked), 'end']
        edges = [Edge(source=a, target=b) for a, b in pairwise(ids)]
    return Graph(nodes=(start, *asked, end), edges=tuple(edges))


def _nodes(ids: list[str]) -> tuple[Node, ...]:
    first, *middle, last = ids
    steps = (Node(id=id_, type='template', config=TEXT) for id_ in middle)
    return (Node(id=first, type='input'), *steps, Node(id=last, type='output', config={'value': 'done'}))
