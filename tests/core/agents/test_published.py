"""Published workflows as tools of agents."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from core.agents.agent import Agent
from core.llm.connection import ModelRef
from core.orchestrator import Orchestrator
from core.published import MAX_DEPTH
from core.runs import events as e
from core.runs.run import Run, RunFilter
from core.teams.team import Member, Team
from core.tools.mcp.server import McpServer
from core.workflows.document import read_graph
from core.workflows.workflow import Workflow
from tests.core.agents.running import Life, begin, ended, seen
from tests.core.agents.scripted import Script
from tests.core.test_image_inputs import URL

GREET = """
nodes:
  who:
    type: input
    config: {fields: [{name: name}, {name: how, type: choice, choices: [short, long], default: short}]}
  hello: {type: template, config: {text: 'Hello {{ inputs.name }}, {{ inputs.how }}'}}
  end: {type: output}
edges: [who -> hello, hello -> end]
"""
ASK = 'nodes: {ok: {type: approval}, end: {type: output}}\nedges: [ok.approved -> end]'


@pytest.fixture
async def orchestrator(life: Life) -> AsyncIterator[Orchestrator]:
    async with life() as alive:
        yield alive


async def published(orchestrator: Orchestrator, yaml: str, name: str = 'Greet') -> Workflow:
    workflow = await orchestrator.workflows.create(Workflow(name=name, graph=read_graph(yaml)))
    await orchestrator.publish(workflow.id)
    return await orchestrator.workflows.get(workflow.id)


async def waiting_child(orchestrator: Orchestrator) -> Run:
    async with asyncio.timeout(60):
        async for _ in orchestrator.watch_runs():
            if children := await orchestrator.runs(RunFilter(trigger='tool', status=('waiting',))):
                return children[0]
    raise AssertionError


async def test_an_agent_runs_a_workflow_and_gets_its_result(orchestrator: Orchestrator, script: Script) -> None:
    await published(orchestrator, GREET)
    script.lines = [[('run_greet', {'name': 'Ada'}), ('run_greet', {'nobody': 1})], 'Done.']
    run = await begin(orchestrator, tools=('workflow:greet',))
    assert (await ended(orchestrator, run.id)).status == 'succeeded'
    good, bad = script.requests[1].messages[-1].tool_results
    assert (good.text, good.is_error) == ('Hello Ada, short', False)
    assert bad.is_error
    assert "'name' is a required property" in bad.text
    [child] = await orchestrator.runs(RunFilter(trigger='tool'))
    assert (child.workflow_id, child.status) == ('greet', 'succeeded')
    schema = script.requests[0].tools[0].parameters
    assert (schema['required'], schema['properties']['how']['enum']) == (['name'], ['short', 'long'])


async def test_a_picture_that_it_begins_with_is_not_told_to_models(orchestrator: Orchestrator) -> None:
    photo = {'name': 'photo', 'type': 'image', 'default': URL}
    fields = json.dumps([photo, {'name': 'photos', 'type': 'images', 'default': [URL]}])
    await published(
        orchestrator,
        f'nodes: {{who: {{type: input, config: {{fields: {fields}}}}}, end: {{type: output}}}}\nedges: [who -> end]',
    )
    [tool] = await orchestrator.toolbox.find(('workflow:greet',))
    assert URL not in json.dumps(tool.spec.parameters)
    told = tool.spec.parameters['properties']
    assert told['photo']['contentMediaType'] == 'image/*'
    assert (told['photos']['type'], told['photos']['items']['contentMediaType']) == ('array', 'image/*')


async def test_drafts_and_strangers_are_no_tools(orchestrator: Orchestrator, script: Script) -> None:
    await orchestrator.workflows.create(Workflow(name='Draft', graph=read_graph(GREET)))
    for key in ('workflow:draft', 'workflow:none', 'elsewhere:x'):
        run = await begin(orchestrator, tools=(key,))
        assert 'is not there' in (await ended(orchestrator, run.id)).error
    assert 'workflow:draft' not in {tool.key for tool in await orchestrator.toolbox.all()}


async def test_a_workflow_that_is_running_when_the_app_dies_is_found_again(life: Life, script: Script) -> None:
    script.lines = [[('run_ask', {})], 'Done.']
    async with life() as orchestrator:
        await published(orchestrator, ASK, 'Ask')
        run = await begin(orchestrator, tools=('workflow:ask',))
        await seen(orchestrator, run.id, e.ToolStarted)
        child = await waiting_child(orchestrator)
    async with life() as orchestrator:
        await orchestrator.decide_approval(child.id, 'ok', approved=True, value='yes')
        assert (await ended(orchestrator, run.id)).status == 'succeeded'
        assert len(await orchestrator.runs(RunFilter(trigger='tool'))) == 1
    assert script.requests[-1].messages[-1].tool_results[0].text == 'yes'


async def test_who_is_cancelled_takes_the_workflow_along(orchestrator: Orchestrator, script: Script) -> None:
    script.lines = [[('run_ask', {})], 'Done.']
    await published(orchestrator, ASK, 'Ask')
    run = await begin(orchestrator, tools=('workflow:ask',))
    child = await waiting_child(orchestrator)
    await orchestrator.cancel_run(run.id)
    assert (await ended(orchestrator, run.id)).status == 'cancelled'
    assert (await ended(orchestrator, child.id)).status == 'cancelled'


async def test_workflows_that_call_each_other_come_to_an_end(orchestrator: Orchestrator, script: Script) -> None:
    script.lines = [[('run_again', {})]]
    agent = Agent(id='loop', name='Loop', model=ModelRef.parse('scripted/m'), tools=('workflow:again',), max_turns=1)
    await orchestrator.agents.create(agent)
    await published(
        orchestrator,
        'nodes: {a: {type: agent, config: {agent: loop, prompt: Go}}, end: {type: output}}\nedges: [a -> end]',
        'Again',
    )
    run = await begin(orchestrator, tools=('workflow:again',), max_turns=1)
    assert (await ended(orchestrator, run.id)).status == 'succeeded'
    assert len(await orchestrator.runs(RunFilter(trigger='tool'))) == MAX_DEPTH


LOOK = 'Look at it in Settings › Tools, and allow it there.'
USES = {
    'agent': ('{type: agent, config: {agent: helper, prompt: Go}}', "asks the agent 'Helper', one of whose tools"),
    'router': (
        '{type: router, config: {agent: helper, branches: [{name: a}]}}',
        "asks the agent 'Helper', one of whose",
    ),
    'team': ('{type: team, config: {team: pair}}', "asks the team 'Pair', whose agent 'Helper' has a tool that"),
    'tool': ('{type: tool, config: {tool: "workflow:greet"}}', 'calls a tool that'),
}


async def warnings(orchestrator: Orchestrator, node: str = USES['agent'][0]) -> list[str]:
    """What is said of a node that calls the workflow Greet, or whose agents may."""
    problems = await orchestrator.validate(read_graph(f'nodes: {{ask: {node}}}'))
    found = [problem for problem in problems if problem.code == 'unready_tool']
    assert {(problem.severity, problem.node) for problem in found} <= {('warning', 'ask')}
    return [problem.message for problem in found]


@pytest.fixture
async def helper(orchestrator: Orchestrator) -> Agent:
    return await orchestrator.agents.create(Agent(name='Helper', tools=('workflow:greet', 'calculator')))


@pytest.mark.usefixtures('helper')
@pytest.mark.parametrize('use', USES)
async def test_a_workflow_that_cannot_be_called_is_named_at_each_node_that_may_call_it(
    orchestrator: Orchestrator, use: str
) -> None:
    node, told = USES[use]
    await orchestrator.teams.create(Team(name='Pair', members=(Member(agent='helper'),), strategy='sequential'))
    [missing] = await warnings(orchestrator, node)
    assert missing.startswith(f'`ask` {told}')
    assert missing.endswith("There is no workflow 'greet'. Choose another tool.")
    await published(orchestrator, GREET)
    assert await warnings(orchestrator, node) == []


@pytest.mark.usefixtures('helper')
async def test_it_is_said_why_a_workflow_cannot_be_called(orchestrator: Orchestrator) -> None:
    draft = await orchestrator.workflows.create(Workflow(name='Greet', graph=read_graph(GREET)))
    [unpublished] = await warnings(orchestrator)
    assert "The workflow 'Greet' is not published. Publish it, or choose another tool." in unpublished
    await orchestrator.agents.create(Agent(name='Writer'))
    graph = read_graph('nodes: {write: {type: agent, config: {agent: writer}}}')
    draft = await orchestrator.workflows.save(draft.model_copy(update={'graph': graph}))
    await orchestrator.publish(draft.id)
    assert await warnings(orchestrator) == []
    await orchestrator.agents.delete('writer')
    [broken] = await warnings(orchestrator)
    assert "The workflow 'Greet' cannot run: `write` names the agent 'writer', which does not exist." in broken


@pytest.mark.usefixtures('helper')
async def test_what_is_published_counts_and_not_the_draft_of_a_workflow_that_is_called(
    orchestrator: Orchestrator,
) -> None:
    workflow = await published(orchestrator, GREET)
    broken = read_graph('nodes: {write: {type: agent, config: {agent: nobody}}}')
    await orchestrator.workflows.save(workflow.model_copy(update={'graph': broken}))
    assert await warnings(orchestrator) == []


@pytest.mark.usefixtures('helper')
async def test_an_idle_node_may_lack_its_tools(orchestrator: Orchestrator) -> None:
    assert await warnings(orchestrator, '{type: agent, disabled: true, config: {agent: helper}}') == []


async def test_the_tools_of_an_agent_that_cannot_be_called_are_told_by_their_keys(
    orchestrator: Orchestrator, helper: Agent
) -> None:
    assert await orchestrator.uncallable(helper.tools) == {
        'workflow:greet': "There is no workflow 'greet'. Choose another tool."
    }
    await published(orchestrator, GREET)
    assert await orchestrator.uncallable(helper.tools) == {}


async def test_tools_that_are_gone_or_must_not_run_are_named_and_none_is_started(orchestrator: Orchestrator) -> None:
    off = McpServer(name='Off', transport='http', url='http://localhost:1', enabled=False)
    web = McpServer(name='Web', transport='http', url='http://localhost:1')
    for server in (off, web, McpServer(name='New', command='new-server')):
        await orchestrator.mcp.save(server)
    tools = ('calculator', 'gone', 'elsewhere:x', 'mcp:none/find', 'mcp:off', 'mcp:new/find', 'mcp:web/find')
    await orchestrator.agents.create(Agent(name='Helper', tools=tools))
    found = await warnings(orchestrator)
    assert [message.partition('cannot be called. ')[2] for message in found] == [
        "There is no tool 'gone'. Choose another one.",
        "There is no tool 'elsewhere:x'. Choose another one.",
        "There is no MCP server 'none'. Add it in Settings › Tools, or choose another tool.",
        "The MCP server 'Off' is switched off in Settings › Tools.",
        f"The MCP server 'New' would run a command that nobody has allowed: new-server. {LOOK}",
    ]
    assert not any(map(orchestrator.mcp.session, ('off', 'new', 'web')))
