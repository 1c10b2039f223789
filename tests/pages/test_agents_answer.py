"""What a real model may do while it answers: load, think, be cut."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest
from nicegui import ui
from nicegui.testing import User

from core.agents.agent import Agent
from core.llm.connection import Connection, ModelRef
from core.llm.messages import Message
from core.llm.provider import ClientEvent, ProviderType
from core.llm.reports import ModelInfo
from core.llm.requests import ModelAnswered, ModelLoading, ModelRequest, TextDelta, ThinkingDelta
from core.llm.usage import Usage
from core.orchestrator import Orchestrator
from pages.agents.answer import FRAME, Answer

Field = Callable[[str], Any]


class Scripted:
    """A client that says what it was told to."""

    def __init__(self, *events: ClientEvent) -> None:
        self._events = events

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ClientEvent, None]:
        for event in self._events:
            yield event

    async def models(self) -> list[ModelInfo]:
        return [ModelInfo(name='scripted')]

    async def close(self) -> None:
        pass


async def scripted_agent(orchestrator: Orchestrator, *events: ClientEvent) -> Agent:
    """An agent whose model says these events."""

    async def open_client(connection: Connection, *, api_key: str) -> Scripted:
        return Scripted(*events)

    provider = ProviderType(
        name='scripted', title='Scripted', local=True, default_url='', needs_key=False, open=open_client
    )
    orchestrator.extensions.providers.add('scripted', provider)
    await orchestrator.connections.create(Connection(id='scripted', name='Scripted', provider='scripted'))
    return await orchestrator.agents.create(Agent(name='Thinker', model=ModelRef.parse('scripted/scripted')))


@pytest.fixture
def say(user: User, field: Field) -> Callable[[], None]:
    def send() -> None:
        field('Message').value = 'Hello'
        user.find('Send').click()

    return send


async def test_thinking_is_shown_apart_from_the_answer(
    user: User, orchestrator: Orchestrator, say: Callable[[], None]
) -> None:
    answered = ModelAnswered(
        message=Message.assistant('**Yes.**'),
        stop='length',
        usage=Usage(calls=1, input_tokens=1200, output_tokens=8, cost=0.004),
        first_token_after=0.1,
        seconds=1.2,
    )
    agent = await scripted_agent(
        orchestrator, ModelLoading(), ThinkingDelta(text='They ask a question.'), TextDelta(text='**Yes.**'), answered
    )
    await user.open(f'/agents/{agent.id}')
    say()
    await user.should_see(' out · ')
    (answer,) = user.find(ui.markdown).elements
    assert answer.content == '**Yes.**'
    thoughts = [e.props['text'] for e in user._client.elements.values() if 'They ask' in str(e.props.get('text'))]
    assert thoughts == ['They ask a question.']
    await user.should_see('1.2k in · 8 out')
    await user.should_see('the longest answer allowed was reached')


async def test_what_came_before_a_fault_stays_and_the_fault_is_explained(
    user: User, orchestrator: Orchestrator, say: Callable[[], None]
) -> None:
    agent = await scripted_agent(orchestrator, TextDelta(text='Half an answer'))
    await user.open(f'/agents/{agent.id}')
    say()
    await user.should_see(ui.markdown)
    (answer,) = user.find(ui.markdown).elements
    assert answer.content == 'Half an answer'
    notices = [e for e in user._client.elements.values() if e.props.get('data-kind') == 'bad']
    assert len(notices) == 1


async def test_a_paint_that_is_due_when_the_answer_ends_paints_nothing(user: User) -> None:
    await user.open('/')
    with user:
        answer = Answer()
        await asyncio.sleep(FRAME / 2)  # it has painted once
        answer.said = 'Yes.'
        due = answer._painting._current_invocation = asyncio.create_task(answer._painting._invoke_callback())
        answer.end()
        await asyncio.wait([due])
    assert [isinstance(element, ui.markdown) for element in answer._flow] == [True]
