"""The drawn picture of a graph: one SVG of cards and edges, themed by CSS variables, in any state of a run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import pairwise
from typing import Literal

from core.nodes.node_type import NodeTypes
from core.runs.nesting import Tally
from core.workflows.graph import ERROR, Edge, Graph, Node
from core.workflows.order import containers
from pages.components.model_picker import PLACE_ICONS
from pages.components.status import ICONS, StepShown, word
from pages.workflows.cards import (
    FOOT,
    HEAD,
    LINE,
    TEXT_LEFT,
    WIDTH,
    Card,
    cards_of,
    cut,
    label_of,
    wrap,
)
from pages.workflows.known import Known
from pages.workflows.layout import Box, Layout, Size, port
from pages.workflows.nested_layout import INSET, arrange_nested

BLOCK = (120.0, 84.0)
"""Width and height of a node in a small picture."""
FRAME_HEAD = 72.0
"""From the upper side of a container to what stands inside it."""
BLOCKS = 300
"""As many nodes as a small picture shows."""

EdgeState = Literal['idle', 'flowing', 'done', 'dead', 'added', 'removed']
"""What a run made of an edge, or what differs from another graph."""

Mark = Literal['error', 'warning', 'added', 'removed', 'changed']
"""A node with a problem, or one that differs from another graph."""

TAGS: dict[str, tuple[str, str]] = {
    'added': ('add', 'Added'),
    'removed': ('remove', 'Removed'),
    'changed': ('edit', 'Changed'),
}
"""Icon and word of the marks that stand on a node as a tag."""


@dataclass(kw_only=True, slots=True, frozen=True)
class CardState:
    """What a card tells of its step: a step status, tokens and time, and what it says."""

    status: StepShown = 'pending'
    figures: str = ''
    preview: str = ''
    word: str = ''
    """Instead of the status' own word, for example 'Loading model'."""

    def words(self, *, beside: bool = True) -> dict[str, str]:
        """The texts on the card, by the `data-part` they belong to; `beside`: word and figures share a line."""
        lines = wrap(self.preview.replace('**', ''), WIDTH - 28, 12, lines=3, tail=self.status == 'running')
        figures = cut(self.figures, WIDTH - 120, 12)
        return {
            'status-icon': ICONS[self.status],
            'status-word': cut(self.word or word(self.status), WIDTH - 52 - (len(figures) * 7.0 if beside else 40), 12),
            'figures': figures,
            **{f'line-{n}': lines[n] if n < len(lines) else '' for n in range(3)},
        }


