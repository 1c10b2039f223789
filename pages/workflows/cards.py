"""What is written on the card of a node, and how it is cut to fit."""

import unicodedata
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from core.nodes.node_type import ERROR_HANDLE, Handle, NodeType, NodeTypes
from core.workflows.graph import ERROR, OUT, Graph, Node
from pages.components.model_picker import Place
from pages.workflows.known import Known
from pages.workflows.layout import Size

WIDTH = 228.0
HEAD = 60.0
PREVIEW = 60.0
FOOT = 30.0
NOTE_WIDTH = 320.0
NOTE_LINES = 10
"""As many lines of a note as are shown where it has no size of its own."""
LINE = 18.0
FRAME = (360.0, 160.0)
"""Width and height of a container that nothing stands in yet."""
TEXT_LEFT = 58.0

_NARROW = frozenset("iljtfrI.,:;'`|!()[] ")
_BROAD = frozenset('mwMW@%—…')


@dataclass(kw_only=True, slots=True, frozen=True)
class Card:
    """One node as it is drawn; `note` holds the lines of a node that is only a note."""

    id: str
    title: str
    summary: str
    icon: str
    category: str
    handles: tuple[Handle, ...]
    streams: bool
    """Whether it shows what it says while it runs."""
    place: Place = 'local'
    """Where what it works on goes: the farthest place of the models it asks."""
    note: tuple[str, ...] = ()
    contains: bool = False
    """Whether it is drawn as a frame around what stands inside it."""

    def size(self, *, live: bool) -> Size:
        """Its measures; a live card has a foot for its status and, if it streams, room for three lines."""
        names = tuple(handle.name for handle in self.handles)
        if self.note:
            return Size(width=NOTE_WIDTH, height=24 + LINE * len(self.note), handles=())
        if self.contains:
            return Size(width=FRAME[0], height=FRAME[1], handles=names)
        height = HEAD + (FOOT if live else 0) + (PREVIEW if live and self.streams else 0)
        return Size(width=WIDTH, height=max(height, 24.0 * len(names) + 12), handles=names)


def cards_of(graph: Graph, node_types: NodeTypes, known: Known) -> dict[str, Card]:
    """The card of each node, by its id; a type or configuration that is not valid yet gives a plain card."""
    return {node.id: _card(node, graph, node_types, known) for node in graph.nodes}


def _card(node: Node, graph: Graph, node_types: NodeTypes, known: Known) -> Card:
    if node.type not in node_types:
        return _plain(node, graph, summary=f'Unknown type {node.type!r}', icon='help', category='flow')
    kind = node_types.get(node.type)
    if not kind.runs:
        return _note(node, kind)
    try:
        config = kind.Config.model_validate(node.config)
    except ValidationError as error:
        card = _plain(node, graph, summary=_what_is_wrong(error), icon=kind.icon, category=kind.category)
        return replace(card, contains=kind.contains)
    summary = known.summary(kind, config) or kind.summary(config) or kind.title
    handles = kind.handles(config)
    card = _plain(node, graph, summary=summary, icon=kind.icon, category=kind.category, handles=handles)
    return replace(card, place=known.farthest(kind, config), contains=kind.contains)


def _plain(
    node: Node,
    graph: Graph,
    *,
    summary: str,
    icon: str,
    category: str,
    handles: tuple[Handle, ...] = (),
) -> Card:
    return Card(
        id=node.id,
        title=node.title,
        summary=' '.join(summary.split()),
        icon=icon,
        category=category,
        handles=_with_used(handles, node, graph),
        streams=category == 'ai',
    )


def _note(node: Node, kind: NodeType[Any]) -> Card:
    text = next((value.strip() for value in node.config.values() if isinstance(value, str)), '') or node.title
    return Card(
        id=node.id,
        title=node.title,
        summary='',
        icon=kind.icon,
        category=kind.category,
        handles=(),
        streams=False,
        note=tuple(_note_lines(text)),
    )


def _note_lines(text: str) -> list[str]:
    """With the line breaks and empty lines that are written, as the canvas shows them."""
    lines: list[str] = []
    for written in text.replace('**', '').replace('`', '').splitlines():
        lines += wrap(written, NOTE_WIDTH - 36, 13, lines=NOTE_LINES) or ['']
    return lines if len(lines) <= NOTE_LINES else [*lines[: NOTE_LINES - 1], '…']


def _with_used(handles: tuple[Handle, ...], node: Node, graph: Graph) -> tuple[Handle, ...]:
    """The type's own handles, and those that edges take although the type does not have them."""
    names = {handle.name: handle for handle in handles}
    if node.on_error == 'handle':
        names.setdefault(ERROR, ERROR_HANDLE)
    for edge in graph.edges_from.get(node.id, ()):
        names.setdefault(edge.source_handle, Handle(name=edge.source_handle))
    return tuple(names.values())


def _what_is_wrong(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False)[0]
    where = '.'.join(str(part) for part in first['loc'])
    return f'{where}: {first["msg"].lower()}' if where else first['msg']


def label_of(handle: Handle, handles: tuple[Handle, ...]) -> str:
    """What is written at a handle; a single plain way out needs no name."""
    return '' if len(handles) == 1 and handle.name == OUT else handle.title or handle.name


# Text widths: SVG neither wraps nor cuts, so both happen here, by an estimate on the safe side


def width_of(text: str, size: float) -> float:
    """About how wide the text is in the interface's font, in pixels at `size` pixels."""
    return sum(_share(letter) for letter in text) * size


def _share(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in 'WF':
        return 1.0
    if letter in _NARROW:
        return 0.33
    if letter in _BROAD:
        return 0.88
    return 0.66 if letter.isupper() else 0.55


def cut(text: str, width: float, size: float) -> str:
    """The text, ended by an ellipsis where it would be wider than `width` pixels."""
    if len(text) * size * 0.33 <= width and width_of(text, size) <= width:
        return text
    room = width - size
    kept = 0
    for letter in text:
        room -= _share(letter) * size
        if room < 0:
            break
        kept += 1
    return text[:kept].rstrip() + '…'


def wrap(text: str, width: float, size: float, *, lines: int, tail: bool = False) -> list[str]:
    """The text in at most `lines` lines: its beginning, or with `tail` its end."""
    room = lines * int(width / (size * 0.33)) + 1
    found: list[str] = []
    for paragraph in (text[-room:] if tail else text[:room]).splitlines():
        found.extend(_wrapped(paragraph.split(), width, size))
    if tail or len(found) <= lines:
        return found[-lines:]
    return [*found[: lines - 1], cut(' '.join(found[lines - 1 :]), width, size)]


def _wrapped(words: list[str], width: float, size: float) -> list[str]:
    lines: list[str] = []
    line = ''
    for word in words:
        longer = f'{line} {word}' if line else word
        if width_of(longer, size) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        line = cut(word, width, size)
    return [*lines, line] if line else lines
