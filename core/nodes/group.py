"""The group: a frame around nodes that belong together; it never runs."""

from typing import ClassVar

from core.nodes.node_type import NodeType, OutputField
from core.values import Value


class GroupConfig(Value):
    pass


class GroupNode(NodeType[GroupConfig]):
    name: ClassVar = 'group'
    title: ClassVar = 'Group'
    description: ClassVar = 'A named frame around nodes that belong together; moving it moves what lies inside.'
    category: ClassVar = 'notes'
    icon: ClassVar = 'select'
    Config = GroupConfig
    starts: ClassVar = True
    runs: ClassVar = False

    def outputs(self, config: GroupConfig) -> tuple[OutputField, ...]:
        return ()
