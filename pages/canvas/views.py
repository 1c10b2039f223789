"""What the canvas shows of a graph: one plain view a node and an edge, and what differs between two of them."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from core.drafts.naming import outputs_of
from core.nodes.node_type import Handle, Join, NodeTypes, OutputField
from core.nodes.reading import join_of
from core.workflows.document import arrow
from core.workflows.graph import ERROR, OUT, Edge, Graph, Node
from core.workflows.order import containers
from core.workflows.validation import Problem
from pages.components.model_picker import Place
from pages.workflows.cards import FOOT, HEAD, PREVIEW, Card, cards_of, label_of
from pages.workflows.known import Known
from pages.workflows.layout import Size

WAY = 24.0
"""The height of a handle's row, where a node has several."""
ROOM = HEAD + PREVIEW + FOOT
"""The same for all nodes with one way out, so that they stand in line whatever a run adds to them."""
FRAME = Size(width=480.0, height=280.0, handles=())
ENTRIES: dict[Join, str] = {
    'all': 'In: once every way has arrived',
    'any': 'In: once all that can arrive has arrived',
    'first': 'In: as soon as one arrives',
}


@dataclass(frozen=True, kw_only=True, slots=True)
class HandleView:
    name: str
    label: str
    title: str
    """What it is and what it carries, for those who point at it."""
    error: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class NodeView:
    """One node as the browser draws it; `source` is what is copied of it. Places and sizes are canvas pixels."""

    id: str
    kind: Literal['node', 'note', 'frame']
    title: str
    summary: str
    icon: str
    category: str
    x: float
    y: float
    width: float
    height: float
    handles: tuple[HandleView, ...]
    entry: str
    """When it starts, for those who point at where ways enter; empty where none may."""
    contains: bool
    empty: bool
    """Whether it is a container that nothing stands in."""
    parent: str | None
    depth: int
    """In how many containers it stands."""
    place: Place
    text: str
    disabled: bool
    pinned: bool
    mark: Literal['', 'warning', 'error']
    problems: tuple[str, ...]
    source: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class EdgeView:
    id: str
    source: str
    handle: str
    target: str
    error: bool
    arrow: str
    """The edge as files have it, for the clipboard."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Views:
    """All that is shown of one graph, by ids."""

    nodes: dict[str, NodeView]
    edges: dict[str, EdgeView]

    def told(self) -> dict[str, Any]:
        """For the browser, as a whole."""
        return {'nodes': _told(self.nodes.values()), 'edges': _told(self.edges.values())}

    def since(self, before: 'Views') -> dict[str, Any]:
        """For the browser, what differs from what it has; empty where nothing does."""
        nodes = [view for key, view in self.nodes.items() if view != before.nodes.get(key)]
        edges = [view for key, view in self.edges.items() if view != before.edges.get(key)]
        gone = [key for key in before.nodes if key not in self.nodes]
        cut = [key for key in before.edges if key not in self.edges]
        if not (nodes or edges or gone or cut):
            return {}
        return {'nodes': _told(nodes), 'edges': _told(edges), 'gone': gone, 'cut': cut}


def views_of(graph: Graph, node_types: NodeTypes, *, known: Known, problems: Iterable[Problem] = ()) -> Views:
    """The views of a graph all of whose nodes have places."""
    found: dict[str, list[Problem]] = {}
    for problem in problems:
        found.setdefault(problem.node or '', []).append(problem)
    cards = cards_of(graph, node_types, known)
    holders = {node.parent for node in graph.nodes}
    return Views(
        nodes={
            node.id: _node(
                node,
                cards[node.id],
                node_types,
                found.get(node.id, ()),
                holds=node.id in holders,
                depth=sum(1 for _ in containers(graph, node.id)) if node.parent else 0,
            )
            for node in graph.by_id.values()
        },
        edges={edge.id: _edge(edge) for edge in graph.edges if edge.source in cards and edge.target in cards},
    )


def kind_of(node: Node, node_types: NodeTypes) -> Literal['node', 'note', 'frame']:
    """How a node is drawn: as a card, as words, or as a frame around others."""
    kind = node_types.get(node.type) if node.type in node_types else None
    if kind is None or (kind.runs and not kind.contains):
        return 'node'
    return 'frame' if kind.contains or kind.name == 'group' else 'note'


def size_of(node: Node, card: Card, node_types: NodeTypes) -> Size:
    """The room that a node takes: its own size if it has one, else its card with what a run may add to it."""
    kind = kind_of(node, node_types)
    if kind == 'node':
        size = card.size(live=True)
        rows = len(size.handles) if len(size.handles) > 1 else 0
        return replace(size, height=ROOM + WAY * rows)
    if node.size is None:
        return card.size(live=True) if kind == 'note' else FRAME
    return Size(width=node.size.width, height=node.size.height, handles=tuple(handle.name for handle in card.handles))


def _node(
    node: Node, card: Card, node_types: NodeTypes, problems: Iterable[Problem], *, holds: bool, depth: int
) -> NodeView:
    kind = node_types.get(node.type) if node.type in node_types else None
    size = size_of(node, card, node_types)
    severities = {problem.severity for problem in problems}
    return NodeView(
        id=node.id,
        kind=kind_of(node, node_types),
        title=card.title,
        summary=card.summary,
        icon=card.icon,
        category=card.category,
        x=node.position.x if node.position else 0.0,
        y=node.position.y if node.position else 0.0,
        width=size.width,
        height=size.height,
        handles=tuple(
            HandleView(
                name=handle.name,
                label=label_of(handle, card.handles),
                title=_title_of(handle, outputs_of(node, node_types)),
                error=handle.name == ERROR,
            )
            for handle in card.handles
        ),
        entry=ENTRIES[join_of(node, node_types)] if kind is None or (kind.enters and kind.runs) else '',
        contains=kind is not None and kind.contains,
        empty=kind is not None and kind.contains and not holds,
        parent=node.parent,
        depth=depth,
        place=card.place,
        text=str(node.config.get('text', '')) if card.note else '',
        disabled=node.disabled,
        pinned=node.pinned is not None,
        mark='error' if 'error' in severities else 'warning' if severities else '',
        problems=tuple(problem.message.replace('`', '') for problem in problems),
        source=_source(node),
    )


def _title_of(handle: Handle, outputs: Iterable[OutputField]) -> str:
    what = handle.title or ('Result' if handle.name == OUT else f'Branch “{handle.name}”')
    fields = ', '.join(field.name for field in (outputs if handle.carries is None else handle.carries))
    return f'{what}: {fields}' if fields else what


def _source(node: Node) -> dict[str, Any]:
    return {'type': node.type, **node.model_dump(mode='json', exclude={'id', 'type'}, exclude_defaults=True)}


def _edge(edge: Edge) -> EdgeView:
    return EdgeView(
        id=edge.id,
        source=edge.source,
        handle=edge.source_handle,
        target=edge.target,
        error=edge.source_handle == ERROR,
        arrow=arrow(edge),
    )


def _told(views: Iterable[NodeView] | Iterable[EdgeView]) -> dict[str, Any]:
    return {view.id: asdict(view) for view in views}
