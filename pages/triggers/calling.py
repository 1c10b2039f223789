"""How another program calls a webhook: its address, its key, and a command to try it with."""

import json
import shlex
from collections.abc import Sequence

from nicegui import context

from core.nodes.input import InputField, asked_by
from core.orchestrator import Orchestrator
from core.triggers.webhook import Webhook
from core.triggers.webhooks import Credentials
from core.values import Json
from core.workflows.workflow import Workflow
from pages.components.buttons import button
from pages.components.dialogs import asked_once, confirm, dialog
from pages.components.layout import box, phrase, row, stack, words
from pages.components.toasts import explained, toast
from pages.runs.values import copy_button, show_code

PICTURE = 'data:image/png;base64,…'
PROVES = {
    'none': 'Whoever knows the address can start this workflow. Give it to nobody else.',
    'timestamped': 'Sign seconds, a dot and the body by HMAC-SHA256 with the key, and send it within five minutes.',
    'github': 'Enter the address and the key as payload URL and secret, and choose application/json.',
}


async def show_calling(webhook: Webhook, workflow: Workflow, orchestrator: Orchestrator) -> None:
    """Shows it, until the dialog is closed."""
    versions = await orchestrator.workflows.versions(workflow.id)
    body = example_body(webhook, asked_by(versions[0].graph if versions else workflow.graph))
    with dialog(f'Call {webhook.name}', width=680) as asked:
        shown = stack('ao-gap-4 ao-scroll ao-trigger-form')

        async def draw() -> None:
            credentials = await orchestrator.webhooks.credentials(webhook.id)
            shown.clear()
            with shown:
                _draw(webhook, credentials, body)

        async def rotate() -> None:
            text = 'Senders that know the old address or the old key can deliver nothing more.'
            if await confirm('Change address and key?', text, action='Change both'):
                with explained():
                    await orchestrator.webhooks.rotate(webhook.id)
                    await draw()
                    toast('Address and key are new.')

        with row().style('align-self: stretch'):
            button('Change address and key', rotate, icon='autorenew', kind='quiet')
            box('ao-grow')
            button('Close', asked.close, kind='primary')
        await draw()
    await asked_once(asked)


def _draw(webhook: Webhook, credentials: Credentials, body: str) -> None:
    words(PROVES[webhook.signature], 'ao-dim', tag='p')
    _draw_copied('Address', address_of(credentials))
    if webhook.signature != 'none':
        _draw_copied('Key', credentials.key)
    _draw_copied('Try it', command(webhook, credentials, body))
    phrase(
        'The answer comes at once and names the run; with `?wait=30` at the end of the address it waits up to 30 '
        'seconds for the result. A delivery that comes again with the same `Idempotency-Key` starts nothing.',
        'ao-field-help',
        tag='p',
    )


def _draw_copied(title: str, text: str) -> None:
    with box('ao-part ao-trigger-copied'):
        with row():
            words(title, 'ao-part-name')
            box('ao-grow')
            copy_button(text)
        show_code(text)


def address_of(credentials: Credentials) -> str:
    """Where to post to, as this browser reaches the app."""
    url = context.client.request.url
    return f'{url.scheme}://{url.netloc}/api/webhooks/{credentials.token}'


def command(webhook: Webhook, credentials: Credentials, body: str) -> str:
    """Lines for a shell with curl, and openssl where deliveries are signed."""
    address = shlex.quote(address_of(credentials))
    post = "curl -H 'Content-Type: application/json' \\\n  "
    if webhook.signature == 'none':
        return f'{post}-d {shlex.quote(body)} \\\n  {address}'
    lines = [f'body={shlex.quote(body)}', f'key={shlex.quote(credentials.key)}']
    signing = 'openssl dgst -sha256 -hmac "$key" -r | cut -d" " -f1'
    if webhook.signature == 'timestamped':
        lines += ['t=$(date +%s)', f'v1=$(printf %s "$t.$body" | {signing})']
        header = '"X-Signature: t=$t,v1=$v1"'
    else:
        lines += [f'v1=$(printf %s "$body" | {signing})']
        header = '"X-Hub-Signature-256: sha256=$v1"'
    return '\n'.join([*lines, f'{post}-H {header} -d "$body" \\\n  {address}'])


def example_body(webhook: Webhook, fields: Sequence[InputField]) -> str:
    """JSON with a value for each input that takes a field of the body."""
    values = {field.name: _example(field) for field in fields if field.name not in webhook.inputs}
    return json.dumps(values, ensure_ascii=False)


def _example(field: InputField) -> Json:
    if field.type in {'image', 'images'}:
        return PICTURE if field.type == 'image' else [PICTURE]
    if field.default not in (None, ''):
        text = field.default
        return text if not isinstance(text, str) or len(text) <= 40 else f'{text[:39]}…'
    match field.type:
        case 'number':
            return 1
        case 'boolean':
            return True
        case 'choice':
            return field.choices[0] if field.choices else ''
        case 'text' | 'long_text':
            return '…'
