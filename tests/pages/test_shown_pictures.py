"""Pictures that a person shows to an agent or to a team where it is tried."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from nicegui import ui
from nicegui.testing import User
from nicegui.testing.user_interaction import UserInteraction

from core.agents.agent import Agent
from core.agents.memory import Memory
from core.llm.connection import Connection, ModelRef
from core.llm.requests import ModelRequest
from core.orchestrator import Orchestrator
from core.runs.run import RunFilter
from core.teams.team import Team
from pages.components.composer import NO_WORDS, STILL_COMING
from tests.core.agents.scripted import Script
from tests.core.llm.test_images import PNG as OTHER
from tests.core.test_image_inputs import PNG
from tests.pages.test_image_input import upload
from tests.pages.test_memory import until

Field = Callable[[str], Any]


@pytest.fixture
async def script(orchestrator: Orchestrator) -> Script:
    """The model of an agent that sees and remembers."""
    script = Script()
    orchestrator.extensions.providers.add('scripted', script.provider())
    await orchestrator.connections.create(Connection(id='scripted', name='S', provider='scripted', attempts=1))
    await orchestrator.agents.create(
        Agent(name='Eye', model=ModelRef.parse('scripted/m'), memory=Memory(kind='window', messages=10))
    )
    return script


async def say(user: User, field: Field, script: Script, said: str) -> ModelRequest:
    """What the model was asked, when it has answered."""
    asked = len(script.requests)
    field('Message').value = said
    user.find('Send').click()
    await until(lambda: len(script.requests) > asked)
    await user.should_see('Regenerate')
    return script.requests[-1]


def shown(request: ModelRequest) -> list[list[str]]:
    """The names of the pictures in each message that the model was told."""
    return [[image.name for image in message.images] for message in request.messages]


def attached(user: User) -> list[str]:
    """The pictures that wait beside the text."""
    trays = [element for element in user._client.elements.values() if 'ao-attached' in element.classes]
    return [each.props['alt'] for tray in trays for each in tray.descendants() if each.tag == 'img']


async def attach(user: User, name: str, data: bytes = PNG) -> None:
    """Brings a picture, and waits until it is there."""
    before = len(attached(user))
    await upload(user, name, data)
    await until(lambda: len(attached(user)) > before)


def tell(user: User, event: str, arguments: Any = None) -> None:
    """What the browser says of its uploader."""
    UserInteraction(user, user.find(kind=ui.upload).elements, None).trigger(event, arguments)


async def test_pictures_go_with_a_message_as_they_do_in_a_run(user: User, script: Script, field: Field) -> None:
    await user.open('/agents/eye')
    for name in ('cat.png', 'dog.png', 'owl.png'):
        await attach(user, name)
    user.find('Take dog.png away').click()
    assert attached(user) == ['cat.png', 'owl.png']
    request = await say(user, field, script, 'What are these?')
    [message] = request.messages
    assert [part.type for part in message.parts] == ['image', 'image', 'text']
    assert base64.b64decode(message.images[0].data) == PNG
    assert shown(request) == [['cat.png', 'owl.png']]
    assert attached(user) == []
    await user.should_see('What are these?')
    [said] = [element for element in user._client.elements.values() if 'ao-said-pictures' in element.classes]
    assert [each.props['alt'] for each in said] == ['cat.png', 'owl.png']


async def test_a_memory_keeps_what_was_said_and_not_the_pictures(user: User, script: Script, field: Field) -> None:
    script.lines = ['A cat.', 'Red.']
    await user.open('/agents/eye')
    await attach(user, 'cat.png')
    await say(user, field, script, 'What is this?')
    request = await say(user, field, script, 'Which colour?')
    assert [message.text for message in request.messages] == ['What is this?', 'A cat.', 'Which colour?']
    assert shown(request) == [[], [], []]


async def test_an_answer_that_is_asked_for_again_sees_the_same_pictures(
    user: User, script: Script, field: Field
) -> None:
    await user.open('/agents/eye')
    await attach(user, 'cat.png')
    await say(user, field, script, 'What is this?')
    user.find('Regenerate').click()
    await until(lambda: len(script.requests) == 2)
    assert shown(script.requests[-1]) == [['cat.png']]


async def test_two_pictures_of_one_name_are_told_apart(user: User, script: Script, field: Field) -> None:
    await user.open('/agents/eye')
    await attach(user, 'image.png')
    await attach(user, 'image.png', OTHER)
    first = min(user.find('Take image.png away').elements, key=lambda each: each.id)
    UserInteraction(user, {first}, None).click()
    request = await say(user, field, script, 'What is this?')
    assert [base64.b64decode(image.data) for image in request.messages[0].images] == [OTHER]


async def test_what_cannot_be_asked_stands_in_the_text_again(user: User, script: Script, field: Field) -> None:
    await user.open('/agents/eye')
    await attach(user, 'cat.png')
    field('Name').value = ''
    field('Message').value = 'What is this?'
    user.find('Send').click()
    await user.should_see('The agent cannot be saved as it is.')
    assert (field('Message').value, attached(user)) == ('What is this?', ['cat.png'])
    await user.should_see('Try it here')
    field('Name').value = 'Eye'
    assert shown(await say(user, field, script, 'What is this?')) == [['cat.png']]


async def test_what_is_no_picture_is_refused_by_its_name(user: User, script: Script) -> None:
    await user.open('/agents/eye')
    await upload(user, 'notes.png', b'just text')
    await user.should_see('notes.png is no PNG, JPEG, WebP or GIF, whatever its name says.')
    tell(user, 'rejected', [['huge.png', 'max-file-size'], ['list.txt', 'accept'], ['cat.png', 'duplicate']])
    await user.should_see('huge.png is larger than 10 MB.\nlist.txt is no PNG, JPEG, WebP or GIF.')
    tell(user, 'failed', [['cat.png', 'failed']])
    await user.should_see('cat.png did not reach the app.')
    assert attached(user) == []
    assert not script.requests


async def test_pictures_are_not_sent_without_words_and_wait_for_those_that_are_still_coming(
    user: User, script: Script, field: Field
) -> None:
    await user.open('/agents/eye')
    await attach(user, 'cat.png')
    user.find('Send').click()
    await user.should_see(NO_WORDS)
    tell(user, 'start')
    field('Message').value = 'What is this?'
    user.find('Send').click()
    await user.should_see(STILL_COMING)
    assert not script.requests
    tell(user, 'finish')
    assert shown(await say(user, field, script, 'What is this?')) == [['cat.png']]
    await user.should_not_see(STILL_COMING)


async def test_a_team_is_shown_pictures_with_its_task(
    user: User, orchestrator: Orchestrator, script: Script, field: Field
) -> None:
    await orchestrator.teams.create(Team(name='Eyes', members=('eye', 'eye'), strategy='sequential'))
    await user.open('/teams/eyes')
    for name in ('cat.png', 'dog.png'):
        await attach(user, name)
    field('Task').value = 'Compare them.'
    user.find('Send').click()
    await user.should_see('Answer of the team')
    assert [shown(request)[0] for request in script.requests] == [['cat.png', 'dog.png']] * 2
    assert attached(user) == []
    [run] = await orchestrator.runs(RunFilter(workflow_id='team:eyes'))
    await user.open(f'/runs/{run.id}')
    user.find('Input').click()
    for seen in ('Compare them.', 'cat.png', 'dog.png'):
        await user.should_see(seen)


async def test_a_team_that_cannot_work_yet_leaves_task_and_pictures_where_they_are(
    user: User, orchestrator: Orchestrator, script: Script, field: Field
) -> None:
    await orchestrator.teams.create(Team(name='Eyes', strategy='sequential'))
    await user.open('/teams/eyes')
    await attach(user, 'cat.png')
    field('Task').value = 'What is this?'
    user.find('Send').click()
    await user.should_see('cannot work yet')
    assert (field('Task').value, attached(user)) == ('What is this?', ['cat.png'])
