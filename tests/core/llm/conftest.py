"""The service under test, with every built-in provider and a clock that never waits."""

from collections.abc import AsyncIterator

import pytest

from core.llm.provider import ProviderType
from core.llm.providers.built_in import add_built_in_providers
from core.llm.service import LLMService
from core.registry import Registry
from tests.core.llm.asking import Connections, HeldSecrets, QuickClock


@pytest.fixture
def connections() -> Connections:
    return Connections()


@pytest.fixture
def secrets() -> HeldSecrets:
    return HeldSecrets()


@pytest.fixture
def clock() -> QuickClock:
    return QuickClock()


@pytest.fixture
def providers(clock: QuickClock) -> Registry[ProviderType]:
    registry: Registry[ProviderType] = Registry('provider')
    add_built_in_providers(registry, clock=clock)
    return registry


@pytest.fixture
async def llm(
    connections: Connections, secrets: HeldSecrets, providers: Registry[ProviderType], clock: QuickClock
) -> AsyncIterator[LLMService]:
    service = LLMService(connections, secrets, providers, clock=clock)
    yield service
    await service.close()
