import pytest
from pydantic import ValidationError

from core.errors import InvalidError
from core.llm.connection import Timeouts
from core.nodes.input import InputField, read_inputs
from core.values import Value
from core.workflows.document import read_graph
from core.workflows.graph import Node, Position


@pytest.mark.parametrize('number', ['1e999', '-1e999', 'NaN'])
@pytest.mark.parametrize(('value', 'field'), [(Position, 'x'), (Timeouts, 'connect'), (Node, 'timeout')], ids=str)
def test_no_value_holds_a_number_that_json_cannot(value: type[Value], field: str, number: str) -> None:
    others = {'id': '"a"', 'type': '"output"'} if value is Node else {'y': '0'} if value is Position else {}
    fields = ', '.join(f'"{name}": {what}' for name, what in {**others, field: number}.items())
    with pytest.raises(ValidationError, match='finite'):
        value.model_validate_json(f'{{{fields}}}')


def test_a_file_with_an_endless_number_is_refused() -> None:
    with pytest.raises(InvalidError, match='finite'):
        read_graph('nodes: {a: {type: output, position: {x: .nan, y: 0}}}')


@pytest.mark.parametrize('given', ['nan', 'inf', '1e999', float('inf')])
def test_an_input_that_is_no_number_is_refused(given: object) -> None:
    with pytest.raises(InvalidError, match='must be a number'):
        read_inputs([InputField(name='score', type='number')], {'score': given})
