"""What an agent remembers from run to run, and that neither a crash nor a run beside it confuses it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from core.agents.agent import Agent
from core.agents.memory import Memory
from core.agents.remembering import LONGEST_NAME
from core.llm.connection import Connection, ModelRef
from core.orchestrator import Orchestrator
from core.runs import events as e
from core.runs.run import Run
from core.stores import Stores
from core.workflows.document import read_graph
from core.workflows.workflow import Workflow
from tests.core.agents.running import Life, ended, seen
from tests.core.agents.scripted import Script

NODES = """
nodes:
  start: {type: input, config: {fields: [{name: said}, {name: who, required: false}]}}
  a: {type: agent, config: {agent: clerk, prompt: '{{ start.said }}', conversation: '{{ start.who }}'}}
  end: {type: output}
edges: [start -> a, a -> end]
"""
WINDOW = Memory(kind='window', messages=4)
SUMMARY = Memory(kind='summary', messages=4)


@pytest.fixture
async def orchestrator(life: Life) -> AsyncIterator[Orchestrator]:
    async with life() as alive:
        yield alive


async def prepare(orchestrator: Orchestrator, memory: Memory, **agent: Any) -> None:
    await orchestrator.connections.create(Connection(id='scripted', name='S', provider='scripted', attempts=1))
    clerk = Agent(id='clerk', name='Clerk', model=ModelRef.parse('scripted/m'), memory=memory, **agent)
    await orchestrator.agents.create(clerk)
    await orchestrator.workflows.create(Workflow(id='desk', name='Desk', graph=read_graph(NODES)))


async def say(orchestrator: Orchestrator, said: str, who: str = 'ann') -> Run:
    run = await orchestrator.start_run('desk', {'said': said, 'who': who})
    return await ended(orchestrator, run.id)


def told(script: Script, number: int = -1) -> list[str]:
    return [message.text for message in script.requests[number].messages]


async def test_an_agent_without_memory_or_conversation_remembers_nothing(
    orchestrator: Orchestrator, script: Script
) -> None:
    await prepare(orchestrator, Memory())
    await say(orchestrator, 'one')
    await say(orchestrator, 'two')
    assert told(script) == ['two']
    clerk = await orchestrator.agents.get('clerk')
    await orchestrator.agents.save(clerk.model_copy(update={'memory': WINDOW}))
    await say(orchestrator, 'three', who='')
    await say(orchestrator, 'four', who='')
    assert told(script) == ['four']
    assert await orchestrator.conversations.all('clerk') == []


async def test_a_window_is_the_last_messages_of_that_conversation(orchestrator: Orchestrator, script: Script) -> None:
    await prepare(orchestrator, WINDOW)
    script.lines = ['A1', 'A2', 'A3', 'B1', 'A4']
    for said in ('one', 'two', 'three'):
        await say(orchestrator, said)
    await say(orchestrator, 'hello', who='bob')
    assert told(script) == ['hello']
    await say(orchestrator, 'four')
    assert told(script) == ['two', 'A2', 'three', 'A3', 'four']


async def test_older_turns_are_put_in_short_and_the_call_is_recorded(
    orchestrator: Orchestrator, script: Script
) -> None:
    await prepare(orchestrator, SUMMARY)
    script.lines = ['A1', 'A2', 'A3', 'They said one and two.', 'A4', 'A5', 'All of one to four.', 'A6']
    for said in ('one', 'two', 'three'):
        await say(orchestrator, said)
    run = await say(orchestrator, 'four')
    assert told(script) == ['(What was said before, in short:\nThey said one and two.)\n\nthree', 'A3', 'four']
    assert 'Person:\none' in told(script, 3)[0]
    assert 'three' not in told(script, 3)[0], 'the newest stay word by word'
    state = await orchestrator.state(run.id)
    [summary] = state.steps['a'].summaries
    assert (summary.answer.text, summary.summarises) == ('They said one and two.', 2)
    assert state.steps['a'].usage.calls == 2
    assert len(state.steps['a'].calls) == 1
    await say(orchestrator, 'five')
    assert told(script)[0].startswith('(What was said before, in short:\nThey said one and two.)')
    assert len(told(script)) == 5
    await say(orchestrator, 'six')
    assert 'Earlier memory:\nThey said one and two.' in told(script, -2)[0]
    assert told(script) == ['(What was said before, in short:\nAll of one to four.)\n\nfive', 'A5', 'six']


@pytest.mark.parametrize('dies_after', range(1, 14))
async def test_wherever_it_dies_the_turn_is_kept_once_and_no_call_is_made_twice(
    life: Life, script: Script, stores: Stores, dies_after: int
) -> None:
    script.lines = lines = ['A1', 'A2', 'A3', 'In short.', 'A4']
    async with life() as orchestrator:
        await prepare(orchestrator, SUMMARY)
        for said in ('one', 'two', 'three'):
            await say(orchestrator, said)
        run = await orchestrator.start_run('desk', {'said': 'four', 'who': 'ann'})
        async with asyncio.timeout(60):
            async for event in orchestrator.watch(run.id):
                if event.seq >= dies_after:
                    break
    done = [event for event in await stores.journal.read(run.id) if isinstance(event, e.ModelCalled)]
    script.lines = lines[3 + len(done) :] or ['too many']
    script.requests.clear()
    async with life() as orchestrator:
        row = await ended(orchestrator, run.id)
    assert (row.status, len(script.requests)) == ('succeeded', 2 - len(done))
    turns = await stores.conversations.turns('clerk', 'ann', last=9)
    assert [(turn.question, turn.answer) for turn in turns][3:] == [('four', 'A4')]
    assert turns[-1].summary is not None
    assert (turns[-1].summary.text, turns[-1].summary.upto) == ('In short.', turns[1].number)


async def test_a_step_that_goes_on_sees_the_past_that_it_was_told_at_first(
    life: Life, script: Script, stores: Stores
) -> None:
    """Another run adds a turn while the process is dead; the step's calls are told what they were told before."""
    async with life() as orchestrator:
        await prepare(orchestrator, WINDOW, output_schema={'type': 'integer'})
        script.lines = ['1', 'no number']
        await say(orchestrator, 'one')
        run = await orchestrator.start_run('desk', {'said': 'two', 'who': 'ann'})
        await seen(orchestrator, run.id, e.ModelCalled)
    [first] = await stores.conversations.turns('clerk', 'ann', last=9)
    other = first.model_copy(update={'path': 'elsewhere', 'question': 'between'})
    await stores.conversations.add(other)
    script.lines = ['2']
    script.requests.clear()
    async with life() as orchestrator:
        await ended(orchestrator, run.id)
    assert told(script)[:3] == ['one', '1', 'two']
    assert all('between' not in text for text in told(script))


