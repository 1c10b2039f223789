"""JSON schemas in the forms that single providers want."""

from collections.abc import Mapping
from typing import Any

from core.values import Json

Schema = dict[str, Any]

_DEEPEST = 8
"""References inside references that are followed; more would let a small schema grow without bound."""


def inlined(schema: Schema) -> Schema:
    """The schema without `$ref`: each is replaced by what it names, a recursive one by anything."""
    return {
        name: part
        for name, part in _inlined(schema, schema, ()).items()
        if name not in ('$defs', 'definitions', '$schema')
    }


def is_strict(schema: Json) -> bool:
    """Whether all objects in it close themselves and require all their properties, as OpenAI's strict mode wants."""
    if isinstance(schema, list):
        return all(map(is_strict, schema))
    if not isinstance(schema, Mapping):
        return True
    properties = schema.get('properties')
    if schema.get('type') == 'object' or properties is not None:
        closed = schema.get('additionalProperties') is False
        if not closed or set(schema.get('required') or ()) != set(properties or ()):
            return False
    return 'default' not in schema and all(map(is_strict, schema.values()))


def _inlined(schema: Json, root: Schema, inside: tuple[str, ...]) -> Any:
    if isinstance(schema, list):
        return [_inlined(item, root, inside) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    reference = schema.get('$ref')
    if not isinstance(reference, str):
        return {name: _inlined(part, root, inside) for name, part in schema.items()}
    beside = {name: _inlined(part, root, inside) for name, part in schema.items() if name != '$ref'}
    target = None if reference in inside or len(inside) >= _DEEPEST else _looked_up(reference, root)
    if not isinstance(target, Mapping):
        return beside
    return {**_inlined(target, root, (*inside, reference)), **beside}


def _looked_up(reference: str, root: Schema) -> Json:
    """What `#/$defs/Name` names; None where nothing is there, or it is elsewhere."""
    if not reference.startswith('#/'):
        return None
    found: Json = root
    for step in reference[2:].split('/'):
        if not isinstance(found, Mapping):
            return None
        found = found.get(step.replace('~1', '/').replace('~0', '~'))
    return found
