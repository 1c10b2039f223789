"""Agents, teams and workflows name each other by their ids, and those are others where a file arrives."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from core.agents.agent import Agent
from core.nodes.node_type import NodeTypes
from core.nodes.reading import read_node
from core.published import key_of, workflow_of
from core.teams.team import Team
from core.workflows.graph import Graph, Node
from core.workflows.workflow import Workflow

Kind = Literal['agent', 'team', 'workflow']
Named = tuple[Kind, str]
"""What is named, and by which id."""

Item = Agent | Team | Workflow

_KINDS: tuple[Kind, ...] = ('agent', 'team', 'workflow')


def named_by(item: Item, node_types: NodeTypes) -> Iterator[Named]:
    """All that it names itself; nodes that cannot be read are passed over, since a draft may be anything."""
    match item:
        case Agent():
            yield from _of_tools(item.tools)
        case Team():
            yield from (('agent', key) for key in item.agents)
        case Workflow():
            for node in item.graph.nodes:
                yield from _of_node(node, node_types)


def renamed(item: Item, ids: Mapping[Named, str]) -> Item:
    """The same, naming others by the ids that they have now."""
    match item:
        case Agent():
            changes = {name: tuple(_tool(key, ids) for key in getattr(item, name)) for name in ('tools', 'ask_before')}
            return item.model_copy(update=changes)
        case Team():
            members = tuple(each.model_copy(update={'agent': _id('agent', each.agent, ids)}) for each in item.members)
            return item.model_copy(update={'members': members, 'lead': _id('agent', item.lead, ids)})
        case Workflow():
            return item.model_copy(update={'graph': renamed_graph(item.graph, ids)})


def renamed_graph(graph: Graph, ids: Mapping[Named, str]) -> Graph:
    """The graph whose nodes name others by the ids that they have now."""
    return Graph(nodes=tuple(_node(node, ids) for node in graph.nodes), edges=graph.edges)


def _of_node(node: Node, node_types: NodeTypes) -> Iterator[Named]:
    if read := read_node(node, node_types):
        node_type, config = read
        yield from (('agent', key) for key in node_type.agents(config))
        yield from (('team', key) for key in node_type.teams(config))
        yield from (('workflow', key) for key in node_type.workflows(config))
        yield from _of_tools(node_type.tools(config))


def _of_tools(keys: Iterable[str]) -> Iterator[Named]:
    yield from (('workflow', workflow) for key in keys if (workflow := workflow_of(key)))


def _node(node: Node, ids: Mapping[Named, str]) -> Node:
    told = {name: value for name, value in node.config.items() if isinstance(value, str)}
    changes: dict[str, str] = {kind: _id(kind, told[kind], ids) for kind in _KINDS if kind in told}
    if 'tool' in told:
        changes['tool'] = _tool(told['tool'], ids)
    return node.model_copy(update={'config': {**node.config, **changes}})


def _tool(key: str, ids: Mapping[Named, str]) -> str:
    workflow = workflow_of(key)
    return key_of(_id('workflow', workflow, ids)) if workflow else key


def _id(kind: Kind, key: str, ids: Mapping[Named, str]) -> str:
    return ids.get((kind, key), key) if key else ''  # a field that nothing is chosen in yet
