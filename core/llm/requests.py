"""One request shape for all models, and the closed union of events that answers it."""

from typing import Literal

from core.llm.connection import ModelRef
from core.llm.messages import Message
from core.llm.parameters import Parameters
from core.llm.usage import Usage
from core.values import Value


class ModelRequest(Value):
    """What a model is asked: instructions (the system prompt), the conversation so far, and how to write."""

    model: ModelRef
    instructions: str = ''
    messages: tuple[Message, ...]
    parameters: Parameters = Parameters()


class ModelLoading(Value):
    """A local model is being loaded into memory; no timeout runs until the first token."""


class TextDelta(Value):
    """More words of the answer."""

    text: str


class ThinkingDelta(Value):
    """More of what the model thinks."""

    text: str


class ModelRetrying(Value):
    """An attempt failed before any output; the next one starts in `delay` seconds."""

    attempt: int
    delay: float
    error: str


StopReason = Literal['end', 'length', 'refusal', 'other']


class ModelAnswered(Value):
    """The end of every successful stream: the whole answer, what it used, and how long it took (seconds)."""

    message: Message
    stop: StopReason
    usage: Usage
    first_token_after: float
    seconds: float


ModelEvent = ModelLoading | TextDelta | ThinkingDelta | ModelRetrying | ModelAnswered
