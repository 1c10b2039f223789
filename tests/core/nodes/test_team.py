"""Teams in runs: turns are steps, what goes wrong with them, and what a person is asked."""

import json

import pytest

from core.agents.agent import Agent
from core.agents.budget import Budget
from core.errors import InvalidError
from core.llm.connection import ModelRef
from core.orchestrator import Orchestrator
from core.runs import events as e
from core.runs.run import Run
from core.teams.team import Team, Termination
from tests.conftest import MakeWorkflow, RunToEnd
from tests.core.agents.running import ended

STRATEGIES = ('sequential', 'parallel', 'round_robin', 'supervisor', 'debate', 'vote')


@pytest.fixture
async def cast(orchestrator: Orchestrator) -> None:
    for name, told in (
        ('Ann', 'Say what speaks for it.'),
        ('Bob', 'Say what speaks against it.'),
        ('Jud', 'Be brief.'),
    ):
        await orchestrator.agents.create(Agent(name=name, instructions=told))


def a_team(strategy: str, **said: object) -> Team:
    ends = Termination(max_turns=4)
    return Team(
        id='panel', name='Panel', members=('ann', 'bob'), strategy=strategy, lead='jud', termination=ends, **said
    )


async def to_end(orchestrator: Orchestrator, team: Team) -> Run:
    return await ended(orchestrator, (await orchestrator.run_team(team, 'Shall we move? It is cheap. It is far.')).id)


@pytest.mark.usefixtures('cast')
@pytest.mark.parametrize('strategy', STRATEGIES)
async def test_the_practice_model_plays_every_part_of_every_strategy(orchestrator: Orchestrator, strategy: str) -> None:
    run = await to_end(orchestrator, a_team(strategy))
    assert run.status == 'succeeded', run.error
    state = await orchestrator.state(run.id)
    output = state.steps['team'].output
    assert output['text'] == state.output['answer']
    assert {line['who'] for line in output['transcript']} >= {'Ann', 'Bob'}
    assert output['turns'] == sum(path.startswith('team[') and '.' in path for path in state.steps)
    again = await to_end(orchestrator, a_team(strategy))
    assert (await orchestrator.state(again.id)).steps['team'].output == output


@pytest.mark.usefixtures('cast')
async def test_each_turn_is_a_step_below_the_team(orchestrator: Orchestrator) -> None:
    state = await orchestrator.state((await to_end(orchestrator, a_team('debate'))).id)
    turns = [path for path in state.steps if path.startswith('team[') and '.' in path]
    assert turns[:3] == ['team[0].ann', 'team[1].bob', 'team[2].jud']
    assert all(state.steps[path].usage.calls == 1 for path in turns)
    assert state.steps['team[0]'].input == {'who': 'Ann', 'agent': 'ann'}


