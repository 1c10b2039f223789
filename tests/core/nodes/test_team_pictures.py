"""Pictures that arrive at a team: all members see them, whatever the strategy, and no turn holds them twice."""

import asyncio

import pytest

from core.agents.agent import Agent
from core.agents.memory import Memory
from core.llm.connection import Connection, ModelRef
from core.llm.images import Image
from core.llm.messages import Message
from core.orchestrator import Orchestrator
from core.runs import events as e
from core.runs.run import Run
from core.runs.state import RunState
from core.stores import Stores
from core.teams.team import Team, Termination
from core.workflows.document import read_graph
from core.workflows.workflow import Workflow
from tests.core.agents.running import Life, ended
from tests.core.agents.scripted import Script
from tests.core.test_image_inputs import URL

NODES = """
nodes:
  start: {type: input, config: {fields: [{name: photo, type: image}, {name: other, type: image, required: false}]}}
  panel: {type: team, config: {team: panel, task: What is this?, images: 'IMAGES'}}
  end: {type: output}
edges: [start -> panel, panel -> end]
"""
STRATEGIES = ('sequential', 'parallel', 'round_robin', 'supervisor', 'debate', 'vote')


async def prepare(
    orchestrator: Orchestrator, strategy: str, *, model: str, images: str = '[start.photo, start.other]'
) -> None:
    for name in ('Ann', 'Bob', 'Jud'):
        await orchestrator.agents.create(Agent(name=name, model=ModelRef.parse(model), instructions='Be brief.'))
    ends = Termination(max_turns=6)
    await orchestrator.teams.create(
        Team(id='panel', name='Panel', members=('ann', 'bob'), strategy=strategy, lead='jud', termination=ends)
    )
    graph = read_graph(NODES.replace('IMAGES', images))
    await orchestrator.workflows.create(Workflow(id='look', name='Look', graph=graph))


async def looked(orchestrator: Orchestrator) -> tuple[Run, RunState]:
    run = await ended(orchestrator, (await orchestrator.start_run('look', {'photo': URL})).id)
    return run, await orchestrator.state(run.id)


def seen_in(state: RunState) -> dict[str, list[int]]:
    """How many pictures each message of the conversation held that a turn answered to, by the turn's path."""
    turns = {path: step for path, step in state.steps.items() if path.startswith('panel[') and step.calls}
    return {path: [len(message.images) for message in step.calls[0].messages] for path, step in turns.items()}


@pytest.mark.parametrize('strategy', STRATEGIES)
async def test_each_turn_sees_the_pictures_with_its_first_message(orchestrator: Orchestrator, strategy: str) -> None:
    await prepare(orchestrator, strategy, model='practice/practice-instant')
    assert await orchestrator.validate((await orchestrator.workflows.get('look')).graph) == []
    run, state = await looked(orchestrator)
    assert run.status == 'succeeded', run.error
    seen = seen_in(state)
    assert len(seen) >= 2
    assert all(counts == [1, *[0] * (len(counts) - 1)] for counts in seen.values())
    assert (strategy == 'supervisor') == any(len(counts) > 1 for counts in seen.values()), 'one goes on'
    turns = [step for path, step in state.steps.items() if path.startswith('panel[')]
    assert not any(URL.rpartition(',')[2] in str([step.input, step.output]) for step in turns)
    assert '1 picture came along' in str(state.output)


async def test_without_pictures_nobody_is_shown_any(orchestrator: Orchestrator) -> None:
    await prepare(orchestrator, 'sequential', model='practice/practice-instant', images='start.other')
    _, state = await looked(orchestrator)
    assert seen_in(state) == {'panel[0].ann': [0], 'panel[1].bob': [0]}


async def test_what_is_no_picture_is_said_before_anybody_is_asked(orchestrator: Orchestrator) -> None:
    await prepare(orchestrator, 'sequential', model='practice/practice-instant', images='start.text')
    run, state = await looked(orchestrator)
    assert run.error == 'Panel: What `start.text` gives is no data URL of a picture.'
    assert seen_in(state) == {}


async def test_after_a_crash_the_turn_that_was_cut_off_sees_them_too(
    life: Life, script: Script, stores: Stores
) -> None:
    script.lines = ['A cat.', 'The cat is red.']
    async with life() as orchestrator:
        await orchestrator.connections.create(Connection(id='scripted', name='S', provider='scripted', attempts=1))
        await prepare(orchestrator, 'sequential', model='scripted/m')
        first = script.hold = asyncio.Event()
        run = await orchestrator.start_run('look', {'photo': URL})
        await _asked(script, 1)
        script.hold = asyncio.Event()  # the second answer never comes
        first.set()
        await _asked(script, 2)
    script.hold = None
    async with life() as orchestrator:
        row = await ended(orchestrator, run.id)
    assert row.status == 'succeeded'
    assert [_shown(request.messages) for request in script.requests] == [1, 1, 1]
    called = [event.path for event in await stores.journal.read(run.id) if isinstance(event, e.ModelCalled)]
    assert called == ['panel[0].ann', 'panel[1].bob']


async def _asked(script: Script, times: int) -> None:
    async with asyncio.timeout(60):
        while len(script.requests) < times:  # noqa: ASYNC110 - the script has no bell
            await asyncio.sleep(0.01)


def _shown(messages: tuple[Message, ...]) -> int:
    return sum(isinstance(part, Image) for message in messages for part in message.parts)


async def test_a_memory_of_a_member_is_left_alone(orchestrator: Orchestrator) -> None:
    await prepare(orchestrator, 'sequential', model='practice/practice-instant')
    ann = await orchestrator.agents.get('ann')
    await orchestrator.agents.save(ann.model_copy(update={'memory': Memory(kind='window')}))
    await looked(orchestrator)
    assert await orchestrator.conversations.all('ann') == []
