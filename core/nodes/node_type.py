"""What a node can do: the contract between the engine and each type of node."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar, Generic, Literal, TypeVar, final

from pydantic import StringConstraints

from core.agents.agent import Agent
from core.agents.conversation import Conversations
from core.agents.using import Past, Place
from core.clock import Clock
from core.llm.service import LLMService
from core.registry import Registry
from core.runs import events as e
from core.runs.deadline import Deadline
from core.runs.state import ToolUse
from core.sandbox.sandboxes import Sandboxes
from core.teams.strategy import Strategies
from core.teams.team import Team
from core.tools.tool import Effects
from core.tools.toolbox import Toolbox
from core.values import Json, Value
from core.workflows.graph import ERROR, OUT, Retry
from core.workflows.templates import Scope, text_of
from core.workflows.workflow import WorkflowVersion


@dataclass(frozen=True, kw_only=True, slots=True)
class Marker:
    """Says what language a config field is written in; the inspector, validation and the engine go by it."""

    language: Literal['template', 'expression', 'python']


@dataclass(frozen=True, kw_only=True, slots=True)
class Widget:
    """Says what a config field is edited with in the inspector, where its Python type does not say it."""

    kind: Literal['long_text', 'code', 'agent', 'team', 'model', 'tool', 'workflow', 'json_schema', 'by_type']


@dataclass(frozen=True, kw_only=True, slots=True)
class ForType:
    """Says for which value of the field `type` beside it a config field is asked for in the inspector."""

    type: str


LongText = Annotated[str, Widget(kind='long_text')]
"""A text of several lines."""

AgentId = Annotated[str, Widget(kind='agent')]
"""The id of an agent; it is chosen from a list."""

TeamId = Annotated[str, Widget(kind='team')]
"""The id of a team, likewise."""

WorkflowId = Annotated[str, Widget(kind='workflow')]
"""The id of a workflow that is published; it is chosen from a list."""

ToolKey = Annotated[str, Widget(kind='tool')]
"""The key of a tool; it is chosen from a list. A list `arguments` beside it is offered what the tool takes."""

JsonSchema = Annotated[dict[str, Any], Widget(kind='json_schema')]
"""A JSON schema; what is typed is checked to be one."""

Template = Annotated[str, Marker(language='template')]
"""A text with `{{ }}` places; it is filled in before the step starts."""

Expression = Annotated[str, StringConstraints(min_length=1), Marker(language='expression')]
"""A condition or value, without braces; the node type evaluates it with `context.evaluate`."""

PythonCode = Annotated[str, Widget(kind='code'), Marker(language='python')]
"""Code for the sandbox; the names that it does not set itself are looked up in `context.scope`."""

Join = Literal['all', 'any', 'first']
"""When a node with several ways in may start. all: every way arrived, or it is skipped · any: every way is settled and
at least one arrived · first: as soon as one arrived."""

Category = Literal['flow', 'ai', 'text', 'logic', 'people', 'tools', 'notes']


class OutputField(Value):
    """One field of a node's result; templates take it as `{{ node.name }}`."""

    name: str
    description: str = ''


class Handle(Value):
    """A place where ways leave a node."""

    name: str
    title: str = ''
    carries: tuple[OutputField, ...] | None = None
    """What goes out there; None for all fields of the node's result."""


@dataclass(kw_only=True, slots=True)
class Completed:
    """The step's result, and the handles from which ways are open."""

    output: dict[str, Any]
    handles: tuple[str, ...] = (OUT,)


@dataclass(kw_only=True, slots=True)
class Waiting:
    """The step cannot go on until a person decides, or until the time has come; `run` is then called again."""

    approval: e.ApprovalRequest | None = None
    until: datetime | None = None


@dataclass(kw_only=True, slots=True)
class Unknown:
    """Something that the step did before it was cut off may have happened or not; a person decides."""


Outcome = Completed | Waiting | Unknown

Record = Callable[[e.RunEvent], Awaitable[None]]