@dataclass(kw_only=True, slots=True)
class Drawing:
    """A graph with its cards and their places, ready to be drawn in any state."""

    graph: Graph
    cards: dict[str, Card]
    sizes: dict[str, Size]
    layout: Layout
    live: bool

    @classmethod
    def of(cls, graph: Graph, node_types: NodeTypes, *, live: bool = False, known: Known | None = None) -> 'Drawing':
        """Lays the graph out; `live` leaves room on the cards for what a run tells, and leaves notes away."""
        cards = cards_of(graph, node_types, known or Known())
        cards = {key: card for key, card in cards.items() if not (live and card.note)}
        sizes = {key: _size_of(graph.by_id[key], card, live=live) for key, card in cards.items()}
        return cls(
            graph=graph, cards=cards, sizes=sizes, layout=arrange_nested(graph, sizes, head=FRAME_HEAD), live=live
        )

    def svg(
        self,
        states: Mapping[str, CardState] | None = None,
        edges: Mapping[str, EdgeState] | None = None,
        *,
        marked: Mapping[str, Mark] | None = None,
    ) -> str:
        """The picture, with some nodes marked."""
        states, edges, marked = states or {}, edges or {}, marked or {}
        width, height = self.layout.width, self.layout.height
        parts = [
            (
                f'<svg class="ao-graph" data-live="{str(self.live).lower()}" xmlns="http://www.w3.org/2000/svg" '
                f'viewBox="0 0 {width:.0f} {height:.0f}" data-width="{width:.0f}" data-height="{height:.0f}" '
                f'role="group" aria-label="Picture of the workflow">'
            ),
            *(self._card(key, states.get(key, CardState()), marked.get(key, '')) for key in self._frames()),
            *(self._edge(edge, edges.get(edge.id, 'idle')) for edge in self.edges()),
            *(
                self._card(key, states.get(key, CardState()), marked.get(key, ''))
                for key, card in self.cards.items()
                if not card.contains
            ),
            *(self._label(edge) for edge in self._labelled()),
            '</svg>',
        ]
        return ''.join(parts)

    def _frames(self) -> list[str]:
        """The containers, those around others first: they lie behind everything."""
        frames = [key for key, card in self.cards.items() if card.contains]
        return sorted(frames, key=lambda key: len([*containers(self.graph, key)]))

    # Edges

    def edges(self) -> list[Edge]:
        return [edge for edge in {e.id: e for e in self.graph.edges}.values() if edge.id in self.layout.routes]

    def _edge(self, edge: Edge, state: EdgeState) -> str:
        kind = ' ao-graph-error-edge' if edge.source_handle == ERROR else ''
        path = _curve(self.layout.routes[edge.id])
        return (
            f'<g class="ao-graph-edge{kind}" data-edge="{escape(edge.id)}" data-state="{state}">'
            f'<path class="ao-graph-way" d="{path}"/><path class="ao-graph-flow" d="{path}"/></g>'
        )

    def _labelled(self) -> list[Edge]:
        """One edge of each handle that has a name to show."""
        return list({(e.source, e.source_handle): e for e in self.edges()}.values())

    def _label(self, edge: Edge) -> str:
        card = self.cards[edge.source]
        handle = next((h for h in card.handles if h.name == edge.source_handle), None)
        text = label_of(handle, card.handles) if handle else ''
        if not text:
            return ''
        x, y = self.layout.routes[edge.id][0]
        kind = ' ao-graph-error-label' if edge.source_handle == ERROR else ''
        return f'<text class="ao-graph-label{kind}" x="{x + 10:.1f}" y="{y - 6:.1f}">{escape(cut(text, 76, 12))}</text>'

    # Cards

    def _card(self, key: str, state: CardState, mark: Mark | Literal['']) -> str:
        card, box = self.cards[key], self.layout.boxes[key]
        draw = self._note if card.note else self._frame if card.contains else self._body
        body = draw(card, box, state)
        said = f'{card.title}, {mark}' if mark in TAGS else card.title
        return (
            f'<g class="ao-graph-node{_kind_of(card)}" data-node="{escape(key)}" '
            f'data-category="{escape(card.category)}" data-status="{escape(state.status)}" data-mark="{escape(mark)}" '
            f'transform="translate({box.x:.1f} {box.y:.1f})" tabindex="0" role="button" '
            f'aria-label="{escape(said)}"><title>{escape(said)}: {escape(card.summary)}</title>{body}{_tag(mark)}</g>'
        )

    def _body(self, card: Card, box: Box, state: CardState) -> str:
        text_width = box.width - TEXT_LEFT - 14
        head = HEAD if self.live else box.height
        middle = head / 2
        away = _away(card, box)
        parts = [
            f'<rect class="ao-graph-card" width="{box.width}" height="{box.height}" rx="12"/>',
            f'<rect class="ao-graph-chip" x="12" y="{middle - 17}" width="34" height="34" rx="9"/>',
            f'<rect class="ao-graph-ring" x="12" y="{middle - 17}" width="34" height="34" rx="9" pathLength="100"/>',
            f'<text class="ao-graph-icon" x="29" y="{middle + 10}">{escape(card.icon)}</text>',
            _text('ao-graph-name', TEXT_LEFT, middle - 4, cut(card.title, text_width - (20 if away else 0), 14)),
            _text('ao-graph-summary', TEXT_LEFT, middle + 14, cut(card.summary, text_width, 12)),
            away,
            self._ports(card, box),
        ]
        return ''.join([*parts, self._foot(card, box, state)] if self.live else parts)

    def _foot(self, card: Card, box: Box, state: CardState) -> str:
        words = state.words()
        top = box.height - FOOT
        lines = [
            _text('ao-graph-line', 14, HEAD + 12 + LINE * n, words[f'line-{n}'], part=f'line-{n}')
            for n in range(3 if card.streams else 0)
        ]
        return ''.join(
            [
                *lines,
                f'<path class="ao-graph-rule" d="M0 {top} H{box.width}"/>',
                (
                    f'<g class="ao-graph-status"><text class="ao-graph-status-icon" data-part="status-icon" x="21" '
                    f'y="{top + 23}">{words["status-icon"]}</text></g>'
                ),
                _text('ao-graph-status-word', 34, top + 19.5, words['status-word'], part='status-word'),
                _text('ao-graph-figures', box.width - 12, top + 19.5, words['figures'], part='figures'),
            ]
        )

    def _frame(self, card: Card, box: Box, state: CardState) -> str:
        """A container: its head, and room for what stands inside it."""
        words, room = state.words(beside=False), box.width - TEXT_LEFT - (170 if self.live else 14)
        parts = [
            f'<rect class="ao-graph-card" width="{box.width}" height="{box.height}" rx="16"/>',
            '<rect class="ao-graph-chip" x="12" y="12" width="34" height="34" rx="9"/>',
            '<rect class="ao-graph-ring" x="12" y="12" width="34" height="34" rx="9" pathLength="100"/>',
            f'<text class="ao-graph-icon" x="29" y="39">{escape(card.icon)}</text>',
            _text('ao-graph-name', TEXT_LEFT, 25, cut(card.title, room, 14)),
            _text('ao-graph-summary', TEXT_LEFT, 43, cut(card.summary, room, 12)),
            self._ports(card, box),
        ]
        if self.live:
            end = box.width - 34
            parts += [
                (
                    f'<g class="ao-graph-status"><text class="ao-graph-status-icon" data-part="status-icon" '
                    f'x="{box.width - 22:.1f}" y="29">{words["status-icon"]}</text></g>'
                ),
                _text('ao-graph-status-word ao-graph-end', end, 25, words['status-word'], part='status-word'),
                _text('ao-graph-figures', end, 43, words['figures'], part='figures'),
            ]
        return ''.join(parts)

    def _note(self, card: Card, box: Box, _state: CardState) -> str:
        lines = [_text('ao-graph-line', 14, 25 + LINE * n, line) for n, line in enumerate(card.note)]
        return f'<rect class="ao-graph-card" width="{box.width}" height="{box.height}" rx="8"/>' + ''.join(lines)

    def _ports(self, card: Card, box: Box) -> str:
        """A dot where a way leaves or enters, and at each handle of a node with several."""
        local = Box(x=0, y=0, width=box.width, height=box.height)
        taken = {edge.source_handle for edge in self.graph.edges_from.get(card.id, ())}
        ports = [
            _port(*port(local, self.sizes[card.id], handle.name), handle.title or handle.name)
            for handle in card.handles
            if handle.name in taken or len(card.handles) > 1
        ]
        if self.graph.edges_into.get(card.id):
            ports.append(_port(0, box.height / 2, 'in'))
        return ''.join(ports)


