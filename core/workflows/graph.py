"""The picture a workflow is drawn as: nodes, and edges between their handles."""

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from core.ids import in_words
from core.values import Json, Value

NodeId = Annotated[str, StringConstraints(pattern=r'^[a-z][a-z0-9_]{0,63}$')]
"""What templates call a node's result by: `{{ research.text }}`."""

OnError = Literal['stop', 'continue', 'value', 'handle']
"""stop: the run fails · continue: go on without a result · value: go on with `error_value` · handle: take `error`."""

IN = 'in'
OUT = 'out'
ERROR = 'error'


class Position(Value):
    """Where a node is drawn, in canvas pixels; x grows to the right, y downwards."""

    x: float
    y: float


class Size(Value):
    """How large a node is drawn, in canvas pixels; only notes, groups and containers have a size of their own."""

    width: float = Field(gt=0)
    height: float = Field(gt=0)


class Retry(Value):
    """How often a failed attempt is tried again, and how long between (seconds, growing by `factor`)."""

    attempts: int = Field(default=1, ge=1, le=20, description='Attempts in all; 1 means no retry.')
    delay: float = Field(default=1.0, ge=0, le=3600, description='Seconds before the second attempt.')
    factor: float = Field(default=2.0, ge=1, le=10, description='Each further wait is this many times longer.')
    max_delay: float = Field(default=60.0, ge=0, le=86400, description='No wait grows beyond it, in seconds.')
    jitter: float = Field(default=0.1, ge=0, le=1, description='Up to this share is added to each wait, by chance.')


class Node(Value):
    """One place in a graph; what it does is its type's, what it is told is `config` (that type's Config)."""

    id: NodeId
    type: str
    name: str = ''
    config: dict[str, Any] = {}
    position: Position | None = None
    size: Size | None = None
    parent: NodeId | None = None
    """The container in whose body the node stands (a map's or a loop's); None: in the workflow itself."""
    disabled: bool = False
    """Passes on what arrives instead of doing anything, by its first handle; goes before a pinned result."""
    pinned: dict[str, Any] | None = None
    """A result that is given instead of running the node."""
    pinned_handles: tuple[str, ...] | None = None
    """The output handles from which ways are open when a pinned result is given; None: the first."""
    retry: Retry = Retry()
    timeout: float | None = Field(default=None, gt=0, description='Seconds an attempt may take.')
    on_error: OnError = 'stop'
    error_value: Json = None

    @property
    def idle(self) -> bool:
        """Whether it has a result without being run: what it is told need not be right."""
        return self.disabled or self.pinned is not None

    @property
    def title(self) -> str:
        return self.name or in_words(self.id)


class Edge(Value):
    """A way from one node's output handle to another node's input handle."""

    source: NodeId
    target: NodeId
    source_handle: str = OUT
    target_handle: str = IN

    @property
    def id(self) -> str:
        return f'{self.source}.{self.source_handle}->{self.target}.{self.target_handle}'


class Graph(Value):
    """Nodes and edges; ids are unique and edges point at nodes only once `validate_graph` found nothing."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()

    @cached_property
    def by_id(self) -> dict[str, Node]:
        return {node.id: node for node in self.nodes}

    @cached_property
    def edges_into(self) -> dict[str, tuple[Edge, ...]]:
        return _group(self.edges, self.by_id, 'target')

    @cached_property
    def edges_from(self) -> dict[str, tuple[Edge, ...]]:
        return _group(self.edges, self.by_id, 'source')

    @cached_property
    def key(self) -> int:
        """Its hash, kept since it takes all of the graph: what was found out about one can be remembered by it."""
        return hash(self.model_dump_json())

    def __hash__(self) -> int:
        return self.key

    def of_type(self, type_name: str) -> Iterator[Node]:
        return (node for node in self.nodes if node.type == type_name)

    def inside(self, parent: str | None) -> 'Graph':
        """The nodes that stand right inside this container (None: in the workflow itself), and the edges between."""
        nodes = tuple(node for node in self.nodes if node.parent == parent)
        if len(nodes) == len(self.nodes):
            return self
        ids = {node.id for node in nodes}
        return Graph(nodes=nodes, edges=tuple(edge for edge in self.edges if {edge.source, edge.target} <= ids))


def _group(edges: tuple[Edge, ...], nodes: dict[str, Node], end: str) -> dict[str, tuple[Edge, ...]]:
    groups: dict[str, list[Edge]] = {node_id: [] for node_id in nodes}
    for edge in edges:
        groups.setdefault(getattr(edge, end), []).append(edge)
    return {node_id: tuple(group) for node_id, group in groups.items()}
