"""A workflow's graph while it is edited: one for all who have it open, checked and saved as it changes."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, Literal, Protocol

from core.drafts.edits import Edit, apply
from core.errors import OrchestratorError, StaleError
from core.nodes.node_type import NodeTypes
from core.repository import Repository
from core.workflows.graph import Graph
from core.workflows.validation import Problem
from core.workflows.workflow import Workflow

MEMORY = 200
"""Edits that can be undone."""

DraftState = Literal['saved', 'saving', 'stale', 'failed']


class Checker(Protocol):
    """Finds the problems of a graph."""

    async def __call__(self, graph: Graph) -> list[Problem]: ...


class Draft:
    """The one truth about a workflow that is being edited; canvases, forms and texts show it and send it edits.

    saved: it is stored as it is · saving: on the way · stale: somebody saved another one first, and a person has to
    choose · failed: it could not be stored, `fault` says why. Whatever the state, `graph` is what was edited.
    """

    def __init__(
        self, workflow: Workflow, workflows: Repository[Workflow], check: Checker, *, node_types: NodeTypes
    ) -> None:
        self.workflow = workflow
        """As it was stored last."""
        self.graph = workflow.graph
        self.source = workflow.source
        """The graph as somebody typed it, as long as nobody changed it otherwise."""
        self.problems: list[Problem] = []
        self.state: DraftState = 'saved'
        self.fault: OrchestratorError | None = None
        self.theirs: Workflow | None = None
        """What somebody else saved in the meantime, until a person has chosen."""
        self._workflows = workflows
        self._check = check
        self._node_types = node_types
        self._past: list[Graph] = []
        self._future: list[Graph] = []
        self._listeners: list[Callable[[], Any]] = []
        self._saving = asyncio.Lock()

    # Watching

    def on_change(self, listener: Callable[[], Any]) -> Callable[[], None]:
        """Calls the listener whenever anything here changed; gives what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @property
    def watched(self) -> bool:
        return bool(self._listeners)

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()

    # Editing

    @property
    def can_undo(self) -> bool:
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        return bool(self._future)

    def edit(self, wanted: Iterable[Edit]) -> None:
        """Makes all the edits, as one that can be undone, or none: EditRefusedError. `save` then stores them."""
        self.replace(apply(self.graph, wanted, self._node_types))

    def replace(self, graph: Graph, *, source: str = '') -> None:
        """Takes another graph, for example one that was typed (`source`) or is restored."""
        changed, typed = graph != self.graph, source != self.source
        self.source = source
        if changed:
            self._leave_behind()
        if changed or typed:
            self._become(graph)

    def place(self, graph: Graph) -> None:
        """Takes the same graph with places for its nodes; that is nothing to undo, and is stored with the next edit."""
        self.graph = graph
        self._tell()

    def undo(self) -> None:
        """Takes back the last edit, if there is one."""
        self._travel(self._past, self._future)

    def redo(self) -> None:
        """Makes the edit again that was taken back last, if there is one."""
        self._travel(self._future, self._past)

    def _travel(self, there: list[Graph], back: list[Graph]) -> None:
        if there:
            self.source = ''
            back.append(self.graph)
            self._become(there.pop())

    def _leave_behind(self) -> None:
        """Remembers the graph as it is, before it becomes another than those that were taken back."""
        self._past.append(self.graph)
        del self._past[:-MEMORY]
        self._future.clear()

    def _become(self, graph: Graph) -> None:
        self.graph = graph
        if self.state != 'stale':
            self.state = 'saving'
        self._tell()

    # Keeping

    async def check(self) -> None:
        """Looks for problems in the graph as it is."""
        self.problems = await self._check(self.graph)
        self._tell()

    async def save(self) -> None:
        """Checks and stores what was edited, and what is edited meanwhile; one that is stale is left alone."""
        async with self._saving:
            while self.state in ('saving', 'failed'):
                await self.check()
                if not await self._store():
                    break
        self._tell()

    async def _store(self) -> bool:
        """Stores the graph as it is; whether that worked."""
        graph = self.graph
        wanted = self.workflow.model_copy(update={'graph': graph, 'source': self.source})
        try:
            self.workflow = await self._workflows.save(wanted)
        except StaleError as error:
            self.state, self.fault = 'stale', error
            self.theirs = error.current if isinstance(error.current, Workflow) else None
        except OrchestratorError as error:
            self.state, self.fault = 'failed', error
        else:
            self.state, self.fault = ('saved' if graph is self.graph else 'saving'), None
            return True
        return False

    async def keep_mine(self) -> None:
        """Stores this graph over what somebody else saved; only after a person saw both."""
        if self.theirs is not None:
            self.workflow, self.theirs = self.theirs, None
            self.state = 'saving'
            await self.save()

    async def take_theirs(self) -> None:
        """Goes on with what somebody else saved; this graph can be brought back by undo."""
        if self.theirs is not None:
            theirs, self.theirs = self.theirs, None
            await self._go_on_from(theirs)

    async def catch_up(self, stored: Workflow) -> None:
        """Goes on with what is stored now, unless something here is not stored yet."""
        if self.state == 'saved' and stored.revision > self.workflow.revision:
            await self._go_on_from(stored)

    async def _go_on_from(self, stored: Workflow) -> None:
        self._leave_behind()
        self.workflow, self.graph, self.source = stored, stored.graph, stored.source
        self.state, self.fault = 'saved', None
        await self.check()

    def took(self, workflow: Workflow) -> None:
        """Goes on from this workflow, which was stored elsewhere on purpose with the graph as it is here."""
        self.workflow = workflow
        self._tell()
