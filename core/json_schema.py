"""Whether data is a JSON schema, as far as a person can get it wrong."""

from collections.abc import Iterator

from core.values import Json

TYPES = ('object', 'array', 'string', 'number', 'integer', 'boolean', 'null')


def schema_faults(schema: Json, place: str = '') -> Iterator[str]:
    """Each fault with its place, such as `properties.score.type`; nothing where it is a schema."""
    if isinstance(schema, bool) and place:
        return
    if not isinstance(schema, dict):
        yield f'{place or "A schema"} must be an object, such as {{"type": "string"}}.'
        return
    yield from _type_faults(schema, place)
    yield from _required_faults(schema, place)
    if not isinstance(schema.get('enum', []), list):
        yield f'{_at(place, "enum")} must be a list of values.'
    for name in ('items', 'additionalProperties', 'not'):
        if name in schema:
            yield from schema_faults(schema[name], _at(place, name))
    for name in ('anyOf', 'allOf', 'oneOf'):
        if name in schema:
            yield from _list_faults(schema[name], _at(place, name))
    for name in ('properties', '$defs'):
        if name in schema:
            yield from _named_faults(schema[name], _at(place, name))


def _type_faults(schema: dict[str, Json], place: str) -> Iterator[str]:
    said = schema.get('type', [])
    for name in said if isinstance(said, list) else [said]:
        if name not in TYPES:
            yield f'{_at(place, "type")}: {name!r} is no type; there are: {", ".join(TYPES)}.'


def _required_faults(schema: dict[str, Json], place: str) -> Iterator[str]:
    required, properties = schema.get('required', []), schema.get('properties', {})
    if not isinstance(required, list):
        yield f'{_at(place, "required")} must be a list of names.'
    elif isinstance(properties, dict) and properties:
        for name in required:
            if name not in properties:
                yield f'{_at(place, "required")} names {name!r}, which is not among the properties.'


def _list_faults(schemas: Json, place: str) -> Iterator[str]:
    if not isinstance(schemas, list) or not schemas:
        yield f'{place} must be a list of schemas.'
        return
    for number, schema in enumerate(schemas):
        yield from schema_faults(schema, f'{place}.{number}')


def _named_faults(schemas: Json, place: str) -> Iterator[str]:
    if not isinstance(schemas, dict):
        yield f'{place} must be an object of names and schemas.'
        return
    for name, schema in schemas.items():
        yield from schema_faults(schema, f'{place}.{name}')


def _at(place: str, name: str) -> str:
    return f'{place}.{name}' if place else name
