"""Agents: the list, the form, two people at once, the playground."""

from collections.abc import Callable
from typing import Any

import pytest
from nicegui import ui
from nicegui.testing import User
from nicegui.testing.user_interaction import UserInteraction

from core.agents.agent import Agent
from core.errors import NotFoundError
from core.llm.connection import ModelRef
from core.llm.parameters import Parameters
from core.orchestrator import Orchestrator
from pages.components.conflict import differences

Field = Callable[[str], Any]


@pytest.fixture
async def agent(orchestrator: Orchestrator) -> Agent:
    return await orchestrator.agents.create(
        Agent(name='Otter expert', tags=('animals',), instructions='Say what otters eat.')
    )


async def test_the_list_finds_agents_by_what_is_typed_and_by_tag(user: User, agent: Agent, field: Field) -> None:
    await user.open('/agents')
    await user.should_see('Otter expert')
    await user.should_see('Cost analyst')
    field('Find an agent').value = 'otter'
    await user.should_see('Otter expert')
    await user.should_not_see('Cost analyst')
    field('Find an agent').value = 'nothing is called that'
    await user.should_see('No agent fits')


async def test_an_agent_is_made_by_its_name(user: User, orchestrator: Orchestrator, field: Field) -> None:
    await user.open('/agents')
    user.find('New agent').click()
    await user.should_see('Create agent')
    field('Name').value = 'Fish expert'
    user.find('Create agent').click()
    await user.should_see('Playground')
    assert (await orchestrator.agents.get('fish-expert')).name == 'Fish expert'


async def test_a_deleted_agent_comes_back_by_undo(user: User, orchestrator: Orchestrator, agent: Agent) -> None:
    await user.open('/agents')
    for other in await orchestrator.agents.all():
        if other.id != agent.id:
            await orchestrator.agents.delete(other.id)
    await user.open('/agents')
    user.find('Delete').click()
    await user.should_see('Make your first agent')
    with pytest.raises(NotFoundError):
        await orchestrator.agents.get(agent.id)
    undo = [
        listener.type
        for listener in user._client.layout._event_listeners.values()
        if listener.type.startswith('aoUndo')
    ]
    UserInteraction(user, {user._client.layout}, None).trigger(undo[0])
    await user.should_not_see('Make your first agent')
    assert (await orchestrator.agents.get(agent.id)).instructions == agent.instructions


async def test_a_duplicate_has_its_own_id_and_name(user: User, orchestrator: Orchestrator, agent: Agent) -> None:
    await user.open(f'/agents/{agent.id}')
    user.find('Duplicate').click()
    await user.should_see('Otter expert copy')
    copy = await orchestrator.agents.get('otter-expert-copy')
    assert (copy.instructions, copy.tags) == (agent.instructions, agent.tags)


async def test_what_is_typed_is_saved(user: User, orchestrator: Orchestrator, agent: Agent, field: Field) -> None:
    await user.open(f'/agents/{agent.id}')
    field('Name').value = 'Otter master'
    field('Tags').value = 'animals, rivers'
    field('Temperature').value = 0.3
    field('Max tokens').value = 200.0
    await user.should_see('Unsaved changes')
    user.find('Save').click()
    await user.should_not_see('Unsaved changes')
    saved = await orchestrator.agents.get(agent.id)
    assert (saved.name, saved.tags) == ('Otter master', ('animals', 'rivers'))
    assert saved.parameters == Parameters(temperature=0.3, max_tokens=200)


async def test_an_agent_without_a_name_is_refused_and_nothing_is_lost(
    user: User, orchestrator: Orchestrator, agent: Agent, field: Field
) -> None:
    await user.open(f'/agents/{agent.id}')
    field('Name').value = ''
    field('Instructions').value = 'A long and precious text.'
    user.find('Save').click()
    await user.should_see('The agent cannot be saved as it is.')
    await user.should_see('Unsaved changes')
    assert field('Name').error == 'It is empty.'
    assert field('Instructions').value == 'A long and precious text.'
    assert (await orchestrator.agents.get(agent.id)).name == agent.name


