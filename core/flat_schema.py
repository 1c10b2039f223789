"""The JSON schemas that a table of fields can show: of one object, whose fields are plain."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Literal, get_args

from core.values import Json, Value

FieldKind = Literal['text', 'number', 'whole', 'yes_no', 'texts', 'object']

_SCHEMAS: Mapping[FieldKind, dict[str, Json]] = MappingProxyType(
    {
        'text': {'type': 'string'},
        'number': {'type': 'number'},
        'whole': {'type': 'integer'},
        'yes_no': {'type': 'boolean'},
        'texts': {'type': 'array', 'items': {'type': 'string'}},
        'object': {'type': 'object'},
    }
)

KINDS: tuple[FieldKind, ...] = get_args(FieldKind)


class FlatField(Value):
    """A row of the table."""

    name: str
    kind: FieldKind = 'text'
    required: bool = True
    description: str = ''


class FlatSchema(Value):
    """The table; `besides` is what its schema says besides of the object as a whole, and is kept as it is."""

    fields: tuple[FlatField, ...] = ()
    besides: dict[str, Any] = {}

    def as_schema(self) -> dict[str, Any]:
        """The schema that the table shows."""
        required = [field.name for field in self.fields if field.required]
        return {
            **self.besides,
            'type': 'object',
            'properties': {field.name: _schema_of(field) for field in self.fields},
            **({'required': required} if required else {}),
        }


def flat(schema: Json) -> FlatSchema | None:
    """The table that shows all that the schema says; None where there is none."""
    if not isinstance(schema, dict) or schema.get('type') != 'object':
        return None
    properties, required = schema.get('properties', {}), schema.get('required', [])
    besides = {name: said for name, said in schema.items() if name not in {'type', 'properties', 'required'}}
    if not _are_names(required, among=properties) or not all(_is_harmless(name, besides[name]) for name in besides):
        return None
    fields = [_field_of(name, said, required=name in required) for name, said in properties.items()]
    known = [field for field in fields if field]
    return FlatSchema(fields=tuple(known), besides=besides) if len(known) == len(fields) else None


def twice_named(fields: Iterable[FlatField]) -> str:
    """The first name that two fields have; empty where each has its own."""
    seen: set[str] = set()
    for field in fields:
        if field.name in seen:
            return field.name
        seen.add(field.name)
    return ''


def _schema_of(field: FlatField) -> dict[str, Json]:
    said = {'description': field.description} if field.description else {}
    return {**_SCHEMAS[field.kind], **said}


def _field_of(name: str, said: Json, *, required: bool) -> FlatField | None:
    if not name or not isinstance(said, dict):
        return None
    description = said.get('description', '')
    plain = {key: value for key, value in said.items() if key != 'description'}
    kind = next((kind for kind, schema in _SCHEMAS.items() if schema == plain), None)
    if kind is None or not isinstance(description, str):
        return None
    return FlatField(name=name, kind=kind, required=required, description=description)


def _are_names(required: Json, *, among: Json) -> bool:
    return isinstance(among, dict) and isinstance(required, list) and all(name in list(among) for name in required)


def _is_harmless(name: str, said: Json) -> bool:
    """Whether it changes nothing about the fields that the table shows."""
    return name in {'title', 'description', '$schema'} or (name == 'additionalProperties' and isinstance(said, bool))
