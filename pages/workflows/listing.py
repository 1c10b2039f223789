"""The list of all workflows: find, make, duplicate, import, export, delete."""

from collections.abc import Sequence

from nicegui import ui

from core.orchestrator import Orchestrator
from core.runs.run import Run, RunFilter
from core.workflows.document import write_document
from core.workflows.workflow import Workflow
from pages.components.buttons import button, icon_button, link_button
from pages.components.dialogs import confirm
from pages.components.empty import empty_state
from pages.components.formats import plural
from pages.components.layout import badge, box, row, stack, words
from pages.components.menus import menu_item
from pages.components.narrowing import Narrowing
from pages.components.status import StatusChip
from pages.components.times import time_ago
from pages.components.toasts import explained, toast
from pages.frame import frame
from pages.live import follow_runs
from pages.routes import page_at
from pages.triggers.dialog import show_triggers
from pages.workflows.importing import Importer
from pages.workflows.picture import thumbnail
from pages.workflows.run_form import ask_and_run

LOOKED_THROUGH = 200
"""How many of the latest runs are searched for each workflow's last one before it is asked for by itself."""


def register(orchestrator: Orchestrator) -> None:
    @page_at('/workflows')
    async def workflows_page() -> None:
        with frame('Workflows', orchestrator, here='/workflows') as page:
            await WorkflowList(orchestrator).draw(page.actions)


class WorkflowList:
    """The list on one page; it reads all workflows again after each change."""

    def __init__(self, orchestrator: Orchestrator) -> None:
        self._orchestrator = orchestrator
        self._workflows: list[Workflow] = []
        self._last: dict[str, Run] = {}
        self._chips: dict[str, ui.element] = {}

    async def draw(self, actions: ui.element) -> None:
        self._importer = Importer(self._orchestrator, on_imported=self._imported)
        with actions:
            button('Import', self._importer.open, icon='upload').classes('ao-wide-only')
            link_button('New workflow', '/templates', icon='add', kind='primary').mark('new-workflow')
        self._narrowing = Narrowing('workflow', self._show)
        await self._refresh()
        follow_runs(self._orchestrator, self._refresh_runs)

    async def _refresh(self) -> None:
        self._workflows = await self._orchestrator.workflows.all()
        self._last = await self._last_runs()
        self._show()

    async def _last_runs(self) -> dict[str, Run]:
        last: dict[str, Run] = {}
        for run in await self._orchestrator.runs(RunFilter(limit=LOOKED_THROUGH)):
            last.setdefault(run.workflow_id, run)
        for workflow in self._workflows:
            if workflow.id not in last:
                for run in await self._orchestrator.runs(RunFilter(workflow_id=workflow.id, limit=1)):
                    last[workflow.id] = run
        return last

    async def _refresh_runs(self) -> None:
        """Shows the last run of each workflow as it is now; nothing else changes."""
        last = await self._last_runs()
        for key, chip in self._chips.items():
            if (run := last.get(key)) != self._last.get(key) and run:
                chip.clear()
                with chip:
                    self._show_run(run)
        self._last = last

    # What is shown

    def _show(self) -> None:
        self._chips.clear()
        self._narrowing.show(self._workflows, self._show_row, self._teach)

    def _show_row(self, workflow: Workflow) -> None:
        path = f'/workflows/{workflow.id}'
        with box('ao-list-row ao-list-row--link ao-workflow'):
            with ui.link(target=path).classes('ao-workflow-link ao-row ao-gap-4 ao-grow'):
                with box('ao-thumbnail'):
                    ui.html(thumbnail(workflow.graph, self._orchestrator.extensions.node_types), sanitize=False)
                with stack('ao-grow').style('gap: 0'):
                    words(workflow.name, 'ao-strong ao-one-line')
                    words(workflow.description or 'No description', 'ao-faint ao-small ao-one-line')
            with row('ao-wide-only'):
                for tag in workflow.tags[:3]:
                    badge(tag)
            with row('ao-wide-only ao-workflow-version'):
                badge(f'v{workflow.published}' if workflow.published else 'Draft')
            self._chips[workflow.id] = row('ao-workflow-run')
            with self._chips[workflow.id]:
                if run := self._last.get(workflow.id):
                    self._show_run(run)
                else:
                    words('Never run', 'ao-faint ao-small ao-wide-only')
            icon_button('play_arrow', f'Run {workflow.name}', lambda: self._run(workflow))
            with icon_button('more_horiz', f'More about {workflow.name}'), ui.menu().props('auto-close'):
                menu_item('Triggers', 'bolt', lambda: self._show_triggers(workflow))
                menu_item('Duplicate', 'content_copy', lambda: self._duplicate(workflow))
                menu_item('Export as YAML', 'download', lambda: self._export(workflow))
                menu_item('Delete', 'delete', lambda: self._delete(workflow), danger=True)

    def _show_run(self, run: Run) -> None:
        with ui.link(target=f'/runs/{run.id}').classes('ao-row'):
            StatusChip(run.status, bare=True)
            time_ago(run.created_at, now=self._orchestrator.clock.now()).classes('ao-wide-only')

    def _teach(self) -> None:
        with empty_state(
            'account_tree',
            'Make your first workflow',
            'A workflow wires agents together: each works on what the ones before it found, at the same time where it '
            'can. Begin with a template, a blank one, or a file: drop it anywhere on this page.',
        ):
            link_button('New workflow', '/templates', icon='add', kind='primary')
            button('Import', self._importer.open, icon='upload')

    # What is done

    async def _imported(self, workflows: Sequence[Workflow]) -> None:
        if len(workflows) == 1:
            ui.navigate.to(f'/workflows/{workflows[0].id}')
            return
        toast(f'{plural(len(workflows), "workflow")} imported.')
        await self._refresh()

    async def _run(self, workflow: Workflow) -> None:
        with explained():
            await ask_and_run(await self._orchestrator.workflows.get(workflow.id), self._orchestrator)

    async def _show_triggers(self, workflow: Workflow) -> None:
        with explained():
            await show_triggers(workflow.id, self._orchestrator)

    async def _duplicate(self, workflow: Workflow) -> None:
        copy = {'id': '', 'name': f'{workflow.name} copy'[:200], 'revision': 0, 'published': None}
        with explained():
            await self._orchestrator.workflows.create(workflow.model_copy(update=copy))
            await self._refresh()

    async def _export(self, workflow: Workflow) -> None:
        with explained():
            document = await self._orchestrator.export_document(workflow.id)
            ui.download.content(write_document(document), f'{workflow.id}.yaml')

    async def _delete(self, workflow: Workflow) -> None:
        text = 'Its draft and its place in this list go; runs of the past stay in the monitor.'
        if await confirm(f'Delete {workflow.name}?', text, action='Delete workflow'):
            with explained():
                await self._orchestrator.delete_workflow(workflow.id)
            await self._refresh()
