"""Teams: the list, the form, trying one, and the talk of a team in its run."""

from collections.abc import Callable
from typing import Any

import pytest
from nicegui import ui
from nicegui.testing import User

from core.agents.agent import Agent
from core.agents.memory import Memory
from core.orchestrator import Orchestrator
from core.runs.run import RunFilter
from core.teams.team import Member, Team, Termination
from pages.runs.transcript import SHOWN
from pages.teams.beats import draw_beats
from pages.teams.strategies import example
from tests.conftest import MakeWorkflow, RunToEnd
from tests.core.agents.running import ended

Field = Callable[[str], Any]

TASK = 'Shall we open on Sundays? It would cost two salaries. Many asked for it.'


@pytest.fixture
async def panel(orchestrator: Orchestrator) -> Team:
    for name in ('Ann', 'Bob', 'Jud'):
        await orchestrator.agents.create(Agent(name=name, instructions='Repeat what matters.'))
    members = (Member(agent='ann', role='Argues for it.'), Member(agent='bob'))
    return await orchestrator.teams.create(
        Team(name='Panel', members=members, strategy='debate', lead='jud', termination=Termination(max_turns=6))
    )


async def test_the_list_shows_how_a_team_takes_turns_and_finds_it_by_a_member(
    user: User, panel: Team, field: Field
) -> None:
    await user.open('/teams')
    await user.should_see('Panel')
    await user.should_see('Debate')
    field('Find a team').value = 'bob'
    await user.should_see('Panel')
    field('Find a team').value = 'nobody'
    await user.should_see('No team fits')


async def test_without_a_team_the_list_teaches(user: User) -> None:
    await user.open('/teams')
    await user.should_see('Make your first team')


async def test_a_team_is_made_by_its_name(user: User, orchestrator: Orchestrator, field: Field) -> None:
    await user.open('/teams')
    user.find('New team').click()
    await user.should_see('Create team')
    field('Name').value = 'Editors'
    user.find('Create team').click()
    await user.should_see('Try it here')
    assert (await orchestrator.teams.get('editors')).name == 'Editors'


async def test_what_is_changed_is_saved(user: User, orchestrator: Orchestrator, panel: Team, field: Field) -> None:
    await user.open('/teams/panel')
    user.find('Move Ann down').click()
    field('Part of Bob').value = 'Argues against it.'
    user.find('Discussion').click()
    field('Most turns').value = 7
    field('Phrase that ends it').value = 'DONE'
    field('Tokens').value = 5000
    await user.should_see('Unsaved changes')
    user.find(kind=ui.button, content='Save').click()
    await user.should_see('Saved.')
    saved = await orchestrator.teams.get('panel')
    assert [(member.agent, member.role) for member in saved.members] == [
        ('bob', 'Argues against it.'),
        ('ann', 'Argues for it.'),
    ]
    assert (saved.strategy, saved.lead) == ('round_robin', 'jud')
    assert (saved.termination.max_turns, saved.termination.phrase) == (7, 'DONE')
    assert saved.termination.budget.tokens == 5000


async def test_the_form_says_what_a_team_still_lacks(user: User, panel: Team) -> None:
    await user.open('/teams/panel')
    user.find('Take Ann out').click()
    await user.should_see('needs at least 2 members')


async def test_the_form_says_whose_memory_a_team_does_not_use(
    user: User, orchestrator: Orchestrator, panel: Team
) -> None:
    for name in ('bob', 'jud'):
        agent = await orchestrator.agents.get(name)
        await orchestrator.agents.save(agent.model_copy(update={'memory': Memory(kind='window')}))
    await user.open(f'/teams/{panel.id}')
    await user.should_see('Not used in a team: the memory of Bob, Jud.')
    user.find('Take Bob out').click()
    await user.should_see('Not used in a team: the memory of Jud.')
    user.find('No judge').click()
    await user.should_not_see('Not used in a team')


