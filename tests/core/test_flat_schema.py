"""A table of fields, as a JSON schema and back."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from core.flat_schema import KINDS, FlatField, FlatSchema, flat, twice_named
from core.json_schema import schema_faults
from core.tools.schema import check_schema

FIELDS = some.lists(
    some.builds(
        FlatField,
        name=some.text(min_size=1),
        kind=some.sampled_from(KINDS),
        required=some.booleans(),
        description=some.text(),
    ),
    unique_by=lambda field: field.name,
)
BESIDES = some.fixed_dictionaries(
    {}, optional={'title': some.text(), 'description': some.text(), 'additionalProperties': some.booleans()}
)


@given(fields=FIELDS, besides=BESIDES)
def test_a_table_comes_back_from_its_schema_as_it_was(fields: list[FlatField], besides: dict[str, Any]) -> None:
    table = FlatSchema(fields=tuple(fields), besides=besides)
    schema = table.as_schema()
    assert flat(schema) == table
    assert not list(schema_faults(schema))
    check_schema(schema)


def test_a_schema_says_what_the_table_shows() -> None:
    fields = (
        FlatField(name='score', kind='whole', description='From 1 to 5.'),
        FlatField(name='tags', kind='texts', required=False),
    )
    assert FlatSchema(fields=fields, besides={'additionalProperties': False}).as_schema() == {
        'additionalProperties': False,
        'type': 'object',
        'properties': {
            'score': {'type': 'integer', 'description': 'From 1 to 5.'},
            'tags': {'type': 'array', 'items': {'type': 'string'}},
        },
        'required': ['score'],
    }


@pytest.mark.parametrize(
    'schema',
    [
        None,
        [],
        True,
        {},
        {'type': 'array', 'items': {'type': 'string'}},
        {'type': ['object', 'null'], 'properties': {}},
        {'type': 'object', 'properties': []},
        {'type': 'object', 'properties': {'score': True}},
        {'type': 'object', 'properties': {'score': {}}},
        {'type': 'object', 'properties': {'': {'type': 'string'}}},
        {'type': 'object', 'properties': {'score': {'type': 'integer', 'minimum': 1}}},
        {'type': 'object', 'properties': {'kind': {'type': 'string', 'enum': ['a', 'b']}}},
        {'type': 'object', 'properties': {'kind': {'type': 'string', 'description': 3}}},
        {'type': 'object', 'properties': {'place': {'type': 'object', 'properties': {}}}},
        {'type': 'object', 'properties': {'rows': {'type': 'array', 'items': {'type': 'object'}}}},
        {'type': 'object', 'properties': {'a': {'$ref': '#/$defs/a'}}, '$defs': {'a': {'type': 'string'}}},
        {'type': 'object', 'properties': {}, 'required': ['score']},
        {'type': 'object', 'properties': {}, 'required': [['score']]},
        {'type': 'object', 'properties': {}, 'required': 'score'},
        {'type': 'object', 'properties': {}, 'minProperties': 1},
        {'type': 'object', 'properties': {}, 'additionalProperties': {'type': 'string'}},
    ],
)
def test_what_the_table_cannot_show_has_none(schema: Any) -> None:
    assert flat(schema) is None


def test_two_fields_of_one_name_are_found() -> None:
    assert twice_named([FlatField(name='a'), FlatField(name='b'), FlatField(name='a')]) == 'a'
    assert not twice_named([FlatField(name='a'), FlatField(name='b')])
