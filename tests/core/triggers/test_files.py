"""What starts a workflow travels with it, and starts nothing where it arrives."""

import pytest

from core.errors import InvalidError
from core.orchestrator import Orchestrator
from core.triggers.schedule import Schedule
from core.triggers.webhook import Webhook
from core.workflows.document import read_document, read_graph, write_document
from core.workflows.workflow import Workflow

GRAPH = 'nodes: {who: {type: input, config: {fields: [{name: name}]}}, end: {type: output}}\nedges: [who -> end]'


async def exported(orchestrator: Orchestrator) -> str:
    workflow = await orchestrator.workflows.create(Workflow(name='Greet', graph=read_graph(GRAPH)))
    await orchestrator.publish(workflow.id)
    inputs = {'name': 'Ada'}
    await orchestrator.schedules.create(Schedule(name='Often', workflow_id=workflow.id, every=900, inputs=inputs))
    await orchestrator.webhooks.create(Webhook(name='Hook', workflow_id=workflow.id, signature='github'))
    return write_document(await orchestrator.export_document(workflow.id))


async def test_an_export_holds_the_triggers_and_none_of_their_secrets(orchestrator: Orchestrator) -> None:
    text = await exported(orchestrator)
    document = read_document(text)
    assert [(each.id, each.every, each.inputs) for each in document.schedules] == [('often', 900, {'name': 'Ada'})]
    assert [(each.id, each.signature) for each in document.webhooks] == [('hook', 'github')]
    credentials = await orchestrator.webhooks.credentials('hook')
    assert credentials.token not in text
    assert credentials.key not in text


async def test_imported_triggers_are_off_and_have_addresses_of_their_own(orchestrator: Orchestrator) -> None:
    workflow = await orchestrator.import_document(read_document(await exported(orchestrator)))
    [schedule] = await orchestrator.schedules.of(workflow.id)
    [webhook] = await orchestrator.webhooks.of(workflow.id)
    assert (schedule.id, schedule.enabled, webhook.id, webhook.enabled) == ('often-2', False, 'hook-2', False)
    first, second = [await orchestrator.webhooks.credentials(key) for key in ('hook', 'hook-2')]
    assert first.token != second.token
    assert first.key != second.key


async def test_imported_triggers_are_checked_when_they_are_switched_on(orchestrator: Orchestrator) -> None:
    document = read_document(await exported(orchestrator))
    wrong = document.schedules[0].model_copy(update={'inputs': {}})
    workflow = await orchestrator.import_document(document.model_copy(update={'schedules': (wrong,)}))
    [schedule] = await orchestrator.schedules.of(workflow.id)
    with pytest.raises(InvalidError, match='Name is required'):
        await orchestrator.schedules.save(schedule.model_copy(update={'enabled': True}))


@pytest.mark.parametrize('secret', ['token', 'key', 'address'])
def test_a_file_has_no_say_about_the_secrets_of_a_webhook(secret: str) -> None:
    text = f'agent_orchestrator: 1\nname: Greet\n{GRAPH}\nwebhooks: {{hook: {{{secret}: known-to-many}}}}'
    with pytest.raises(InvalidError) as caught:
        read_document(text)
    assert [where for where, _ in caught.value.problems] == [f'webhooks.hook.{secret}']


async def test_no_file_of_all_that_is_here_holds_the_secrets_of_a_webhook(orchestrator: Orchestrator) -> None:
    inner = await orchestrator.import_document(read_document(await exported(orchestrator)))
    await orchestrator.publish(inner.id)
    around = read_graph(
        f'nodes: {{greet: {{type: workflow, config: {{workflow: {inner.id}, inputs: {{name: Ada}}}}}}}}'
    )
    outer = await orchestrator.workflows.create(Workflow(name='Outer', graph=around))
    await orchestrator.webhooks.create(Webhook(name='Way in', workflow_id=outer.id))
    text = write_document(await orchestrator.export_document(outer.id))
    assert {each.workflow_id for each in read_document(text).webhooks} == {'', inner.id}
    for webhook in await orchestrator.webhooks.all():
        credentials = await orchestrator.webhooks.credentials(webhook.id)
        assert credentials.token not in text
        assert credentials.key not in text
