"""What every Conversations does."""

from datetime import UTC, datetime, timedelta

import pytest

from core.agents.agent import Agent
from core.agents.conversation import Summary, Turn
from core.errors import NotFoundError
from core.runs import events as e
from core.runs.run import Run
from core.stores import Stores

T0 = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


async def prepare(stores: Stores, *runs: str) -> None:
    for name in ('Clerk', 'Writer'):
        await stores.agents.create(Agent(name=name))
    for run in runs:
        row = Run(id=run, workflow_id='w', workflow_name='W', version_id='v', created_at=T0)
        await stores.journal.create(row, e.RunCreated(at=T0, version_id='v'))


def turn(run: str, question: str = 'Q', **changes: object) -> Turn:
    told = {'agent': 'clerk', 'conversation': 'ann', 'path': 'ask', 'at': T0, 'answer': 'A'}
    return Turn.model_validate({**told, 'run_id': run, 'question': question, **changes})


async def test_turns_come_back_in_their_order_with_numbers_that_grow(stores: Stores) -> None:
    await prepare(stores, 'r1', 'r2', 'r3')
    summary = Summary(text='S', upto=1)
    await stores.conversations.add(turn('r1', 'one'))
    await stores.conversations.add(turn('r2', 'zwei ü', summary=summary))
    await stores.conversations.add(turn('r3', 'three'))
    turns = await stores.conversations.turns('clerk', 'ann', last=2)
    assert [each.question for each in turns] == ['zwei ü', 'three']
    assert turns[0].summary == summary
    assert turns[0].at == T0
    assert 0 < turns[0].number < turns[1].number


async def test_a_step_adds_its_turn_once(stores: Stores) -> None:
    await prepare(stores, 'r1')
    await stores.conversations.add(turn('r1', 'first'))
    await stores.conversations.add(turn('r1', 'again'))
    await stores.conversations.add(turn('r1', 'other step', path='each[1].ask'))
    turns = await stores.conversations.turns('clerk', 'ann', last=9)
    assert [each.question for each in turns] == ['first', 'other step']


async def test_conversations_and_agents_are_kept_apart(stores: Stores) -> None:
    await prepare(stores, 'r1', 'r2', 'r3', 'r4')
    await stores.conversations.add(turn('r1'))
    await stores.conversations.add(turn('r2', conversation='bob', at=T0 + timedelta(hours=1)))
    await stores.conversations.add(turn('r3', agent='writer'))
    await stores.conversations.add(turn('r4', at=T0 + timedelta(hours=2)))
    listed = await stores.conversations.all('clerk')
    assert [(each.name, each.turns, each.last_at) for each in listed] == [
        ('ann', 2, T0 + timedelta(hours=2)),
        ('bob', 1, T0 + timedelta(hours=1)),
    ]
    await stores.conversations.forget('clerk', 'ann')
    assert [each.name for each in await stores.conversations.all('clerk')] == ['bob']
    assert len(await stores.conversations.turns('writer', 'ann', last=9)) == 1
    with pytest.raises(NotFoundError):
        await stores.conversations.forget('clerk', 'ann')


async def test_numbers_are_never_given_twice(stores: Stores) -> None:
    await prepare(stores, 'r1', 'r2')
    await stores.conversations.add(turn('r1'))
    [first] = await stores.conversations.turns('clerk', 'ann', last=1)
    await stores.conversations.forget('clerk', 'ann')
    await stores.conversations.add(turn('r2'))
    [second] = await stores.conversations.turns('clerk', 'ann', last=1)
    assert second.number > first.number, 'a summary says by its number how far it reaches'


async def test_turns_go_with_their_agent_and_do_not_come_back_with_another_of_its_name(stores: Stores) -> None:
    await prepare(stores, 'r1', 'r2')
    await stores.conversations.add(turn('r1'))
    await stores.agents.delete('clerk')
    await stores.conversations.add(turn('r2'))  # of a run that went on without it
    await stores.agents.create(Agent(name='Clerk'))
    assert await stores.conversations.all('clerk') == []


async def test_turns_go_with_their_run(stores: Stores) -> None:
    await prepare(stores, 'r1', 'r2')
    await stores.journal.append('r1', [e.RunSucceeded(at=T0)])
    await stores.conversations.add(turn('r1', 'one'))
    await stores.conversations.add(turn('r2', 'two'))
    await stores.journal.delete('r1')
    assert [each.question for each in await stores.conversations.turns('clerk', 'ann', last=9)] == ['two']
