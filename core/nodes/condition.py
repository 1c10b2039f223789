"""The condition node: goes the first way whose expression is true."""

from typing import ClassVar, Self

from pydantic import Field, model_validator

from core.nodes.node_type import Completed, ComputingNodeType, Expression, Handle, NodeContext, OutputField
from core.nodes.ways import HandleName, check_distinct
from core.values import Value


class Branch(Value):
    name: HandleName = Field(description='The name of the way, and of the handle.', examples=['good'])
    when: Expression = Field(description='The way is taken when this is true.', examples=['score.value > 3'])


class ConditionConfig(Value):
    branches: tuple[Branch, ...] = Field(min_length=1, description='Tried in order.')
    otherwise: HandleName = Field(default='otherwise', description='The way when nothing is true.')

    @model_validator(mode='after')
    def _distinct(self) -> Self:
        check_distinct([*(branch.name for branch in self.branches), self.otherwise])
        return self


class ConditionNode(ComputingNodeType[ConditionConfig]):
    name: ClassVar = 'condition'
    title: ClassVar = 'Condition'
    description: ClassVar = 'Goes the first way whose expression is true.'
    category: ClassVar = 'logic'
    icon: ClassVar = 'call_split'
    Config = ConditionConfig
    begins_with: ClassVar = {'branches': [{'name': 'yes', 'when': 'incoming | length > 0'}], 'otherwise': 'no'}

    def handles(self, config: ConditionConfig) -> tuple[Handle, ...]:
        names = (*(branch.name for branch in config.branches), config.otherwise)
        return tuple(Handle(name=name) for name in names)

    def summary(self, config: ConditionConfig) -> str:
        return config.branches[0].when

    def outputs(self, config: ConditionConfig) -> tuple[OutputField, ...]:
        return (
            OutputField(name='text', description='What arrived.'),
            OutputField(name='branch', description='The name of the way that was taken.'),
        )

    def compute(self, config: ConditionConfig, context: NodeContext) -> Completed:
        true = (branch.name for branch in config.branches if context.evaluate(branch.when))
        way = next(true, config.otherwise)
        return Completed(output={'text': context.incoming_text, 'branch': way}, handles=(way,))
