"""What an agent remembers, on its page."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from nicegui.testing import User

from core.agents.agent import Agent
from core.agents.conversation import Turn
from core.agents.memory import Memory
from core.llm.connection import Connection, ModelRef
from core.orchestrator import Orchestrator
from tests.core.agents.scripted import Script

Field = Callable[[str], Any]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
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


async def say(user: User, field: Field, script: Script, said: str) -> list[str]:
    """What the model was told, when it has answered in the playground."""
    asked = len(script.requests)
    field('Message').value = said
    user.find('Send').click()
    await until(lambda: len(script.requests) > asked)
    await user.should_see('Regenerate')
    return [message.text for message in script.requests[-1].messages]


@pytest.fixture
async def script(orchestrator: Orchestrator) -> Script:
    """The model of an agent that is tried."""
    script = Script()
    orchestrator.extensions.providers.add('scripted', script.provider())
    await orchestrator.connections.create(Connection(id='scripted', name='S', provider='scripted', attempts=1))
    await orchestrator.agents.create(Agent(name='Clerk', model=ModelRef.parse('scripted/m')))
    return script


async def test_the_playground_remembers_as_the_form_says(user: User, script: Script, field: Field) -> None:
    script.lines = ['A1', 'A2', 'A3', 'A4', 'A5']
    await user.open('/agents/clerk')
    await user.should_see('Remembers nothing: each message stands alone.')
    await say(user, field, script, 'one')
    assert await say(user, field, script, 'two') == ['two']
    field('From one run to the next it remembers').value = 'window'
    field('Messages').value = 3
    await user.should_see('Remembers the last 2 messages.')
    await say(user, field, script, 'three')
    assert await say(user, field, script, 'four') == ['three', 'A3', 'four']
    assert await say(user, field, script, 'five') == ['four', 'A4', 'five']


async def test_the_playground_puts_older_messages_in_short_and_shows_it(
    user: User, script: Script, field: Field
) -> None:
    script.lines = ['A1', 'A2', 'They said one.', 'A3']
    await user.open('/agents/clerk')
    field('From one run to the next it remembers').value = 'summary'
    field('Messages').value = 2
    await user.should_see('Remembers the last 2 messages, and those before in short.')
    await say(user, field, script, 'one')
    await say(user, field, script, 'two')
    told = await say(user, field, script, 'three')
    assert told == ['(What was said before, in short:\nThey said one.)\n\ntwo', 'A2', 'three']
    await user.should_see('Before, in short')
    await user.should_see('They said one.')


async def test_an_answer_that_is_taken_back_is_forgotten(user: User, script: Script, field: Field) -> None:
    script.lines = ['A1', 'A2', 'B2', 'A3']
    await user.open('/agents/clerk')
    field('From one run to the next it remembers').value = 'window'
    await say(user, field, script, 'one')
    await say(user, field, script, 'two')
    user.find('Regenerate').click()
    await user.should_see('B2')
    assert await say(user, field, script, 'three') == ['one', 'A1', 'two', 'B2', 'three']
    user.find('Clear the conversation').click()
    await user.should_see('Try it here')
    assert await say(user, field, script, 'four') == ['four']