def _kind_of(card: Card) -> str:
    return ' ao-graph-note' if card.note else ' ao-graph-frame' if card.contains else ''


def _size_of(node: Node, card: Card, *, live: bool) -> Size:
    """The card's size; a container that has a place keeps the size that it has there."""
    size = card.size(live=live)
    if card.contains and node.position and node.size:
        return replace(size, width=node.size.width, height=node.size.height)
    return size


def _tag(mark: str) -> str:
    """A word on the upper edge of the card that says how it differs; nothing for the other marks."""
    if mark not in TAGS:
        return ''
    symbol, said = TAGS[mark]
    width = 30 + len(said) * 6.5
    return (
        f'<g class="ao-graph-tag"><rect x="12" y="-10" width="{width:.0f}" height="20" rx="10"/>'
        f'<text class="ao-graph-tag-icon" x="24" y="4.5">{symbol}</text>'
        f'<text class="ao-graph-tag-word" x="33" y="4">{said}</text></g>'
    )


def _port(x: float, y: float, title: str) -> str:
    return f'<circle class="ao-graph-port" cx="{x:.1f}" cy="{y:.1f}" r="4.5"><title>{escape(title)}</title></circle>'


def _away(card: Card, box: Box) -> str:
    """A mark where what the node works on leaves this machine."""
    if card.place == 'local':
        return ''
    told = {'network': 'Goes over your network', 'cloud': 'Leaves this machine for a cloud provider'}[card.place]
    return (
        f'<text class="ao-graph-away" x="{box.width - 14:.1f}" y="27">{PLACE_ICONS[card.place]}'
        f'<title>{told}</title></text>'
    )


