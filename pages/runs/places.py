"""Where the steps of a run stand: in which card of its picture, below which other step, and under what name."""

import re
from collections.abc import Iterator, Mapping

from core.llm.usage import Usage
from core.runs.state import RunState, StepState
from core.workflows.graph import Graph

_INDEX = re.compile(r'\[(\d+)\]$')


def around(path: str) -> str:
    """The step that this one is a part of: a round is of its node's step, a step inside of its round; '' of none."""
    return _INDEX.sub('', path) if path.endswith(']') else path.rpartition('.')[0]


def card_of(path: str, graph: Graph) -> str | None:
    """The path of the step that tells of this one on a card: itself, or what it is a part of."""
    while path:
        container, _, node_id = path.rpartition('.')
        node = graph.by_id.get(node_id)
        parent = _INDEX.sub('', container).rpartition('.')[2] or None
        if node is not None and node.parent == parent:
            return path
        path = around(path)
    return None


def name_of(step: StepState, names: Mapping[str, str]) -> str:
    """What the step is called; `names` are the titles of the nodes."""
    if step.is_round:
        number = int(_INDEX.findall(step.path)[0]) + 1
        return f'{names.get(step.node, step.node)} {number}'
    if is_turn(step):
        return str(step.input['name'])
    return names.get(step.path) or names.get(step.node) or step.node.replace('_', ' ').capitalize()


def is_turn(step: StepState) -> bool:
    """Whether a member of a team speaks in it."""
    return {'seat', 'talk', 'name'} <= step.input.keys()


def is_listed(step: StepState) -> bool:
    """Whether it is worth a line of its own; a round of a team is nothing but its turn."""
    return not (step.is_round and {'who', 'agent'} <= step.input.keys())


def usage_of(state: RunState, step: StepState) -> Usage:
    """What it used, with all that is inside it."""
    return sum((each.usage for each in _inside(state, step.path)), step.usage)


def _inside(state: RunState, path: str) -> Iterator[StepState]:
    if f'{path}[0]' in state.steps:
        begin = f'{path}['
        yield from (step for step in state.steps.values() if step.path.startswith(begin))
