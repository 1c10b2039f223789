"""Choosing a workflow that is published, to be run inside another."""

from collections.abc import Callable

from core.errors import NotFoundError
from core.nodes.input import asked_by
from core.orchestrator import Orchestrator
from core.workflows.workflow import Workflow
from pages.components.picker import Entry, ListDialog, Picker

NOTHING = 'No other workflow is published yet. Publish one, and it can be chosen here.'


class WorkflowPicker(Picker):
    """A field that shows the chosen workflow and opens the list of those that are published."""

    noun = 'workflow'
    symbol = 'account_tree'
    verb = 'Open'

    def __init__(self, orchestrator: Orchestrator, *, but: str, on_change: Callable[[str], object]) -> None:
        """but: the workflow that it is chosen for, which is not offered."""
        self._orchestrator = orchestrator
        self._but = but
        super().__init__(on_change=on_change)

    async def find(self, chosen: str) -> Entry | None:
        try:
            workflow = await self._orchestrator.workflows.get(chosen)
        except NotFoundError:
            return None
        return Entry(id=workflow.id, name=workflow.name, fact=_version(workflow))

    async def ask(self) -> str | None:
        found = sorted(await self._orchestrator.workflows.all(), key=lambda workflow: workflow.name.casefold())
        offered = [_entry(workflow) for workflow in found if workflow.published and workflow.id != self._but]
        return await ListDialog(self.noun, self.symbol, offered, chosen=self.value, nothing=NOTHING).ask()


def _entry(workflow: Workflow) -> Entry:
    asked = ', '.join(field.name for field in asked_by(workflow.graph))
    return Entry(
        id=workflow.id,
        name=workflow.name,
        note=workflow.description or (f'Asks for {asked}' if asked else 'Asks for nothing'),
        fact=_version(workflow),
        found_by=' '.join(workflow.tags),
    )


def _version(workflow: Workflow) -> str:
    return f'v{workflow.published}' if workflow.published else 'not published'
