"""The router node."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from core.agents.agent import Agent
from core.agents.loop import REPAIRS
from core.llm.connection import Connection, ModelRef
from core.orchestrator import Orchestrator
from core.runs import events as e
from core.runs.run import Run
from core.stores import Stores
from core.workflows.document import read_graph
from core.workflows.workflow import Workflow
from tests.core.agents.running import Life, ended, seen
from tests.core.agents.scripted import Script
from tests.core.test_image_inputs import URL

NODES = """
nodes:
  mail: {type: template, config: {text: 'I was charged twice.'}}
  way:
    type: router
    config:
      agent: sorter
      branches: [{name: billing, when: Invoices and refunds.}, {name: technical, when: What does not work.}]
      otherwise: other
  money: {type: output, config: {value: 'billing: {{ way.reason }}'}}
  works: {type: output, config: {value: 'technical: {{ way.reason }}'}}
  rest: {type: output, config: {value: 'other: {{ way.reason }}'}}
edges: [mail -> way, way.billing -> money, way.technical -> works, way.other -> rest]
"""


@pytest.fixture
async def orchestrator(life: Life) -> AsyncIterator[Orchestrator]:
    async with life() as alive:
        yield alive


async def start(
    orchestrator: Orchestrator,
    *,
    model: str = 'scripted/m',
    text: str = '',
    nodes: str = NODES,
    inputs: dict[str, Any] | None = None,
) -> Run:
    await orchestrator.connections.create(Connection(id='scripted', name='S', provider='scripted', attempts=1))
    sorter = Agent(id='sorter', name='Sorter', model=ModelRef.parse(model), instructions='You sort mail.')
    await orchestrator.agents.create(sorter)
    graph = read_graph(nodes.replace('I was charged twice.', text) if text else nodes)
    workflow = await orchestrator.workflows.create(Workflow(name='Test', graph=graph))
    return await orchestrator.start_run(workflow.id, inputs or {})


def says(branch: str) -> str:
    return json.dumps({'reason': 'Because.', 'branch': branch})


async def test_the_way_that_the_model_names_is_gone(orchestrator: Orchestrator, script: Script) -> None:
    script.lines = [says('technical')]
    run = await start(orchestrator)
    await ended(orchestrator, run.id)
    state = await orchestrator.state(run.id)
    assert state.output == {'works': 'technical: Because.'}
    assert state.steps['way'].output == {'text': 'I was charged twice.', 'branch': 'technical', 'reason': 'Because.'}
    [request] = script.requests
    assert request.instructions.startswith('You sort mail.')
    assert '- billing: Invoices and refunds.\n' in request.instructions
    assert request.output_schema is not None
    assert request.output_schema['properties']['branch']['enum'] == ['billing', 'technical', 'other']


SEEING = """
nodes:
  start: {type: input, config: {fields: [{name: photos, type: images, required: false}]}}
  way:
    type: router
    config: {agent: sorter, text: What is it?, images: start.photos, branches: [{name: cat}], otherwise: other}
  end: {type: output, config: {value: '{{ way.branch }}'}}
edges: [start -> way, way.cat -> end]
"""


@pytest.mark.parametrize(
    ('photos', 'told'),
    [([URL, URL], 'fits the text and the pictures of the user best'), ([], 'fits the text of the user best')],
)
async def test_the_way_is_chosen_by_pictures_too(
    orchestrator: Orchestrator, script: Script, photos: list[str], told: str
) -> None:
    script.lines = ['A cat.', says('cat')]
    run = await start(orchestrator, nodes=SEEING, inputs={'photos': photos})
    row = await ended(orchestrator, run.id)
    assert row.status == 'succeeded', row.error
    first, repair = script.requests
    assert [image.name for image in first.messages[0].images] == ['cat.png'] * len(photos)
    assert repair.messages[0] == first.messages[0]
    assert told in first.instructions


async def test_what_is_no_picture_is_said_before_anybody_is_asked(orchestrator: Orchestrator, script: Script) -> None:
    run = await start(orchestrator, nodes=SEEING.replace('images: start.photos', 'images: start'))
    assert 'What `start` gives is no data URL of a picture.' in (await ended(orchestrator, run.id)).error
    assert script.requests == []


async def test_a_way_that_does_not_exist_is_asked_for_again(orchestrator: Orchestrator, script: Script) -> None:
    script.lines = [says('shipping'), says('billing')]
    run = await start(orchestrator)
    await ended(orchestrator, run.id)
    assert (await orchestrator.state(run.id)).output == {'money': 'billing: Because.'}
    assert "'shipping' is not one of" in script.requests[1].messages[-1].text


async def test_a_model_that_names_no_way_after_all_leads_the_other_way(
    orchestrator: Orchestrator, script: Script
) -> None:
    script.lines = ['I would say billing.']
    run = await start(orchestrator)
    row = await ended(orchestrator, run.id)
    state = await orchestrator.state(run.id)
    assert (row.status, state.output) == ('succeeded', {'rest': 'other: The model named no way.'})
    assert len(script.requests) == 1 + REPAIRS
    logged = [event.message async for event in orchestrator.watch(run.id) if isinstance(event, e.Logged)]
    assert any('No way was named' in message for message in logged)


async def test_an_answer_that_came_before_a_crash_is_not_paid_again(life: Life, script: Script, stores: Stores) -> None:
    script.lines = [says('billing')]
    async with life() as orchestrator:
        run = await start(orchestrator)
        await seen(orchestrator, run.id, e.ModelCalled)
    async with life() as orchestrator:
        await ended(orchestrator, run.id)
    assert len(script.requests) == 1
    assert sum(isinstance(event, e.ModelCalled) for event in await stores.journal.read(run.id)) == 1


@pytest.mark.parametrize(
    ('text', 'end'),
    [
        ('Please send the refund of that invoice.', 'money'),
        ('Since the update it will not work.', 'works'),
        ('Your garden is lovely.', 'rest'),
    ],
)
async def test_the_practice_model_goes_by_the_words_of_the_branches(
    orchestrator: Orchestrator, text: str, end: str
) -> None:
    run = await start(orchestrator, model='practice/practice-instant', text=text)
    await ended(orchestrator, run.id)
    assert list((await orchestrator.state(run.id)).output) == [end]
