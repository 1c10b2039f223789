"""Webhooks: addresses that start workflows. They are managed like everything else; only deliveries need no password."""

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response
from pydantic import Field

from app.api.entities import Core, IfMatch, at, created, new, save, tagged
from app.api.problems import problem_responses
from core.triggers.webhook import Webhook
from core.triggers.webhooks import Credentials
from core.values import Value

router = APIRouter(prefix='/webhooks', tags=['Webhooks'])

EXAMPLE = {
    'name': 'Topics',
    'workflow_id': 'research-brief',
    'signature': 'timestamped',
    'inputs': {'topic': '{{ body.subject }}'},
    'revision': 1,
}
WebhookBody = Annotated[Webhook, Body(examples=[EXAMPLE])]


class WebhookCredentials(Value):
    """What the sender has to know, and nobody else should."""

    address: str = Field(description='Where to post to; it holds the token.')
    key: str = Field(description='What to sign with, where the webhook asks for signatures.')


@router.get('', summary='List webhooks')
async def list_webhooks(core: Core, workflow_id: str | None = None) -> list[Webhook]:
    """All webhooks, or those of one workflow, by name; without their tokens and keys."""
    return await (core.webhooks.all() if workflow_id is None else core.webhooks.of(workflow_id))


@router.post('', status_code=201, summary='Create a webhook', responses=problem_responses(409))
async def create_webhook(webhook: WebhookBody, core: Core, response: Response) -> Webhook:
    """Stores a new webhook; its address and its key are at `/api/webhooks/{id}/credentials`."""
    return created(await core.webhooks.create(new(webhook)), response, at='/api/webhooks')


@router.get('/{webhook_id}', summary='Get a webhook', responses=problem_responses(404))
async def get_webhook(webhook_id: str, core: Core, response: Response) -> Webhook:
    """One webhook; its ETag goes back in If-Match when it is saved."""
    return tagged(await core.webhooks.get(webhook_id), response)


@router.put('/{webhook_id}', summary='Save a webhook', responses=problem_responses(404, 409, 412))
async def save_webhook(
    webhook_id: str, webhook: WebhookBody, core: Core, response: Response, if_match: IfMatch = None
) -> Webhook:
    """Stores all fields; address and key stay. A stale save is refused with what changed."""
    item = at(webhook, webhook_id, if_match=if_match)
    return tagged(await save(core.webhooks, item, if_match=if_match), response)


@router.delete('/{webhook_id}', status_code=204, summary='Delete a webhook', responses=problem_responses(404))
async def delete_webhook(webhook_id: str, core: Core) -> None:
    """Removes the webhook; its address is unknown from then on, its runs stay."""
    await core.webhooks.delete(webhook_id)


@router.get('/{webhook_id}/credentials', summary='Show address and key', responses=problem_responses(404, 409))
async def webhook_credentials(webhook_id: str, core: Core, request: Request) -> WebhookCredentials:
    """Where to post to, and what to sign with."""
    return _told(await core.webhooks.credentials(webhook_id), request)


@router.post('/{webhook_id}/rotate', summary='Change address and key', responses=problem_responses(404))
async def rotate_webhook(webhook_id: str, core: Core, request: Request) -> WebhookCredentials:
    """A new address and a new key; those from before are worth nothing from then on."""
    return _told(await core.webhooks.rotate(webhook_id), request)


def _told(credentials: Credentials, request: Request) -> WebhookCredentials:
    here = f'{request.url.scheme}://{request.url.netloc}'
    return WebhookCredentials(address=f'{here}/api/webhooks/{credentials.token}', key=credentials.key)
