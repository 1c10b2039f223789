"""The REST API over stores in memory, without a server and without pages."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from app.api.api import create_api
from app.lifespan import orchestrate
from core.clock import SystemClock
from core.memory import memory_stores
from core.orchestrator import Orchestrator


@pytest.fixture
async def orchestrator() -> AsyncIterator[Orchestrator]:
    clock = SystemClock()
    async with orchestrate(memory_stores(clock=clock), clock=clock) as orchestrator:
        yield orchestrator


@pytest.fixture
async def api(orchestrator: Orchestrator) -> AsyncIterator[httpx.AsyncClient]:
    web = FastAPI()
    web.mount('/api', create_api(orchestrator))
    transport = httpx.ASGITransport(web, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url='http://localhost/api') as client:
        yield client
