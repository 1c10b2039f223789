"""All drafts that are open, so that everybody who edits a workflow edits the same one."""

from core.drafts.draft import Checker, Draft
from core.nodes.node_type import NodeTypes
from core.workflows.workflow import WorkflowRepository


class Drafts:
    """Opens each workflow once; a draft that nobody watches and that is saved is read anew by the next to open it."""

    def __init__(self, workflows: WorkflowRepository, check: Checker, node_types: NodeTypes) -> None:
        self._workflows = workflows
        self._check = check
        self._node_types = node_types
        self._open: dict[str, Draft] = {}

    async def open(self, workflow_id: str) -> Draft:
        """The draft of this workflow, or NotFoundError. Watch it (`on_change`) for as long as it is in use."""
        workflow = await self._workflows.get(workflow_id)
        self._open = {key: draft for key, draft in self._open.items() if draft.watched or draft.state != 'saved'}
        if workflow_id not in self._open:
            draft = Draft(workflow, self._workflows, self._check, node_types=self._node_types)
            self._open[workflow_id] = draft
            await draft.check()
        await self._open[workflow_id].catch_up(workflow)
        return self._open[workflow_id]

    async def save_all(self) -> None:
        """Stores what is not stored yet, before the app stops."""
        for draft in self._open.values():
            await draft.save()
