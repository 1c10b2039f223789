"""The merge node: brings several ways together."""

from typing import ClassVar

from pydantic import Field

from core.nodes.node_type import Completed, ComputingNodeType, Join, LongText, NodeContext, OutputField
from core.values import Value
from core.workflows.templates import text_of


class MergeConfig(Value):
    mode: Join = Field(
        default='any',
        description='all: only if every way arrives · any: those that arrive, once all are settled · first: the first.',
    )
    separator: LongText = Field(default='\n\n', description='Stands between the texts.')


class MergeNode(ComputingNodeType[MergeConfig]):
    name: ClassVar = 'merge'
    title: ClassVar = 'Merge'
    description: ClassVar = 'Brings several ways together.'
    category: ClassVar = 'logic'
    icon: ClassVar = 'call_merge'
    Config = MergeConfig

    def join(self, config: MergeConfig) -> Join:
        return config.mode

    def summary(self, config: MergeConfig) -> str:
        return {'all': 'All must arrive', 'any': 'Those that arrive', 'first': 'The first to arrive'}[config.mode]

    def outputs(self, config: MergeConfig) -> tuple[OutputField, ...]:
        return (
            OutputField(name='text', description='The texts that arrived, joined.'),
            OutputField(name='items', description='The list of results that arrived.'),
        )

    def compute(self, config: MergeConfig, context: NodeContext) -> Completed:
        items = list(context.incoming)
        return Completed(output={'text': config.separator.join(map(text_of, items)), 'items': items})
