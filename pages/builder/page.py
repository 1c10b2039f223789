"""The page of one workflow."""

from core.errors import NotFoundError
from core.orchestrator import Orchestrator
from pages.builder.builder import Builder
from pages.builder.text_mode import TextMode
from pages.canvas import canvas
from pages.components.buttons import link_button
from pages.components.empty import empty_state
from pages.frame import frame
from pages.routes import page_at
from pages.theme.assets import has_canvas
from pages.workflows.known import Known

PARENT = ('Workflows', '/workflows')


def register(orchestrator: Orchestrator) -> None:
    if has_canvas():
        canvas.register()

    @page_at('/workflows/{workflow_id}')
    async def workflow_page(workflow_id: str, view: str = '', run: str = '') -> None:
        try:
            draft = await orchestrator.drafts.open(workflow_id)
        except NotFoundError as error:
            _draw_missing(orchestrator, str(error))
            return
        known = await Known.of(orchestrator)
        with frame(draft.workflow.name, orchestrator, here='/workflows', parent=PARENT, fill=True) as page:
            if view == 'yaml' or not has_canvas():
                TextMode(draft, orchestrator, page, known).draw()
            else:
                await Builder(draft, orchestrator, page, known).draw(run_id=run)


def _draw_missing(orchestrator: Orchestrator, reason: str) -> None:
    with (
        frame('Workflow', orchestrator, here='/workflows', parent=PARENT),
        empty_state('search_off', 'This workflow is not here', reason),
    ):
        link_button('All workflows', '/workflows', kind='primary')
