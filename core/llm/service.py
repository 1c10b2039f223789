"""The unified interface to all models: stream an answer, test a connection, list what it offers."""

from collections.abc import AsyncIterator

from core.clock import Clock
from core.llm.connection import Connection
from core.llm.provider import ProviderType
from core.llm.reports import ConnectionReport, ModelInfo
from core.llm.requests import ModelEvent, ModelRequest
from core.registry import Registry
from core.repository import Repository, Secrets


class LLMService:
    """The models behind all connections: pooling, bounded concurrency, retries, time-outs, prices."""

    def __init__(
        self,
        connections: Repository[Connection],
        secrets: Secrets,
        providers: Registry[ProviderType],
        *,
        clock: Clock,
    ) -> None:
        self._connections = connections
        self._secrets = secrets
        self._providers = providers
        self._clock = clock

    def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """Asks a model; ends with ModelAnswered or raises ModelError. Cancelling closes the provider's connection."""
        raise NotImplementedError

    async def models(self, connection: Connection) -> list[ModelInfo]:
        """What the connection offers, by name; ModelError where it cannot be asked."""
        raise NotImplementedError

    async def test(self, connection: Connection, *, api_key: str | None = None) -> ConnectionReport:
        """Tries the connection, saved or not; never raises for what the person can mend."""
        raise NotImplementedError

    async def close(self) -> None:
        """Closes all pooled clients."""
        raise NotImplementedError
