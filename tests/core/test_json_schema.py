import pytest

from core.json_schema import schema_faults
from core.values import Json


@pytest.mark.parametrize(
    'schema',
    [
        {},
        {'type': 'string'},
        {'type': ['string', 'null']},
        {'type': 'object', 'properties': {'a': {'type': 'number'}}, 'required': ['a'], 'additionalProperties': False},
        {'type': 'array', 'items': {'anyOf': [{'type': 'string'}, {'enum': [1, 2]}]}},
        {'$defs': {'x': {'type': 'integer'}}, 'properties': {'a': {'$ref': '#/$defs/x'}}},
    ],
)
def test_a_schema_has_no_faults(schema: Json) -> None:
    assert list(schema_faults(schema)) == []


@pytest.mark.parametrize(
    ('schema', 'fault'),
    [
        ([], 'A schema must be an object, such as {"type": "string"}.'),
        ({'type': 'text'}, "type: 'text' is no type"),
        ({'properties': {'score': {'type': 'numbr'}}}, "properties.score.type: 'numbr' is no type"),
        ({'properties': []}, 'properties must be an object'),
        ({'properties': {'a': {}}, 'required': ['b']}, "required names 'b', which is not among the properties."),
        ({'required': 'a'}, 'required must be a list'),
        ({'items': {'enum': 'a'}}, 'items.enum must be a list'),
        ({'anyOf': []}, 'anyOf must be a list'),
        ({'oneOf': [{}, 3]}, 'oneOf.1 must be an object'),
    ],
)
def test_a_fault_is_told_with_its_place(schema: Json, fault: str) -> None:
    assert fault in '\n'.join(schema_faults(schema))
