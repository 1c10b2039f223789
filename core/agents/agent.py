"""An agent: instructions, a model, and how the model is to be used."""

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
