"""Everything that can happen in a run: a closed union, told in the past tense.

Events are the run: stored journals are read again after years, so fields are only added, with a default.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from core.agents.agent import Agent
from core.llm.messages import Message
from core.llm.usage import Usage
from core.teams.team import Team
from core.tools.tool import Effects
from core.values import Json, Value


class Event(Value):
    """`seq` counts the events of one run from 1 and is drawn by the journal (0: not appended yet)."""

    seq: int = 0
    at: datetime

    def number(self, seq: int) -> None:
        """Says its place in the run beforehand. Only for who made it, before it is handed on: events do not change."""
        self.__dict__['seq'] = seq

    @property
    def ends_run(self) -> bool:
        return False


class StepEvent(Event):
    """Something that happened to one step; `path` is the step's place in the run, for example `summarise`."""

    path: str


# The run


class RunCreated(Event):
    """The run was asked for; it is queued. `agents` are frozen here, as they were at this moment."""

    type: Literal['run_created'] = 'run_created'
    version_id: str
    inputs: dict[str, Any] = {}
    trigger: str = 'manual'
    agents: dict[str, Agent] = {}
    reuse_from: str | None = None
    """An earlier run whose equal steps are taken over instead of run again."""
    reuse_also: tuple[str, ...] = ()
    """Further runs to take equal steps from, looked at after that one."""
    depth: int = 0
    """How many workflows have called each other as tools down to this run."""
    teams: dict[str, Team] = {}
    """The teams that are asked, as they were at this moment."""
    workflows: dict[str, str] = {}
    """The versions of the workflows that it runs inside it, by the ids of the workflows."""


class RunStarted(Event):
    """An executor claimed the run: for the first time, or to go on after a wait or a crash."""

    type: Literal['run_started'] = 'run_started'
    epoch: int


class RunWaiting(Event):
    """Nothing can go on until a person answers or `until` has come; the executor let go of the run."""

    type: Literal['run_waiting'] = 'run_waiting'
    until: datetime | None = None


class CancelRequested(Event):
    """Somebody asked for the run to stop."""

    type: Literal['cancel_requested'] = 'cancel_requested'
    by: str = ''


class _RunEnded(Event):
    @property
    def ends_run(self) -> bool:
        return True


class RunSucceeded(_RunEnded):
    """All that could run has run; `output` holds the result of each output node, by its id."""

    type: Literal['run_succeeded'] = 'run_succeeded'
    output: dict[str, Any] = {}


class RunFailed(_RunEnded):
    """A step failed and nothing was told to handle it; `path` is that step's, if one is to blame."""

    type: Literal['run_failed'] = 'run_failed'
    error: str
    path: str | None = None


class RunCancelled(_RunEnded):
    """The run was stopped as somebody asked."""

    type: Literal['run_cancelled'] = 'run_cancelled'


# Its steps


class StepStarted(StepEvent):
    """An attempt began; `input` is the node's configuration with its templates filled in."""

    type: Literal['step_started'] = 'step_started'
    node: str
    attempt: int = 1
    input: dict[str, Any] = {}
    fingerprint: str = ''
    rounds: int | None = None
    """If it runs a body: how many rounds there are at most, where that is known."""


class AttemptFailed(StepEvent):
    """An attempt failed; the next one starts at `retry_at`."""

    type: Literal['attempt_failed'] = 'attempt_failed'
    attempt: int
    error: str
    retry_at: datetime


class ModelCalled(StepEvent):
    """A model was asked and answered in full; `seconds` from request to end.

    `messages` are those that were added to the conversation since the step's call before this one.
    """

    type: Literal['model_called'] = 'model_called'
    model: str
    instructions: str = ''
    messages: tuple[Message, ...] = ()
    answer: Message
    stop: str = 'end'
    usage: Usage = Usage()
    first_token_after: float = 0.0
    seconds: float = 0.0
    tools: tuple[str, ...] = ()
    """The tools that it was allowed to call."""
    summarises: int | None = None
    """The number of the last turn of an earlier conversation that it puts in short; no part of the step's own one."""


class ToolStarted(StepEvent):
    """A tool is being called. Where no ToolCalled follows, it is not known what it did."""

    type: Literal['tool_started'] = 'tool_started'
    call_id: str
    name: str
    arguments: dict[str, Any] = {}
    effects: Effects = 'none'


