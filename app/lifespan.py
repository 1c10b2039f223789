"""What lives as long as the process: stores, models, extensions and the orchestrator that ties them together."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.settings import Settings
from core.clock import Clock, SystemClock
from core.llm.connection import ModelRef
from core.llm.service import LLMService
from core.models import DEFAULT_MODEL
from core.orchestrator import Orchestrator
from core.plugins import Extensions, load_extensions
from core.repository import Preferences
from core.sandbox.container import IMAGE
from core.stores import Stores

if TYPE_CHECKING:
    from storage.store import OpenStores

FILES = 'files'
"""The folder in the data directory with the files of runs."""

GRACE = 2.5
"""Seconds that running steps get at the end; with everything else a stop takes less than five."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeRules:
    """What an administrator says about running code."""

    image: str = IMAGE
    unprotected: str | None = None
    """The level without protection that may be used where there is no sandbox."""


def code_rules(settings: Settings) -> CodeRules:
    return CodeRules(image=settings.sandbox_image, unprotected=settings.unprotected_code)


@asynccontextmanager
async def open_orchestrator(
    data_dir: Path, *, default_model: ModelRef | None = None, code: CodeRules | None = None
) -> AsyncIterator[Orchestrator]:
    """The orchestrator over a data directory, for as long as this lasts; see `open_data` and `orchestrate`."""
    clock = SystemClock()
    async with (
        open_data(data_dir, clock=clock) as stores,
        orchestrate(
            stores, clock=clock, files=data_dir / FILES, default_model=default_model, code=code
        ) as orchestrator,
    ):
        yield orchestrator


def open_data(data_dir: Path, *, clock: Clock) -> 'AbstractAsyncContextManager[OpenStores]':
    """All that is kept. StorageError where it is held by another process, not writable, or of a newer version."""
    from storage.keys import SystemKeyring  # noqa: PLC0415
    from storage.store import open_stores  # noqa: PLC0415 - a command that asks a running server needs no database

    return open_stores(data_dir, clock=clock, key_stores=(SystemKeyring(),))


@asynccontextmanager
async def orchestrate(
    stores: Stores,
    *,
    clock: Clock,
    files: Path | None = None,
    default_model: ModelRef | None = None,
    code: CodeRules | None = None,
    schedules: bool = False,
) -> AsyncIterator[Orchestrator]:
    """Takes up unfinished runs; at the end drains what runs and closes all connections to models.

    files: where runs keep the files that their tools write.
    default_model: instead of the one that was chosen, for as long as this lasts.
    schedules: whether runs that are due by a schedule are started; a command that ends in a moment must not.
    """
    code = code or CodeRules()
    extensions = built_in_and_plugins(sandbox_image=code.image)
    llm = LLMService(stores.connections, stores.secrets, extensions.providers, clock=clock)
    if default_model:
        fixed = {DEFAULT_MODEL: str(default_model)}
        stores = replace(stores, preferences=FixedPreferences(stores.preferences, fixed))
    orchestrator = Orchestrator(stores, llm, extensions, clock=clock, files=files, unprotected_code=code.unprotected)
    try:
        await orchestrator.start(schedules=schedules)
        yield orchestrator
    finally:
        await orchestrator.stop(grace=GRACE)
        await llm.close()


def built_in_and_plugins(*, sandbox_image: str = IMAGE) -> Extensions:
    """All node types, providers, tools and sandboxes: what is built in takes the same road as what others add."""
    from core.llm.providers.built_in import add_built_in_providers  # noqa: PLC0415
    from core.nodes.built_in import add_built_in_node_types  # noqa: PLC0415
    from core.sandbox.built_in import add_built_in_sandboxes  # noqa: PLC0415
    from core.teams.built_in import add_built_in_strategies  # noqa: PLC0415
    from core.tools.built_in import add_built_in_tools  # noqa: PLC0415

    def built_in(extensions: Extensions) -> None:
        add_built_in_node_types(extensions.node_types)
        add_built_in_providers(extensions.providers)
        add_built_in_sandboxes(extensions.sandboxes, image=sandbox_image)
        add_built_in_strategies(extensions.strategies)
        add_built_in_tools(extensions.tools)

    return load_extensions([built_in])


class FixedPreferences:
    """Preferences of which some are fixed for this process; what is stored stays as it is."""

    def __init__(self, stored: Preferences, fixed: Mapping[str, str]) -> None:
        self._stored = stored
        self._fixed = fixed

    async def get(self, name: str) -> str | None:
        return self._fixed.get(name) or await self._stored.get(name)

    async def set(self, name: str, value: str) -> None:
        await self._stored.set(name, value)
