"""An agent: instructions, a model, tools, and how they are to be used."""

from typing import Any

from pydantic import Field

from core.agents.budget import Budget
from core.agents.memory import Memory
from core.llm.connection import ModelRef
from core.llm.parameters import Parameters
from core.values import Entity


class Agent(Entity):
    """Instructions plus a model; without a model of its own it uses the instance's default model."""

    description: str = ''
    tags: tuple[str, ...] = ()
    instructions: str = ''
    model: ModelRef | None = None
    parameters: Parameters = Parameters()
    tools: tuple[str, ...] = Field(
        default=(),
        description='Keys of tools: `calculator`, `workflow:research-brief`, `mcp:files/read_file`, `mcp:files`.',
    )
    ask_before: tuple[str, ...] = Field(
        default=(), description='Keys of those of its tools that are called only after a person allowed it.'
    )
    output_schema: dict[str, Any] | None = Field(
        default=None, description='The JSON schema of its answers; without one it answers in words.'
    )
    max_turns: int = Field(default=12, ge=1, le=200, description='Model calls before the last one, without tools.')
    budget: Budget = Budget()
    memory: Memory = Memory()