async def test_a_stale_save_shows_both_and_overwrites_only_if_told_to(
    user: User, orchestrator: Orchestrator, agent: Agent, field: Field
) -> None:
    await user.open(f'/agents/{agent.id}')
    await orchestrator.agents.save(agent.model_copy(update={'instructions': 'Theirs.'}))
    field('Instructions').value = 'Mine.'
    user.find('Save').click()
    await user.should_see('Somebody saved first')
    await user.should_see('Theirs.')
    assert (await orchestrator.agents.get(agent.id)).instructions == 'Theirs.'
    user.find('Save mine over it').click()
    await user.should_not_see('Unsaved changes')
    assert (await orchestrator.agents.get(agent.id)).instructions == 'Mine.'


async def test_after_a_stale_save_the_stored_one_can_be_taken(
    user: User, orchestrator: Orchestrator, agent: Agent, field: Field
) -> None:
    await user.open(f'/agents/{agent.id}')
    await orchestrator.agents.save(agent.model_copy(update={'instructions': 'Theirs.'}))
    field('Instructions').value = 'Mine.'
    user.find('Save').click()
    await user.should_see('Somebody saved first')
    user.find('Take the stored one').click()
    await user.should_not_see('Unsaved changes')
    assert field('Instructions').value == 'Theirs.'


def test_differences_name_only_what_differs() -> None:
    mine = Agent(name='A', instructions='x', parameters=Parameters(temperature=0.5))
    theirs = Agent(name='A', instructions='y', model=ModelRef.parse('ollama/llama3.2'))
    assert differences(mine, theirs) == [
        ('Instructions', 'x', 'y'),
        ('Model', 'Default model', 'ollama/llama3.2'),
        ('Parameters', 'temperature: 0.5', ''),
    ]


async def test_the_playground_answers_with_text_tokens_and_time(user: User, agent: Agent, field: Field) -> None:
    await user.open(f'/agents/{agent.id}')
    field('Message').value = 'Otters eat fish and crabs. They live in rivers.'
    user.find('Send').click()
    await user.should_see(' out · ')
    answers = [element.content for element in user.find(ui.markdown).elements]
    assert 'fish' in answers[0]
    assert field('Message').value == ''


async def test_regenerate_asks_again_and_clear_forgets(user: User, agent: Agent, field: Field) -> None:
    await user.open(f'/agents/{agent.id}')
    field('Message').value = 'Otters eat fish and crabs. They live in rivers.'
    user.find('Send').click()
    await user.should_see(' out · ')
    (first,) = user.find(ui.markdown).elements
    user.find('Regenerate').click()
    await user.should_not_see(' out · ')
    await user.should_see(' out · ')
    (second,) = user.find(ui.markdown).elements
    assert second is not first
    assert second.content == first.content
    user.find('Clear the conversation').click()
    await user.should_see('Try it here')
    await user.should_not_see(ui.markdown)


async def test_stop_cuts_an_answer_and_keeps_what_was_said(
    user: User, orchestrator: Orchestrator, agent: Agent, field: Field
) -> None:
    await orchestrator.agents.save(agent.model_copy(update={'model': ModelRef.parse('practice/practice-slow')}))
    await user.open(f'/agents/{agent.id}')
    field('Message').value = 'Otters eat fish and crabs. They live in rivers and sleep on their backs.'
    user.find('Send').click()
    await user.should_see('Asking…')
    user.find('Stop').click()
    await user.should_see('Stopped')
    await user.should_see('Send')


async def test_a_model_that_does_not_answer_is_explained_in_the_conversation(
    user: User, orchestrator: Orchestrator, agent: Agent, field: Field
) -> None:
    await orchestrator.agents.save(agent.model_copy(update={'model': ModelRef.parse('nowhere/llama3.2')}))
    await user.open(f'/agents/{agent.id}')
    field('Message').value = 'Hello'
    user.find('Send').click()
    await user.should_see('There is no connection')
    await user.should_see('Send')


async def test_an_agent_that_is_not_there_is_explained(user: User) -> None:
    await user.open('/agents/nobody')
    await user.should_see('This agent is not here')
