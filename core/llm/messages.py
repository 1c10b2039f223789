"""What goes to a model and what comes back, the same for every provider."""

from typing import Annotated, Literal

from pydantic import Field

from core.values import Value


class Text(Value):
    """Words."""

    type: Literal['text'] = 'text'
    text: str


class Thinking(Value):
    """What a reasoning model thought; `signature` goes back to the provider unchanged."""

    type: Literal['thinking'] = 'thinking'
    text: str
    signature: str | None = None


Part = Annotated[Text | Thinking, Field(discriminator='type')]


class Message(Value):
    """One turn of a conversation."""

    role: Literal['user', 'assistant']
    parts: tuple[Part, ...]

    @classmethod
    def user(cls, text: str) -> 'Message':
        return cls(role='user', parts=(Text(text=text),))

    @classmethod
    def assistant(cls, text: str) -> 'Message':
        return cls(role='assistant', parts=(Text(text=text),))

    @property
    def text(self) -> str:
        """All its words, without the thinking."""
        return ''.join(part.text for part in self.parts if isinstance(part, Text))
