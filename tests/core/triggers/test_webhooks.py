"""What webhooks make of what is delivered to them."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from core.errors import ConflictError, InvalidError, NotFoundError, UnauthorizedError
from core.orchestrator import Orchestrator
from core.runs.run import RunFilter
from core.stores import Stores
from core.triggers.signature import sign
from core.triggers.webhook import Webhook
from core.triggers.webhooks import Accepted, Posted
from core.workflows.document import read_graph
from core.workflows.workflow import Workflow

GRAPH = """
nodes:
  who:
    type: input
    config:
      fields: [{name: name}, {name: age, type: number, required: false}, {name: all, type: long_text, required: false}]
  end: {type: output, config: {value: 'Hello {{ inputs.name }}'}}
edges: [who -> end]
"""


async def made(orchestrator: Orchestrator, *, publish: bool = True, **more: Any) -> Webhook:
    workflow = await orchestrator.workflows.create(Workflow(name='Greet', graph=read_graph(GRAPH)))
    if publish:
        await orchestrator.publish(workflow.id)
    return await orchestrator.webhooks.create(Webhook(name='Hook', workflow_id=workflow.id, **more))


def posted(data: Any, *, body: bytes = b'{}', query: dict[str, str] | None = None, **headers: Any) -> Posted:
    named = {name.replace('_', '-'): value for name, value in headers.items()}
    return Posted(body=body, data=data, headers=named, query=query or {})


async def inputs(orchestrator: Orchestrator, accepted: Accepted) -> dict[str, Any]:
    return (await orchestrator.state(accepted.run.id)).inputs


async def test_fields_of_the_body_are_the_inputs_of_their_names(orchestrator: Orchestrator) -> None:
    webhook = await made(orchestrator)
    accepted = await orchestrator.webhooks.accept(webhook, posted({'name': 'Ada', 'age': 36, 'more': [1]}))
    assert (accepted.run.trigger, accepted.run.workflow_id) == ('webhook', webhook.workflow_id)
    assert await inputs(orchestrator, accepted) == {'name': 'Ada', 'age': 36, 'all': ''}


async def test_templates_take_what_they_want_from_body_headers_and_query(orchestrator: Orchestrator) -> None:
    templates = {
        'name': '{{ body.who[0].name }} {{ query.from }}',
        'age': "{{ headers['x-age'] }}",
        'all': '{{ body | tojson }}',
    }
    webhook = await made(orchestrator, inputs=templates)
    data = {'who': [{'name': 'Ada'}], 'age': 'not this'}
    accepted = await orchestrator.webhooks.accept(webhook, posted(data, query={'from': 'here'}, x_age='36'))
    told = await inputs(orchestrator, accepted)
    assert (told['name'], told['age']) == ('Ada here', 36)
    assert '"not this"' in told['all']


async def test_what_proves_the_sender_is_seen_by_no_template(orchestrator: Orchestrator) -> None:
    webhook = await made(orchestrator, inputs={'name': '{{ headers | tojson }}'})
    headers = {
        'authorization': 'Basic x',
        'cookie': 'a=b',
        'x_signature': 's',
        'x_hub_signature_256': 'h',
        'other': 'o',
    }
    accepted = await orchestrator.webhooks.accept(webhook, posted({}, **headers))
    assert (await inputs(orchestrator, accepted))['name'] == '{"other": "o"}'


@pytest.mark.parametrize(
    ('data', 'where'),
    [
        ({}, 'name'),
        ({'name': {'first': 'Ada'}}, 'name'),
        ({'name': 'Ada', 'age': 'old'}, 'age'),
        ('Ada', 'name'),
        (None, 'name'),
        ([], 'name'),
    ],
)
async def test_inputs_that_do_not_fit_are_named(orchestrator: Orchestrator, data: Any, where: str) -> None:
    webhook = await made(orchestrator)
    with pytest.raises(InvalidError) as refused:
        await orchestrator.webhooks.accept(webhook, posted(data))
    assert [place for place, _ in refused.value.problems] == [where]
    assert await orchestrator.runs(RunFilter(trigger='webhook')) == []


async def test_a_template_that_finds_nothing_says_so(orchestrator: Orchestrator) -> None:
    webhook = await made(orchestrator, inputs={'name': '{{ body.who }}'})
    with pytest.raises(InvalidError, match=r"name: .*There is no field 'who'; there are: a"):
        await orchestrator.webhooks.accept(webhook, posted({'a': 1}))


async def test_nothing_is_started_where_nothing_is_published(orchestrator: Orchestrator) -> None:
    webhook = await made(orchestrator, publish=False)
    with pytest.raises(ConflictError, match='not published'):
        await orchestrator.webhooks.accept(webhook, posted({'name': 'Ada'}))


async def test_the_same_key_again_gives_the_run_that_was_started(orchestrator: Orchestrator) -> None:
    webhook = await made(orchestrator)
    again = posted({'name': 'Ada'}, idempotency_key='a')
    accepted = await asyncio.gather(*(orchestrator.webhooks.accept(webhook, again) for _ in range(10)))
    assert len({each.run.id for each in accepted}) == 1
    assert [each.replayed for each in accepted].count(False) == 1
    other = posted({'name': 'Ada'}, idempotency_key='b')
    assert not (await orchestrator.webhooks.accept(webhook, other)).replayed
    assert len(await orchestrator.runs(RunFilter(trigger='webhook'))) == 2


async def test_without_a_key_equal_bodies_are_two_deliveries(orchestrator: Orchestrator) -> None:
    webhook = await made(orchestrator)
    both = [await orchestrator.webhooks.accept(webhook, posted({'name': 'Ada'})) for _ in range(2)]
    assert both[0].run.id != both[1].run.id


async def test_the_same_key_with_another_body_is_refused(orchestrator: Orchestrator) -> None:
    webhook = await made(orchestrator)
    await orchestrator.webhooks.accept(webhook, posted({'name': 'Ada'}, body=b'1', idempotency_key='a'))
    with pytest.raises(InvalidError, match='another body'):
        await orchestrator.webhooks.accept(webhook, posted({'name': 'Bob'}, body=b'2', idempotency_key='a'))
    with pytest.raises(InvalidError, match='200 characters'):
        await orchestrator.webhooks.accept(webhook, posted({'name': 'Bob'}, idempotency_key='a' * 201))


async def test_a_captured_delivery_starts_nothing_under_another_key(orchestrator: Orchestrator) -> None:
    webhook = await made(orchestrator, signature='timestamped')
    key = (await orchestrator.webhooks.credentials(webhook.id)).key
    signature = sign(key, b'{}', at=datetime.now(UTC))
    first = await orchestrator.webhooks.accept(webhook, posted({'name': 'A'}, x_signature=signature))
    for headers in ({}, {'idempotency_key': 'new'}, {'x_github_delivery': 'new'}):
        again = posted({'name': 'A'}, x_signature=signature, **headers)
        assert (await orchestrator.webhooks.accept(webhook, again)).run.id == first.run.id


async def test_killed_between_claim_and_run_the_same_delivery_starts_it(
    orchestrator: Orchestrator, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook = await made(orchestrator)
    delivery = posted({'name': 'Ada'}, idempotency_key='a')

    async def die(*_: object, **__: object) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr(orchestrator._triggers.starter, 'start', die)
        with pytest.raises(asyncio.CancelledError):
            await orchestrator.webhooks.accept(webhook, delivery)
    claimed = await orchestrator.webhooks.latest(webhook.id)
    assert claimed is not None
    assert (await orchestrator.webhooks.accept(webhook, delivery)).run.id == claimed.run_id


async def test_a_delivery_whose_run_was_deleted_starts_no_other(orchestrator: Orchestrator) -> None:
    webhook = await made(orchestrator)
    delivery = posted({'name': 'Ada'}, idempotency_key='a')
    run = (await orchestrator.webhooks.accept(webhook, delivery)).run
    async for _ in orchestrator.watch(run.id):
        pass
    await orchestrator.delete_run(run.id)
    with pytest.raises(ConflictError, match='was deleted'):
        await orchestrator.webhooks.accept(webhook, delivery)
    assert await orchestrator.runs(RunFilter(trigger='webhook')) == []


async def test_only_the_newest_address_and_key_are_good(orchestrator: Orchestrator) -> None:
    webhook = await made(orchestrator, signature='timestamped')
    before = await orchestrator.webhooks.credentials(webhook.id)
    assert (await orchestrator.webhooks.find(before.token)).id == webhook.id
    after = await orchestrator.webhooks.rotate(webhook.id)
    assert await orchestrator.webhooks.credentials(webhook.id) == after
    for token in (before.token, '', after.token[:-1], 'x' * 100_000):
        with pytest.raises(NotFoundError):
            await orchestrator.webhooks.find(token)
    old = sign(before.key, b'{}', at=datetime.now(UTC))
    with pytest.raises(UnauthorizedError):
        await orchestrator.webhooks.accept(webhook, posted({'name': 'A'}, x_signature=old))


async def test_a_webhook_that_is_off_says_so(orchestrator: Orchestrator) -> None:
    webhook = await made(orchestrator)
    token = (await orchestrator.webhooks.credentials(webhook.id)).token
    await orchestrator.webhooks.save(webhook.model_copy(update={'enabled': False}))
    with pytest.raises(ConflictError, match='switched off'):
        await orchestrator.webhooks.find(token)


async def test_token_and_key_are_only_among_the_secrets(orchestrator: Orchestrator, stores: Stores) -> None:
    webhook = await made(orchestrator)
    token = (await orchestrator.webhooks.credentials(webhook.id)).token
    assert await stores.secrets.names() == ['WEBHOOK_HOOK_KEY', 'WEBHOOK_HOOK_TOKEN']
    assert token not in (await orchestrator.webhooks.get(webhook.id)).model_dump_json()
    with pytest.raises(NotFoundError):
        await stores.webhooks.by_token(token)
    await orchestrator.webhooks.delete(webhook.id)
    assert await stores.secrets.names() == []


async def test_a_lost_secret_is_explained(orchestrator: Orchestrator, stores: Stores) -> None:
    webhook = await made(orchestrator)
    await stores.secrets.delete('WEBHOOK_HOOK_KEY')
    with pytest.raises(ConflictError, match='Give it a new address and key'):
        await orchestrator.webhooks.credentials(webhook.id)


@pytest.mark.parametrize(
    ('change', 'where'),
    [({'inputs': {'age': '1', 'shoe': '2'}}, 'inputs.shoe'), ({'workflow_id': 'nothing'}, 'workflow_id')],
)
async def test_a_webhook_that_cannot_start_anything_is_refused(
    orchestrator: Orchestrator, change: Any, where: str
) -> None:
    webhook = await made(orchestrator)
    for save in (orchestrator.webhooks.save, orchestrator.webhooks.create):
        with pytest.raises(InvalidError) as refused:
            await save(webhook.model_copy(update=change))
        assert [place for place, _ in refused.value.problems] == [where]


@pytest.mark.parametrize(
    ('template', 'reason'), [('{{ secrets.x }}', "there is no 'secrets'"), ('{{ body', 'cannot be')]
)
def test_a_template_that_cannot_work_is_refused(template: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Webhook(name='W', workflow_id='w', inputs={'name': template})


async def test_what_starts_a_workflow_goes_with_it(orchestrator: Orchestrator, stores: Stores) -> None:
    webhook = await made(orchestrator)
    await orchestrator.delete_workflow(webhook.workflow_id)
    assert await stores.webhooks.all() == []
    assert await stores.secrets.names() == []
