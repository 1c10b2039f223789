"""The form of a webhook."""

from collections.abc import Sequence
from typing import Any

from nicegui import ui
from pydantic import ValidationError

from core.errors import InvalidError
from core.nodes.input import InputField, asked_by
from core.orchestrator import Orchestrator
from core.triggers.webhook import Webhook
from core.workflows.workflow import Workflow
from pages.components.buttons import button
from pages.components.dialogs import asked_once, dialog
from pages.components.fields import choice, text_field
from pages.components.layout import phrase, row, stack, words
from pages.components.problems import problems_of, show_problems
from pages.components.toasts import explained

SIGNATURES = {
    'none': 'Not signed: the address alone is the key',
    'timestamped': 'Signed with its time (X-Signature)',
    'github': 'Signed as by GitHub (X-Hub-Signature-256)',
}

TEMPLATES = (
    'Left empty, an input gets the field of the JSON body that has its name. Or write a template over `body`, '
    '`headers` and `query`, such as `{{ body.user.name }}` or `{{ body | tojson }}`.'
)


async def ask_for_webhook(webhook: Webhook | None, workflow: Workflow, orchestrator: Orchestrator) -> Webhook | None:
    """Lets a person fill in a webhook and stores it; None if they went away."""
    versions = await orchestrator.workflows.versions(workflow.id)
    fields = asked_by(versions[0].graph if versions else workflow.graph)
    with dialog(f'Edit {webhook.name}' if webhook else 'Add a webhook', width=560) as asked:
        WebhookForm(webhook, workflow, orchestrator, asked, fields=fields).draw()
    saved = await asked_once(asked)
    return saved if isinstance(saved, Webhook) else None


class WebhookForm:
    """The fields of one webhook."""

    def __init__(
        self,
        webhook: Webhook | None,
        workflow: Workflow,
        orchestrator: Orchestrator,
        asked: ui.dialog,
        *,
        fields: Sequence[InputField],
    ) -> None:
        self._webhook = webhook
        self._workflow = workflow
        self._orchestrator = orchestrator
        self._asked = asked
        self._asks = fields
        self._inputs: dict[str, ui.input] = {}

    def draw(self) -> None:
        at = self._webhook
        with stack('ao-gap-4 ao-scroll ao-trigger-form'):
            self._name = text_field('Name', at.name if at else '', placeholder='New orders')
            self._signature = choice(
                'How deliveries prove where they come from',
                SIGNATURES,
                at.signature if at else 'none',
                help_text='With a signature, whoever learns the address still cannot start anything.',
            )
            if self._asks:
                with stack('ao-gap-1'):
                    words('What the inputs get', 'ao-part-name')
                    phrase(TEMPLATES, 'ao-field-help', tag='p')
            for field in self._asks:
                known = at.inputs.get(field.name, '') if at else ''
                made = text_field(field.label, known, placeholder=f'{{{{ body.{field.name} }}}}')
                self._inputs[field.name] = made.classes('ao-mono-input')
        with row().style('align-self: flex-end'):
            button('Cancel', self._asked.close, kind='quiet')
            button('Save webhook', self._save, kind='primary')

    def _said(self) -> Webhook:
        """What the fields say; InvalidError names each field that is wrong."""
        said: dict[str, Any] = self._webhook.model_dump() if self._webhook else {}
        templates = {name: (widget.value or '').strip() for name, widget in self._inputs.items()}
        said |= {
            'name': (self._name.value or '').strip(),
            'workflow_id': self._workflow.id,
            'signature': self._signature.value,
            'inputs': {name: template for name, template in templates.items() if template},
        }
        try:
            return Webhook.model_validate(said)
        except ValidationError as error:
            raise InvalidError('The webhook cannot be saved as it is.', problems=problems_of(error)) from None

    async def _save(self) -> None:
        webhooks = self._orchestrator.webhooks
        with explained():
            try:
                said = self._said()
                self._asked.submit(await (webhooks.save(said) if said.revision else webhooks.create(said)))
            except InvalidError as error:
                inputs = {f'inputs.{name}': widget for name, widget in self._inputs.items()}
                if show_problems(error.problems, {'name': self._name, **inputs}):
                    raise
