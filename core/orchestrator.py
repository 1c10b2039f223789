"""The one facade that pages, API and command line call."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from core.agents.agent import Agent
from core.clock import Clock
from core.llm.connection import Connection, ModelRef
from core.llm.reports import ConnectionReport, ModelInfo
from core.llm.service import LLMService
from core.plugins import Extensions
from core.repository import Preferences, Repository, Secrets
from core.runs.events import RunEvent
from core.runs.journal import Journal
from core.runs.live import Live
from core.runs.run import PendingApproval, Run, RunFilter, Trigger
from core.runs.state import RunState
from core.teams.team import Team
from core.values import Json
from core.workflows.document import WorkflowDocument
from core.workflows.graph import Graph
from core.workflows.validation import Problem
from core.workflows.workflow import Workflow, WorkflowRepository, WorkflowVersion


@dataclass(kw_only=True, slots=True)
class Stores:
    """Everything that is kept."""

    agents: Repository[Agent]
    workflows: WorkflowRepository
    teams: Repository[Team]
    connections: Repository[Connection]
    secrets: Secrets
    preferences: Preferences
    journal: Journal


class Orchestrator:
    """Runs workflows and keeps what they are made of.

    Plain CRUD goes to the repositories directly: `orchestrator.agents`, `.workflows`, `.teams`, `.connections`,
    `.secrets`, `.preferences`; runs are read through `runs`, `run`, `state` and `watch`.
    """

    def __init__(self, stores: Stores, llm: LLMService, extensions: Extensions, *, clock: Clock) -> None:
        self.agents = stores.agents
        self.workflows = stores.workflows
        self.teams = stores.teams
        self.connections = stores.connections
        self.secrets = stores.secrets
        self.preferences = stores.preferences
        self.journal = stores.journal
        self.llm = llm
        self.extensions = extensions
        self.clock = clock
        self.live = Live()

    # Life

    async def start(self) -> None:
        """Adds what a new instance needs (the practice connection, the samples) and takes up all unfinished runs."""

    async def stop(self, *, grace: float = 3.0) -> None:
        """Takes no new runs, gives running steps `grace` seconds, leaves the rest to the next start."""

    # Workflows

    async def validate(self, graph: Graph) -> list[Problem]:
        """What keeps the graph from running, and what looks wrong."""
        raise NotImplementedError

    async def publish(self, workflow_id: str, *, note: str = '') -> WorkflowVersion:
        """Freezes the draft as the next version; InvalidError with all problems if it cannot run."""
        raise NotImplementedError

    async def import_document(self, document: WorkflowDocument) -> Workflow:
        """Stores the workflow and its agents under new ids where theirs are taken; runs nothing."""
        raise NotImplementedError

    async def export_document(self, workflow_id: str) -> WorkflowDocument:
        """The draft and the agents it uses."""
        raise NotImplementedError

    # Runs

    async def start_run(
        self,
        workflow_id: str,
        inputs: dict[str, Any],
        *,
        trigger: Trigger = 'manual',
        graph: Graph | None = None,
        reuse_from: str | None = None,
    ) -> Run:
        """Queues a run of the draft as it is now (or of `graph`) and returns at once.

        InvalidError names each input that is missing or of the wrong type, or each problem of the graph.
        """
        raise NotImplementedError

    async def cancel_run(self, run_id: str, *, by: str = '') -> None:
        """Stops a run: its calls are cut and it ends as cancelled; ConflictError if it has ended."""
        raise NotImplementedError

    async def retry_run(self, run_id: str) -> Run:
        """A new run with the same inputs that takes over the steps which succeeded; ConflictError before it ended."""
        raise NotImplementedError

    async def decide_approval(
        self, run_id: str, path: str, *, approved: bool, value: str | None = None, comment: str = '', by: str = ''
    ) -> None:
        """Answers an approval (`value`: what the person made of it); ConflictError if it is not waiting."""
        raise NotImplementedError

    async def resolve_unknown(
        self, run_id: str, path: str, decision: Literal['retry', 'skip', 'value'], *, value: Json = None, by: str = ''
    ) -> None:
        """Decides about a step of which it is not known whether it happened; ConflictError if it is not unknown."""
        raise NotImplementedError

    async def runs(self, which: RunFilter) -> list[Run]:
        raise NotImplementedError

    async def run(self, run_id: str) -> Run:
        raise NotImplementedError

    async def state(self, run_id: str) -> RunState:
        """The fold of all that has happened in the run."""
        raise NotImplementedError

    async def version(self, version_id: str) -> WorkflowVersion:
        """The version that a run pinned."""
        raise NotImplementedError

    async def approvals(self) -> list[PendingApproval]:
        raise NotImplementedError

    def watch(self, run_id: str, after: int = 0) -> AsyncIterator[RunEvent]:
        """What has happened since event `after`, and then what happens, to the end of the run."""
        raise NotImplementedError

    def watch_runs(self) -> AsyncIterator[None]:
        """Yields at once, and then whenever any run has changed its status (many changes may be one yield)."""
        raise NotImplementedError

    # Models

    async def save_connection(self, connection: Connection, *, api_key: str | None = None) -> Connection:
        """Creates or saves a connection. A pasted key becomes a secret; the connection keeps only its reference."""
        raise NotImplementedError

    async def test_connection(self, connection: Connection, *, api_key: str | None = None) -> ConnectionReport:
        """Tries a connection, saved or not."""
        raise NotImplementedError

    async def models(self, connection_id: str) -> list[ModelInfo]:
        raise NotImplementedError

    async def default_model(self) -> ModelRef:
        """What agents without a model of their own use; the practice model until a person chose one."""
        raise NotImplementedError

    async def set_default_model(self, model: ModelRef) -> None:
        raise NotImplementedError

    async def samples(self) -> Sequence[WorkflowDocument]:
        """The sample workflows that ship with the app."""
        raise NotImplementedError
