"""A run as a page follows it: its state, kept up to date, and what its steps say while they run."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

from nicegui import Client, background_tasks, context

from core.drafts.draft import Draft
from core.errors import OrchestratorError
from core.nodes.graphs import IN, Graphs
from core.orchestrator import Orchestrator
from core.runs.fold import Fold
from core.runs.live import LiveStep
from core.runs.run import Run
from core.runs.state import StepState
from core.workflows.workflow import WorkflowVersion
from pages.components.status import StepShown, step_shown

AT_FIRST = 1_000
"""Events of a run that are read before its page is shown; what more there is comes while one looks at it."""

FRAME = 0.08
"""Seconds between two updates of a page, so that fast news comes in fewer, larger parts."""

LIST_FRAME = 0.5
"""Seconds between two updates of a list of runs."""

PATIENCE = 5.0
"""Seconds until a list that could not be read is read again."""

DRAWN = 3.0
"""Seconds after which a page is told more, though its browser has not said that it has done what it was told."""

PEACE = 0.5
"""Seconds for which, at most, a page is told no news when its browser took long for the last: as long as that took."""

UNCONNECTED = 60.0
"""Seconds after which a page is let go that no browser has connected to; a busy machine may take long to connect."""

log = logging.getLogger(__name__)

Changed = Callable[[set[str]], None]
"""Is called with the paths of the steps that changed; the empty path stands for the run itself."""


class FollowedRun:
    """One run on one page. What it tells is shared with other pages; pages draw it and never change it."""

    def __init__(self, fold: Fold, version: WorkflowVersion, graphs: Graphs, orchestrator: Orchestrator) -> None:
        self.state = fold.state
        self.nesting = fold.nesting
        self.logs, self.logs_of = fold.logs, fold.logs_of
        self.attempts = fold.attempts
        self.version = version
        self.graphs = graphs
        self.fault = ''
        """Why it is followed no more, if reading it failed."""
        self._fold = fold
        self._orchestrator = orchestrator
        self._listeners: list[Changed] = []
        self._shown: dict[str, tuple[int, int, str]] = {}
        self._seen = self.state.seq
        self._changed: set[str] = set()
        self._over = False
        self._news = asyncio.Event()

    # What there is to see

    @property
    def run(self) -> Run:
        """Its row, which is ahead of the rest while that is still being read."""
        return self._fold.run

    @property
    def ended(self) -> bool:
        """Whether it has, and all of it is told here."""
        return self._fold.ended

    @property
    def reading(self) -> str:
        """What is said while a long run is still being read; empty once all of it is told here."""
        return f'Reading what happened: {self.state.seq / self.run.seq:.0%}' if self._fold.behind else ''

    @property
    def stopping(self) -> bool:
        """Whether somebody asked it to stop and it has not yet."""
        return self.state.cancel_requested and not self.ended

    @property
    def now(self) -> datetime:
        return self._orchestrator.clock.now()

    @property
    def seconds(self) -> float | None:
        """How long it has taken so far; None before it started."""
        if self.run.started_at is None:
            return None
        return ((self.run.ended_at or self.now) - self.run.started_at).total_seconds()

    def step_seconds(self, step: StepState) -> float | None:
        """How long a step has taken so far, waits included; None before it started."""
        if step.started_at is None:
            return None
        end = step.ended_at or self.run.ended_at or self.now
        return max(0.0, (end - step.started_at).total_seconds())

    def shown(self, step: StepState) -> StepShown:
        """The status of a step as it is shown: while the whole run waits, what runs others waits with them."""
        waits = step.status == 'running' and self.state.status == 'waiting'
        return 'waiting' if waits else step_shown(step, ended=self.ended)

    def title(self, path: str) -> str:
        """What a step is called beside others; who speaks in a team is in no graph, but says its name."""
        step = self.state.steps.get(path)
        said = step.input.get('name') if step and not step.is_round and self.graphs.find(path) is None else None
        return str(said or self.graphs.title(path))

    def name(self, path: str) -> str:
        """What a step is called wherever it stands alone."""
        place = self.graphs.place(path)
        return self.graphs.name(path) if path.endswith(']') or not place else f'{place}{IN}{self.title(path)}'

    def live(self, path: str) -> LiveStep | None:
        """What the step says right now, if it is running in this process."""
        return self._orchestrator.live.steps(self.run.id).get(path)

    def live_inside(self, path: str) -> LiveStep | None:
        """What the latest of the steps inside this one says right now."""
        said = self._orchestrator.live.steps(self.run.id)
        return next((said[inside] for inside in reversed(said) if inside.startswith(f'{path}[')), None)

    def on_change(self, listener: Changed) -> None:
        """Calls the listener whenever something changed, at most twelve times a second, and no faster than is drawn."""
        self._listeners.append(listener)

    # Following

    async def follow(self, drawn: Callable[[], Awaitable[object]]) -> None:
        """Takes in what happens until the run has ended and the last of it has been shown.

        drawn: returns once the browser has taken in what it was told, so that a slow one is told less often.
        """
        try:
            async with asyncio.TaskGroup() as tasks:
                listening = tasks.create_task(self._listen())
                showing = tasks.create_task(self._show(drawn))
                try:
                    async for fold in self._orchestrator.follow(self.run.id):
                        self._take_in(fold)
                        await asyncio.sleep(0 if fold.behind else FRAME)
                finally:
                    self._over = True
                    listening.cancel()
                    showing.cancel()
        except* OrchestratorError as errors:
            self.fault = str(errors.exceptions[0])
            self._changed.add('')
        self._tell()

    def _take_in(self, fold: Fold) -> None:
        if fold.state.seq > self._seen:
            self._changed |= {'', *fold.changed_since(self._seen)}
            self._seen = fold.state.seq
            self._news.set()

    async def _listen(self) -> None:
        """Notes which steps say more than was shown; reads after listening, so that nothing slips in between."""
        live = self._orchestrator.live
        while True:
            bell = live.bell.listen(self.run.id)
            said = {p: (len(s.text), len(s.thinking), s.status) for p, s in live.steps(self.run.id).items()}
            more = {path for path, what in said.items() if self._shown.get(path) != what}
            self._shown = said
            if more:
                self._changed |= more
                self._news.set()
            await bell.wait()
            await asyncio.sleep(FRAME)

    async def _show(self, drawn: Callable[[], Awaitable[object]]) -> None:
        while not self._over:  # where a browser answers just then, Python 3.11's `wait_for` loses a cancellation
            await self._news.wait()
            self._news.clear()
            self._tell()
            began = asyncio.get_running_loop().time()
            await drawn()
            took = asyncio.get_running_loop().time() - began
            await asyncio.sleep(max(FRAME, min(took, PEACE)))

    def _tell(self) -> None:
        changed, self._changed = self._changed, set()
        for listener in self._listeners if changed else ():
            listener(changed)


async def follow(run_id: str, orchestrator: Orchestrator) -> FollowedRun:
    """The run as it is now, or how it began if that is long to read.

    It is then brought up to date, and kept so, until the page that asked for it is closed.
    """
    fold = await orchestrator.look(run_id, most=AT_FIRST)
    version = await orchestrator.version(fold.run.version_id)
    followed = FollowedRun(fold, version, await orchestrator.graphs(fold.state), orchestrator)
    if not followed.ended:
        drawn = partial(_drawn, context.client)
        while_open(partial(followed.follow, drawn))
    return followed


async def _drawn(client: Client) -> None:
    """Returns once the browser has done all that it was told; or is too slow to be waited for."""
    with suppress(TimeoutError):
        await client.run_javascript('true', timeout=DRAWN)


def follow_runs(orchestrator: Orchestrator, refresh: Callable[[], Awaitable[None]]) -> None:
    """Calls `refresh` whenever any run has changed its status, at most about twice a second, while the page is open."""

    async def watch() -> None:
        while True:
            try:
                async for _ in orchestrator.watch_runs():
                    await refresh()
                    await asyncio.sleep(LIST_FRAME)
                return
            except OrchestratorError as error:
                log.warning('The list of runs could not be read: %s Trying again in %.0f s.', error, PATIENCE)
                await asyncio.sleep(PATIENCE)

    while_open(watch)


def while_open(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Runs a coroutine function in the background from when the browser has connected until the page is closed.

    Whatever fetches a page without a browser (a health check, a link's preview) never connects, so nothing is begun.
    """
    client = context.client
    begun: list[asyncio.Task[None]] = []

    def begin() -> None:
        if not begun:  # a browser that connects again finds it running
            begun.append(background_tasks.create(work(), name=f'{work!r} for client {client.id}'))
            client.on_delete(begun[0].cancel)

    if client.has_socket_connection:
        begin()
    else:
        client.on_connect(begin)


def follow_draft(draft: Draft, listener: Callable[[], None]) -> None:
    """Calls the listener whenever the draft changed, whoever did that, for as long as the page is open."""
    client = context.client

    def changed() -> None:
        with client:  # it may be another page's doing
            listener()

    client.on_delete(draft.on_change(changed))


def forget_unconnected() -> None:
    """Lets go of pages whose browser has not connected for a while, so that they take no memory."""
    Client.prune_instances(client_age_threshold=UNCONNECTED)
