"""What goes to a model and what comes back, the same for every provider."""

import json
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import Field

from core.llm.images import Image
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


class ToolSpec(Value):
    """A tool as a model is told of it; `parameters` is a JSON schema of an object."""

    name: Annotated[str, Field(pattern=r'^[A-Za-z0-9_-]{1,64}$')]
    description: str = ''
    parameters: dict[str, Any] = {'type': 'object', 'properties': {}}


class ToolCall(Value):
    """A model's wish to have a tool called; `arguments` is the JSON as it wrote it, which may be wrong."""

    type: Literal['tool_call'] = 'tool_call'
    id: str
    name: str
    arguments: str = '{}'

    def parsed(self) -> dict[str, Any]:
        """The arguments; ValueError where they are no JSON object."""
        told = json.loads(self.arguments or '{}')
        if not isinstance(told, dict):
            raise ValueError('the arguments are not a JSON object')
        return told


class ToolResult(Value):
    """What a tool gave back to the call with this id."""

    type: Literal['tool_result'] = 'tool_result'
    call_id: str
    name: str
    text: str
    is_error: bool = False


Part = Annotated[Text | Image | Thinking | ToolCall | ToolResult, Field(discriminator='type')]


class Message(Value):
    """One turn of a conversation; results of tools come in the turn of the user."""

    role: Literal['user', 'assistant']
    parts: tuple[Part, ...]

    @classmethod
    def user(cls, text: str, images: Iterable[Image] = ()) -> 'Message':
        """Pictures come before what is asked about them."""
        return cls(role='user', parts=(*images, Text(text=text)))

    @classmethod
    def assistant(cls, text: str) -> 'Message':
        return cls(role='assistant', parts=(Text(text=text),))

    @property
    def text(self) -> str:
        """All its words, without the thinking."""
        return ''.join(part.text for part in self.parts if isinstance(part, Text))

    @property
    def images(self) -> tuple[Image, ...]:
        return tuple(part for part in self.parts if isinstance(part, Image))

    @property
    def unseen(self) -> 'Message':
        """The same without its pictures."""
        return self.model_copy(update={'parts': tuple(part for part in self.parts if not isinstance(part, Image))})

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        return tuple(part for part in self.parts if isinstance(part, ToolCall))

    @property
    def tool_results(self) -> tuple[ToolResult, ...]:
        return tuple(part for part in self.parts if isinstance(part, ToolResult))
