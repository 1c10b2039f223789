"""One walk along a run: from the claim to its end, to a wait, or to the moment the app stops."""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

from core.engine.attempts import Attempts, failure
from core.engine.beginner import Beginner, Beginning
from core.engine.plan import Plan, Planned
from core.engine.recovery import Again, Ask, GiveUp, Resume, is_due, reopen
from core.engine.results import Results
from core.engine.scheduling import Decision, Frontier, Skip, Start
from core.engine.surroundings import Surroundings
from core.runs import events as e
from core.runs.doorbell import ALL_RUNS
from core.runs.earlier import Earlier
from core.runs.run import Run
from core.runs.state import RunState, StepState


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run that is not in the journal yet, and the event that it begins with."""

    run: Run
    created: e.RunCreated


@dataclass(slots=True)
class _Letter:
    """Events for the journal, and whom to tell when they are there; an empty one is a knock."""

    events: Sequence[e.RunEvent] = ()
    sent: asyncio.Future[None] | None = None


@dataclass(slots=True)
class _Turn:
    """What one turn of the walk will append, and the attempts to make once it is appended."""

    events: list[e.RunEvent] = field(default_factory=list)
    attempts: list[Attempts] = field(default_factory=list)


class Walk:
    """Takes steps until nothing is left to do.

    Only the walk writes to the journal: step tasks post letters, and all letters that have gathered are one append,
    together with the starts that follow from them. So a chain costs one commit a node, and what a step depends on is
    always committed before it starts. First `open` it, then let it `go`.
    """

    def __init__(
        self,
        run_id: str,
        plan: Plan,
        state: RunState,
        around: Surroundings,
        *,
        earlier: Earlier | None = None,
        new: NewRun | None = None,
    ) -> None:
        self.state = state
        self.wake_at: datetime | None = None
        """When to take the run up again, once the walk has ended in a wait."""
        self._run_id = run_id
        self._plan = plan
        self._around = around
        self._epoch = state.epoch + 1
        self._new = new
        self._results = Results(plan, state)
        self._beginner = Beginner(
            run_id=run_id, results=self._results, around=around, earlier=earlier or Earlier(), post=self._post
        )
        self._frontier = Frontier(plan)
        self._mail: asyncio.Queue[_Letter] = asyncio.Queue()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._waits = {path for path, step in state.steps.items() if step.status == 'waiting'}
        self._decisions: deque[Decision] = deque()
        self._turn = _Turn()
        self._heard = state.seq
        self._over = False
        self._draining = False

    def knock(self) -> None:
        """Tells the walk that somebody else wrote to its journal."""
        self._mail.put_nowait(_Letter())

    def drain(self) -> None:
        """Starts nothing more and ends when the running steps have ended; the next executor goes on from there."""
        self._draining = True
        self.knock()

    @property
    def unread(self) -> bool:
        return not self._mail.empty()

    async def open(self) -> None:
        """Claims the run, or creates it, and goes on from the state as the journal has it; raises as `go` does."""
        self._open()
        await self._commit()

    async def go(self) -> None:
        """Walks; raises FencedError or StorageError when it may not or cannot write any more."""
        try:
            async with asyncio.TaskGroup() as group:
                await self._go(group)
                for task in self._tasks.values():
                    task.cancel()
        except ExceptionGroup as faults:  # of one: step tasks keep theirs to themselves
            raise faults.exceptions[0] from None
        finally:
            self._around.live.end_run(self._run_id)

    async def _go(self, group: asyncio.TaskGroup) -> None:
        self._launch(group)
        while not self._over:
            await self._take(await self._next_letters())
            self._launch(group)

    # Turns

    def _open(self) -> None:
        self._note(e.RunStarted(at=self._now(), epoch=self._epoch, seq=self.state.seq + 1))
        if self.state.cancel_requested:
            self._cancel()
            return
        decisions = self._frontier.begin()
        for step in [step for step in self.state.steps.values() if step.settled]:
            decisions += self._frontier.settle(step.node, step.handles)
        for reopened in reopen(self._plan, self.state, self._now()):
            self._carry_on(reopened)
        self._follow(decision for decision in decisions if decision.planned.node.id not in self.state.steps)
        if self._new is not None:
            self._compute_first()
        self._end_if_done()

    def _compute_first(self) -> None:
        """Has steps of a new run that depend on nothing and only compute done in the commit that creates it.

        Should the process die of one, there is no run yet that could be stuck at it.
        """
        first, self._turn.attempts = self._turn.attempts, []
        for attempts in first:
            depends = self._plan.graph.edges_into[attempts.planned.node.id]
            if not depends and (outcome := attempts.at_once()) is not None:
                self._note(outcome)
            else:
                self._turn.attempts.append(attempts)

    async def _take(self, letters: Sequence[_Letter]) -> None:
        """Takes the letters in, decides what follows, and commits both together."""
        for letter in letters:
            for event in letter.events:
                self._note(event)
        if any(not letter.events for letter in letters):
            await self._hear()
        self._wake_due()
        self._end_if_done()
        await self._commit()
        for letter in letters:
            if letter.sent is not None and not letter.sent.done():
                letter.sent.set_result(None)

    async def _next_letters(self) -> list[_Letter]:
        """All letters that have gathered; none when it is time for a step that waits."""
        letters: list[_Letter] = []
        try:
            if self._mail.empty():
                async with asyncio.timeout(self._until_next_wake()):
                    letters.append(await self._mail.get())
        except TimeoutError:
            return []
        while not self._mail.empty():
            letters.append(self._mail.get_nowait())
        return letters

    async def _commit(self) -> None:
        events, self._turn.events = self._turn.events, []
        if not events:
            return
        if self._new is not None:
            appended = await self._around.journal.create(self._new.run, self._new.created, events)
            self._new = None
        else:
            epoch = None if isinstance(events[0], e.RunStarted) else self._epoch  # the first append claims the run
            appended = await self._around.journal.append(self._run_id, events, epoch=epoch)
        self.state.seq = appended[-1].seq
        self._tell(appended)

    def _launch(self, group: asyncio.TaskGroup) -> None:
        """Makes the attempts that the last commit was for; what only computes needs no task."""
        ready, self._turn.attempts = self._turn.attempts, []
        for attempts in ready if not self._over else ():
            if (outcome := attempts.at_once()) is not None:
                self._mail.put_nowait(_Letter([outcome]))
            else:
                path = attempts.context.path
                self._tasks[path] = group.create_task(attempts.run(), name=path)

    def _tell(self, appended: Iterable[e.RunEvent]) -> None:
        for event in appended:
            if isinstance(event, e.StepEvent) and self.state.steps[event.path].status != 'running':
                self._around.live.end(self._run_id, event.path)
            if isinstance(event, e.RunStarted | e.RunWaiting) or event.ends_run:
                self._around.doorbell.ring(ALL_RUNS)
        self._around.doorbell.ring(self._run_id)

    async def _hear(self) -> None:
        """Takes in what others wrote: answers, decisions, the wish to cancel."""
        for event in await self._around.journal.read(self._run_id, self._heard):
            self._heard = event.seq
            match event:
                case e.CancelRequested():
                    self.state.apply(event)
                    self._cancel()
                case e.ApprovalDecided() | e.UnknownResolved():
                    self.state.apply(event)
                    self._answered(self.state.steps[event.path])
                case _:
                    pass

    # What follows from what

    def _note(self, event: e.RunEvent) -> None:
        """Takes an event into the state, and everything that follows from it into this turn."""
        if self._over:
            return
        self.state.apply(event)
        self._turn.events.append(event)
        match event:
            case e.StepCompleted() | e.StepReused() | e.StepFailed(handled=True):
                self._settled(event.path, event.handles)
            case e.StepFailed():
                self._tasks.pop(event.path, None)
                self._fail(event)
            case e.StepWaiting():
                self._tasks.pop(event.path, None)
                self._waits.add(event.path)
            case e.StepUnknown():
                self._tasks.pop(event.path, None)
            case _:
                pass

    def _settled(self, path: str, handles: tuple[str, ...]) -> None:
        self._tasks.pop(path, None)
        self._waits.discard(path)
        self._follow(self._frontier.settle(self.state.steps[path].node, handles))

    def _follow(self, decisions: Iterable[Decision]) -> None:
        """Acts on them, and then on what follows from them at once: a chain must not recurse as deep as it is long."""
        following = bool(self._decisions)
        self._decisions.extend(decisions)
        while self._decisions and not following:
            self._act_on(self._decisions[0])
            self._decisions.popleft()

    def _act_on(self, decision: Decision) -> None:
        match decision:
            case Skip(planned, reason):
                self._note(e.StepSkipped(at=self._now(), path=planned.node.id, node=planned.node.id, reason=reason))
            case Start(planned):
                if not self._draining:
                    self._start(planned)
            case _:
                assert_never(decision)

    def _carry_on(self, reopened: Again | Resume | Ask | GiveUp) -> None:
        match reopened:
            case Again(planned, step) if step.retry_at is not None:
                self._start(planned, not_before=step.retry_at)
            case Again(planned):
                self._start(planned)
            case Resume(planned, step):
                self._attempt(planned, step)
            case Ask(step):
                self._note(e.StepUnknown(at=self._now(), path=step.path))
            case GiveUp(planned, step):
                error = f'The app ended {step.attempt} times while this step ran; it is taken for the cause.'
                self._note(failure(planned, error, self._now()))
            case _:
                assert_never(reopened)

    def _answered(self, step: StepState) -> None:
        if step.settled:
            self._settled(step.path, step.handles)
        elif step.status == 'pending':
            self._start(self._plan.nodes[step.node])

    def _wake_due(self) -> None:
        due = [step for step in self._waiting() if is_due(step, self._now())]
        for step in due if not self._draining else ():
            self._attempt(self._plan.nodes[step.node], step)

    def _until_next_wake(self) -> float | None:
        """Seconds until a waiting step goes on by itself."""
        wake = None if self._draining else self._next_wake()
        return None if wake is None else max(0.0, (wake - self._now()).total_seconds())

    def _next_wake(self) -> datetime | None:
        return min((step.wait.until for step in self._waiting() if step.wait and step.wait.until), default=None)

    def _waiting(self) -> list[StepState]:
        return [self.state.steps[path] for path in self._waits]

    # Steps

    def _start(self, planned: Planned, *, not_before: datetime | None = None) -> None:
        self._begin(self._beginner.start(planned, not_before=not_before))

    def _attempt(self, planned: Planned, step: StepState) -> None:
        """Calls a step again that has waited; it was started before, so no new attempt is counted."""
        self._waits.discard(step.path)
        self._begin(self._beginner.resume(planned, step))

    def _begin(self, beginning: Beginning) -> None:
        if beginning.attempts is not None:
            self._turn.attempts.append(beginning.attempts)
        for event in beginning.events:
            self._note(event)

    async def _post(self, event: e.RunEvent, *, durable: bool = False) -> None:
        sent = asyncio.get_running_loop().create_future() if durable else None
        self._mail.put_nowait(_Letter([event], sent))
        if sent is not None:
            await sent

    # Ends

    def _end_if_done(self) -> None:
        if self._over or self._tasks or self._turn.attempts:
            return
        if self._draining:
            self._over = True
            return
        if any(not step.settled for step in self.state.steps.values()):
            self.wake_at = self._next_wake()
            self._end(e.RunWaiting(at=self._now(), until=self.wake_at))
        else:
            self._end(e.RunSucceeded(at=self._now(), output=self._results.output()))

    def _fail(self, failed: e.StepFailed) -> None:
        self._stop_steps()
        title = self._plan.nodes[self.state.steps[failed.path].node].node.title
        self._end(e.RunFailed(at=self._now(), error=f'{title}: {failed.error}', path=failed.path))

    def _cancel(self) -> None:
        if not self._over:
            self._stop_steps()
            self._end(e.RunCancelled(at=self._now()))

    def _stop_steps(self) -> None:
        for task in self._tasks.values():
            task.cancel()
        self._turn.attempts.clear()
        for step in list(self.state.steps.values()):
            if not step.settled:
                self._note(e.StepCancelled(at=self._now(), path=step.path))

    def _end(self, event: e.RunEvent) -> None:
        self._note(event)
        self._over = True

    def _now(self) -> datetime:
        return self._around.clock.now()
