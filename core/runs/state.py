"""What a run has come to: the fold of its events, the same code for executor, recovery, pages and tests."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, assert_never

from core.agents.agent import Agent
from core.llm.usage import Usage
from core.runs import events as e
from core.runs.run import RunStatus
from core.teams.team import Team
from core.tools.tool import Effects

StepStatus = Literal['pending', 'running', 'waiting', 'succeeded', 'failed', 'skipped', 'cancelled', 'unknown']

NOTHING = Usage()

SETTLED: frozenset[StepStatus] = frozenset({'succeeded', 'failed', 'skipped', 'cancelled'})


@dataclass(kw_only=True, slots=True)
class ToolUse:
    """One call of a tool by an agent."""

    call_id: str
    name: str
    arguments: dict[str, Any] = field(default_factory=dict)
    effects: Effects = 'none'
    started_at: datetime | None = None
    """None where it was never called, but refused or wrong."""
    result: e.ToolCalled | None = None

    @property
    def unknown(self) -> bool:
        """Whether it may have acted on the world, and nobody knows."""
        return self.result is None and self.effects == 'external'


@dataclass(kw_only=True, slots=True)
class StepState:
    """One step so far."""

    path: str
    node: str
    status: StepStatus = 'pending'
    attempt: int = 0
    failures: int = 0
    """Attempts that ended in an error and are tried again; those cut off by a crash are not among them."""
    input: dict[str, Any] = field(default_factory=dict)
    output: dict[str, Any] = field(default_factory=dict)
    handles: tuple[str, ...] = ()
    """The output handles from which ways are open."""
    error: str = ''
    reason: str = ''
    started_at: datetime | None = None
    ended_at: datetime | None = None
    retry_at: datetime | None = None
    rounds: int | None = None
    """If it runs a body: how many rounds there are at most, where that is known."""
    wait: e.StepWaiting | None = None
    answer: e.ApprovalDecided | None = None
    calls: list[e.ModelCalled] = field(default_factory=list)
    summaries: list[e.ModelCalled] = field(default_factory=list)
    """Calls that put an earlier conversation in short."""
    tools: dict[str, ToolUse] = field(default_factory=dict)
    """By the id of the call, in their order."""
    decisions: dict[str, e.ApprovalDecided] = field(default_factory=dict)
    """What a person said to the calls that needed a word, by the id of the call."""
    usage: Usage = NOTHING
    fingerprint: str = ''
    not_run: e.NotRun | None = None
    """Why it has its result without having run; None: it ran, or has no result yet."""
    reused_from: str = ''
    """The earlier run that its result was taken over from."""

    def begin(self, event: e.StepStarted | e.StepCompleted) -> None:
        """An attempt began, as this event says."""
        self.status, self.attempt, self.input = 'running', event.attempt, event.input
        self.fingerprint, self.retry_at = event.fingerprint, None
        self.started_at = self.started_at or event.at

    def complete(self, event: e.StepCompleted) -> None:
        if event.node:
            self.begin(event)
        self.status, self.output, self.handles = 'succeeded', event.output, event.handles
        self.error, self.ended_at = '', event.at

    @property
    def settled(self) -> bool:
        return self.status in SETTLED

    @property
    def is_round(self) -> bool:
        """Whether it is one round of a step that runs a body: `each[3]`."""
        return self.path.endswith(']')

    @property
    def unknown_tool(self) -> ToolUse | None:
        """The first call of which nobody knows whether it happened."""
        return next((use for use in self.tools.values() if use.unknown), None)


@dataclass(kw_only=True, slots=True)
class RunState:
    """A run so far; `apply` is its only way to change."""

    status: RunStatus = 'queued'
    inputs: dict[str, Any] = field(default_factory=dict)
    agents: dict[str, Agent] = field(default_factory=dict)
    version_id: str = ''
    reuse_from: str | None = None
    reuse_also: tuple[str, ...] = ()
    steps: dict[str, StepState] = field(default_factory=dict)
    """By path, in the order in which they were first heard of."""
    output: dict[str, Any] = field(default_factory=dict)
    error: str = ''
    usage: Usage = NOTHING
    depth: int = 0
    teams: dict[str, Team] = field(default_factory=dict)
    workflows: dict[str, str] = field(default_factory=dict)
    """The versions of the workflows inside it, by the ids of the workflows."""
    lean: bool = field(default=False, compare=False)
    """Forgets the steps of a round that has its result: enough to go on, however many rounds there are."""
    seq: int = 0
    epoch: int = 0
    cancel_requested: bool = False
    created_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    _inside: dict[str, list[str]] = field(default_factory=dict, repr=False, compare=False)
    """If it is lean: the steps of each round, by the path of the round."""

    @classmethod
    def of(cls, events: Iterable[e.RunEvent]) -> 'RunState':
        state = cls()
        for event in events:
            state.apply(event)
        return state

    def step(self, path: str, *, node: str = '') -> StepState:
        if path not in self.steps:
            self.steps[path] = StepState(path=path, node=node or path)
            if self.lean and '].' in path:
                self._inside.setdefault(path[: path.rindex('].') + 1], []).append(path)
        return self.steps[path]

    def apply(self, event: e.RunEvent) -> None:
        """Takes the next event in."""
        self.seq = event.seq or self.seq
        if isinstance(event, e.StepEvent):
            if not self.lean or not self._is_forgotten(event.path):
                self._apply_to_step(event)
            elif isinstance(event, e.ModelCalled):
                self.usage = self.usage + event.usage
        else:
            self._apply_to_run(event)

    def _apply_to_run(self, event: e.RunEvent) -> None:
        match event:
            case e.RunCreated():
                self.inputs, self.agents, self.version_id = event.inputs, event.agents, event.version_id
                self.reuse_from, self.reuse_also, self.created_at = event.reuse_from, event.reuse_also, event.at
                self.depth, self.teams, self.workflows = event.depth, event.teams, event.workflows
            case e.RunStarted():
                self.status, self.epoch, self.started_at = 'running', event.epoch, self.started_at or event.at
            case e.RunWaiting():
                self.status = 'waiting'
            case e.CancelRequested():
                self.cancel_requested = True
                self._wake()
            case e.RunSucceeded():
                self.status, self.output, self.ended_at = 'succeeded', event.output, event.at
            case e.RunFailed():
                self.status, self.error, self.ended_at = 'failed', event.error, event.at
            case e.RunCancelled():
                self.status, self.ended_at = 'cancelled', event.at
            case _:
                pass

    def _apply_to_step(self, event: e.StepEvent) -> None:  # noqa: C901, PLR0912 - one case an event
        step = self.steps.get(event.path) or self.step(event.path, node=_node_of(event))
        match event:
            case e.StepStarted():
                step.begin(event)
                step.rounds = event.rounds
            case e.StepCompleted():
                step.complete(event)
                if self.lean and step.is_round:
                    self._forget_inside(step.path)
            case e.AttemptFailed():
                step.error, step.retry_at, step.failures = event.error, event.retry_at, step.failures + 1
            case e.ModelCalled() | e.ToolStarted() | e.ToolCalled():
                self._apply_call(step, event)
            case e.StepWaiting():
                step.status, step.wait, step.answer = 'waiting', event, None
            case e.ApprovalDecided():
                step.answer = event
                if step.wait and step.wait.approval and step.wait.approval.call_id:
                    step.decisions[step.wait.approval.call_id] = event
                self._wake()
            case e.StepReused():
                step.status, step.input, step.output, step.handles = (
                    'succeeded',
                    event.input,
                    event.output,
                    event.handles,
                )
                step.not_run, step.reused_from, step.fingerprint = event.why, event.run_id, event.fingerprint
                step.started_at = step.ended_at = event.at
            case e.StepFailed():
                step.status, step.error, step.ended_at = 'failed', event.error, event.at
                step.output, step.handles = event.output, event.handles
            case e.StepSkipped():
                step.status, step.reason, step.ended_at = 'skipped', event.reason, event.at
            case e.StepCancelled():
                step.status, step.ended_at = 'cancelled', event.at
            case e.StepUnknown():
                step.status = 'unknown'
            case e.UnknownResolved() if step.status == 'unknown':
                self._resolve(step, event)
                self._wake()
            case _:
                pass

    def _apply_call(self, step: StepState, event: e.ModelCalled | e.ToolStarted | e.ToolCalled) -> None:
        match event:
            case e.ModelCalled():
                (step.calls if event.summarises is None else step.summaries).append(event)
                step.usage = step.usage + event.usage
                self.usage = self.usage + event.usage
            case e.ToolStarted():
                step.tools[event.call_id] = ToolUse(
                    call_id=event.call_id,
                    name=event.name,
                    arguments=event.arguments,
                    effects=event.effects,
                    started_at=event.at,
                )
            case e.ToolCalled():
                never_called = ToolUse(call_id=event.call_id, name=event.name, arguments=event.arguments)
                step.tools.setdefault(event.call_id, never_called).result = event
            case _:
                assert_never(event)

    def _is_forgotten(self, path: str) -> bool:
        """Whether the step was in a round that has its result; its calls that were cut off may be told of later."""
        if path in self.steps or '].' not in path:
            return False
        around = self.steps.get(path[: path.rindex('].') + 1])
        return around is None or around.settled

    def _forget_inside(self, path: str) -> None:
        for inside in self._inside.pop(path, ()):
            self.steps.pop(inside, None)
            self._forget_inside(inside)

    def _wake(self) -> None:
        """A person's word brings a waiting run back into the queue."""
        if self.status == 'waiting':
            self.status = 'queued'

    def _resolve(self, step: StepState, event: e.UnknownResolved) -> None:
        lost = step.unknown_tool
        match event.decision:
            case 'retry':
                step.status = 'pending'
                if lost:
                    del step.tools[lost.call_id]
            case 'skip':
                step.status, step.reason, step.ended_at = 'skipped', 'A person skipped it.', event.at
            case 'value' if lost:
                text = event.value if isinstance(event.value, str) else json.dumps(event.value, ensure_ascii=False)
                lost.result = e.ToolCalled(
                    at=event.at, path=event.path, call_id=lost.call_id, name=lost.name, text=text
                )
                step.status = 'pending'
            case 'value':
                value = event.value
                step.status, step.handles, step.ended_at = 'succeeded', event.handles, event.at
                step.output = value if isinstance(value, dict) else {'text': value}
            case _:
                assert_never(event.decision)


def _node_of(event: e.StepEvent) -> str:
    """The node, as far as the event names it."""
    node: str = getattr(event, 'node', '')
    return node
