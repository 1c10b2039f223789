"""What there is to know about a type of node, from its own words, so that plugins have it too."""

from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from core.nodes.node_type import NodeType, OutputField
from pages.builder.inspector.shapes import Shape, shapes_of
from pages.components.buttons import button
from pages.components.dialogs import dialog
from pages.components.layout import box, phrase, row, stack, words

EFFECTS = {
    'none': 'It only computes; after a crash it is simply done again.',
    'idempotent': 'It may be done twice without harm; after a crash it is done again.',
    'external': 'It acts on the world outside. If the app stops in the middle of it, a person decides what happened.',
}


def show_help(kind: NodeType[Any], node_id: str) -> None:
    """Opens what the type does, what it can be told and what it gives to templates."""
    with dialog(kind.title, width=560) as asked:
        with stack('ao-gap-4').style('max-height: 64vh; overflow: auto'):
            words(kind.description, 'ao-dim', tag='p')
            _draw_list('Settings', _settings(shapes_of(kind.Config)))
            _draw_list('Result', ((f'{{{{ {node_id}.{o.name} }}}}', o.description) for o in _outputs(kind)))
            if kind.runs:
                words(EFFECTS[kind.effects], 'ao-faint ao-small', tag='p')
        with row().style('align-self: flex-end'):
            button('Close', asked.close, kind='quiet')
    asked.open()
    asked.on('hide', asked.delete)


def _draw_list(title: str, entries: Iterable[tuple[str, str]]) -> None:
    entries = list(entries)
    if not entries:
        return
    with stack():
        words(title, 'ao-strong ao-small', tag='h3')
        with box('ao-pairs', tag='dl'):
            for name, text in entries:
                words(name, 'ao-mono', tag='dt')
                phrase(text or '–', tag='dd')


def _settings(shapes: Iterable[Shape], prefix: str = '') -> Iterable[tuple[str, str]]:
    for shape in shapes:
        language = f'{shape.kind.capitalize()}. ' if shape.kind in ('template', 'expression') else ''
        yield prefix + shape.name, language + shape.help
        inner = shape.item.inner if shape.kind == 'list' else shape.inner
        yield from _settings(inner, f'{prefix}{shape.name}.')


def _outputs(kind: NodeType[Any]) -> tuple[OutputField, ...]:
    try:
        return kind.outputs(kind.Config())
    except ValidationError:
        return kind.outputs(kind.Config.model_construct())
