"""The one facade that pages, API and command line call."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from core.clock import Clock
from core.company import Companies
from core.decisions import Decisions
from core.documents import Documents
from core.drafts.drafts import Drafts
from core.engine.dispatch import Dispatcher
from core.engine.executor import Executor
from core.engine.surroundings import Surroundings
from core.errors import ConflictError
from core.library import Library
from core.llm.connection import Connection, ModelRef
from core.llm.reports import ConnectionReport, ModelInfo
from core.llm.service import LLMService
from core.models import Models
from core.new_runs import NewRuns
from core.nodes.graphs import Graphs
from core.nodes.input import inputs_of
from core.parts import Parts, Wanted
from core.plugins import Extensions
from core.published import ChildRuns, PublishedWorkflows
from core.runs import events as e
from core.runs.doorbell import ALL_RUNS, Doorbell
from core.runs.fold import SLICE, Fold, Folds, fold
from core.runs.live import Live
from core.runs.run import PendingApproval, Run, RunFilter, Trigger
from core.runs.state import RunState
from core.runs.tail import TailedJournal
from core.samples.gallery import WorkflowTemplate, templates
from core.samples.samples import samples
from core.sandbox.sandboxes import Sandboxes
from core.stores import Stores
from core.teams.team import Team
from core.teamwork import IMAGES, TASK, CheckedTeams
from core.tools.mcp.servers import McpServers
from core.tools.toolbox import Toolbox
from core.triggers.triggers import Triggers
from core.values import Json
from core.workflows.document import WorkflowDocument
from core.workflows.graph import Graph
from core.workflows.validation import Problem
from core.workflows.workflow import Workflow, WorkflowVersion


class Orchestrator:
    """Runs workflows and keeps what they are made of.

    Plain CRUD goes to the repositories directly: `orchestrator.agents`, `.conversations`, `.workflows`, `.teams`,
    `.connections`, `.mcp`, `.secrets`, `.preferences`; a workflow that is being edited is opened with `.drafts`; runs
    are read through `runs`, `run`, `state` and `watch`.
    """

    def __init__(
        self,
        stores: Stores,
        llm: LLMService,
        extensions: Extensions,
        *,
        clock: Clock,
        max_runs: int = 64,
        files: Path | None = None,
        unprotected_code: str | None = None,
    ) -> None:
        """`files` holds a folder for each run whose tools write files; without it none can.

        `unprotected_code`: the level without protection in which code may run where there is no sandbox.
        """
        self.agents = stores.agents
        self.conversations = stores.conversations
        self.workflows = stores.workflows
        self.teams = CheckedTeams(stores, extensions.strategies)
        self.connections = stores.connections
        self.secrets = stores.secrets
        self.preferences = stores.preferences
        self.journal = stores.journal
        self.llm = llm
        self.extensions = extensions
        self.sandboxes = Sandboxes(extensions.sandboxes, unprotected=unprotected_code)
        self.clock = clock
        self.live = Live()
        self.mcp = McpServers(stores.mcp_servers, stores.secrets, clock)
        self.published = PublishedWorkflows(stores.workflows, self._child_runs())
        self.toolbox = Toolbox(
            extensions.tools,
            preferences=stores.preferences,
            secrets=stores.secrets,
            sandboxes=self.sandboxes,
            clock=clock,
            files=files,
            sources={'workflow': self.published, 'mcp': self.mcp},
        )
        self._models = Models(stores, llm)
        self._library = Library(stores, extensions, self.mcp, clock)
        self._parts = Parts(stores.journal, extensions.node_types)
        self.drafts = Drafts(self.workflows, self._library.validate, extensions.node_types)
        self._doorbell = Doorbell()
        self._events = TailedJournal(self.journal)
        self._folds = Folds(self._events, self._doorbell)
        around = Surroundings(
            node_types=extensions.node_types,
            strategies=extensions.strategies,
            journal=self._events,
            conversations=stores.conversations,
            llm=llm,
            sandboxes=self.sandboxes,
            toolbox=self.toolbox,
            clock=clock,
            live=self.live,
            doorbell=self._doorbell,
        )
        executor = Executor(around, self.workflows)
        self._dispatcher = Dispatcher(executor, self.journal, clock, max_runs=max_runs)
        companies = Companies(stores, extensions.node_types, self._models)
        self._new_runs = NewRuns(companies, self._events, self._dispatcher, self._doorbell, clock)
        self._triggers = Triggers(stores, create=self._new_runs.create, get=self.run, clock=clock)
        self.schedules, self.webhooks = self._triggers.schedules, self._triggers.webhooks
        self._documents = Documents(stores, self._library, self._triggers, extensions.node_types)
        self._server: asyncio.Task[None] | None = None
        self._decisions = Decisions(self._events, self._library, clock, self._say)

    # Life

    async def start(self, *, schedules: bool = False) -> None:
        """Adds what a new instance needs (local connections, the samples) and takes up all unfinished runs.

        `schedules`: whether runs that are due by a schedule are started, now and later.
        """
        if await self.preferences.get('seeded') is None:
            await self._models.add_local_connections()
            for sample in samples():
                await self.import_document(sample)
            await self.preferences.set('seeded', 'yes')
        ready = asyncio.Event()
        # The one task without a group: start and stop may be called from different tasks, a group may not.
        self._server = asyncio.create_task(self._serve(ready, schedules=schedules), name='dispatcher')
        waiter = asyncio.create_task(ready.wait())
        await asyncio.wait([self._server, waiter], return_when=asyncio.FIRST_COMPLETED)
        waiter.cancel()
        if self._server.done():
            server, self._server = self._server, None
            await server

    async def _serve(self, ready: asyncio.Event, *, schedules: bool) -> None:
        async with self._triggers.starting(ready, schedules=schedules):
            await self._dispatcher.serve(ready)

    async def stop(self, *, grace: float = 3.0) -> None:
        """Takes no new runs, gives running steps `grace` seconds, leaves the rest to the next start."""
        await self.drafts.save_all()
        if self._server is not None:
            await self._dispatcher.stop(grace=grace)
            await self._server
            self._server = None
        await self.mcp.close()
        await self.llm.close()

    # Workflows

    async def validate(self, graph: Graph) -> list[Problem]:
        """What keeps the graph from running, and what looks wrong."""
        return await self._library.validate(graph)

    async def uncallable(self, tools: Iterable[str]) -> dict[str, str]:
        """Those of these tools that no agent can call now, by their keys: why, and the way out. It starts no server."""
        return await self._library.uncallable(tools)

    async def publish(self, workflow_id: str, *, note: str = '') -> WorkflowVersion:
        """Freezes the draft as the next version; InvalidError with all problems if it cannot run."""
        return await self._library.publish(workflow_id, note=note)

    async def import_document(self, document: WorkflowDocument) -> Workflow:
        """Stores the workflow, what it names, and triggers, those switched off, under new ids; runs nothing."""
        return await self._documents.bring(document)

    async def delete_workflow(self, workflow_id: str) -> None:
        """Removes the workflow and what starts it by itself; its runs and the versions they pinned stay."""
        await self._triggers.forget(workflow_id)
        await self.workflows.delete(workflow_id)

    async def bring_along(self, document: WorkflowDocument) -> Graph:
        """Stores what the document's workflow names, and gives its graph, which names it; for a part of another one."""
        return await self._documents.bring_along(document)

    async def export_document(self, workflow_id: str) -> WorkflowDocument:
        """The draft, all that it names, and what starts it, without secrets."""
        return await self._documents.export(workflow_id)

    async def samples(self) -> Sequence[WorkflowDocument]:
        """The sample workflows that ship with the app."""
        return samples()

    async def templates(self) -> Sequence[WorkflowTemplate]:
        """What a new workflow can begin with, the samples among it."""
        return await asyncio.to_thread(templates)

    # Runs

    async def start_run(
        self,
        workflow_id: str,
        inputs: dict[str, Any],
        *,
        trigger: Trigger = 'manual',
        graph: Graph | None = None,
        reuse_from: str | None = None,
        until: str | None = None,
    ) -> Run:
        """Queues a run of the draft as it is now (or of `graph`) and returns at once.

        With `until`, a node's id, only that node and what is upstream of it run, and steps that earlier runs did with
        the same input are taken over. InvalidError names each input that is missing or of the wrong type, or each
        problem of what is to run.
        """
        if reuse_from is not None:
            await self.journal.get(reuse_from)
        workflow = await self.workflows.get(workflow_id)
        whole = graph or workflow.graph
        wanted = Wanted(graph=whole) if until is None else await self._parts.up_to(workflow_id, whole, until)
        version = await self._library.freeze(workflow, wanted.graph)
        reused = wanted.reused if reuse_from is None else (reuse_from,)
        given = inputs_of(whole, inputs)
        return await self._new_runs.create(version, given, trigger=trigger, part=wanted.part, reused=reused)

    async def run_node(
        self,
        workflow_id: str,
        node_id: str,
        *,
        given: Mapping[str, Json] | None = None,
        inputs: dict[str, Any] | None = None,
        trigger: Trigger = 'manual',
        graph: Graph | None = None,
    ) -> Run:
        """Queues a run of one node of the draft (or of `graph`) alone, even if it is disabled or pinned.

        What is upstream of it gives what is `given` (results by node: a dict of fields, or a text), else what it gave
        in the newest run that has a result of it. `inputs` are what input nodes give, if they are said. InvalidError
        names the nodes of which there is no result.
        """
        workflow = await self.workflows.get(workflow_id)
        whole = graph or workflow.graph
        wanted = await self._parts.only(workflow_id, whole, node_id, given=given or {}, inputs=inputs)
        version = await self._library.freeze(workflow, wanted.graph)
        return await self._new_runs.create(version, wanted.inputs, trigger=trigger, part=wanted.part)

    async def run_team(self, team: Team, task: str, *, images: Sequence[Json] = (), trigger: Trigger = 'manual') -> Run:
        """Queues a run of a workflow that is nothing but this team, as it is given, saved or not.

        All of them are shown the `images`, each as an input of type image is given; InvalidError where one is none.
        """
        workflow = await self.teams.as_workflow(team)
        version = await self._library.freeze(workflow, workflow.graph, given=[team])
        given = inputs_of(workflow.graph, {TASK: task, IMAGES: [*images]})
        return await self._new_runs.create(version, given, trigger=trigger, teams={team.id: team})

    async def retry_run(self, run_id: str) -> Run:
        """A new run with the same inputs that takes over the steps which succeeded; ConflictError before it ended."""
        run = await self.journal.get(run_id)
        if not run.ended:
            raise ConflictError(f'Run {run_id} has not ended yet. Cancel it first, or wait.')
        state = await self.state(run_id)
        version = await self.workflows.version(run.version_id)
        return await self._new_runs.create(version, state.inputs, trigger=run.trigger, reused=(run_id,), part=run.part)

    async def cancel_run(self, run_id: str, *, by: str = '') -> None:
        """Stops a run: its calls are cut and it ends as cancelled; ConflictError if it has ended."""
        await self._say(run_id, e.CancelRequested(at=self.clock.now(), by=by), urgent=True)

    async def decide_approval(
        self, run_id: str, path: str, *, approved: bool, value: str | None = None, comment: str = '', by: str = ''
    ) -> None:
        """Answers an approval (`value`: what the person made of it); ConflictError if it is not waiting."""
        await self._decisions.decide_approval(run_id, path, approved=approved, value=value, comment=comment, by=by)

    async def resolve_unknown(
        self, run_id: str, path: str, decision: Literal['retry', 'skip', 'value'], *, value: Json = None, by: str = ''
    ) -> None:
        """Decides about a step of which it is not known whether it happened; ConflictError if it is not unknown."""
        await self._decisions.resolve_unknown(run_id, path, decision, value=value, by=by)

    async def delete_run(self, run_id: str) -> None:
        """Forgets an ended run and its files for ever; ConflictError before it has ended."""
        await self.journal.delete(run_id)
        self._events.forget(run_id)
        self._folds.forget(run_id)
        await self.toolbox.forget(run_id)

    async def runs(self, which: RunFilter) -> list[Run]:
        return await self.journal.runs(which)

    async def run(self, run_id: str) -> Run:
        return await self._events.get(run_id)

    async def state(self, run_id: str) -> RunState:
        """What has become of the run by now."""
        return await fold(self._events, run_id)

    async def look(self, run_id: str, *, most: int | None = None) -> Fold:
        """The run as all see it who look at it, up to now, or to about `most` events more than was seen before."""
        return await self._folds.open(run_id, most=most)

    def follow(self, run_id: str) -> AsyncGenerator[Fold, None]:
        """The run as all see it who look at it, at once and whenever there is more of it, to its end."""
        return self._folds.follow(run_id)

    async def version(self, version_id: str) -> WorkflowVersion:
        """The version that a run pinned."""
        return await self.workflows.version(version_id)

    async def graphs(self, state: RunState) -> Graphs:
        """The graphs of a run, its own and those of workflows inside it: where the paths of its steps lead."""
        return await self._library.graphs(state)

    async def approvals(self) -> list[PendingApproval]:
        return await self.journal.approvals()

    async def watch(self, run_id: str, after: int = 0) -> AsyncGenerator[e.RunEvent, None]:
        """What has happened since event `after`, and then what happens, to the end of the run."""
        while True:
            news = self._doorbell.listen(run_id)  # before reading, so that no event slips in between
            events = await self._events.read(run_id, after, limit=SLICE)
            for event in events:
                yield event
                after = event.seq
                if event.ends_run:
                    return
            if len(events) == SLICE:  # there may be more
                continue
            row = None if events else await self._events.get(run_id)
            if row and row.ended and row.seq <= after:  # asked for what lies behind the end
                return
            if not row or not row.ended:
                await news.wait()

    async def watch_runs(self) -> AsyncGenerator[None, None]:
        """Yields at once, and then whenever any run has changed its status (many changes may be one yield)."""
        while True:
            news = self._doorbell.listen(ALL_RUNS)
            yield
            await news.wait()

    def _child_runs(self) -> ChildRuns:
        return ChildRuns(
            create=lambda *given, **named: self._new_runs.create(*given, **named),  # noqa: PLW0108 - runs need tools, which need runs
            get=self.run,
            watch=self.watch,
            cancel=self.cancel_run,
            stopping=lambda: self._dispatcher.stopping,
        )

    async def _say(self, run_id: str, event: e.RunEvent, *, urgent: bool = False) -> None:
        """Writes a person's word into the journal and has it acted upon."""
        await self._events.append(run_id, [event])
        self._doorbell.ring(run_id)
        self._doorbell.ring(ALL_RUNS)
        self._dispatcher.dispatch(run_id, urgent=urgent)

    # Models

    async def save_connection(self, connection: Connection, *, api_key: str | None = None) -> Connection:
        """Creates or saves a connection. A pasted key becomes a secret; the connection keeps only its reference."""
        return await self._models.save_connection(connection, api_key=api_key)

    async def test_connection(self, connection: Connection, *, api_key: str | None = None) -> ConnectionReport:
        """Tries a connection, saved or not."""
        return await self.llm.test(connection, api_key=api_key)

    async def models(self, connection_id: str) -> list[ModelInfo]:
        return await self.llm.models(await self.connections.get(connection_id))

    async def default_model(self) -> ModelRef:
        """What agents without a model of their own use; the practice model until a person chose one."""
        return await self._models.default()

    async def set_default_model(self, model: ModelRef) -> None:
        await self._models.set_default(model)
