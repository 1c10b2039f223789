"""What a provider is to the service: how to open a client for a connection, and what that client can do."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from core.llm.connection import Connection
from core.llm.reports import ModelInfo
from core.llm.requests import ModelEvent, ModelRequest


class Client(Protocol):
    """A pooled client of one connection: one attempt, no retries; those are the service's."""

    def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]: ...

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
    open: Opens
