"""One walk along a run: from the claim to its end, to a wait, or to the moment the app stops."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.engine.beginner import Beginner
from core.engine.frame import Planner
from core.engine.mail import Letter, Mailbox
from core.engine.plan import Plan
from core.engine.progress import Progress
from core.engine.surroundings import Surroundings
from core.runs import events as e
from core.runs.doorbell import ALL_RUNS
from core.runs.earlier import Earlier
from core.runs.run import Run
from core.runs.state import RunState
from core.workflows.workflow import WorkflowVersion

OF_THE_RUN = e.RunStarted | e.RunWaiting | e.RunSucceeded | e.RunFailed | e.RunCancelled
"""What changes the status of a run."""

TOGETHER = 50
"""Steps that only compute and share a commit, at most."""


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run that is not in the journal yet, and the event that it begins with."""

    run: Run
    created: e.RunCreated
    again: bool
    """Whether it is created again, under the same id, should the process die before it is in the journal."""


class Walk:
    """Takes steps until nothing is left to do.

    Only the walk writes to the journal: step tasks post letters, and all letters that have gathered are one append,
    together with the starts that follow from them. So a chain costs one commit a node, and what a step depends on is
    always committed before it starts. Only steps that compute, one after the other, share a commit: done again after a
    crash, they give the same. First `open` it, then let it `go`.
    """

    def __init__(
        self,
        run_id: str,
        plan: Plan,
        state: RunState,
        around: Surroundings,
        *,
        earlier: Earlier | None = None,
        workflows: Mapping[str, WorkflowVersion] | None = None,
        new: NewRun | None = None,
    ) -> None:
        """`workflows` are those that the run has inside it, by their ids."""
        self.state = state
        self._run_id = run_id
        self._around = around
        self._epoch = state.epoch + 1
        self._new = new
        self._mail = Mailbox()
        beginner = Beginner(
            run_id=run_id,
            state=state,
            around=around,
            earlier=earlier or Earlier(),
            workflows=workflows or {},
            post=self._mail.post,
        )
        planner = Planner(plan, state, around.node_types)
        self._progress = Progress(run_id, state, beginner, planner, around.clock)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._heard = state.seq
        self._careful = any(step.status == 'running' for step in state.steps.values())
        """After a crash, which may be the fault of a step that computes: each is committed before it begins."""

    def knock(self) -> None:
        """Tells the walk that somebody else wrote to its journal."""
        self._mail.put(Letter())

    def drain(self) -> None:
        """Starts nothing more and ends when the running steps have ended; the next executor goes on from there."""
        self._progress.draining = True
        self.knock()

    @property
    def wake_at(self) -> datetime | None:
        """When to take the run up again, once the walk has ended in a wait."""
        return self._progress.wake_at

    @property
    def unread(self) -> bool:
        return not self._mail.empty

    async def open(self) -> None:
        """Claims the run, or creates it, and goes on from the state as the journal has it; raises as `go` does."""
        self._open()
        await self._commit()

    async def go(self) -> None:
        """Walks; raises FencedError or StorageError when it may not or cannot write any more."""
        if self._progress.over:  # as it is opened, where it only computes
            return
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
        while not self._progress.over:
            await self._take(await self._mail.take(within=self._until_next_wake()))
            self._launch(group)

    # Turns

    def _open(self) -> None:
        self._progress.note(e.RunStarted(at=self._around.clock.now(), epoch=self._epoch))
        if self._new is not None and not self._new.again:  # should the process die of a step, no run is stuck at it
            self._progress.turn.room = TOGETHER
        self._progress.open()
        self._progress.end_if_done()

    async def _take(self, letters: Sequence[Letter]) -> None:
        """Takes the letters in, decides what follows, and commits both together."""
        if self._note(letters):
            await asyncio.sleep(0)  # who goes on now may end at once: that is in the same commit
            more = self._mail.rest()
            self._note(more)
            letters = [*letters, *more]
        progress = self._progress
        if any(not letter.events for letter in letters):
            await self._hear()
        progress.wake_due()
        progress.end_if_done()
        self._cut_off()
        await self._commit()
        for letter in letters:
            letter.tell('durable')

    def _note(self, letters: Sequence[Letter]) -> bool:
        """Takes the letters in; whether somebody waited only for that."""
        computed = all(letter.computed for letter in letters)
        self._progress.turn.room = TOGETHER if computed and not self._careful else 0
        for letter in letters:
            for event in letter.events:
                self._progress.note(event)
        going_on = [letter for letter in letters if letter.tell('noted')]
        return bool(going_on)

    def _cut_off(self) -> None:
        """Ends the attempts that are over, if they do not end by themselves."""
        ended, self._progress.turn.ended = self._progress.turn.ended, []
        for path in ended:
            if (task := self._tasks.pop(path, None)) is not None:
                task.cancel()

    async def _commit(self) -> None:
        turn = self._progress.turn
        events, turn.events = turn.events, []
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
        turn = self._progress.turn
        ready, turn.attempts = turn.attempts, []
        for attempts in ready if not self._progress.over else ():
            if attempts.computes:
                self._mail.put(Letter([attempts.compute()], computed=True))
            else:
                path = attempts.context.path
                self._tasks[path] = group.create_task(attempts.run(), name=path)

    def _tell(self, appended: Iterable[e.RunEvent]) -> None:
        live, steps = self._around.live, self.state.steps
        for path in [*live.steps(self._run_id)]:
            if path not in steps or steps[path].status != 'running':
                live.end(self._run_id, path)
        if any(isinstance(event, OF_THE_RUN) for event in appended):
            self._around.doorbell.ring(ALL_RUNS)
        self._around.doorbell.ring(self._run_id)

    async def _hear(self) -> None:
        """Takes in what others wrote: answers, decisions, the wish to cancel."""
        for event in await self._around.journal.read(self._run_id, self._heard):
            self._heard = event.seq
            self._progress.hear(event)

    def _until_next_wake(self) -> float | None:
        """Seconds until a waiting step goes on by itself."""
        wake = self._progress.next_wake()
        return None if wake is None else max(0.0, (wake - self._around.clock.now()).total_seconds())
