"""The template node: writes a text from what is upstream."""

from typing import ClassVar

from pydantic import Field

from core.nodes.node_type import Completed, ComputingNodeType, NodeContext, OutputField, Template
from core.values import Value


class TemplateConfig(Value):
    text: Template = Field(default='{{ incoming }}', description='The text, with {{ }} where results go.')


class TemplateNode(ComputingNodeType[TemplateConfig]):
    name: ClassVar = 'template'
    title: ClassVar = 'Template'
    description: ClassVar = 'Writes a text from the results before it.'
    category: ClassVar = 'text'
    icon: ClassVar = 'notes'
    Config = TemplateConfig

    def summary(self, config: TemplateConfig) -> str:
        return config.text

    def outputs(self, config: TemplateConfig) -> tuple[OutputField, ...]:
        return (OutputField(name='text', description='The text.'),)

    def compute(self, config: TemplateConfig, context: NodeContext) -> Completed:
        return Completed(output={'text': config.text})
