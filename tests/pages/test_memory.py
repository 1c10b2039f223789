"""What an agent remembers, on its page."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from nicegui.testing import User

from core.agents.agent import Agent
from core.agents.conversation import Turn
from core.agents.memory import Memory
from core.orchestrator import Orchestrator

Field = Callable[[str], Any]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - the page has no bell
            await asyncio.sleep(0.02)


async def test_a_memory_is_chosen_and_saved(user: User, orchestrator: Orchestrator, field: Field) -> None:
    await orchestrator.agents.create(Agent(name='Clerk'))
    await user.open('/agents/clerk')
    field('From one run to the next it remembers').value = 'summary'
    field('Messages').value = None
    user.find('Save').click()
    await until(lambda: bool(field('Messages').error))
    field('Messages').value = 6
    user.find('Save').click()
    await user.should_see('Saved.')
    assert (await orchestrator.agents.get('clerk')).memory == Memory(kind='summary', messages=6)


async def test_conversations_are_looked_at_and_forgotten(user: User, orchestrator: Orchestrator) -> None:
    await orchestrator.agents.create(Agent(name='Clerk', memory=Memory(kind='window')))
    said = {'run_id': 'r', 'path': 'a', 'at': datetime.now(tz=UTC), 'question': 'A question', 'answer': 'An answer'}
    await orchestrator.conversations.add(Turn(agent='clerk', conversation='ann', **said))
    await user.open('/agents/clerk')
    await user.should_see('1 turn')
    user.find('Look at ann').click()
    await user.should_see('An answer')
    user.find('Forget ann').click()
    await user.should_see('Forget ann?')
    user.find('Forget conversation').click()
    await user.should_not_see('1 turn')
    assert await orchestrator.conversations.all('clerk') == []
