"""One request shape for all models, and the closed union of events that answers it."""

from typing import Any, Literal

from core.llm.connection import ModelRef
from core.llm.messages import Message, ToolSpec
from core.llm.parameters import Parameters
from core.llm.usage import Usage
from core.values import Value


class ModelRequest(Value):
    """What a model is asked: instructions (the system prompt), the conversation so far, and how to write.

    `tools` may be called only with `may_call`; without it they are still told where the conversation holds calls.
    `output_schema` is the JSON schema of the answer: providers that can are held to it, others are not, so it is
    checked by whoever asks.
    """

    model: ModelRef
    instructions: str = ''
    messages: tuple[Message, ...]
    parameters: Parameters = Parameters()
    tools: tuple[ToolSpec, ...] = ()
    may_call: bool = True
    output_schema: dict[str, Any] | None = None

    @property
    def images(self) -> int:
        """How many pictures are told."""
        return sum(len(message.images) for message in self.messages)

    @property
    def callable_tools(self) -> tuple[ToolSpec, ...]:
        return self.tools if self.may_call else ()


class ModelLoading(Value):
    """A local model is being loaded into memory; no timeout runs until the first token."""


class TextDelta(Value):
    """More words of the answer."""

    text: str


class ThinkingDelta(Value):
    """More of what the model thinks."""

    text: str


class ToolCallDelta(Value):
    """More of the arguments of a call that the model is writing; empty at its beginning."""

    name: str
    arguments: str


class ModelRetrying(Value):
    """An attempt failed before any output; the next one starts in `delay` seconds."""

    attempt: int
    delay: float
    error: str


StopReason = Literal['end', 'tools', 'length', 'refusal', 'other']
"""tools: the model waits for the results of the tools it called."""


class ModelAnswered(Value):
    """The end of every successful stream: the whole answer, what it used, and how long it took (seconds)."""

    message: Message
    stop: StopReason
    usage: Usage
    first_token_after: float
    seconds: float


ModelEvent = ModelLoading | TextDelta | ThinkingDelta | ToolCallDelta | ModelRetrying | ModelAnswered
