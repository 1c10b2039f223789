"""What a node hands on by name: to a tool, or to a workflow."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from core.nodes.node_type import Template
from core.values import Value


class Argument(Value):
    name: str = Field(min_length=1, description='Its name.')
    value: Template = Field(default='', description='Its value; read as JSON where no text is wanted.')


def _from_names(told: Any) -> Any:
    """`{name: value}`, as people write it, too."""
    if not isinstance(told, Mapping):
        return told
    return [
        {'name': name, 'value': value if isinstance(value, str) else json.dumps(value)} for name, value in told.items()
    ]


Arguments = Annotated[tuple[Argument, ...], BeforeValidator(_from_names)]
