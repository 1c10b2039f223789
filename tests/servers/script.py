"""What a server is told to do with a request for an answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tests.servers.http import Request


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A whole answer, word by word; `wait` seconds before the first word and `pause` before each other."""

    text: str = 'The answer is forty-two.'
    thinking: str = ''
    signature: str = ''
    calls: tuple[tuple[str, str], ...] = ()
    """Tools to call after the text, as (name, arguments in JSON)."""
    wait: float = 0.0
    pause: float = 0.0
    stop: Literal['end', 'length', 'refusal'] = 'end'
    then: Literal['end', 'cut', 'stay'] = 'end'
    """What becomes of the connection after the end mark."""
    input_tokens: int = 11
    cached_tokens: int = 0
    thinking_tokens: int = 0

    @property
    def output_tokens(self) -> int:
        return len(self.text.split()) + self.thinking_tokens


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """An HTTP status with the provider's usual error body."""

    status: int
    message: str = 'It went wrong.'
    retry_after: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Overflow:
    """The refusal of a prompt that is longer than the context."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """The stream breaks after so many words: the connection is reset, or (`clean`) ended as if all was said."""

    after: int = 2
    clean: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Stall:
    """The stream falls silent after so many words and stays open."""

    after: int = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Silence:
    """The request is taken and never answered."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HangUp:
    """The connection is closed instead of an answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Garbage:
    """A body that is not the protocol's, with status 200."""

    body: bytes = b'<html><body>Welcome to the router</body></html>'
    content_type: str = 'text/html'


@dataclass(frozen=True, kw_only=True, slots=True)
class ErrorInStream:
    """A stream that begins well and then says that something went wrong."""

    after: int = 2
    message: str = 'The model crashed.'


Reply = Answer | Failure | Overflow | Cut | Stall | Silence | HangUp | Garbage | ErrorInStream

Line = Reply | Callable[[Request], Reply]
"""A reply, or what makes one from the request."""
