"""How a trigger starts a run: of the published version, and under an id that is known before."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from core.errors import ConflictError, InvalidError, NotFoundError
from core.nodes.input import inputs_of
from core.published import CreateRun
from core.runs.run import Run, Trigger
from core.workflows.graph import Graph
from core.workflows.workflow import WorkflowRepository, WorkflowVersion


class Starter:
    """Starts runs of published versions; a second start under the same id finds the first, also after a crash."""

    def __init__(
        self, workflows: WorkflowRepository, *, create: CreateRun, get: Callable[[str], Awaitable[Run]]
    ) -> None:
        self._workflows = workflows
        self._create = create
        self._get = get

    async def start(self, workflow_id: str, inputs: Mapping[str, Any], *, trigger: Trigger, run_id: str) -> Run:
        """The run of that id. ConflictError where nothing is published, InvalidError where inputs do not fit."""
        if run := await self.find(run_id, workflow_id=workflow_id):
            return run
        version = await self.version(workflow_id)
        given = inputs_of(version.graph, inputs)
        try:
            return await self._create(version, given, trigger=trigger, key=run_id)
        except ConflictError:
            run = await self.find(run_id, workflow_id=workflow_id)  # somebody else was a moment quicker
            if run is None:
                raise
            return run

    async def find(self, run_id: str, *, workflow_id: str) -> Run | None:
        """The run of that id, if there is one."""
        try:
            run = await self._get(run_id)
        except NotFoundError:
            return None
        if run.workflow_id != workflow_id:
            raise ConflictError(f'The id {run_id} was given to a run of another workflow, {run.workflow_name!r}.')
        return run

    async def version(self, workflow_id: str) -> WorkflowVersion:
        """The newest published one; ConflictError where there is none."""
        workflow = await self._workflows.get(workflow_id)
        versions = await self._workflows.versions(workflow_id) if workflow.published else []
        if not versions:
            raise ConflictError(
                f'The workflow {workflow.name!r} is not published, and triggers start what is published. Publish it.'
            )
        return versions[0]

    async def graph(self, workflow_id: str) -> Graph:
        """What a trigger would start: the published graph, else the draft. InvalidError where there is no workflow."""
        try:
            workflow = await self._workflows.get(workflow_id)
        except NotFoundError as error:
            raise InvalidError(str(error), problems=[('workflow_id', str(error))]) from None
        versions = await self._workflows.versions(workflow_id) if workflow.published else []
        return versions[0].graph if versions else workflow.graph
