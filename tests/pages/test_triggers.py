"""Schedules and webhooks on the pages: made, changed, switched, called."""

import asyncio
import json
import re
import shutil
from collections.abc import Callable
from typing import Any

import pytest
from nicegui import ui
from nicegui.testing import User
from nicegui.testing.user_interaction import UserInteraction

from core.nodes.input import InputField
from core.orchestrator import Orchestrator
from core.triggers.schedule import Progress, Schedule
from core.triggers.webhook import Webhook
from core.triggers.webhooks import Posted
from core.workflows.document import read_graph
from core.workflows.workflow import Workflow
from pages.triggers import calling

Field = Callable[[str], Any]
GRAPH = 'nodes: {who: {type: input, config: {fields: [{name: person}]}}, end: {type: output}}\nedges: [who -> end]'


@pytest.fixture
async def workflow(orchestrator: Orchestrator) -> Workflow:
    made = await orchestrator.workflows.create(Workflow(name='Greet', graph=read_graph(GRAPH)))
    await orchestrator.publish(made.id)
    return made


@pytest.fixture
def field(user: User) -> Field:
    """Finds the field with this label in the dialog that was opened last."""
    return lambda label: [e for e in user._client.elements.values() if e.props.get('aria-label') == label][-1]


def choose(user: User, text: str) -> None:
    """Chooses the entry that says just this from the menu that was drawn last."""
    entries = [e for e in user._client.elements.values() if isinstance(e, ui.menu_item) and e._markers == [text]]
    UserInteraction(user, {entries[-1]}, None).click()


async def open_triggers(user: User, workflow: Workflow) -> None:
    await user.open(f'/workflows/{workflow.id}')
    user.find(marker='Triggers').click()
    await user.should_see('Triggers of Greet')


def texts(user: User) -> str:
    """All words on the page."""
    shown = (each for each in user._client.elements.values() if each.visible)
    return '\n'.join(str(getattr(each, 'text', '') or each._text or '') for each in shown)


async def test_a_schedule_is_made(user: User, orchestrator: Orchestrator, workflow: Workflow, field: Field) -> None:
    await open_triggers(user, workflow)
    user.find(marker='add-schedule').click()
    await user.should_see('Add a schedule')
    field('Name').value = 'Each morning'
    field('Cron expression').value = '30 7 * * *'
    field('Time zone').value = 'Europe/Berlin'
    await user.should_see('At 07:30 every day. The next times:')
    assert len(re.findall(r'\d{4}, 07:30', texts(user))) == 5
    user.find('Save schedule').click()
    await user.should_see('Person is required.')
    user.find(marker='input-person').type('Ada')
    user.find('Save schedule').click()
    await user.should_see('At 07:30 every day · Europe/Berlin')
    [schedule] = await orchestrator.schedules.of(workflow.id)
    assert (schedule.inputs, schedule.missed, schedule.overlap) == ({'person': 'Ada'}, 'once', 'skip')


async def test_what_cannot_be_read_is_said_while_it_is_typed(
    user: User, orchestrator: Orchestrator, workflow: Workflow, field: Field
) -> None:
    await open_triggers(user, workflow)
    user.find(marker='add-schedule').click()
    await user.should_see('Add a schedule')
    field('Cron expression').value = '99 * * * *'
    await user.should_see("Bad minute in the cron expression '99 * * * *'.")
    user.find('Save schedule').click()
    await user.should_see('It is empty.')
    assert field('Name').error == 'It is empty.'
    assert field('Cron expression').error == "Bad minute in the cron expression '99 * * * *'."
    await user.should_not_see('The schedule cannot be saved as it is.')
    assert await orchestrator.schedules.of(workflow.id) == []


async def test_intervals_are_said_in_the_largest_unit(
    user: User, orchestrator: Orchestrator, workflow: Workflow, field: Field
) -> None:
    made = Schedule(name='Often', workflow_id=workflow.id, every=7_200, inputs={'person': 'Ada'})
    await orchestrator.schedules.create(made)
    await open_triggers(user, workflow)
    await user.should_see('Every 2 hours')
    choose(user, 'Edit')
    await user.should_see('Edit Often')
    assert (field('Every').value, field('Unit').value) == (2, 3_600)
    field('Unit').value = 60
    user.find('Save schedule').click()
    await user.should_not_see('Edit Often')
    assert (await orchestrator.schedules.get('often')).every == 120


async def test_a_schedule_shows_why_its_latest_time_started_nothing(
    user: User, orchestrator: Orchestrator, workflow: Workflow
) -> None:
    made = Schedule(name='Often', workflow_id=workflow.id, cron='0 8 * * *', inputs={'person': 'Ada'})
    schedule = await orchestrator.schedules.create(made)
    run = await orchestrator.start_run(workflow.id, {'person': 'Ada'})
    progress = Progress(until=orchestrator.clock.now(), run_id=run.id, note='Left out, for a reason.')
    await orchestrator.schedules._kept.advance(schedule.id, progress)
    await open_triggers(user, workflow)
    assert 'Left out, for a reason.' in texts(user)
    assert f'/runs/{run.id}' in {each.props.get('href') for each in user._client.elements.values()}


