"""What a tool is to those who call it: an agent's model, a node, or a program."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

from pydantic import ValidationError

from core.clock import Clock
from core.errors import OrchestratorError
from core.llm.messages import ToolSpec
from core.registry import Registry
from core.sandbox.sandboxes import Sandboxes
from core.values import Json, Value

Effects = Literal['none', 'idempotent', 'external']
"""none: only computes · idempotent: may be done twice · external: acts on the world, never silently done twice."""


class ToolError(OrchestratorError):
    """The call failed for a reason that the caller can do something about; a model is told it and goes on."""


@dataclass(kw_only=True, slots=True)
class ToolContext:
    """What a call can see and do."""

    run_id: str
    call_id: str
    """The same when a call is made again after a crash, so that whatever it begins can be found again."""
    depth: int
    """How many workflows have called each other down to here."""
    clock: Clock
    folder: Path | None
    """The run's own folder, made when something is written; None where nothing may be."""
    sandboxes: Sandboxes
    """Where code can run."""
    private_addresses: bool
    """Whether this machine and its private network may be reached."""
    say: Callable[[str], None]
    """Shows in words what the call does just now."""


class Tool:
    """Something that can be called with arguments. Those with a pydantic model of their arguments are `TypedTool`s."""

    name: str
    """What models call it: letters, digits, `_` and `-`, at most 64."""
    title: str
    description: str
    icon: str = 'build'
    effects: Effects = 'none'
    requires_approval: bool = False
    timeout: float | None = 60.0
    """Seconds that a call may take."""

    @property
    def key(self) -> str:
        """What agents and nodes refer to it by: its name, or with where it comes from: `mcp:files/read`."""
        return self.name

    @property
    def parameters(self) -> dict[str, Any]:
        """The JSON schema of the arguments."""
        raise NotImplementedError

    @property
    def spec(self) -> ToolSpec:
        return ToolSpec(name=self.name, description=self.description, parameters=self.parameters)

    def check(self, arguments: dict[str, Any]) -> None:
        """ToolError where the arguments do not fit."""
        raise NotImplementedError

    async def call(self, arguments: dict[str, Any], context: ToolContext) -> Json:
        """Calls it; ToolError for what went wrong, said so that a model can do better."""
        raise NotImplementedError


A = TypeVar('A', bound=Value)


class TypedTool(Tool, Generic[A]):
    """A tool whose arguments are a pydantic model. Subclasses set the class variables and write `run`."""

    Args: type[A]

    @property
    def parameters(self) -> dict[str, Any]:
        return self.Args.model_json_schema()

    def check(self, arguments: dict[str, Any]) -> None:
        self._read(arguments)

    async def call(self, arguments: dict[str, Any], context: ToolContext) -> Json:
        return await self.run(self._read(arguments), context)

    async def run(self, args: A, context: ToolContext) -> Json:
        raise NotImplementedError

    def _read(self, arguments: dict[str, Any]) -> A:
        try:
            return self.Args.model_validate(arguments)
        except ValidationError as error:
            wrong = '; '.join(f'{".".join(map(str, each["loc"])) or "all"}: {each["msg"]}' for each in error.errors())
            raise ToolError(f'The arguments do not fit. {wrong}') from None


Tools = Registry[Tool]
