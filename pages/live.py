"""A run as a page follows it: its state, kept up to date, and what its steps say while they run."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from typing import Any

from nicegui import Client, background_tasks, context

from core.drafts.draft import Draft
from core.errors import OrchestratorError
from core.nodes.graphs import IN, Graphs
from core.orchestrator import Orchestrator
from core.runs.events import AttemptFailed, Logged, RunEvent, StepEvent
from core.runs.live import LiveStep
from core.runs.nesting import Nesting
from core.runs.run import ENDED, Run
from core.runs.state import RunState, StepState
from core.workflows.workflow import WorkflowVersion
from pages.components.status import StepShown, step_shown

FRAME = 0.08
"""Seconds between two updates of a page, so that fast news comes in fewer, larger parts."""

LIST_FRAME = 0.5
"""Seconds between two updates of a list of runs."""

PATIENCE = 5.0
"""Seconds until a list that could not be read is read again."""

UNCONNECTED = 20.0
"""Seconds after which a page is let go that no browser has connected to."""

log = logging.getLogger(__name__)

Changed = Callable[[set[str]], None]
"""Is called with the paths of the steps that changed; the empty path stands for the run itself."""


class FollowedRun:
    """One run on one page. `state` is the fold of the journal; pages draw it and never change it."""

    def __init__(
        self, run: Run, state: RunState, version: WorkflowVersion, graphs: Graphs, orchestrator: Orchestrator
    ) -> None:
        self.run = run
        self.state = state
        self.version = version
        self.graphs = graphs
        self.nesting = Nesting(state.steps.values())
        self.logs: list[Logged] = []
        self.attempts: dict[str, list[AttemptFailed]] = {}
        """The attempts that failed, by the step's path."""
        self.fault = ''
        """Why it is followed no more, if reading it failed."""
        self._orchestrator = orchestrator
        self._listeners: list[Changed] = []
        self._shown: dict[str, tuple[int, int, str]] = {}
        self._changed: set[str] = set()
        self._news = asyncio.Event()

    # What there is to see

    @property
    def ended(self) -> bool:
        return self.state.status in ENDED

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
        if self.state.started_at is None:
            return None
        return ((self.state.ended_at or self.now) - self.state.started_at).total_seconds()

    def step_seconds(self, step: StepState) -> float | None:
        """How long a step has taken so far, waits included; None before it started."""
        if step.started_at is None:
            return None
        end = step.ended_at or self.state.ended_at or self.now
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
        """Calls the listener whenever something changed, at most about twelve times a second."""
        self._listeners.append(listener)

    # Following

    async def follow(self) -> None:
        """Takes in what happens until the run has ended and the last of it has been shown."""
        try:
            async with asyncio.TaskGroup() as tasks:
                listening = tasks.create_task(self._listen())
                showing = tasks.create_task(self._show())
                async for event in self._orchestrator.watch(self.run.id, after=self.state.seq):
                    self._take(event)
                listening.cancel()
                showing.cancel()
        except* OrchestratorError as errors:
            self.fault = str(errors.exceptions[0])
            self._changed.add('')
        self._tell()

    def _take(self, event: RunEvent) -> None:
        self.state.apply(event)
        if isinstance(event, StepEvent):
            self.nesting.note(self.state.steps[event.path])
        self.run = self.run.after(event)
        self.remember(event)
        self._changed |= {'', getattr(event, 'path', None) or ''}
        self._news.set()

    def remember(self, event: RunEvent) -> None:
        """Keeps what the fold leaves out: log lines and failed attempts."""
        match event:
            case Logged():
                self.logs.append(event)
            case AttemptFailed():
                self.attempts.setdefault(event.path, []).append(event)
            case _:
                pass

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

    async def _show(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            self._tell()
            await asyncio.sleep(FRAME)

    def _tell(self) -> None:
        changed, self._changed = self._changed, set()
        for listener in self._listeners if changed else ():
            listener(changed)


async def follow(run_id: str, orchestrator: Orchestrator) -> FollowedRun:
    """The run as it is now; it then stays up to date until the page that asked for it is closed."""
    run = await orchestrator.run(run_id)
    events = await orchestrator.journal.read(run_id)
    for event in events:
        run = run.after(event) if event.seq > run.seq else run
    state, version = RunState.of(events), await orchestrator.version(run.version_id)
    followed = FollowedRun(run, state, version, await orchestrator.graphs(state), orchestrator)
    for event in events:
        followed.remember(event)
    if not followed.ended:
        while_open(followed.follow)
    return followed


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
