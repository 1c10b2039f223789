"""The templates and expressions inside a node's configuration, wherever they are nested."""

from collections.abc import Iterator
from functools import cache
from typing import TypeVar

from core.nodes.node_type import Marker
from core.values import Value
from core.workflows.templates import Scope

V = TypeVar('V', bound=Value)


def marked_fields(config: Value, prefix: str = '') -> Iterator[tuple[str, str, str]]:
    """Each as (field, language, source); nested fields as `branches.0.when`."""
    markers = _markers(type(config))
    for name, value in config:
        match value:
            case str() if name in markers and value:
                yield prefix + name, markers[name], value
            case Value():
                yield from marked_fields(value, f'{prefix}{name}.')
            case tuple():
                for index, item in enumerate(value):
                    if isinstance(item, Value):
                        yield from marked_fields(item, f'{prefix}{name}.{index}.')


def filled_in(config: V, scope: Scope) -> V:
    """The configuration with its templates rendered; expressions stay, their node evaluates them."""
    markers = _markers(type(config))
    changes: dict[str, object] = {}
    for name, value in config:
        match value:
            case str() if markers.get(name) == 'template':
                changes[name] = scope.render(value)
            case Value():
                changes[name] = filled_in(value, scope)
            case tuple():
                changes[name] = tuple(filled_in(item, scope) if isinstance(item, Value) else item for item in value)
    return config.model_copy(update=changes) if changes else config


@cache
def _markers(config: type[Value]) -> dict[str, str]:
    return {
        name: marker.language
        for name, field in config.model_fields.items()
        for marker in field.metadata
        if isinstance(marker, Marker)
    }
