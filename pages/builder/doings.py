"""What a person does on the canvas, done to the draft."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args

from core.drafts.connecting import handles_of, refusals
from core.drafts.draft import Draft
from core.drafts.edits import Add, Change, Edit, EditRefusedError, Move, Remove, apply, edits
from core.drafts.pasting import free_id, part_of, pasting
from core.ids import slug
from core.nodes.node_type import NodeTypes
from core.runs.state import StepState
from core.workflows.graph import OUT, Edge, Graph, Node, Position
from core.workflows.order import containers
from core.workflows.validation import RESERVED
from pages.canvas.containing import GAP, container_at, grown, room_in
from pages.canvas.offers import Offer
from pages.canvas.tidy import Alignment, aligned, boxes_of, frame_around, rooms_of, tidy, with_places
from pages.canvas.views import FRAME
from pages.workflows.cards import HEAD, WIDTH
from pages.workflows.known import Known
from pages.workflows.layout import Box

APART = 40.0
"""How far a duplicate stands from what it is one of, in pixels."""


class Doings:
    """Each gives the ids of the nodes that are to be chosen afterwards; EditRefusedError says what cannot be done."""

    def __init__(self, draft: Draft, node_types: NodeTypes, known: Callable[[], Known]) -> None:
        self._draft = draft
        self._types = node_types
        self._known = known

    @property
    def graph(self) -> Graph:
        """The draft's graph, each node with a place."""
        return with_places(self._draft.graph, self._types, self._known())

    def edit(self, told: Any) -> None:
        """Edits that the browser made a list of."""
        self._edit(edits.validate_python(told))

    def _edit(self, wanted: Sequence[Edit]) -> None:
        """Makes the edits, and containers as large as what then stands in them: one step for undo."""
        self._place()
        after = apply(self._draft.graph, wanted, self._types)
        more = grown(after, self._boxes(after), self._types) if any(node.parent for node in after.nodes) else []
        self._draft.edit([*wanted, *more])

    def _place(self) -> None:
        """Keeps the places that were only shown so far, now that something is moved or added beside them."""
        graph = self.graph
        if graph is not self._draft.graph:
            self._draft.place(graph)

    def _boxes(self, graph: Graph) -> dict[str, Box]:
        return boxes_of(graph, rooms_of(graph, self._types, self._known()))

    # Adding

    def add(
        self,
        offer: Offer,
        *,
        at: Position,
        behind: tuple[str, str] | None = None,
        between: str | None = None,
        inside: str | None = None,
    ) -> list[str]:
        """A new node: at a place, behind a node's handle, into an edge, or into a container where there is room."""
        graph = self.graph
        edge = next((edge for edge in graph.edges if edge.id == between), None)
        if edge is not None:
            behind = (edge.source, edge.source_handle)
        if inside in graph.by_id:
            at = room_in(graph, self._boxes(graph), str(inside))
        parent = self._parent_of_new(graph, at, behind=behind, inside=inside)
        node = Node(id=self._free_id(offer), type=offer.type, name=self._name(offer), config=offer.config, position=at)
        node = node.model_copy(update={'parent': parent})
        ways = [Edge(source=behind[0], source_handle=behind[1], target=node.id)] if behind else []
        wanted: list[Edit] = [Add(nodes=(node,))]
        if edge is not None:
            wanted.append(Remove(edges=(edge.id,)))
            handles = handles_of(node, self._types) or (OUT,)
            ways.append(Edge(source=node.id, source_handle=handles[0], target=edge.target))
            wanted.append(
                Move(positions=self._room_for(edge.target, at.x + (FRAME.width if offer.contains else WIDTH)))
            )
        if ways:
            wanted.append(Add(edges=tuple(ways)))
        self._edit(wanted)
        return [node.id]

    def _parent_of_new(
        self, graph: Graph, at: Position, *, behind: tuple[str, str] | None, inside: str | None
    ) -> str | None:
        """The container that a new node stands in: that of what it follows, else the one where it was put."""
        if behind and behind[0] in graph.by_id:
            return graph.by_id[behind[0]].parent
        middle = Position(x=at.x + WIDTH / 2, y=at.y + HEAD / 2)
        return inside or container_at(graph, self._boxes(graph), self._types, middle)

    def _room_for(self, target: str, right: float) -> dict[str, Position]:
        """Moves what comes after to the right, if the new node, which ends there, would stand on it."""
        boxes = self._boxes(self.graph)
        by = right + GAP - boxes[target].x
        if by <= 0:
            return {}
        later = {target}
        while more := {edge.target for edge in self._draft.graph.edges if edge.source in later} - later:
            later |= more
        moved = {key for key in boxes if later & {key, *containers(self._draft.graph, key)}}
        return {key: Position(x=boxes[key].x + by, y=boxes[key].y) for key in moved}

    def _name(self, offer: Offer) -> str:
        """A name for what has none of its own: an agent's, else none, so that the id makes it."""
        return offer.title if offer.key != offer.type else ''

    def _free_id(self, offer: Offer) -> str:
        base = slug(offer.title).replace('-', '_')
        base = base if base[0].isalpha() else f'node_{base}'
        return free_id(base, taken={*self._draft.graph.by_id, *RESERVED})

    def note(self, at: Position) -> list[str]:
        """A note at a place, or beside it where a node stands there already."""
        taken = {node.position for node in self.graph.nodes}
        while at in taken:
            at = Position(x=at.x + APART, y=at.y + APART)
        key = free_id('note', taken=self._draft.graph.by_id)
        self._edit([Add(nodes=(Node(id=key, type='note', position=at),))])
        return [key]

    def duplicate(self, nodes: Sequence[str]) -> list[str]:
        graph = self.graph
        part = part_of(graph, nodes)
        corners = [node.position for node in part.nodes if node.position]
        if not corners:
            return []
        at = Position(x=min(c.x for c in corners) + APART, y=min(c.y for c in corners) + APART)
        add = pasting(part, graph, self._types, at=at)
        self._edit([add])
        return _outermost(add)

    def put(self, part: Graph, at: Position) -> list[str]:
        """A part of a graph that was copied, or comes from a file; it stands in the container where it is put."""
        placed = with_places(part, self._types, self._known())  # a file need not say where its nodes stand
        add = pasting(placed, self.graph, self._types, at=at)
        parent = container_at(self.graph, self._boxes(self.graph), self._types, at)
        outermost = _outermost(add)
        nodes = [node.model_copy(update={'parent': parent}) if node.id in outermost else node for node in add.nodes]
        self._edit([Add(nodes=tuple(nodes), edges=add.edges)])
        return outermost

    # Changing

    def disable(self, nodes: Sequence[str]) -> None:
        """All of them; or, where all are, none."""
        found = self._running(nodes)
        off = not all(node.disabled for node in found)
        self._edit([Change(node=node.id, fields={'disabled': off}) for node in found])

    def pin(self, nodes: Sequence[str], last: Mapping[str, StepState]) -> None:
        """Gives the nodes their last results from now on; those that are pinned run again."""
        wanted = []
        for node in self._running(nodes):
            if node.pinned is not None:
                wanted.append(Change(node=node.id, fields={'pinned': None, 'pinned_handles': None}))
            elif step := last.get(node.id):
                kept = {'pinned': step.output, 'pinned_handles': step.handles}
                wanted.append(Change(node=node.id, fields=kept))
            else:
                raise EditRefusedError(
                    f'{node.title} has no result to pin yet. Run it first, or type one in its settings.'
                )
        self._edit(wanted)

    def _running(self, nodes: Sequence[str]) -> list[Node]:
        found = (self._draft.graph.by_id[key] for key in nodes if key in self._draft.graph.by_id)
        return [node for node in found if node.type not in self._types or self._types.get(node.type).runs]

    # Arranging

    def group(self, nodes: Sequence[str]) -> list[str]:
        """A frame around these nodes."""
        boxes = self._boxes(self.graph)
        chosen = [boxes[key] for key in nodes if key in boxes]
        if not chosen:
            return []
        position, size = frame_around(chosen)
        key = free_id('group', taken=self._draft.graph.by_id)
        self._edit([Add(nodes=(Node(id=key, type='group', position=position, size=size),))])
        return [key]

    def tidy(self) -> None:
        self._draft.replace(tidy(self._draft.graph, self._types, self._known()))

    def align(self, nodes: Sequence[str], how: str) -> None:
        boxes = self._boxes(self.graph)
        chosen = {key: boxes[key] for key in nodes if key in boxes}
        if len(chosen) > 1:
            alignment: Alignment = next(known for known in get_args(Alignment) if known == how)
            self._edit([Move(positions=aligned(chosen, alignment))])

    # Connecting

    def refusals(self, source: str, handle: str) -> dict[str, str]:
        """Where a way from this handle may not lead, and why."""
        if source not in self._draft.graph.by_id:
            return {}
        return refusals(self._draft.graph, self._types, source=source, handle=handle)


def _outermost(add: Add) -> list[str]:
    """The nodes that stand in none of the others."""
    added = {node.id for node in add.nodes}
    return [node.id for node in add.nodes if node.parent not in added]