def _text(css: str, x: float, y: float, text: str, *, part: str = '') -> str:
    mark = f' data-part="{part}"' if part else ''
    return f'<text class="{css}" x="{x:.1f}" y="{y:.1f}"{mark}>{escape(text)}</text>'


def _curve(points: Sequence[tuple[float, float]]) -> str:
    """A smooth way through the points: level inside a layer, curved between layers, a bow where it leads back."""
    parts = [f'M{points[0][0]:.1f} {points[0][1]:.1f}']
    for (x0, y0), (x1, y1) in pairwise(points):
        if y0 == y1 and x1 >= x0:
            parts.append(f'H{x1:.1f}')
            continue
        reach = (x1 - x0) / 2 if x1 > x0 else max(80.0, (x0 - x1) * 0.6)
        parts.append(f'C{x0 + reach:.1f} {y0:.1f} {x1 - reach:.1f} {y1:.1f} {x1:.1f} {y1:.1f}')
    return ''.join(parts)


# What a run makes of the picture


def edge_states(graph: Graph, tallies: Mapping[str, Tally]) -> dict[str, EdgeState]:
    """What happened to each edge: a way that opened into a running step flows, one that closed is dead.

    tallies: what the steps of each node have come to, by its id.
    """
    nothing = Tally()
    return {
        edge.id: _edge_state(edge, tallies.get(edge.source, nothing), tallies.get(edge.target, nothing))
        for edge in graph.edges
    }


def _edge_state(edge: Edge, source: Tally, target: Tally) -> EdgeState:
    if not source.ended:
        return 'idle'
    if edge.source_handle not in source.handles:
        return 'dead'
    return 'flowing' if target.count('running') else 'done'


def thumbnail(graph: Graph, node_types: NodeTypes, *, icons: bool = False) -> str:
    """The graph as a small picture for lists: blocks in the colour of their category, and ways; without notes.

    Of a very large graph the beginning: more would be a haze that takes seconds to draw.
    icons: each block shows what it is, for pictures that are large enough.
    """
    graph = Graph(nodes=graph.nodes[:BLOCKS], edges=graph.edges) if len(graph.nodes) > BLOCKS else graph
    cards = {key: card for key, card in cards_of(graph, node_types, Known()).items() if not card.note}
    sizes = {key: replace(card.size(live=False), width=BLOCK[0], height=BLOCK[1]) for key, card in cards.items()}
    bare = Graph(nodes=tuple(node.model_copy(update={'position': None}) for node in graph.nodes), edges=graph.edges)
    layout = arrange_nested(bare if any(card.contains for card in cards.values()) else graph, sizes, head=INSET)
    ways = [f'<path class="ao-graph-way" d="{_curve(route)}"/>' for route in layout.routes.values()]
    blocks = [_block(cards[key], box, icon=icons) for key, box in layout.boxes.items() if not cards[key].contains]
    frames = [_block(cards[key], box, icon=False) for key, box in layout.boxes.items() if cards[key].contains]
    return (
        f'<svg class="ao-graph ao-graph-small" xmlns="http://www.w3.org/2000/svg" aria-hidden="true" '
        f'viewBox="0 0 {max(layout.width, 1):.0f} {max(layout.height, 1):.0f}">{"".join(frames)}{"".join(ways)}'
        f'{"".join(blocks)}</svg>'
    )


def _block(card: Card, box: Box, *, icon: bool) -> str:
    sign = (
        f'<text class="ao-graph-icon" x="{box.width / 2:.0f}" y="{box.height / 2 + 26:.0f}">{escape(card.icon)}</text>'
    )
    kind = 'ao-graph-hold' if card.contains else 'ao-graph-block'
    return (
        f'<g data-category="{escape(card.category)}" transform="translate({box.x:.0f} {box.y:.0f})">'
        f'<rect class="{kind}" width="{box.width:.0f}" height="{box.height:.0f}" rx="16"/>'
        f'{sign if icon else ""}</g>'
    )