class ToolCalled(StepEvent):
    """A tool gave its result, or (`is_error`) the reason why there is none; `seconds` it took."""

    type: Literal['tool_called'] = 'tool_called'
    call_id: str
    name: str
    text: str = ''
    is_error: bool = False
    seconds: float = 0.0
    arguments: dict[str, Any] = {}
    """What it was to be called with, where it was not called."""


class ApprovalRequest(Value):
    """What a person is asked to decide; `value` may be edited."""

    title: str
    message: str = ''
    value: str = ''
    tool: str = ''
    """The tool that an agent wants to call; `value` is then the JSON of its arguments."""
    call_id: str = ''


class StepWaiting(StepEvent):
    """The step waits for a person (`approval`), or for a time (`until`)."""

    type: Literal['step_waiting'] = 'step_waiting'
    approval: ApprovalRequest | None = None
    until: datetime | None = None


class ApprovalDecided(StepEvent):
    """A person decided; `value` is what they made of the value they were shown."""

    type: Literal['approval_decided'] = 'approval_decided'
    approved: bool
    value: str = ''
    comment: str = ''
    by: str = ''


class StepCompleted(StepEvent):
    """The step has its result; ways from `handles` are open, all other ways from this node are closed.

    With a `node` it is all that is told of the step, which only computed: it began and ended at once, and this says
    what StepStarted says else.
    """

    type: Literal['step_completed'] = 'step_completed'
    output: dict[str, Any] = {}
    handles: tuple[str, ...] = ('out',)
    node: str = ''
    attempt: int = 1
    input: dict[str, Any] = {}
    fingerprint: str = ''


NotRun = Literal['same', 'pinned', 'disabled']
"""Why a step has a result without having run. same: an earlier run did the same with the same input · pinned: somebody
gave the result · disabled: it passed on what arrived."""


class StepReused(StepEvent):
    """The step has its result without having run; `run_id` is the earlier run that it was taken from, if it was."""

    type: Literal['step_reused'] = 'step_reused'
    node: str
    why: NotRun = 'same'
    run_id: str = ''
    input: dict[str, Any] = {}
    output: dict[str, Any] = {}
    handles: tuple[str, ...] = ('out',)
    fingerprint: str = ''


class StepFailed(StepEvent):
    """The last attempt failed. With `handled`, the run goes on by the open `handles` with `output`."""

    type: Literal['step_failed'] = 'step_failed'
    error: str
    handled: bool = False
    output: dict[str, Any] = {}
    handles: tuple[str, ...] = ()


class StepSkipped(StepEvent):
    """The step will not run, and why."""

    type: Literal['step_skipped'] = 'step_skipped'
    node: str
    reason: str


class StepCancelled(StepEvent):
    """The step was stopped in the middle."""

    type: Literal['step_cancelled'] = 'step_cancelled'


class StepUnknown(StepEvent):
    """The process died while this step acted on the outside world; whether it did is not known. A person decides."""

    type: Literal['step_unknown'] = 'step_unknown'


class UnknownResolved(StepEvent):
    """A person decided about an unknown step: attempt it again, skip it, or enter its result.

    An entered result goes on by `handles`. Where a tool of an agent is what is unknown, the tool is called again, or
    the value is its result, and the agent goes on.
    """

    type: Literal['unknown_resolved'] = 'unknown_resolved'
    decision: Literal['retry', 'skip', 'value']
    value: Json = None
    handles: tuple[str, ...] = ('out',)
    by: str = ''


LogLevel = Literal['debug', 'info', 'warning', 'error']


class Logged(Event):
    """A line for the run's log; `path` is the step that wrote it, if one did."""

    type: Literal['logged'] = 'logged'
    path: str | None = None
    level: LogLevel = 'info'
    message: str


RunEvent = (
    RunCreated
    | RunStarted
    | RunWaiting
    | CancelRequested
    | RunSucceeded
    | RunFailed
    | RunCancelled
    | StepStarted
    | AttemptFailed
    | ModelCalled
    | ToolStarted
    | ToolCalled
    | StepWaiting
    | ApprovalDecided
    | StepCompleted
    | StepReused
    | StepFailed
    | StepSkipped
    | StepCancelled
    | StepUnknown
    | UnknownResolved
    | Logged
)

run_event: TypeAdapter[RunEvent] = TypeAdapter(Annotated[RunEvent, Field(discriminator='type')])
"""Reads an event from its stored JSON."""
