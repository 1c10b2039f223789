"""An answer while it streams in: gathers the parts and knows whether the provider said that it is complete."""

import secrets
from dataclasses import dataclass, field

from core.llm.messages import Message, Part, Text, Thinking, ToolCall
from core.llm.requests import ModelAnswered, StopReason, TextDelta, ThinkingDelta, ToolCallDelta
from core.llm.usage import Usage

MAX_CALLS = 64
"""Tool calls in one answer; a model that writes more has lost its way."""


class Answer:
    """What has come so far; `ended` is set by the provider's own end mark, never by the end of the connection."""

    def __init__(self) -> None:
        self.ended = False
        self.stop: StopReason = 'end'
        self.usage = Usage(calls=1)
        self._parts: list[Part | _Call] = []
        self._calls: dict[int, _Call] = {}
        self.count = 0
        """Tool calls so far."""
        self._open: type[Text] | type[Thinking] | None = None
        self._pieces: list[str] = []

    def text(self, piece: str) -> TextDelta:
        self._continue(Text)
        self._pieces.append(piece)
        return TextDelta.model_construct(text=piece)  # a str from a decoder; validating each token would cost more

    def think(self, piece: str) -> ThinkingDelta:
        self._continue(Thinking)
        self._pieces.append(piece)
        return ThinkingDelta.model_construct(text=piece)

    def sign(self, signature: str) -> None:
        """Closes the thinking so far with the provider's signature; thinking may also be signed and empty."""
        self._continue(Thinking)
        self._close(signature)

    def call(self, key: int, *, name: str, id_: str | None = None) -> ToolCallDelta:
        """Begins a tool call; `key` is the number by which the provider tells the calls of one answer apart."""
        if self.count >= MAX_CALLS:
            raise ValueError(f'more than {MAX_CALLS} tool calls')
        self._close()
        self.count += 1
        self._calls[key] = begun = _Call(id=id_ or f'call_{secrets.token_hex(6)}', name=name)
        self._parts.append(begun)
        return ToolCallDelta(name=name, arguments='')

    def calls(self, key: int, *, id_: str | None = None) -> bool:
        """Whether this call has begun; with an id: and is not another one under the same number."""
        return key in self._calls and id_ in (None, self._calls[key].id)

    def arguments(self, key: int, piece: str) -> ToolCallDelta:
        """More of the arguments of a call."""
        call = self._calls[key]
        call.pieces.append(piece)
        return ToolCallDelta(name=call.name, arguments=piece)

    def end(self, stop: StopReason) -> None:
        self.ended = True
        self.stop = stop

    def answered(self) -> ModelAnswered:
        """The whole; the service fills in the times and the cost."""
        self._close()
        parts = tuple(part.whole() if isinstance(part, _Call) else part for part in self._parts)
        stop: StopReason = 'tools' if self.count and self.stop in ('end', 'other') else self.stop
        message = Message(role='assistant', parts=parts)
        return ModelAnswered(message=message, stop=stop, usage=self.usage, first_token_after=0.0, seconds=0.0)

    def _continue(self, kind: type[Text] | type[Thinking]) -> None:
        if self._open is not kind:
            self._close()
            self._open = kind

    def _close(self, signature: str | None = None) -> None:
        text = ''.join(self._pieces)
        if self._open is Text and text:
            self._parts.append(Text(text=text))
        elif self._open is Thinking and (text or signature):
            self._parts.append(Thinking(text=text, signature=signature))
        self._open = None
        self._pieces = []


@dataclass(kw_only=True, slots=True)
class _Call:
    """A tool call whose arguments still come."""

    id: str
    name: str
    pieces: list[str] = field(default_factory=list)

    def whole(self) -> ToolCall:
        return ToolCall(id=self.id, name=self.name, arguments=''.join(self.pieces) or '{}')
