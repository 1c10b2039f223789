"""What agents remember, over the API."""

from datetime import UTC, datetime

import httpx
import pytest

from core.agents.agent import Agent
from core.agents.conversation import Turn
from core.orchestrator import Orchestrator


@pytest.fixture(autouse=True)
async def turn(orchestrator: Orchestrator) -> Turn:
    await orchestrator.agents.create(Agent(name='Clerk'))
    said = {'run_id': 'r', 'path': 'ask', 'at': datetime.now(tz=UTC), 'question': 'Q', 'answer': 'A'}
    made = Turn(agent='clerk', conversation='tickets/12 ä', **said)
    await orchestrator.conversations.add(made)
    return made


async def test_conversations_are_listed_read_and_forgotten(api: httpx.AsyncClient) -> None:
    [listed] = (await api.get('/agents/clerk/conversations')).json()
    assert (listed['name'], listed['turns']) == ('tickets/12 ä', 1)
    [read] = (await api.get('/agents/clerk/conversations/tickets/12 ä')).json()
    assert (read['question'], read['answer']) == ('Q', 'A')
    assert (await api.delete('/agents/clerk/conversations/tickets/12 ä')).status_code == 204
    assert (await api.get('/agents/clerk/conversations')).json() == []


@pytest.mark.parametrize('address', ['/agents/nobody/conversations', '/agents/clerk/conversations/nothing'])
async def test_what_is_not_there_is_said_to_be_missing(api: httpx.AsyncClient, address: str) -> None:
    answer = await api.get(address)
    assert (answer.status_code, answer.headers['content-type']) == (404, 'application/problem+json')
    assert (await api.delete('/agents/clerk/conversations/nothing')).status_code == 404
