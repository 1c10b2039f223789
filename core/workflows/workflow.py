"""A workflow as it is edited (the draft), and as it is run (a version)."""

from datetime import datetime
from typing import Protocol

from core.repository import Repository
from core.values import Entity, Value
from core.workflows.graph import Graph


class Workflow(Entity):
    """What a person edits: `graph` is the draft, saved at any time, valid or not."""

    description: str = ''
    tags: tuple[str, ...] = ()
    graph: Graph = Graph()
    source: str = ''
    """The graph as a person typed it, with comments; shown only while it still says the same as `graph`."""
    published: int | None = None
    """The number of the newest published version; None while there is only a draft."""


class WorkflowVersion(Value):
    """A frozen graph; what a run pins. `number` counts published ones from 1; None: frozen only to be run."""

    id: str
    """A hash of workflow and graph: freezing the same draft twice gives the same version."""
    workflow_id: str
    workflow_name: str
    number: int | None = None
    graph: Graph
    note: str = ''
    created_at: datetime


class WorkflowRepository(Repository[Workflow], Protocol):
    """Keeps workflows and, for ever, the versions that were frozen of them."""

    async def add_version(self, version: WorkflowVersion) -> WorkflowVersion:
        """Stores it once; the same id again gives the stored one (its number filled in if it is published now)."""
        ...

    async def version(self, version_id: str) -> WorkflowVersion:
        """The one under this id, or NotFoundError."""
        ...

    async def versions(self, workflow_id: str) -> list[WorkflowVersion]:
        """The published ones, newest first."""
        ...
