"""A graph made ready to be walked: each node with its type and its configuration, checked."""

from dataclasses import dataclass
from typing import Any

from core.nodes.node_type import Join, NodeType, NodeTypes
from core.values import Value
from core.workflows.graph import Graph, Node


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """A node that runs."""

    node: Node
    type: NodeType[Any]
    config: Value

    @property
    def join(self) -> Join:
        return self.type.join(self.config)

    @property
    def last_handle(self) -> tuple[str, ...]:
        """The way on when a failure is passed over, if any; a condition's is `otherwise`, an approval's `rejected`."""
        return tuple(handle.name for handle in self.type.handles(self.config)[-1:])


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """The nodes that run, by id, and the graph they stand in."""

    graph: Graph
    nodes: dict[str, Planned]

    @classmethod
    def of(cls, graph: Graph, node_types: NodeTypes) -> 'Plan':
        planned = {}
        for node in graph.nodes:
            node_type = node_types.get(node.type)
            if node_type.runs:
                config = node_type.Config.model_validate(node.config)
                planned[node.id] = Planned(node=node, type=node_type, config=config)
        return cls(graph=graph, nodes=planned)
