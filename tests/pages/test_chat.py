"""A chat with a workflow, as a simulated person has it."""

from typing import Any

import pytest
from nicegui import ui
from nicegui.testing import User

from core.agents.agent import Agent
from core.llm.connection import ModelRef
from core.llm.images import images_in
from core.nodes.input import chat_field
from core.orchestrator import Orchestrator
from core.runs.run import RunFilter
from core.workflows.document import read_graph
from core.workflows.workflow import Workflow
from tests.conftest import needs_canvas
from tests.pages.test_shown_pictures import attach

ECHO = """
nodes:
  who: {type: input, config: {fields: [{name: text}, {name: how, type: choice, choices: [a], required: false}]}}
  end: {type: output, config: {value: 'You said: {{ inputs.text }}'}}
edges: [who -> end]
"""
FAILS = ECHO.replace('inputs.text', 'inputs.text | tojson | int / 0')
ASKS = 'nodes: {who: {type: input, config: {fields: [{name: text}]}}, ok: {type: approval}, end: {type: output}}'


async def opened(user: User, orchestrator: Orchestrator, yaml: str) -> Workflow:
    workflow = await orchestrator.workflows.create(Workflow(name='Echo', graph=read_graph(yaml)))
    await user.open(f'/workflows/{workflow.id}')
    user.find(marker='Chat', kind=ui.button).click()
    await user.should_see('Chat with Echo')
    return workflow


def say(user: User, text: str) -> None:
    user.find(marker='chat-message').type(text)
    user.find(marker='Send').click()


async def test_a_message_is_a_run_and_what_comes_out_is_the_answer(user: User, orchestrator: Orchestrator) -> None:
    workflow = await opened(user, orchestrator, ECHO)
    await user.should_see('Say something to this workflow')
    say(user, 'Hello')
    await user.should_see('You said: Hello')
    await user.should_not_see('Say something to this workflow')
    [run] = await orchestrator.runs(RunFilter(workflow_id=workflow.id))
    assert (run.trigger, (await orchestrator.state(run.id)).inputs['text']) == ('chat', 'Hello')


@needs_canvas
async def test_what_was_said_is_there_again(user: User, orchestrator: Orchestrator) -> None:
    workflow = await orchestrator.workflows.create(Workflow(name='Echo', graph=read_graph(ECHO)))
    for text in ('First', 'Second'):
        run = await orchestrator.start_run(workflow.id, {'text': text}, trigger='chat')
        async for _ in orchestrator.watch(run.id):
            pass
    await orchestrator.start_run(workflow.id, {'text': 'By hand'})
    await user.open(f'/workflows/{workflow.id}')
    user.find(marker='Chat', kind=ui.button).click()
    await user.should_see('You said: Second')
    said = [each.content for each in user.find(kind=ui.markdown).elements]
    assert {'You said: First', 'You said: Second'} <= set(said)
    assert said.count('You said: By hand') == 1, 'in the panel of the latest run, not in the chat'


async def test_a_run_that_fails_says_why(user: User, orchestrator: Orchestrator) -> None:
    await opened(user, orchestrator, FAILS)
    say(user, 'Hello')
    await user.should_see('division')


async def test_what_waits_for_a_person_is_decided_in_the_chat(user: User, orchestrator: Orchestrator) -> None:
    workflow = await opened(user, orchestrator, f'{ASKS}\nedges: [who -> ok, ok.approved -> end]')
    say(user, 'Hello')
    await user.should_see('Approve')
    await user.should_see(marker='Send')
    user.find('Approve').click()
    await user.should_see('Succeeded')
    [run] = await orchestrator.runs(RunFilter(workflow_id=workflow.id))
    assert (await orchestrator.state(run.id)).output == {'end': 'Hello'}


