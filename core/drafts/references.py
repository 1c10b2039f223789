"""Nodes name each other in templates, expressions and code; when an id changes, what names it follows."""

from collections.abc import Iterator
from typing import Any

from jinja2 import Environment
from jinja2 import TemplateError as JinjaError

from core.nodes.marked import marked_fields
from core.nodes.node_type import NodeTypes
from core.nodes.reading import read_node
from core.sandbox.source import renamed_in_code
from core.workflows.graph import Edge, Graph, Node

_LEXER = Environment(autoescape=True)  # only splits texts into words; renders nothing


def rename(graph: Graph, old: str, *, to: str, node_types: NodeTypes) -> Graph:
    """The graph in which the node `old` is called `to`: its id, its edges, what stands inside it, all that names it."""
    return Graph(
        nodes=tuple(_renamed(node, old, to, node_types) for node in graph.nodes),
        edges=tuple(_moved(edge, old, to) for edge in graph.edges),
    )


def _renamed(node: Node, old: str, to: str, node_types: NodeTypes) -> Node:
    changes: dict[str, Any] = {}
    if node.id == old:
        changes['id'] = to
    if node.parent == old:
        changes['parent'] = to
    config = node.config
    for field, language, source in _marked(node, node_types):
        if (text := _renamed_in(language, source, old, to)) != source:
            config = changes['config'] = _with_field(config, field.split('.'), text)
    return node.model_copy(update=changes) if changes else node


def _renamed_in(language: str, source: str, old: str, to: str) -> str:
    if language == 'python':
        return renamed_in_code(source, old, to=to)
    return renamed_in(source, old, to=to, expression=language == 'expression')


def _marked(node: Node, node_types: NodeTypes) -> Iterator[tuple[str, str, str]]:
    """The texts that may name nodes; none where the type or its configuration is not valid."""
    if read := read_node(node, node_types):
        yield from marked_fields(read[1])


def _with_field(value: Any, path: list[str], text: str) -> Any:
    if not path:
        return text
    if isinstance(value, list | tuple):
        place = int(path[0])
        return [_with_field(item, path[1:], text) if n == place else item for n, item in enumerate(value)]
    return {**value, path[0]: _with_field(value.get(path[0]), path[1:], text)}


def _moved(edge: Edge, old: str, to: str) -> Edge:
    ends = {end: to for end in ('source', 'target') if getattr(edge, end) == old}
    return edge.model_copy(update=ends) if ends else edge


def renamed_in(source: str, old: str, *, to: str, expression: bool = False) -> str:
    """The template or expression with the name `old` become `to`; one that cannot be read stays as it is."""
    if old not in source:
        return source
    if expression:
        opened = renamed_in('{{' + source + '}}', old, to=to)
        return opened[2:-2]
    try:
        return ''.join(_words(source, old, to))
    except JinjaError:
        return source


def _words(source: str, old: str, to: str) -> Iterator[str]:
    """All words of the text; a name is another's where it follows a dot (a field), a bar (a filter) or `is`."""
    before = ''
    for _, kind, word in _LEXER.lex(source):
        yield to if kind == 'name' and word == old and before not in ('.', '|', 'is') else word
        if kind != 'whitespace':
            before = word
