"""What an agent remembers of a conversation from one answer to the next."""

from typing import Literal

from pydantic import Field

from core.values import Value


class Memory(Value):
    """none: each answer stands alone · window: the last messages · summary: those before them too, in short."""

    kind: Literal['none', 'window', 'summary'] = 'none'
    messages: int = Field(
        default=20, ge=2, le=200, description='How many of the last messages it is told word by word.'
    )

    @property
    def turns(self) -> int:
        """How many of the last turns, each of two messages, it is told word by word."""
        return self.messages // 2
