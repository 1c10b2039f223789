"""An MCP server as it is configured: a command to start or an address, and what a person allowed."""

import hashlib
import json
import shlex
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from core.values import Entity

Transport = Literal['stdio', 'http']
Asks = Literal['never', 'changes', 'always']
Variable = Annotated[str, StringConstraints(pattern=r'^[A-Za-z_][A-Za-z0-9_]{0,99}$')]
HeaderName = Annotated[str, StringConstraints(pattern=r'^[A-Za-z0-9!#$%&*+.^_`|~-]{1,100}$')]


class McpServer(Entity):
    """A server whose tools agents may use. Values of `env` and `headers` may be `${NAME}`, for a secret."""

    transport: Transport = 'stdio'
    command: str = Field(default='', description='The program to start; it runs with your rights.')
    args: tuple[str, ...] = Field(default=(), description='What it is started with.')
    env: dict[Variable, str] = Field(default={}, description='Variables that it gets besides the usual few.')
    url: str = Field(default='', description='The address, for a server that runs by itself.')
    headers: dict[HeaderName, str] = Field(default={}, description='What is said with each request to it.')
    enabled: bool = True
    asks: Asks = Field(
        default='changes',
        description='Whether a person is asked before a call: never, before those that may change something, always.',
    )
    timeout: float = Field(default=60.0, gt=0, le=3600, description='Seconds that a call may take.')
    allowed: str = Field(default='', description='The fingerprint of the command that a person allowed.')

    @model_validator(mode='after')
    def _complete(self) -> Self:
        if self.transport == 'stdio' and not self.command.strip():
            raise ValueError('a server by stdio needs a command')
        if self.transport == 'http' and not self.url.startswith(('http://', 'https://')):
            raise ValueError('a server by HTTP needs an address that begins with http:// or https://')
        return self

    @property
    def fingerprint(self) -> str:
        """Of exactly what would be started: program, arguments and variables, in their order."""
        told = json.dumps([self.command, self.args, sorted(self.env.items())])
        return hashlib.sha256(told.encode()).hexdigest()

    @property
    def may_start(self) -> bool:
        """Whether it may be used: a command only after a person allowed exactly this one."""
        return self.enabled and (self.transport == 'http' or self.allowed == self.fingerprint)

    @property
    def command_line(self) -> str:
        """The command as a person reads it, and could type it."""
        return shlex.join((self.command, *self.args))
