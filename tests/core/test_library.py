"""Workflows and connections that several people keep at the same time."""

from collections.abc import Awaitable, Callable

import pytest

from core.agents.agent import Agent
from core.errors import ConflictError, InvalidError, StaleError
from core.llm.connection import Connection
from core.orchestrator import Orchestrator
from core.workflows.document import read_document, read_graph, write_document
from core.workflows.validation import Problem
from core.workflows.workflow import Workflow, WorkflowVersion

MakeWorkflow = Callable[[str], Awaitable[Workflow]]

GRAPH = 'nodes: {%s: {type: template}}'


async def test_a_workflow_under_the_id_of_a_deleted_one_can_be_published(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow
) -> None:
    first = await make_workflow(GRAPH % 'a')
    await orchestrator.publish(first.id)
    await orchestrator.workflows.delete(first.id)
    second = await make_workflow(GRAPH % 'b')
    assert second.id == first.id
    assert (await orchestrator.publish(second.id)).number == 2


async def test_a_draft_that_is_saved_while_it_is_published_is_kept(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    workflow = await make_workflow(GRAPH % 'a')
    add_version = orchestrator.workflows.add_version

    async def saved_meanwhile(version: WorkflowVersion) -> WorkflowVersion:
        if version.number is not None:
            await orchestrator.workflows.save(workflow.model_copy(update={'graph': read_graph(GRAPH % 'b')}))
        return await add_version(version)

    monkeypatch.setattr(orchestrator.workflows, 'add_version', saved_meanwhile)
    assert (await orchestrator.publish(workflow.id)).number == 1
    monkeypatch.undo()
    now = await orchestrator.workflows.get(workflow.id)
    assert (now.published, [node.id for node in now.graph.nodes]) == (1, ['b'])
    assert (await orchestrator.publish(workflow.id)).number == 2


async def test_publishing_goes_on_where_the_process_died(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow
) -> None:
    workflow = await make_workflow(GRAPH % 'a')
    await orchestrator.publish(workflow.id)
    now = await orchestrator.workflows.get(workflow.id)
    await orchestrator.workflows.save(now.model_copy(update={'published': None}))  # the version was stored, not this
    assert (await orchestrator.publish(workflow.id)).number == 1
    assert (await orchestrator.workflows.get(workflow.id)).published == 1


async def errors(orchestrator: Orchestrator, workflow: Workflow) -> list[Problem]:
    return [problem for problem in await orchestrator.validate(workflow.graph) if problem.severity == 'error']


async def test_what_keeps_a_workflow_from_running_is_found_however_deep_it_lies(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow
) -> None:
    await orchestrator.agents.create(Agent(name='Writer'))
    graph = 'nodes: {write: {type: agent, config: {agent: writer}}}'
    for name in ('Inner', 'Middle', 'Outer'):
        inner = await orchestrator.workflows.create(Workflow(name=name, graph=read_graph(graph)))
        await orchestrator.publish(inner.id)
        graph = f'nodes: {{{name.lower()}: {{type: workflow, config: {{workflow: {inner.id}}}}}}}'
    top = await make_workflow(graph)
    assert await errors(orchestrator, top) == []
    await orchestrator.agents.delete('writer')
    [problem] = await errors(orchestrator, top)
    assert (problem.code, problem.node) == ('unready_workflow', 'outer')
    assert problem.message == (
        "`outer` runs the workflow 'Outer', which cannot run: `middle` runs the workflow 'Middle', which cannot run: "
        "`inner` runs the workflow 'Inner', which cannot run: `write` names the agent 'writer', which does not exist. "
        'Choose another or create it.'
    )
    with pytest.raises(InvalidError, match='which cannot run'):
        await orchestrator.start_run(top.id, {})


async def test_workflows_that_run_each_other_are_each_looked_at_once(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow
) -> None:
    ring = 'nodes: {write: {type: template}, next: {type: workflow, config: {workflow: %s}}}'
    for name in ('One', 'Two'):
        await orchestrator.workflows.create(Workflow(name=name, graph=read_graph(GRAPH % 'a')))
        await orchestrator.publish(name.lower())
    for key, after in (('one', 'two'), ('two', 'one')):
        workflow = await orchestrator.workflows.get(key)
        await orchestrator.workflows.save(workflow.model_copy(update={'graph': read_graph(ring % after)}))
        await orchestrator.publish(key)
    top = await make_workflow(ring % 'one')
    assert await errors(orchestrator, top) == []


async def test_a_connection_that_is_refused_leaves_the_key_of_the_other(orchestrator: Orchestrator) -> None:
    stale = await orchestrator.save_connection(Connection(name='Mine', provider='openai'), api_key='right')
    await orchestrator.save_connection(stale)
    with pytest.raises(ConflictError):
        await orchestrator.save_connection(Connection(id='mine', name='Mine', provider='openai'), api_key='wrong')
    with pytest.raises(StaleError):
        await orchestrator.save_connection(stale, api_key='wrong')
    assert await orchestrator.secrets.get('MINE_API_KEY') == 'right'


async def test_only_the_latest_versions_are_remembered(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr('core.library.REMEMBERED', 2)
    workflow = await make_workflow(GRAPH % 'a')
    for name in 'abcd':
        await orchestrator.start_run(workflow.id, {}, graph=read_graph(GRAPH % name))
    assert len(orchestrator._library._frozen) == 2


async def test_a_second_import_of_one_name_can_be_told_apart(orchestrator: Orchestrator) -> None:
    [sample, *_] = await orchestrator.samples()
    second = await orchestrator.import_document(sample)
    third = await orchestrator.import_document(sample)
    name = sample.workflow.name
    assert (second.name, third.name) == (f'{name} (2)', f'{name} (3)')


async def test_a_team_is_brought_along_with_its_agents_under_free_ids(orchestrator: Orchestrator) -> None:
    text = """
    agent_orchestrator: 1
    name: Pair
    agents: {ann: {name: Ann}, jud: {name: Jud}}
    teams: {pair: {members: [ann, {agent: ann, role: Second}], strategy: debate, lead: jud}}
    nodes: {go: {type: input}, both: {type: team, config: {team: pair}}}
    edges: [go -> both]
    """
    first = await orchestrator.import_document(read_document(text))
    other = await orchestrator.import_document(read_document(text.replace('name: Ann}', 'name: Anna}')))
    assert [team.id for team in await orchestrator.teams.all()] == ['pair', 'pair-2']
    assert (first.graph.by_id['both'].config, other.graph.by_id['both'].config) == (
        {'team': 'pair'},
        {'team': 'pair-2'},
    )
    assert [member.agent for member in (await orchestrator.teams.get('pair-2')).members] == ['ann-2', 'ann-2']
    exported = await orchestrator.export_document(other.id)
    assert ([agent.id for agent in exported.agents], [team.id for team in exported.teams]) == (
        ['ann-2', 'jud'],
        ['pair-2'],
    )
    assert read_document(write_document(exported)).teams[0].members == exported.teams[0].members
    again = await orchestrator.import_document(read_document(text))
    assert again.graph.by_id['both'].config == {'team': 'pair'}
