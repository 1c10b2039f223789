"""The output node: what a run gives back."""

import json
from typing import ClassVar, Literal

from pydantic import Field

from core.errors import StepError
from core.nodes.node_type import Completed, ComputingNodeType, NodeContext, OutputField, Template
from core.values import Value


class OutputConfig(Value):
    value: Template = Field(default='{{ incoming }}', description='What the run gives back.')
    format: Literal['markdown', 'text', 'json'] = Field(default='markdown', description='How it is shown.')


class OutputNode(ComputingNodeType[OutputConfig]):
    name: ClassVar = 'output'
    title: ClassVar = 'Output'
    description: ClassVar = 'Gives a result of the run back.'
    category: ClassVar = 'flow'
    icon: ClassVar = 'output'
    Config = OutputConfig

    def summary(self, config: OutputConfig) -> str:
        return config.value

    def outputs(self, config: OutputConfig) -> tuple[OutputField, ...]:
        return (
            OutputField(name='text', description='What is given back, as text.'),
            OutputField(name='value', description='The same; data where the format is json.'),
        )

    def compute(self, config: OutputConfig, context: NodeContext) -> Completed:
        if config.format != 'json':
            return Completed(output={'text': config.value, 'value': config.value})
        try:
            value = json.loads(config.value, parse_constant=_refuse)
        except ValueError as error:
            raise StepError(
                f'The result is not JSON ({error}). Change the format to text, or what is put in.'
            ) from error
        return Completed(output={'text': config.value, 'value': value})


def _refuse(constant: str) -> None:
    """NaN and the infinities, which Python's reader takes and no other."""
    raise ValueError(f'{constant} is no number in JSON')