@pytest.mark.usefixtures('cast')
async def test_a_team_of_a_workflow_is_frozen_into_its_run(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    await orchestrator.teams.create(a_team('sequential'))
    workflow = await make_workflow("""
      nodes:
        q: {type: input, config: {fields: [{name: q}]}}
        panel: {type: team, config: {team: panel}}
        r: {type: output}
      edges: [q -> panel, panel -> r]
    """)
    run = await run_to_end(workflow.id, {'q': 'Shall we move?'})
    assert run.status == 'succeeded', run.error
    state = await orchestrator.state(run.id)
    assert state.teams['panel'].strategy == 'sequential'
    assert {*state.agents} == {'ann', 'bob', 'jud'}
    assert state.steps['panel[0].ann'].input['talk'][0]['parts'][0]['text'] == 'Shall we move?'


async def test_a_team_that_does_not_exist_is_a_problem_of_its_node(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow
) -> None:
    workflow = await make_workflow('nodes: {panel: {type: team, config: {team: nobody}}}')
    problems = await orchestrator.validate(workflow.graph)
    assert [(p.code, p.node, p.field) for p in problems if p.severity == 'error'] == [('unknown_team', 'panel', 'team')]


@pytest.mark.usefixtures('cast')
async def test_a_team_that_cannot_work_is_a_problem_before_the_run(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow
) -> None:
    await orchestrator.teams.create(a_team('debate'))
    workflow = await make_workflow('nodes: {panel: {type: team, config: {team: panel}}, r: {type: output}}')
    await orchestrator.agents.delete('jud')
    (problem,) = [p for p in await orchestrator.validate(workflow.graph) if p.code == 'unready_team']
    assert problem.message == "`panel` asks the team 'Panel': There is no agent 'jud'. Choose another or create it."
    with pytest.raises(InvalidError, match="There is no agent 'jud'"):
        await orchestrator.start_run(workflow.id, {})


@pytest.mark.usefixtures('cast')
async def test_a_team_works_on_each_item_of_a_map(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    await orchestrator.teams.create(a_team('vote'))
    workflow = await make_workflow("""
      nodes:
        q: {type: input, config: {fields: [{name: q, type: long_text}]}}
        each: {type: map, config: {items: q.q}}
        panel: {type: team, parent: each, config: {team: panel, task: '{{ item }}'}}
        r: {type: output}
      edges: [q -> each, each -> r]
    """)
    run = await run_to_end(workflow.id, {'q': 'Tides rise.\nTides fall.'})
    assert run.status == 'succeeded', run.error
    steps = (await orchestrator.state(run.id)).steps
    assert 'Tides fall.' in steps['each[1].panel[0].ann'].output['text']
    assert len(steps['each'].output['items']) == 2


@pytest.mark.usefixtures('cast')
async def test_a_team_is_not_saved_with_who_is_not_there_nor_run_while_it_lacks_somebody(
    orchestrator: Orchestrator,
) -> None:
    with pytest.raises(InvalidError, match="There is no agent 'zoe'") as refused:
        await orchestrator.teams.create(Team(name='T', members=('ann', 'zoe'), lead='nobody', strategy='chaos'))
    assert [place for place, _ in refused.value.problems] == ['strategy', 'members.1', 'lead']
    half = await orchestrator.teams.create(Team(name='T', members=('ann',), strategy='debate'))
    with pytest.raises(InvalidError, match='needs a judge'):
        await orchestrator.run_team(half, 'Go')


@pytest.mark.usefixtures('cast')
@pytest.mark.parametrize(('policy', 'status'), [('stop', 'failed'), ('go_on', 'succeeded')])
async def test_a_failing_member_ends_the_team_or_is_left_out(
    orchestrator: Orchestrator, policy: str, status: str
) -> None:
    broken = await orchestrator.agents.get('bob')
    await orchestrator.agents.save(broken.model_copy(update={'tools': ('workflow:gone',)}))
    run = await to_end(orchestrator, a_team('parallel', on_failure=policy))
    assert run.status == status
    state = await orchestrator.state(run.id)
    if policy == 'stop':
        assert run.error.startswith('Panel: Bob: A tool of the agent')
        assert state.steps['team[1].bob'].status == 'failed'
    else:
        assert state.steps['team'].output['transcript'][1]['error'].startswith('A tool of the agent')


@pytest.mark.usefixtures('cast')
async def test_retries_and_the_time_limit_of_the_node_are_those_of_each_turn(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    slow = await orchestrator.agents.get('bob')
    await orchestrator.agents.save(slow.model_copy(update={'model': ModelRef.parse('practice/practice-1')}))
    await orchestrator.teams.create(a_team('sequential'))
    workflow = await make_workflow("""
      nodes:
        panel:
          type: team
          config: {team: panel, task: Tides come and go.}
          timeout: 0.1
          retry: {attempts: 2, delay: 0}
        r: {type: output}
      edges: [panel -> r]
    """)
    assert [p.code for p in await orchestrator.validate(workflow.graph)] == []
    run = await run_to_end(workflow.id)
    assert run.error == 'Panel: Bob: It took longer than its 0.1 s.'
    assert (await orchestrator.state(run.id)).steps['panel[1].bob'].attempt == 2


@pytest.mark.usefixtures('cast')
async def test_a_retry_takes_over_the_turns_that_were_taken(orchestrator: Orchestrator) -> None:
    await orchestrator.teams.create(a_team('sequential'))
    broken = await orchestrator.agents.get('bob')
    broken = await orchestrator.agents.save(broken.model_copy(update={'tools': ('workflow:gone',)}))
    failed = await to_end(orchestrator, a_team('sequential'))
    assert failed.status == 'failed'
    await orchestrator.agents.save(broken.model_copy(update={'tools': ()}))
    again = await ended(orchestrator, (await orchestrator.retry_run(failed.id)).id)
    assert again.status == 'succeeded'
    state = await orchestrator.state(again.id)
    assert state.steps['team[0].ann'].not_run == 'same'
    assert state.steps['team[1].bob'].not_run is None


@pytest.mark.usefixtures('cast')
async def test_a_tool_of_a_member_waits_for_a_person_like_that_of_an_agent(orchestrator: Orchestrator) -> None:
    asking = await orchestrator.agents.get('ann')
    changes = {'tools': ('calculator',), 'ask_before': ('calculator',), 'instructions': 'Use the calculator.'}
    await orchestrator.agents.save(asking.model_copy(update=changes))
    run = await orchestrator.run_team(a_team('parallel'), 'What is 2 + 3?')
    await _waits(orchestrator, run)
    (approval,) = await orchestrator.approvals()
    assert (approval.path, approval.tool) == ('team[0].ann', 'calculator')
    await orchestrator.decide_approval(run.id, 'team[0].ann', approved=True)
    assert (await ended(orchestrator, run.id)).status == 'succeeded'
    used = (await orchestrator.state(run.id)).steps['team[0].ann'].tools
    assert [use.result.text for use in used.values() if use.result] == ['5']


@pytest.mark.usefixtures('cast')
async def test_without_calls_of_tools_left_a_supervisor_still_delegates(orchestrator: Orchestrator) -> None:
    team = a_team('supervisor')
    ends = Termination(max_turns=6, budget=Budget(tool_calls=0))
    run = await to_end(orchestrator, team.model_copy(update={'termination': ends}))
    state = await orchestrator.state(run.id)
    assert {line['who'] for line in state.steps['team'].output['transcript']} == {'Ann', 'Bob', 'Jud'}


@pytest.mark.usefixtures('cast')
async def test_a_supervisor_delegates_by_tool_calls_and_goes_on_with_their_results(orchestrator: Orchestrator) -> None:
    run = await to_end(orchestrator, a_team('supervisor'))
    state = await orchestrator.state(run.id)
    first, last = state.steps['team[0].jud'], state.steps['team[3].jud']
    assert [call['name'] for call in first.output['delegations']] == ['ask_ann', 'ask_bob']
    results = last.input['talk'][-1]['parts']
    assert [part['text'] for part in results if part['type'] == 'tool_result'] == [
        state.steps[f'team[{n}].{who}'].output['text'] for n, who in ((1, 'ann'), (2, 'bob'))
    ]
    task = json.loads(first.output['delegations'][0]['arguments'])['task']
    assert state.steps['team[1].ann'].input['talk'][0]['parts'][0]['text'] == task


async def _waits(orchestrator: Orchestrator, run: Run) -> None:
    async for event in orchestrator.watch(run.id):
        if isinstance(event, e.RunWaiting):
            return
