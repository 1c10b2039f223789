"""The node types that ship with the app; they take the road that plugins take."""

from core.nodes.agent import AgentNode
from core.nodes.approval import ApprovalNode
from core.nodes.code import CodeNode
from core.nodes.condition import ConditionNode
from core.nodes.delay import DelayNode
from core.nodes.group import GroupNode
from core.nodes.http import HttpNode
from core.nodes.input import InputNode
from core.nodes.merge import MergeNode
from core.nodes.node_type import NodeTypes
from core.nodes.note import NoteNode
from core.nodes.output import OutputNode
from core.nodes.template import TemplateNode
from core.nodes.tool import ToolNode


def add_built_in_node_types(node_types: NodeTypes) -> None:
    for node_type in (
        InputNode(),
        OutputNode(),
        AgentNode(),
        TemplateNode(),
        CodeNode(),
        ConditionNode(),
        MergeNode(),
        ApprovalNode(),
        DelayNode(),
        ToolNode(),
        HttpNode(),
        NoteNode(),
        GroupNode(),
    ):
        node_types.add(node_type.name, node_type)
