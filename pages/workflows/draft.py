"""A workflow's graph while a person edits it as text: read, checked and saved as it is typed."""

import asyncio
from collections.abc import Callable
from typing import Any, Literal

from core.errors import InvalidError, OrchestratorError, StaleError
from core.orchestrator import Orchestrator
from core.workflows.document import graph_text, read_graph
from core.workflows.validation import Problem
from core.workflows.workflow import Workflow

PAUSE = 0.4
"""Seconds without a keystroke after which the text is taken in."""

State = Literal['saved', 'typing', 'saving', 'broken', 'stale', 'failed']


class Draft:
    """The text is what the person typed, always; `graph` is the last that could be read of it, `stored` the last saved.

    saved: what is typed is stored · typing, saving: on the way · broken: it is not a graph · stale: somebody saved
    first · failed: it could not be stored. Whatever the state, the text stays as it is typed.
    """

    def __init__(self, workflow: Workflow, orchestrator: Orchestrator, *, on_change: Callable[[], Any]) -> None:
        self.stored = workflow
        self.graph = workflow.graph
        self.text = graph_text(workflow)
        self.state: State = 'saved'
        self.fault: OrchestratorError | None = None
        self.problems: list[Problem] = []
        self.theirs: Workflow | None = None
        """What somebody else saved in the meantime, until the person has chosen."""
        self._orchestrator = orchestrator
        self._on_change = on_change
        self._keystrokes = 0
        self._saving = asyncio.Lock()

    async def check(self) -> None:
        """Looks for problems in the graph as it is."""
        self.problems = await self._orchestrator.validate(self.graph)

    async def type(self, text: str) -> None:
        """Takes in what the editor holds now, once the person pauses."""
        if text == self.text:
            return
        self.text = text
        self._keystrokes += 1
        typed = self._keystrokes
        self._become('typing')
        await asyncio.sleep(PAUSE)
        if typed == self._keystrokes:
            await self.take()

    async def take(self) -> None:
        """Reads and saves the text now."""
        async with self._saving:
            taken = self.text
            if self._read(taken):
                await self.check()
                await self._save(taken)
        if self.state == 'saved' and self.text != taken:
            self._become('typing')
        self._on_change()

    async def keep_mine(self) -> None:
        """Saves the text over what somebody else saved; only after the person saw both."""
        if self.theirs is not None:
            self.stored, self.theirs = self.theirs, None
        await self.take()

    async def take_theirs(self) -> None:
        """Goes on with what somebody else saved."""
        if self.theirs is not None:
            self.stored, self.theirs = self.theirs, None
            self.graph, self.text = self.stored.graph, graph_text(self.stored)
            await self.check()
            self._become('saved')

    def took(self, workflow: Workflow) -> None:
        """Notes that the workflow was stored on another road (renamed, published) from this very draft."""
        self.stored = workflow
        self._on_change()

    def _read(self, text: str) -> bool:
        try:
            self.graph = read_graph(text)
        except InvalidError as error:
            self._become('broken', error)
            return False
        return True

    async def _save(self, text: str) -> None:
        if self.theirs is not None:
            self._become('stale', self.fault)
            return
        if self.graph == self.stored.graph and text == graph_text(self.stored):
            self._become('saved')
            return
        self._become('saving')
        try:
            changed = self.stored.model_copy(update={'graph': self.graph, 'source': text})
            self.stored = await self._orchestrator.workflows.save(changed)
        except StaleError as error:
            self.theirs = error.current if isinstance(error.current, Workflow) else None
            self._become('stale', error)
        except OrchestratorError as error:
            self._become('failed', error)
        else:
            self._become('saved')

    def _become(self, state: State, fault: OrchestratorError | None = None) -> None:
        self.state, self.fault = state, fault
        self._on_change()
