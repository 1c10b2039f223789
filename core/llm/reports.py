"""What a connection says about itself: its models, and the result of a test."""

from core.values import Value


class ModelInfo(Value):
    """A model that a connection offers; None where the provider does not tell."""

    name: str
    context: int | None = None
    """The longest context, in tokens."""
    size: int | None = None
    """Bytes on disk of a local model."""
    thinking: bool | None = None
    tools: bool | None = None
    vision: bool | None = None
    loaded: bool | None = None
    """Whether a local model is in memory now."""


class ConnectionReport(Value):
    """What a test of a connection found; when not `ok`, what is wrong and what to do about it."""

    ok: bool
    message: str
    remedy: str = ''
    models: tuple[ModelInfo, ...] = ()
    seconds: float = 0.0
