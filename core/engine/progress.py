"""What follows from what in a run: decided at once from its state, without tasks and without storage."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import assert_never

from core.clock import Clock
from core.engine.attempts import Attempts, explained, failure, storable, words_of
from core.engine.beginner import Beginner, Beginning
from core.engine.frame import Body, Frame, Planner, frame_prefix
from core.engine.plan import Planned
from core.engine.recovery import Again, Ask, GiveUp, Reopened, Resume, is_due, reopen
from core.engine.scheduling import Decision, Skip, Start
from core.errors import StepError
from core.nodes.body import Round, Rounds
from core.nodes.node_type import Completed
from core.runs import events as e
from core.runs.state import RunState, StepState


@dataclass(slots=True)
class Turn:
    """What one turn of a walk appends to the journal, and what it then does."""

    events: list[e.RunEvent] = field(default_factory=list)
    attempts: list[Attempts] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    """The paths of steps whose attempts are over, or are to be cut off."""
    room: int = 0
    """How many steps that only compute may still be done in it, instead of being attempted after it."""


class Progress:
    """Takes in what happened, and gathers in `turn` what follows: events, attempts to make, attempts to cut off."""

    def __init__(self, run_id: str, state: RunState, beginner: Beginner, planner: Planner, clock: Clock) -> None:
        self.turn = Turn()
        self.over = False
        self.draining = False
        """Nothing more is started."""
        self.wake_at: datetime | None = None
        """When to take the run up again, once it is over in a wait."""
        self._run_id = run_id
        self._state = state
        self._beginner = beginner
        self._planner = planner
        self._clock = clock
        self._running: set[str] = set()
        """The steps of which attempts are under way."""
        self._waits = {path for path, step in state.steps.items() if step.status == 'waiting'}
        self._root = planner.root()
        self._frames = {'': self._root}
        self._bodies: dict[str, Body] = {}
        self._todo: deque[Callable[[], None]] = deque()
        self._doing = False

    # What is told from outside

    def open(self) -> None:
        """Goes on from the state as it is."""
        if self._state.cancel_requested:
            self.cancel()
        else:
            self._then(partial(self._enter, self._root))

    def note(self, event: e.RunEvent) -> None:
        """Takes an event into the state, and everything that follows from it into this turn."""
        if not self.over and not self._comes_late(event):
            self._take_in(event)

    def _take_in(self, event: e.RunEvent) -> None:
        self._record(event)
        match event:
            case e.StepCompleted() | e.StepReused() | e.StepFailed(handled=True):
                self._settled(event.path, event.handles)
            case e.StepFailed():
                self._rest(event.path)
                self._failed(event)
            case e.StepWaiting():
                self._rest(event.path)
                self._waits.add(event.path)
            case e.StepUnknown():
                self._rest(event.path)
            case _:
                pass

    def hear(self, event: e.RunEvent) -> None:
        """Takes in what somebody else wrote into the journal."""
        match event:
            case e.CancelRequested():
                self._state.apply(event)
                self.cancel()
            case e.ApprovalDecided() | e.UnknownResolved():
                self._state.apply(event)
                self._answered(self._state.steps[event.path])
            case _:
                pass

    def wake_due(self) -> None:
        """Goes on with the steps whose time has come."""
        due = [step for step in self._waiting() if is_due(step, self._now())]
        for step in due if not self.draining else ():
            frame = self._frame_of(step.path)
            self._resume(frame.plan.nodes[step.node], frame, step)

    def next_wake(self) -> datetime | None:
        """When a waiting step goes on by itself."""
        times = (step.wait.until for step in self._waiting() if step.wait and step.wait.until)
        return None if self.draining else min(times, default=None)

    def end_if_done(self) -> None:
        """Ends the run, or leaves it waiting, where nothing is under way."""
        if self.over or self._running:
            return
        if self.draining:
            self.over = True
        elif any(not step.settled for step in self._state.steps.values()):
            self.wake_at = self.next_wake()
            self._end(e.RunWaiting(at=self._now(), until=self.wake_at))
        else:
            self._end(e.RunSucceeded(at=self._now(), output=self._root.results.output()))

    def cancel(self) -> None:
        if not self.over:
            self._stop_inside('')
            self._end(e.RunCancelled(at=self._now()))

    # Graphs

    def _enter(self, frame: Frame) -> None:
        """Starts what can start in a graph, or goes on where an earlier executor left it."""
        steps = self._state.steps
        known = [
            (planned, steps[path]) for planned in frame.plan.nodes.values() if (path := frame.path_of(planned)) in steps
        ]
        decisions = frame.frontier.begin()
        for planned, step in known:
            if step.settled:
                decisions += frame.frontier.settle(planned.node.id, step.handles)
        for planned, step in known:
            if planned.has_rounds and step.status == 'running':
                self._then(partial(self._open_body_again, planned, frame, step))
            elif (reopened := reopen(planned, step, self._now())) is not None:
                self._carry_on(reopened, frame)
        self._follow(frame, [each for each in decisions if frame.path_of(each.planned) not in steps])

    def _settled(self, path: str, handles: tuple[str, ...]) -> None:
        self._rest(path)
        self._waits.discard(path)
        frame = self._frame_of(path)
        self._follow(frame, frame.frontier.settle(self._state.steps[path].node, handles))

    def _follow(self, frame: Frame, decisions: Iterable[Decision]) -> None:
        self._then(*[partial(self._act_on, frame, decision) for decision in decisions])
        if frame.body is not None:
            self._then(partial(self._end_round_if_done, frame, frame.body))

    def _then(self, *what: Callable[[], None]) -> None:
        """Does it, after what is to be done before: a chain must not recurse as deep as it is long."""
        self._todo.extend(what)
        if self._doing:
            return
        self._doing = True
        try:
            while self._todo:
                self._todo.popleft()()
        finally:
            self._doing = False

    def _act_on(self, frame: Frame, decision: Decision) -> None:
        if self.over or self._is_gone(frame):
            return
        match decision:
            case Skip(planned, reason):
                path = frame.path_of(planned)
                self.note(e.StepSkipped(at=self._now(), path=path, node=planned.node.id, reason=reason))
            case Start(planned):
                if not self.draining:
                    self._start(planned, frame)
            case _:
                assert_never(decision)

    def _carry_on(self, reopened: Reopened, frame: Frame) -> None:
        match reopened:
            case Again(planned, step) if step.retry_at is not None:
                self._start(planned, frame, not_before=step.retry_at)
            case Again(planned):
                self._start(planned, frame)
            case Resume(planned, step):
                self._resume(planned, frame, step)
            case Ask(step):
                self.note(e.StepUnknown(at=self._now(), path=step.path))
            case GiveUp(planned, step):
                error = f'The app ended {step.attempt} times while this step ran; it is taken for the cause.'
                self.note(failure(planned, step.path, error, self._now()))
            case _:
                assert_never(reopened)

    def _answered(self, step: StepState) -> None:
        frame = self._frames.get(frame_prefix(step.path))
        if frame is None:  # what it was a part of has ended meanwhile
            return
        if step.settled:
            self._settled(step.path, step.handles)
        elif step.status == 'pending':
            self._start(frame.plan.nodes[step.node], frame)

    # Steps

    def _start(self, planned: Planned, frame: Frame, *, not_before: datetime | None = None) -> None:
        beginning = self._beginner.start(planned, frame, not_before=not_before)
        self._begin(beginning)
        if beginning.rounds is not None:
            self._open_body(planned, frame, beginning.rounds)

    def _resume(self, planned: Planned, frame: Frame, step: StepState) -> None:
        """Calls a step again that has waited; it was started before, so no new attempt is counted."""
        self._waits.discard(step.path)
        self._begin(self._beginner.resume(planned, frame, step))

    def _begin(self, beginning: Beginning) -> None:
        for event in beginning.events:
            self.note(event)
        if (attempts := beginning.attempts) is not None:
            if self.turn.room and attempts.computes:
                self.turn.room -= 1
                for event in attempts.whole():
                    self._take_in(event)
            else:
                self._attempt(attempts)

    def _attempt(self, attempts: Attempts) -> None:
        self.turn.attempts.append(attempts)
        self._running.add(attempts.context.path)
        if attempts.not_before is None:
            self.note(attempts.started())

    def _waiting(self) -> list[StepState]:
        return [self._state.steps[path] for path in self._waits]

    def _rest(self, path: str) -> None:
        """No attempt at the step is under way any more."""
        if path in self._running:
            self._running.discard(path)
            self.turn.ended.append(path)

    # Bodies

    def _open_body_again(self, planned: Planned, frame: Frame, step: StepState) -> None:
        try:
            rounds = self._beginner.rounds_of(planned, frame, step)
        except StepError as error:
            self.note(failure(planned, step.path, words_of(error), self._now()))
        else:
            self._open_body(planned, frame, rounds)

    def _open_body(self, planned: Planned, frame: Frame, rounds: Rounds) -> None:
        body = Body(planned=planned, frame=frame, rounds=rounds)
        self._bodies[body.path] = body
        self._then(partial(self._advance, body))

    def _advance(self, body: Body) -> None:
        """Starts the rounds that may start, or ends the step that they belong to."""
        if self._bodies.get(body.path) is not body:
            return
        try:
            outcome = self._outcome(body)
        except StepError as error:
            outcome = failure(body.planned, body.path, words_of(error), self._now())
        if outcome is not None:
            self._stop_inside(f'{body.path}[')
            del self._bodies[body.path]
            self.note(outcome)

    def _outcome(self, body: Body) -> e.RunEvent | None:
        completed = self._next_rounds(body)
        if completed is None:
            return None
        return storable(
            e.StepCompleted(at=self._now(), path=body.path, output=completed.output, handles=completed.handles)
        )

    def _next_rounds(self, body: Body) -> Completed | None:
        """The step's result, or None while rounds are under way; StepError where there is neither."""
        try:
            while (completed := body.result()) is None and not self.draining:
                ended = [self._take_up(body, each) for each in body.rounds.ready()]
                if not any(ended):
                    break
        except Exception as error:
            raise explained(error, body.path, self._run_id) from error
        if completed is None and not body.running and not self.draining:
            raise StepError('Its node type gave neither a round nor a result.')
        return completed

    def _take_up(self, body: Body, this: Round) -> bool:
        """Starts a round or goes on with it; whether it had ended before."""
        path, now = body.round_path(this.index), self._now()
        step = self._state.steps.get(path)
        if step is not None and step.settled:
            body.end(this.index, step.output, step.error)
            return True
        frame = self._planner.round(body, this)
        if step is None:
            self._record(e.StepStarted(at=now, path=path, node=body.planned.node.id, input=dict(this.names)))
        body.running.add(this.index)
        self._frames[frame.prefix] = frame
        self._then(partial(self._enter, frame))
        return False

    def _end_round_if_done(self, frame: Frame, body: Body) -> None:
        if not self._is_gone(frame) and frame.frontier.done:
            output = frame.results.last()
            self._end_round(frame, body, e.StepCompleted(at=self._now(), path=frame.path, output=output, handles=()))

    def _failed(self, failed: e.StepFailed) -> None:
        """Ends the round that the step belongs to, or the run."""
        frame = self._frame_of(failed.path)
        title = frame.plan.nodes[self._state.steps[failed.path].node].title
        error = f'{title}: {failed.error}'
        if frame.body is None:
            self._stop_inside('')
            self._end(e.RunFailed(at=self._now(), error=error, path=failed.path))
        else:
            self._stop_inside(frame.prefix)
            self._end_round(frame, frame.body, e.StepFailed(at=self._now(), path=frame.path, error=error))

    def _end_round(self, frame: Frame, body: Body, ended: e.StepCompleted | e.StepFailed) -> None:
        self._frames.pop(frame.prefix, None)
        self._record(ended)
        body.end(frame.index, ended.output, ended.error if isinstance(ended, e.StepFailed) else '')
        self._then(partial(self._advance, body))

    def _frame_of(self, path: str) -> Frame:
        return self._frames[frame_prefix(path)]

    def _is_gone(self, frame: Frame) -> bool:
        """Whether what the graph is a part of has ended meanwhile."""
        return self._frames.get(frame.prefix) is not frame

    # Ends

    def _stop_inside(self, prefix: str) -> None:
        """Stops all steps whose paths begin so."""
        for path in [path for path in self._running if path.startswith(prefix)]:
            self._rest(path)
        self.turn.attempts = [each for each in self.turn.attempts if not each.context.path.startswith(prefix)]
        self._waits = {path for path in self._waits if not path.startswith(prefix)}
        for gone in [each for each in self._frames if each.startswith(prefix) and each]:
            del self._frames[gone]
        for gone in [each for each in self._bodies if each.startswith(prefix)]:
            del self._bodies[gone]
        for step in list(self._state.steps.values()):
            if not step.settled and step.path.startswith(prefix):
                self._record(e.StepCancelled(at=self._now(), path=step.path))

    def _end(self, event: e.RunEvent) -> None:
        self._record(event)
        self.over = True

    def _record(self, event: e.RunEvent) -> None:
        event.number(self._state.seq + 1)  # a guess, mostly right, which spares the journal a copy
        self._state.apply(event)
        self.turn.events.append(event)

    def _comes_late(self, event: e.RunEvent) -> bool:
        """Whether it is of an attempt that was cut off; what its calls have cost counts all the same."""
        if not isinstance(event, e.StepEvent):
            return False
        step = self._state.steps.get(event.path)
        cut_off = frame_prefix(event.path) not in self._frames or (step is not None and step.settled)
        return cut_off and not isinstance(event, e.ModelCalled | e.ToolStarted | e.ToolCalled)

    def _now(self) -> datetime:
        return self._clock.now()
