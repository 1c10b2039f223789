"""What a provider is to the service: how to open a client for a connection, and what that client can do."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from core.llm.connection import Connection
from core.llm.errors import ErrorKind
from core.llm.reports import ModelInfo
from core.llm.requests import ModelEvent, ModelRequest
from core.values import Value


class ModelLoaded(Value):
    """From a client to the service only: after ModelLoading, the model is in memory and the clocks may run again."""


ClientEvent = ModelEvent | ModelLoaded


class Client(Protocol):
    """A pooled client of one connection: one attempt, no retries; those are the service's, and so are the clocks.

    `stream` yields ModelAnswered only where the provider said that the answer is complete; what ends without it is
    truncated. It leaves times at 0 and the cost unset. All calls raise ModelError for what the provider does wrong.
    """

    def stream(self, request: ModelRequest) -> AsyncGenerator[ClientEvent, None]: ...

    async def models(self) -> list[ModelInfo]: ...

    async def close(self) -> None: ...


class Opens(Protocol):
    """Opens a client. Called at the first use, so it may import an SDK (in a thread)."""

    async def __call__(self, connection: Connection, *, api_key: str) -> Client: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class ProviderType:
    """A kind of provider, as the registry and the settings page know it."""

    name: str
    title: str
    local: bool
    """Whether it normally runs on this machine; the badge on nodes goes by the connection's address."""
    default_url: str
    needs_key: bool
    key_variable: str = ''
    """The environment variable where its key is usually found."""
    remedies: Mapping[ErrorKind, str] = field(default_factory=dict)
    """The way out where this provider has a better one than the usual; may name {model}, {url} and {connection}."""
    open: Opens