async def test_triggers_are_switched_off_and_on(user: User, orchestrator: Orchestrator, workflow: Workflow) -> None:
    await orchestrator.schedules.create(
        Schedule(name='Often', workflow_id=workflow.id, every=7_200, inputs={'person': 'Ada'})
    )
    await orchestrator.webhooks.create(Webhook(name='Hook', workflow_id=workflow.id))
    await open_triggers(user, workflow)
    for name, repository in (('Often', orchestrator.schedules), ('Hook', orchestrator.webhooks)):
        for said in ('off', 'on'):
            user.find(marker=f'switch {name}').click()
            await user.should_see(f'{name} is {said}.')
            assert (await repository.get(name.lower())).enabled == (said == 'on')


async def test_a_webhook_is_made_and_says_how_it_is_called(
    user: User, orchestrator: Orchestrator, workflow: Workflow, field: Field
) -> None:
    await open_triggers(user, workflow)
    user.find(marker='add-webhook').click()
    await user.should_see('Add a webhook')
    field('Name').value = 'New orders'
    field('How deliveries prove where they come from').value = 'timestamped'
    user.find('Save webhook').click()
    await user.should_see('Call New orders')
    credentials = await orchestrator.webhooks.credentials('new-orders')
    shown = texts(user)
    assert f'/api/webhooks/{credentials.token}' in shown
    assert credentials.key in shown
    assert '"X-Signature: t=$t,v1=$v1"' in shown
    user.find('Change address and key').click()
    await user.should_see('Senders that know')
    user.find('Change both').click()
    await user.should_see('Address and key are new.')
    assert credentials.token not in texts(user)


def test_a_picture_that_an_input_begins_with_is_not_cut_into_the_example() -> None:
    photo = InputField(name='photo', type='image', default='data:image/png;base64,' + 'A' * 100)
    photos = InputField(name='photos', type='images')
    body = calling.example_body(Webhook(name='w', workflow_id='w'), [photo, photos])
    assert json.loads(body) == {'photo': 'data:image/png;base64,…', 'photos': ['data:image/png;base64,…']}


@pytest.mark.skipif(not shutil.which('openssl'), reason='The command that is shown signs with openssl.')
async def test_the_command_that_is_shown_works(
    orchestrator: Orchestrator, workflow: Workflow, user: User, tmp_path: Any
) -> None:
    """Up to the request: what curl would send is right."""

    for signature in ('timestamped', 'github'):
        webhook = await orchestrator.webhooks.create(
            Webhook(name=signature, workflow_id=workflow.id, signature=signature)
        )
        credentials = await orchestrator.webhooks.credentials(webhook.id)
        await user.open(f'/workflows/{workflow.id}')
        with user._client:
            shown = calling.command(webhook, credentials, '{"name": "It\'s Ada"}')
        lines = shown.replace('curl ', 'printf "%s\\n" ').replace('\\\n', ' ')
        process = await asyncio.create_subprocess_exec('sh', '-c', lines, stdout=asyncio.subprocess.PIPE)
        sent = (await process.communicate())[0].decode().splitlines()
        name, _, value = sent[3].partition(': ')
        body = sent[5].encode()
        posted = Posted(body=body, data={'person': 'Ada'}, headers={name.lower(): value}, query={})
        assert not (await orchestrator.webhooks.accept(webhook, posted)).replayed


async def test_a_template_that_cannot_work_is_said_at_its_input(
    user: User, orchestrator: Orchestrator, workflow: Workflow, field: Field
) -> None:
    await open_triggers(user, workflow)
    user.find(marker='add-webhook').click()
    await user.should_see('Add a webhook')
    field('Name').value = 'Hook'
    field_of_input = [
        each for each in user._client.elements.values() if each.props.get('placeholder') == '{{ body.person }}'
    ]
    field_of_input[0].value = '{{ nothing }}'  # type: ignore[attr-defined]
    user.find('Save webhook').click()
    await user.should_see("There is no 'nothing' here; there are: body, headers, query.")
    assert await orchestrator.webhooks.of(workflow.id) == []


async def test_triggers_are_deleted_after_asking(user: User, orchestrator: Orchestrator, workflow: Workflow) -> None:
    await orchestrator.webhooks.create(Webhook(name='Hook', workflow_id=workflow.id))
    await open_triggers(user, workflow)
    choose(user, 'Delete')
    await user.should_see('Delete Hook?')
    user.find('Delete webhook').click()
    await user.should_see('Starts the workflow when another program posts to an address.')
    assert await orchestrator.webhooks.of(workflow.id) == []


async def test_triggers_of_a_draft_say_that_they_start_nothing(user: User, orchestrator: Orchestrator) -> None:
    await orchestrator.workflows.create(Workflow(name='Greet', graph=read_graph(GRAPH)))
    await user.open('/workflows')
    menus = [
        each
        for each in user._client.elements.values()
        if isinstance(each, ui.menu_item) and 'Triggers' in each._markers
    ]
    assert len(menus) == 4, 'one for each of the samples and one for it'
    await user.open('/workflows/greet')
    user.find(marker='Triggers').click()
    await user.should_see('not published yet, so its triggers start nothing')
