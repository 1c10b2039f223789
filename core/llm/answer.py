"""An answer while it streams in: gathers the parts and knows whether the provider said that it is complete."""

from core.llm.messages import Message, Part, Text, Thinking
from core.llm.requests import ModelAnswered, StopReason, TextDelta, ThinkingDelta
from core.llm.usage import Usage


class Answer:
    """What has come so far; `ended` is set by the provider's own end mark, never by the end of the connection."""

    def __init__(self) -> None:
        self.ended = False
        self.stop: StopReason = 'end'
        self.usage = Usage(calls=1)
        self._parts: list[Part] = []
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

    def end(self, stop: StopReason) -> None:
        self.ended = True
        self.stop = stop

    def answered(self) -> ModelAnswered:
        """The whole; the service fills in the times and the cost."""
        self._close()
        message = Message(role='assistant', parts=tuple(self._parts))
        return ModelAnswered(message=message, stop=self.stop, usage=self.usage, first_token_after=0.0, seconds=0.0)

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
