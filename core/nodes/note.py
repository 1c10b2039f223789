"""The note: words on the canvas; it never runs."""

from typing import ClassVar

from pydantic import Field

from core.nodes.node_type import LongText, NodeType, OutputField
from core.values import Value


class NoteConfig(Value):
    text: LongText = Field(default='', description='Markdown.')


class NoteNode(NodeType[NoteConfig]):
    name: ClassVar = 'note'
    title: ClassVar = 'Note'
    description: ClassVar = 'Words for whoever reads the graph; it never runs.'
    category: ClassVar = 'notes'
    icon: ClassVar = 'sticky_note_2'
    Config = NoteConfig
    starts: ClassVar = True
    runs: ClassVar = False

    def outputs(self, config: NoteConfig) -> tuple[OutputField, ...]:
        return ()

    def summary(self, config: NoteConfig) -> str:
        return config.text