async def test_an_answer_that_takes_long_can_be_stopped(user: User, orchestrator: Orchestrator) -> None:
    slow = 'nodes: {who: {type: input, config: {fields: [{name: text}]}}, wait: {type: agent, config: {agent: slow}}}'
    model = ModelRef.parse('practice/practice-1')
    await orchestrator.agents.create(Agent(id='slow', name='Slow', instructions='Repeat it.', model=model))
    workflow = await opened(user, orchestrator, f'{slow}\nedges: [who -> wait]')
    say(user, 'Hello. ' * 200)
    await user.should_see(marker='Stop')
    await user.should_not_see(marker='Send')
    user.find(marker='Stop').click()
    await user.should_see(marker='Send')
    [run] = await orchestrator.runs(RunFilter(workflow_id=workflow.id))
    assert run.status == 'cancelled'


def graph_asking(*fields: dict[str, Any]) -> Any:
    node = {'type': 'input', 'config': {'fields': list(fields)}}
    return read_graph(f'nodes: {{who: {node}}}\nedges: []'.replace('True', 'true').replace('False', 'false'))


@pytest.mark.parametrize(
    ('fields', 'expected'),
    [
        ([{'name': 'topic'}], 'topic'),
        (
            [{'name': 'topic', 'type': 'long_text', 'default': 'Tides'}, {'name': 'n', 'type': 'number', 'default': 1}],
            'topic',
        ),
        ([{'name': 'topic'}, {'name': 'message', 'required': False, 'default': 'x'}], None),
        ([{'name': 'topic', 'default': 'x'}, {'name': 'message'}], 'message'),
        ([{'name': 'a'}, {'name': 'b'}], None),
        ([{'name': 'a'}, {'name': 'b', 'required': False}], 'a'),
        ([{'name': 'a'}, {'name': 'n', 'type': 'number'}], None),
        ([{'name': 'a', 'required': False}], None),
        ([], None),
    ],
)
def test_a_chat_needs_one_text_and_nothing_else_that_must_be_entered(
    fields: list[dict[str, Any]], expected: str | None
) -> None:
    field = chat_field(graph_asking(*fields))
    assert (field.name if field else None) == expected


@pytest.mark.parametrize(('kind', 'given'), [('images', ['cat.png', 'dog.png']), ('image', ['cat.png'])])
async def test_pictures_go_to_the_only_input_for_them(
    user: User, orchestrator: Orchestrator, kind: str, given: list[str]
) -> None:
    sees = ECHO.replace('{name: text}', f'{{name: text}}, {{name: photo, type: {kind}, required: false}}')
    workflow = await opened(user, orchestrator, sees)
    for name in ('cat.png', 'dog.png'):
        await attach(user, name)
    say(user, 'What is it?')
    if kind == 'image':
        await user.should_see('It takes one picture, as Photo.')
        user.find('Take dog.png away').click()
        user.find(marker='Send').click()
    await user.should_see('You said: What is it?')
    [run] = await orchestrator.runs(RunFilter(workflow_id=workflow.id))
    assert [each.name for each in images_in((await orchestrator.state(run.id)).inputs['photo'])] == given
    [said] = [element for element in user._client.elements.values() if 'ao-said-pictures' in element.classes]
    assert [each.props['alt'] for each in said] == given


async def test_a_chat_takes_no_pictures_where_it_is_not_clear_what_they_are(
    user: User, orchestrator: Orchestrator
) -> None:
    two = '{name: text}, {name: a, type: image, required: false}, {name: b, type: images, required: false}'
    for sees in (ECHO, ECHO.replace('{name: text}', two)):
        await opened(user, orchestrator, sees)
        await user.should_not_see(marker='Attach pictures')


async def test_a_workflow_that_asks_for_more_offers_no_chat(user: User, orchestrator: Orchestrator) -> None:
    graph = graph_asking({'name': 'a'}, {'name': 'b'})
    workflow = await orchestrator.workflows.create(Workflow(name='Two', graph=graph))
    await user.open(f'/workflows/{workflow.id}')
    await user.should_not_see(marker='Chat')
