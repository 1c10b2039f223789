"""What differs between two graphs as a list: node by node, field by field, then the edges."""

from collections.abc import Callable, Iterable
from typing import Any

import yaml
from nicegui import ui

from core.ids import in_words
from core.nodes.node_type import NodeTypes
from core.values import Json
from core.workflows.diff import FieldChange, Path, differences
from core.workflows.graph import OUT, Edge, Node
from pages.builder.comparison import Comparison
from pages.components.formats import plural
from pages.components.layout import box, icon, row, words
from pages.components.line_diff import draw_line_diff
from pages.workflows.picture import TAGS, Mark

SHOWN = 80
"""As many nodes, and as many edges, as are listed."""
SHORT = 64
"""Values with more letters stand below each other, line by line."""

_NAMES = {'config': 'Configuration', 'parent': 'Stands inside', 'pinned': 'Pinned result'}
_SAID: dict[object, str] = {None: 'nothing', True: 'yes', False: 'no', '': 'empty'}


class Changes(ui.element):
    """The list; `choose` shows the part about a node, `on_choose` tells that a person chose one."""

    def __init__(
        self,
        comparison: Comparison,
        node_types: NodeTypes,
        *,
        on_choose: Callable[[str], Any] | None = None,
    ) -> None:
        super().__init__('div')
        self.classes('ao-changes')
        self._comparison = comparison
        self._types = node_types
        self._on_choose = on_choose
        self._parts: dict[str, ui.element] = {}
        with self:
            self._draw()

    def choose(self, node_id: str) -> None:
        """Marks what is said about the node, and brings it into view."""
        for key, part in self._parts.items():
            part.props['data-selected'] = str(key == node_id).lower()
        if node_id in self._parts:
            element = self._parts[node_id].id
            ui.run_javascript(f'getHtmlElement({element})?.scrollIntoView({{block: "nearest", behavior: "smooth"}})')

    def _draw(self) -> None:
        found = self._comparison.diff
        nodes: list[tuple[str, Mark, tuple[FieldChange, ...]]] = [
            *((change.id, 'changed', change.fields) for change in found.changed),
            *((node.id, 'added', contents(node, 'added')) for node in found.added),
            *((node.id, 'removed', contents(node, 'removed')) for node in found.removed),
        ]
        for node_id, mark, fields in nodes[:SHOWN]:
            self._draw_node(self._comparison.graph.by_id[node_id], mark, fields)
        _draw_rest(len(nodes) - SHOWN, 'node')
        if found.added_edges or found.removed_edges:
            self._draw_edges()
        if found.moved:
            with box('ao-change ao-change--quiet'), row('ao-change-head'):
                icon('open_with', 'ao-faint')
                words(f'{plural(len(found.moved), "node")} moved', 'ao-small ao-dim')

    # Nodes

    def _draw_node(self, node: Node, mark: Mark, fields: tuple[FieldChange, ...]) -> None:
        with box('ao-change', tag='section') as part:
            self._parts[node.id] = part
            with box('ao-change-head', tag='button').props('type=button') as head:
                draw_mark(mark)
                words(node.title, 'ao-strong ao-small ao-one-line')
                words(self._type_of(node), 'ao-faint ao-tiny ao-one-line')
            if self._on_choose:
                on_choose = self._on_choose
                head.on('click', lambda: on_choose(node.id))
            if mark == 'changed':
                self._draw_fields(node, fields)
            elif fields:
                with box('ao-change-all', tag='details'):
                    words(f'Show {plural(len(fields), "field")}', 'ao-tiny', tag='summary')
                    self._draw_fields(node, fields)

    def _type_of(self, node: Node) -> str:
        return self._types.get(node.type).title if node.type in self._types else node.type

    def _draw_fields(self, node: Node, fields: Iterable[FieldChange]) -> None:
        with box('ao-change-fields'):
            for field in fields:
                with box('ao-change-field') as made:
                    made.props['title'] = field.place
                    words(self._name_of(node, field.path), 'ao-change-name')
                    _draw_values(field)

    def _name_of(self, node: Node, path: Path) -> str:
        """The way to a field in words: names as the form of the type has them, entries of lists by number."""
        inside = path[1:] if path[0] == 'config' and len(path) > 1 else path
        return ' › '.join(self._word(node, part) for part in inside)

    def _word(self, node: Node, part: str | int) -> str:
        if isinstance(part, int):
            return str(part + 1)
        config = self._types.get(node.type).Config.model_fields if node.type in self._types else {}
        titled = config[part].title if part in config else None
        return titled or _NAMES.get(part) or in_words(part)

    # Edges

    def _draw_edges(self) -> None:
        found = self._comparison.diff
        edges: list[tuple[Mark, Edge]] = [
            *(('added', edge) for edge in found.added_edges),
            *(('removed', edge) for edge in found.removed_edges),
        ]
        with box('ao-change', tag='section'):
            with row('ao-change-head'):
                words('Edges', 'ao-strong ao-small')
            for mark, edge in edges[:SHOWN]:
                with row('ao-change-edge ao-small'):
                    draw_mark(mark)
                    words(self._told(edge), 'ao-change-way')
            _draw_rest(len(edges) - SHOWN, 'edge')

    def _told(self, edge: Edge) -> str:
        handle = '' if edge.source_handle == OUT else f' · {edge.source_handle.replace("_", " ")}'
        return f'{self._comparison.title(edge.source)}{handle} → {self._comparison.title(edge.target)}'


def draw_mark(mark: Mark) -> None:
    """Icon and word of how something differs."""
    symbol, said = TAGS[mark]
    with box('ao-mark', tag='span') as made:
        made.props['data-mark'] = mark
        icon(symbol)
        words(said)


def contents(node: Node, kind: Mark) -> tuple[FieldChange, ...]:
    """All that is set in a node that came or went."""
    held = {'type', 'id', 'name', 'position', 'size', 'parent'}
    data = node.model_dump(mode='json', exclude=held, exclude_defaults=True)
    config = differences({}, data.pop('config', {}), ('config',))
    fields = (*config, *differences({}, data))
    if kind == 'added':
        return fields
    return tuple(FieldChange(path=field.path, kind='removed', before=field.after) for field in fields)


def _draw_rest(count: int, word: str) -> None:
    if count > 0:
        words(f'… and {plural(count, f"more {word}")}', 'ao-faint ao-small ao-change-rest')


# Values


def _draw_values(field: FieldChange) -> None:
    before, after = shown(field.before), shown(field.after)
    if max(len(before), len(after)) > SHORT or '\n' in before + after:
        draw_line_diff(before, after)
        return
    with row('ao-change-values'):
        if field.kind != 'added':
            _draw_value(field.before, before, tag='del')
        if field.kind == 'changed':
            icon('arrow_forward', 'ao-faint')
        if field.kind != 'removed':
            _draw_value(field.after, after, tag='ins')


def _draw_value(value: Json, text: str, *, tag: str) -> None:
    said = _SAID.get(value) if value is None or isinstance(value, bool | str) else None
    words(said or text, 'ao-change-value ao-change-value--said' if said else 'ao-change-value', tag=tag)


def shown(value: Json) -> str:
    """A value as text: texts as they are, what has parts as YAML."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict | list) and value:
        return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=100).rstrip('\n')
    return '' if value is None else f'{value:g}' if isinstance(value, float) else str(value)