async def test_two_runs_at_once_see_what_was_kept_before_and_both_are_kept(
    orchestrator: Orchestrator, script: Script
) -> None:
    await prepare(orchestrator, WINDOW)
    await say(orchestrator, 'one')
    script.hold = asyncio.Event()
    runs = [await orchestrator.start_run('desk', {'said': said, 'who': 'ann'}) for said in ('two', 'three')]
    async with asyncio.timeout(60):
        while len(script.requests) < 3:  # noqa: ASYNC110 - the script has no bell
            await asyncio.sleep(0.01)
    script.hold.set()
    for run in runs:
        await ended(orchestrator, run.id)
    assert sorted(told(script, number)[-1] for number in (1, 2)) == ['three', 'two']
    assert [len(told(script, number)) for number in (1, 2)] == [3, 3]
    turns = await orchestrator.conversations.turns('clerk', 'ann', last=9)
    assert sorted(turn.question for turn in turns) == ['one', 'three', 'two']


async def test_a_run_that_takes_a_step_over_adds_no_turn(orchestrator: Orchestrator) -> None:
    await prepare(orchestrator, WINDOW)
    run = await say(orchestrator, 'one')
    again = await orchestrator.retry_run(run.id)
    await ended(orchestrator, again.id)
    assert (await orchestrator.state(again.id)).steps['a'].reused_from == run.id
    assert len(await orchestrator.conversations.turns('clerk', 'ann', last=9)) == 1


async def test_a_name_that_is_too_long_is_refused(orchestrator: Orchestrator) -> None:
    await prepare(orchestrator, WINDOW)
    row = await say(orchestrator, 'one', who='x' * (LONGEST_NAME + 1))
    assert row.status == 'failed'
    assert 'at most 200 characters' in row.error
