"""What a level of the sandbox is: one way to run code in a child process, and what that keeps from happening."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from pydantic import Field

from core.errors import OrchestratorError
from core.values import Json, Value

Language = Literal['light', 'full']
"""light: a small Python of its own, without files, network and packages · full: CPython with its standard library."""

Write = Callable[[str], Awaitable[None]]
"""Takes what the code prints, a piece at a time, while it runs."""


class Limits(Value):
    """How much one program may use; what cannot be enforced at a level is in its `does_not_stop`."""

    wall_seconds: float = Field(default=30.0, gt=0)
    cpu_seconds: int = Field(default=20, gt=0)
    memory_mb: int = Field(default=512, ge=16)
    file_mb: int = Field(default=64, ge=0)
    """The largest file."""
    disk_mb: int = Field(default=128, ge=1)
    """All files together."""
    open_files: int = Field(default=128, ge=16)
    output_bytes: int = Field(default=1 << 20, ge=0)
    result_bytes: int = Field(default=4 << 20, ge=0)


class Program(Value):
    """Code, and the variables that it finds."""

    code: str
    variables: dict[str, Json] = {}
    sets_result: bool = False
    """The result is its variable `result`; else it is the value of its last line."""


Ending = Literal['done', 'error', 'time', 'cpu', 'memory', 'disk', 'output', 'crash']
"""done: it has a result · error: it raised · crash: the child broke · all others: the limit that it reached."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SandboxResult:
    """How a program ended; `problem` says in words why it has no value."""

    level: str
    ended: Ending
    value: Json = None
    problem: str = ''
    traceback: str = ''
    ready_after: float = 0.0
    """Seconds until the child was locked and waited for code."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lack:
    """Why a level cannot be used on this machine, and what to do about it."""

    problem: str
    remedy: str = ''


class Sandbox(Protocol):
    """A level; contract: tests/sandbox. A level that cannot lock the child never sends it code."""

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def language(self) -> Language: ...

    @property
    def strength(self) -> int:
        """The higher, the stronger."""
        ...

    @property
    def protects(self) -> bool:
        """False: it is only for code that is trusted, and only where an administrator said so."""
        ...

    @property
    def stops(self) -> str: ...

    @property
    def does_not_stop(self) -> str: ...

    async def lack(self) -> Lack | None:
        """A quick look whether what it needs is there; whether it holds is for the self-test."""
        ...

    async def run(self, program: Program, *, limits: Limits, write: Write) -> SandboxResult:
        """Runs it to its end or its limits. When this returns or is cancelled, nothing of it is left running."""
        ...


class SandboxError(OrchestratorError):
    """Code is refused because the machine does not give the protection that it needs."""
