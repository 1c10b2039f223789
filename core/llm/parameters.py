"""How a model is to write."""

from typing import Literal

from pydantic import Field

from core.values import Value


class Parameters(Value):
    """How the model writes; None leaves a value to the provider's default."""

    temperature: float | None = Field(default=None, ge=0, le=2, description='Higher is more varied.')
    top_p: float | None = Field(default=None, gt=0, le=1, description='Share of likely words to choose from.')
    max_tokens: int | None = Field(default=None, ge=1, description='The longest answer, in tokens.')
    context: int | None = Field(default=None, ge=512, description='Context to load a local model with, in tokens.')
    keep_alive: str | None = Field(
        default=None,
        pattern=r'^(-1|0|\d+(\.\d+)?(ms|s|m|h))$',
        description='How long a local model stays in memory after a call: 10m, 1h, 0 or -1 for ever.',
    )
    thinking: Literal['off', 'low', 'medium', 'high'] | None = Field(
        default=None, description='How much a reasoning model may think before it answers.'
    )
    seed: int | None = Field(default=None, description='The same seed gives the same answer, where supported.')
