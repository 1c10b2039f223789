"""Tools on the pages: chosen, called, allowed, refused; and MCP servers in the settings."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from nicegui import ui
from nicegui.testing import User
from nicegui.testing.user_interaction import UserInteraction

from core.agents.agent import Agent
from core.agents.budget import Budget
from core.orchestrator import Orchestrator
from core.runs import events as e
from core.tools.mcp.server import McpServer
from core.tools.toolbox import PRIVATE_ADDRESSES
from core.workflows.document import read_graph
from core.workflows.workflow import Workflow
from pages.components.conflict import differences

Field = Callable[[str], Any]
PROMPT = 'Use the calculator: 6 * 7, and write_file {"path": "a.txt", "text": "x"}'


@pytest.fixture
async def agent(orchestrator: Orchestrator, tmp_path: Path) -> Agent:
    orchestrator.toolbox._files = tmp_path / 'files'
    made = Agent(name='Accountant', tools=('calculator', 'write_file'), ask_before=('write_file',))
    return await orchestrator.agents.create(made)


def texts(user: User) -> str:
    """All words on the page, with what is folded up."""
    return '\n'.join(str(each._text) for each in user._client.elements.values() if each._text)


def press(user: User, text: str) -> None:
    """Presses the button that says just this."""
    buttons = {each for each in user._client.elements.values() if isinstance(each, ui.button) and each.text == text}
    UserInteraction(user, buttons, None).click()


async def test_tools_and_limits_of_an_agent_are_chosen(
    user: User, orchestrator: Orchestrator, agent: Agent, field: Field
) -> None:
    await user.open(f'/agents/{agent.id}')
    await user.should_see('write_file')
    user.find('Add tool').click()
    await user.should_see('Current time')
    user.find('Current time').trigger('click')
    await user.should_see('current_time')
    user.find('Take calculator away').click()
    field('Tool calls').value = 3
    field('JSON schema').value = '{"type": "object"}'
    user.find('Save').click()
    await user.should_see('Saved.')
    saved = await orchestrator.agents.get(agent.id)
    assert (saved.tools, saved.ask_before) == (('write_file', 'current_time'), ('write_file',))
    assert (saved.budget, saved.output_schema) == (Budget(tool_calls=3), {'type': 'object'})


async def test_a_workflow_that_an_agent_cannot_call_is_named_at_its_tool(
    user: User, orchestrator: Orchestrator, agent: Agent
) -> None:
    await orchestrator.agents.save(agent.model_copy(update={'tools': ('calculator', 'workflow:greet')}))
    await user.open(f'/agents/{agent.id}')
    await user.should_see("There is no workflow 'greet'. Choose another tool.")
    graph = read_graph('nodes: {end: {type: output, config: {value: Hello}}}')
    await orchestrator.workflows.create(Workflow(name='Greet', graph=graph))
    await user.open(f'/agents/{agent.id}')
    await user.should_see("The workflow 'Greet' is not published.")
    await orchestrator.publish('greet')
    await user.open(f'/agents/{agent.id}')
    await user.should_see('Greet')
    await user.should_not_see('is not published')


@pytest.mark.parametrize(
    ('schema', 'fault'), [('{', 'It is not JSON'), ('[]', 'a JSON object'), ('{"type": 3}', 'no JSON')]
)
async def test_a_schema_that_is_none_is_refused_at_its_field(
    user: User, orchestrator: Orchestrator, agent: Agent, field: Field, schema: str, fault: str
) -> None:
    await user.open(f'/agents/{agent.id}')
    field('JSON schema').value = schema
    user.find('Save').click()
    await asyncio.sleep(0.1)
    assert fault in str(field('JSON schema').error)
    assert (await orchestrator.agents.get(agent.id)).output_schema is None


def test_two_people_see_that_they_chose_other_tools() -> None:
    mine = Agent(name='A', tools=('calculator',), budget=Budget(tokens=5))
    theirs = Agent(name='A', max_turns=3, output_schema={'type': 'object'})
    assert {name for name, *_ in differences(mine, theirs)} == {'Tools', 'Budget', 'Max turns', 'Output schema'}


async def test_the_playground_shows_calls_and_asks_before_one(user: User, agent: Agent, field: Field) -> None:
    await user.open(f'/agents/{agent.id}')
    field('Message').value = PROMPT
    user.find('Send').click()
    await user.should_see('Allow “Write a file”?')
    assert '42' in texts(user), 'the other call was made meanwhile'
    field('Arguments').value = '{"path": '
    press(user, 'Allow')
    await asyncio.sleep(0.1)
    assert 'are not JSON' in str(field('Arguments').error)
    field('Arguments').value = '{"path": "b.txt", "text": "xyz"}'
    press(user, 'Allow')
    await user.should_see(' out · ')
    assert 'Written: b.txt (3 bytes).' in texts(user)
    await user.should_not_see('Allow “Write a file”?')


async def test_a_refused_call_is_told_to_the_model(user: User, agent: Agent, field: Field) -> None:
    await user.open(f'/agents/{agent.id}')
    field('Message').value = PROMPT
    user.find('Send').click()
    await user.should_see('Allow “Write a file”?')
    user.find('Refuse').click()
    await user.should_see(' out · ')
    (answer,) = user.find(ui.markdown).elements
    assert 'write_file: A person refused this call.' in answer.content


async def test_a_run_shows_the_calls_and_lets_a_person_decide(
    user: User, orchestrator: Orchestrator, agent: Agent, field: Field
) -> None:
    yaml = f"nodes: {{a: {{type: agent, config: {{agent: {agent.id}, prompt: '{PROMPT}'}}}}, end: {{type: output}}}}"
    graph = read_graph(f'{yaml}\nedges: [a -> end]')
    workflow = await orchestrator.workflows.create(Workflow(name='Test', graph=graph))
    run = await orchestrator.start_run(workflow.id, {})
    async for event in orchestrator.watch(run.id):
        if isinstance(event, e.RunWaiting):
            break
    await user.open(f'/runs/{run.id}')
    await user.should_see('Allow “Write a file”?')
    field('Why not').value = 'Not today.'
    user.find('Refuse').click()
    await user.should_see('Succeeded')
    step = (await orchestrator.state(run.id)).steps['a']
    assert [use.result.text for use in step.tools.values() if use.result] == [
        '42',
        'A person refused this call. Not today.',
    ]


async def test_private_addresses_are_allowed_by_a_switch(user: User, orchestrator: Orchestrator) -> None:
    await user.open('/settings/tools')
    await user.should_see('http_get')
    user.find('Allow addresses of this machine and of private networks').click()
    await asyncio.sleep(0.1)
    assert await orchestrator.preferences.get(PRIVATE_ADDRESSES) == 'yes'


async def test_a_program_is_added_shown_and_only_then_allowed(
    user: User, orchestrator: Orchestrator, field: Field
) -> None:
    await user.open('/settings/tools')
    await user.should_see('No MCP server yet')
    user.find('Add server').click()
    await user.should_see('Add an MCP server')
    field('Name').value = 'Test'
    field('Command').value = f'{sys.executable} -c "import sys; sys.exit(\'a screw is missing\')"'
    field('Variables').value = 'A=1\nB = two'
    user.find('Save server').click()
    await user.should_see('May Test run this?')
    user.find('Not now').click()
    await user.should_see('not allowed')
    assert not (await orchestrator.mcp.get('test')).may_start
    user.find('Look and allow').click()
    await user.should_see('Allow this command')
    user.find('Allow this command').click()
    await user.should_not_see('not allowed')
    server = await orchestrator.mcp.get('test')
    assert (server.may_start, server.env) == (True, {'A': '1', 'B': 'two'})
    user.find('Test').click()
    await user.should_see('a screw is missing')


async def test_what_is_missing_is_said_at_its_field(user: User, orchestrator: Orchestrator, field: Field) -> None:
    await user.open('/settings/tools')
    user.find('Add server').click()
    await user.should_see('Add an MCP server')
    user.find('Save server').click()
    await asyncio.sleep(0.1)
    assert (field('Name').error, field('Command').error) == ('It is empty.', 'It is empty.')
    await user.should_not_see('The server cannot be saved as it is.')
    assert not await orchestrator.mcp.all()


async def test_a_command_that_is_changed_must_be_allowed_again(
    user: User, orchestrator: Orchestrator, field: Field
) -> None:
    server = await orchestrator.mcp.save(McpServer(name='Test', command='one', args=('a b',)))
    await orchestrator.mcp.allow(server.id, server.fingerprint)
    await user.open('/settings/tools')
    user.find('Edit').click()
    await user.should_see('Edit Test')
    assert field('Command').value == "one 'a b'"
    field('Command').value = 'two'
    user.find('Save server').click()
    await user.should_see('not allowed')
