"""Whether a graph can run: every problem with its node, its field, the reason and the way out."""

from collections.abc import Container
from typing import Any, Literal

from core.nodes.node_type import NodeType
from core.registry import Registry
from core.values import Value
from core.workflows.graph import Graph


class Problem(Value):
    """One thing that is wrong. Errors keep the graph from running, warnings do not."""

    severity: Literal['error', 'warning'] = 'error'
    code: str
    node: str | None = None
    field: str | None = None
    message: str


def validate_graph(graph: Graph, node_types: Registry[NodeType[Any]], *, agents: Container[str]) -> list[Problem]:
    """All problems, errors first; an empty list or one of only warnings can run."""
    raise NotImplementedError
