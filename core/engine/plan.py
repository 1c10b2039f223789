"""A graph made ready to be walked: each node with its type and its configuration, checked."""

from dataclasses import dataclass
from typing import Any, Optional

from core.nodes.body import BodyNodeType
from core.nodes.marked import marked_fields
from core.nodes.node_type import Join, NodeType, NodeTypes
from core.nodes.reading import first_handles, join_of
from core.runs.events import NotRun
from core.values import Value
from core.workflows.graph import Graph, Node


@dataclass(frozen=True, kw_only=True, slots=True)
class StandIn:
    """What a node that is not run gives in its place; `output` None: what arrives."""

    why: NotRun
    output: dict[str, Any] | None
    handles: tuple[str, ...]
    join: Join


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """A node that runs, or has a stand-in."""

    node: Node
    title: str
    type: NodeType[Any]
    config: Value
    templated: bool = False
    """Whether there are places in the configuration that are filled in for each step."""
    looked_up: tuple[tuple[str, str], ...] = ()
    """The expressions and the code in the configuration, as (language, source): they read results while the step runs,
    so the values of the names in them are part of what it does."""
    body: Optional['Plan'] = None
    """What stands inside it, if it is a container."""
    stand_in: StandIn | None = None
    """If it has one, its type and configuration mean nothing."""

    @property
    def has_rounds(self) -> bool:
        """Whether its steps run a body."""
        return isinstance(self.type, BodyNodeType)

    @property
    def join(self) -> Join:
        return self.stand_in.join if self.stand_in else self.type.join(self.config)

    @property
    def last_handle(self) -> tuple[str, ...]:
        """The way on when a failure is passed over, if any; a condition's is `otherwise`, an approval's `rejected`."""
        return tuple(handle.name for handle in self.type.handles(self.config)[-1:])


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """The nodes that run, by id, and the graph they stand in; what stands in containers is in their plans."""

    graph: Graph
    nodes: dict[str, Planned]

    @classmethod
    def of(cls, graph: Graph, node_types: NodeTypes) -> 'Plan':
        return cls._of(graph, graph.inside(None), node_types)

    @classmethod
    def _of(cls, whole: Graph, part: Graph, node_types: NodeTypes) -> 'Plan':
        planned = {}
        for node in part.nodes:
            if node.idle:
                stand_in = _stand_in(node, part, node_types)
                planned[node.id] = Planned(
                    node=node, title=node.title, type=NodeType(), config=Value(), stand_in=stand_in
                )
                continue
            node_type = node_types.get(node.type)
            if node_type.runs:
                config = node_type.Config.model_validate(node.config)
                marked = [(language, source) for _, language, source in marked_fields(config)]
                planned[node.id] = Planned(
                    node=node,
                    title=node.title,
                    type=node_type,
                    config=config,
                    templated=any(language == 'template' and '{' in source for language, source in marked),
                    looked_up=tuple(each for each in marked if each[0] in {'expression', 'python'}),
                    body=cls._of(whole, whole.inside(node.id), node_types) if node_type.contains else None,
                )
        return cls(graph=part, nodes=planned)


def _stand_in(node: Node, graph: Graph, node_types: NodeTypes) -> StandIn:
    join, first = join_of(node, node_types), first_handles(node, graph, node_types)
    if node.disabled:
        return StandIn(why='disabled', output=None, handles=first, join=join)
    handles = first if node.pinned_handles is None else node.pinned_handles
    return StandIn(why='pinned', output=node.pinned, handles=handles, join=join)
