"""Pages on a machine that is so busy that building them takes seconds."""

import asyncio

import pytest
from nicegui.testing import User

from core.orchestrator import Orchestrator
from core.samples.gallery import WorkflowTemplate


async def test_a_page_that_takes_its_time_is_shown_all_the_same(
    user: User, orchestrator: Orchestrator, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def take_time() -> list[WorkflowTemplate]:
        await asyncio.sleep(4)  # the framework's own patience ends after 3 s
        return []

    monkeypatch.setattr(orchestrator, 'templates', take_time)
    await user.open('/templates')
    await user.should_see('Blank workflow')
