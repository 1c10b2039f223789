"""The webhooks of a workflow: their addresses, how to call them, what came last, and whether they are on."""

from nicegui import ui

from core.orchestrator import Orchestrator
from core.runs.run import Run
from core.triggers.webhook import Webhook
from core.workflows.workflow import Workflow
from pages.components.buttons import button, icon_button
from pages.components.dialogs import confirm
from pages.components.layout import box, icon, panel, row, section, stack, words
from pages.components.menus import menu_item
from pages.components.toasts import explained, toast
from pages.runs.values import copy_text
from pages.triggers.calling import address_of, show_calling
from pages.triggers.parts import draw_run, run_of
from pages.triggers.switching import trigger_switch
from pages.triggers.webhook_form import SIGNATURES, ask_for_webhook


class WebhookList:
    """The list in one dialog."""

    def __init__(self, workflow: Workflow, orchestrator: Orchestrator) -> None:
        self._workflow = workflow
        self._orchestrator = orchestrator
        self._webhooks = orchestrator.webhooks

    async def draw(self) -> None:
        with section('Webhooks') as actions:
            with actions:
                button('Add webhook', self._add, icon='add').mark('add-webhook')
            self._list = stack()
        await self.refresh()

    async def refresh(self) -> None:
        webhooks = await self._webhooks.of(self._workflow.id)
        runs = {webhook.id: await self._last_run(webhook) for webhook in webhooks}
        if self._list.is_deleted:
            return
        self._list.clear()
        with self._list:
            if not webhooks:
                words('Starts the workflow when another program posts to an address.', 'ao-faint ao-small')
                return
            with panel('ao-panel--tight'):
                for webhook in webhooks:
                    self._draw_row(webhook, runs[webhook.id])

    def _draw_row(self, webhook: Webhook, run: Run | None) -> None:
        with box('ao-trigger') as made:
            made.props['data-off'] = str(not webhook.enabled).lower()
            self._draw_head(webhook)
            with row('ao-trigger-facts'):
                button('How to call it', lambda: self._explain(webhook), icon='terminal')
                button('Copy address', lambda: self._copy(webhook), icon='content_copy')
            with row('ao-trigger-last'):
                draw_run(run, now=self._orchestrator.clock.now(), never='Nothing was delivered yet.')

    async def _last_run(self, webhook: Webhook) -> Run | None:
        latest = await self._webhooks.latest(webhook.id)
        return await run_of(latest.run_id, self._orchestrator) if latest else None

    def _draw_head(self, webhook: Webhook) -> None:
        with row('ao-gap-3'):
            with box('ao-chip-icon'):
                icon('webhook')
            with stack('ao-grow').style('gap: 0; min-width: 0'):
                words(webhook.name, 'ao-strong ao-one-line')
                words(SIGNATURES[webhook.signature], 'ao-dim ao-small ao-two-lines')
            trigger_switch(webhook.name, value=webhook.enabled, switch_to=lambda on: self._switch(webhook, on=on))
            with icon_button('more_horiz', f'More about {webhook.name}'), ui.menu().props('auto-close'):
                menu_item('Edit', 'edit', lambda: self._edit(webhook))
                menu_item('Delete', 'delete', lambda: self._delete(webhook), danger=True)

    async def _add(self) -> None:
        with explained():
            if made := await ask_for_webhook(None, self._workflow, self._orchestrator):
                await self.refresh()
                await show_calling(made, self._workflow, self._orchestrator)

    async def _edit(self, webhook: Webhook) -> None:
        with explained():
            newest = await self._webhooks.get(webhook.id)
            if await ask_for_webhook(newest, self._workflow, self._orchestrator):
                await self.refresh()

    async def _explain(self, webhook: Webhook) -> None:
        with explained():
            await show_calling(webhook, self._workflow, self._orchestrator)

    async def _copy(self, webhook: Webhook) -> None:
        with explained():
            copy_text(address_of(await self._webhooks.credentials(webhook.id)))

    async def _switch(self, webhook: Webhook, *, on: bool) -> None:
        with explained():
            newest = await self._webhooks.get(webhook.id)
            await self._webhooks.save(newest.model_copy(update={'enabled': on}))
            toast(f'{webhook.name} is {"on" if on else "off"}.')
        await self.refresh()

    async def _delete(self, webhook: Webhook) -> None:
        text = 'Its address is unknown from then on. The runs that it started stay.'
        if await confirm(f'Delete {webhook.name}?', text, action='Delete webhook'):
            with explained():
                await self._webhooks.delete(webhook.id)
            await self.refresh()