async def test_a_member_that_was_deleted_is_named_and_cannot_be_saved(
    user: User, orchestrator: Orchestrator, panel: Team, field: Field
) -> None:
    await orchestrator.agents.delete('bob')
    await user.open('/teams/panel')
    await user.should_see('bob (not here)')
    field('Name').value = 'Better panel'
    user.find(kind=ui.button, content='Save').click()
    await user.should_see("There is no agent 'bob'")


async def test_a_team_is_tried_as_its_form_says(
    user: User, orchestrator: Orchestrator, panel: Team, field: Field
) -> None:
    await user.open('/teams/panel')
    user.find('One after the other').click()
    field('Task').value = TASK
    user.find('Send').click()
    await user.should_see('Answer of the team')
    await user.should_see('Open the run')
    (run,) = await orchestrator.runs(RunFilter(workflow_id='team:panel'))
    assert (await orchestrator.state(run.id)).teams['panel'].strategy == 'sequential'
    assert (await orchestrator.teams.get('panel')).strategy == 'debate'


async def test_a_team_that_cannot_work_yet_says_why_when_it_is_tried(
    user: User, orchestrator: Orchestrator, panel: Team, field: Field
) -> None:
    await user.open('/teams/panel')
    user.find('No judge').click()
    field('Task').value = TASK
    user.find('Send').click()
    await user.should_see('needs a judge')
    assert await orchestrator.runs(RunFilter(workflow_id='team:panel')) == []


async def test_the_step_of_a_team_shows_its_talk(user: User, orchestrator: Orchestrator, panel: Team) -> None:
    run = await ended(orchestrator, (await orchestrator.run_team(panel, TASK)).id)
    await user.open(f'/runs/{run.id}?step=team')
    for seen in ('Talk', 'Ann', 'Bob', 'Jud', 'done: no'):
        await user.should_see(seen)


async def test_of_a_long_talk_the_latest_turns_are_shown_at_first(
    user: User, orchestrator: Orchestrator, panel: Team
) -> None:
    changes = {'strategy': 'round_robin', 'lead': '', 'termination': Termination(max_turns=SHOWN + 7)}
    run = await ended(orchestrator, (await orchestrator.run_team(panel.model_copy(update=changes), TASK)).id)
    await user.open(f'/runs/{run.id}?step=team')
    await user.should_see('Show 7 earlier turns')
    assert len(turns_drawn(user)) == SHOWN
    user.find('Show 7 earlier turns').click()
    assert len(turns_drawn(user)) == SHOWN + 7


def turns_drawn(user: User) -> list[ui.element]:
    return [element for element in user._client.elements.values() if 'ao-turn' in element.classes]


async def test_a_map_has_no_talk(
    user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    workflow = await make_workflow("""
      nodes:
        each: {type: map, config: {items: '[1, 2]'}}
        say: {type: template, parent: each, config: {text: '{{ item }}'}}
        r: {type: output}
      edges: [each -> r]
    """)
    await user.open(f'/runs/{(await run_to_end(workflow.id)).id}?step=each')
    await user.should_see('Output')
    await user.should_not_see('Talk')


async def test_a_run_of_a_team_leads_back_to_the_team(user: User, orchestrator: Orchestrator, panel: Team) -> None:
    run = await ended(orchestrator, (await orchestrator.run_team(panel, TASK)).id)
    await user.open(f'/runs/{run.id}')
    (made,) = user.find(kind=ui.button, content='Team').elements
    assert made.props['href'] == '/teams/panel'


async def test_each_strategy_has_a_picture_with_everybody_in_it(user: User, orchestrator: Orchestrator) -> None:
    await user.open('/teams')
    strategies = orchestrator.extensions.strategies
    with user._client:
        for strategy in strategies:
            drawn = draw_beats(example(strategy, strategies)).content
            assert all(f'>{name}<' in drawn for name in ('a', 'b', 'c'))


async def test_a_team_that_is_not_there_is_explained(user: User) -> None:
    await user.open('/teams/nobody')
    await user.should_see('This team is not here')
