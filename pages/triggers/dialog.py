"""What starts a workflow by itself, beside the workflow: its schedules and its webhooks."""

from core.orchestrator import Orchestrator
from core.workflows.workflow import Workflow
from pages.components.buttons import button
from pages.components.dialogs import asked_once, dialog
from pages.components.layout import box, notice, row, words
from pages.live import follow_runs
from pages.triggers.schedule_list import ScheduleList
from pages.triggers.webhook_list import WebhookList


async def show_triggers(workflow_id: str, orchestrator: Orchestrator) -> None:
    """Shows and changes all that starts the workflow, until the dialog is closed."""
    workflow = await orchestrator.workflows.get(workflow_id)
    with dialog(f'Triggers of {workflow.name}', width=760) as asked:
        with box('ao-triggers ao-scroll'):
            _draw_note(workflow)
            schedules = ScheduleList(workflow, orchestrator)
            await schedules.draw()
            webhooks = WebhookList(workflow, orchestrator)
            await webhooks.draw()
        with row().style('align-self: flex-end'):
            button('Close', asked.close, kind='quiet')

    async def refresh() -> None:
        if not asked.is_deleted:
            await schedules.refresh()
            await webhooks.refresh()

    follow_runs(orchestrator, refresh)
    await asked_once(asked)


def _draw_note(workflow: Workflow) -> None:
    if workflow.published:
        words(
            f'They start the published version, now v{workflow.published}. What you change in the draft counts once '
            'you publish it.',
            'ao-dim ao-small',
            tag='p',
        )
        return
    with notice('This workflow is not published yet, so its triggers start nothing. Publish it first.', 'warning'):
        pass
