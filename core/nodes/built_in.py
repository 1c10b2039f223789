"""The node types that ship with the app: those of this folder's modules. They take the road that plugins take."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import core.nodes
from core.nodes.node_type import NodeType, NodeTypes


def add_built_in_node_types(node_types: NodeTypes) -> None:
    """Adds one of each class that is defined here and has a name, in the order of their titles."""
    for kind in sorted(_kinds(), key=lambda kind: kind.title):
        node_types.add(kind.name, kind())


def _kinds() -> set[type[NodeType[Any]]]:
    kinds = set()
    for module in iter_modules(core.nodes.__path__):
        for thing in vars(import_module(f'core.nodes.{module.name}')).values():
            if isinstance(thing, type) and issubclass(thing, NodeType) and 'name' in vars(thing):
                kinds.add(thing)
    return kinds
