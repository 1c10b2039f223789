"""An orchestrator whose model says what the test wrote, and that can die at any moment."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from core.clock import SystemClock
from core.llm.service import LLMService
from core.orchestrator import Orchestrator
from core.plugins import Extensions
from core.stores import Stores
from tests.core.agents.running import Life
from tests.core.agents.scripted import Script


@pytest.fixture
def script(extensions: Extensions) -> Script:
    script = Script()
    extensions.providers.add('scripted', script.provider())
    return script


@pytest.fixture
def life(stores: Stores, extensions: Extensions, script: Script, tmp_path: Path) -> Life:
    """One life of the process: at its end it dies without a word."""

    @asynccontextmanager
    async def live() -> AsyncIterator[Orchestrator]:
        llm = LLMService(stores.connections, stores.secrets, extensions.providers, clock=SystemClock())
        orchestrator = Orchestrator(stores, llm, extensions, clock=SystemClock(), files=tmp_path / 'files')
        await orchestrator.start()
        yield orchestrator
        assert orchestrator._server is not None
        orchestrator._server.cancel()
        await asyncio.wait([orchestrator._server])
        await llm.close()

    return live
