"""What lives as long as the process: stores, models, extensions and the orchestrator that ties them together."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from core.clock import Clock, SystemClock
from core.llm.connection import ModelRef
from core.llm.service import LLMService
from core.orchestrator import Orchestrator
from core.plugins import Extensions, load_extensions
from core.stores import Stores

if TYPE_CHECKING:
    from storage.store import OpenStores

GRACE = 2.5
"""Seconds that running steps get at the end; with everything else a stop takes less than five."""


@asynccontextmanager
async def open_orchestrator(data_dir: Path, *, default_model: ModelRef | None = None) -> AsyncIterator[Orchestrator]:
    """The orchestrator over a data directory, for as long as this lasts; see `open_data` and `orchestrate`."""
    clock = SystemClock()
    async with (
        open_data(data_dir, clock=clock) as stores,
        orchestrate(stores, clock=clock, default_model=default_model) as orchestrator,
    ):
        yield orchestrator


def open_data(data_dir: Path, *, clock: Clock) -> 'AbstractAsyncContextManager[OpenStores]':
    """All that is kept. StorageError where it is held by another process, not writable, or of a newer version."""
    from storage.keys import SystemKeyring  # noqa: PLC0415
    from storage.store import open_stores  # noqa: PLC0415 - a command that asks a running server needs no database

    return open_stores(data_dir, clock=clock, key_stores=(SystemKeyring(),))


@asynccontextmanager
async def orchestrate(
    stores: Stores, *, clock: Clock, default_model: ModelRef | None = None
) -> AsyncIterator[Orchestrator]:
    """Takes up unfinished runs; at the end drains what runs and closes all connections to models.

    default_model: instead of the one that was chosen, for as long as this lasts.
    """
    extensions = built_in_and_plugins()
    llm = LLMService(stores.connections, stores.secrets, extensions.providers, clock=clock)
    kind = _with_default(default_model) if default_model else Orchestrator
    orchestrator = kind(stores, llm, extensions, clock=clock)
    try:
        await orchestrator.start()
        yield orchestrator
    finally:
        await orchestrator.stop(grace=GRACE)
        await llm.close()


def built_in_and_plugins() -> Extensions:
    """All node types and providers: what is built in takes the same road as what others add."""
    from core.llm.providers.built_in import add_built_in_providers  # noqa: PLC0415
    from core.nodes.built_in import add_built_in_node_types  # noqa: PLC0415

    def built_in(extensions: Extensions) -> None:
        add_built_in_node_types(extensions.node_types)
        add_built_in_providers(extensions.providers)

    return load_extensions([built_in])


def _with_default(model: ModelRef) -> type[Orchestrator]:
    class WithDefault(Orchestrator):
        async def default_model(self) -> ModelRef:
            return model

    return WithDefault