@dataclass(kw_only=True, slots=True)
class NodeContext:
    """What a step can see and do while it runs."""

    run_id: str
    path: str
    title: str
    retry: Retry
    timeout: float | None
    attempt: int
    inputs: Mapping[str, Any]
    """What the run was started with."""
    incoming: Sequence[dict[str, Any]]
    """The outputs of the nodes before this one whose ways are open, in the order of the edges."""
    scope: Scope
    calls: Sequence[e.ModelCalled]
    """Model calls of this step that were answered, in this attempt or before; they are not paid for twice."""
    summaries: Sequence[e.ModelCalled]
    """Those that put an earlier conversation in short, likewise."""
    tools: Mapping[str, ToolUse]
    """Calls of tools, by their ids, likewise."""
    decisions: Mapping[str, e.ApprovalDecided]
    """What a person said to calls of tools that needed a word, by their ids."""
    wait: e.StepWaiting | None
    """What the step waited for before it was called again."""
    answer: e.ApprovalDecided | None
    agents: Mapping[str, Agent]
    teams: Mapping[str, Team]
    workflows: Mapping[str, WorkflowVersion]
    """The versions of workflows that the run has inside it, by the ids of the workflows."""
    strategies: Strategies
    conversations: Conversations
    llm: LLMService
    sandboxes: Sandboxes
    toolbox: Toolbox
    depth: int
    """How many workflows have called each other down to this run."""
    clock: Clock
    note: Record
    """Appends an event to the journal; the step's past has it when this returns, the journal with what comes next."""
    record: Record
    """The same; durable when it returns, as it must be before something is done to the world."""
    deadline: Deadline
    """The attempt's time limit; held while a model is being loaded."""
    say: Callable[[str], None]
    """Shows in words what the step does just now."""
    show: Callable[[str, str], None]
    """Shows more text and more thinking while it streams."""

    @property
    def place(self) -> Place:
        """Where agents and tools do their work and write it down."""
        return Place(
            run_id=self.run_id,
            path=self.path,
            depth=self.depth,
            past=Past(calls=self.calls, summaries=self.summaries, tools=self.tools, decisions=self.decisions),
            clock=self.clock,
            note=self.note,
            record=self.record,
            say=self.say,
            show=self.show,
        )

    @property
    def incoming_text(self) -> str:
        """What arrives, as one text."""
        return join_texts(self.incoming)

    def evaluate(self, expression: str) -> Any:
        """The value of an expression over what is upstream."""
        return self.scope.evaluate(expression)

    async def log(self, message: str, *, level: e.LogLevel = 'info') -> None:
        await self.record(e.Logged(at=self.clock.now(), path=self.path, level=level, message=message))


def join_texts(outputs: Iterable[Json]) -> str:
    """The texts of several results, a blank line between them."""
    return '\n\n'.join(filter(None, map(text_of, outputs)))


C = TypeVar('C', bound=Value)


class NodeType(Generic[C]):
    """One type of node. Subclasses set the class variables and write `run`; everything else has a default.

    The form in the inspector, the JSON schema and the documentation come from `Config`: a field's type, its default and
    its `Field(title, description, ge, le, …)`; `Template`, `Expression` and `Widget` say what the type cannot.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    description: ClassVar[str]
    category: ClassVar[Category]
    icon: ClassVar[str]
    """A Material Symbol, for example 'smart_toy'."""
    Config: type[C]
    effects: ClassVar[Effects] = 'none'
    starts: ClassVar[bool] = False
    """Whether it may stand without a way in."""
    enters: ClassVar[bool] = True
    """Whether ways may lead to it."""
    contains: ClassVar[bool] = False
    """Whether other nodes stand inside it, as its body."""
    begins_with: ClassVar[Mapping[str, Any]] = {}
    """The configuration of a new node."""
    runs: ClassVar[bool] = True
    """False for what is only drawn, such as notes."""
    offered: ClassVar[bool] = True
    """False for what other node types run inside them, and nobody puts into a workflow."""

    def handles(self, config: C) -> tuple[Handle, ...]:
        """The output handles; `error` is added by the engine where the node says on_error: handle."""
        return (Handle(name=OUT),)

    def join(self, config: C) -> Join:
        return 'any'

    def summary(self, config: C) -> str:
        """One line for the card: what this node does, from its configuration."""
        return ''

    def outputs(self, config: C) -> tuple[OutputField, ...]:
        """The fields of its result, as far as they are known before it ran; templates are completed from them."""
        return (OutputField(name='text', description='The result as text.'),)

    def agents(self, config: C) -> tuple[str, ...]:
        """The ids of the agents it uses; they are frozen into the run when it is created."""
        return ()

    def teams(self, config: C) -> tuple[str, ...]:
        """The ids of the teams it asks; they and their agents are frozen into the run likewise."""
        return ()

    def tools(self, config: C) -> tuple[str, ...]:
        """The keys of the tools it calls itself; a workflow among them travels along in files."""
        return ()

    def workflows(self, config: C) -> tuple[str, ...]:
        """The ids of the workflows it runs inside the run: each in the version that is published then."""
        return ()

    def effects_of(self, config: C) -> Effects:
        """What it does to the world, with this configuration."""
        return self.effects

    async def run(self, config: C, context: NodeContext) -> Outcome:
        """Does the work; StepError for what can be explained, any other exception is a fault of the node type."""
        raise NotImplementedError


class ComputingNodeType(NodeType[C]):
    """A node type that only computes and waits for nothing: it writes `compute`, and its steps need no task."""

    def compute(self, config: C, context: NodeContext) -> Outcome:
        """Does the work at once, without effects; StepError as in `run`."""
        raise NotImplementedError

    @final
    async def run(self, config: C, context: NodeContext) -> Outcome:
        return self.compute(config, context)


NodeTypes = Registry[NodeType[Any]]

ERROR_HANDLE = Handle(
    name=ERROR,
    title='On error',
    carries=(
        OutputField(name='error', description='Why it failed.'),
        OutputField(name='text', description='The same.'),
    ),
)
