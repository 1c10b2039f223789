"""How this instance is to run: from the command line, else from the environment, else the default."""

import ipaddress
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator

from core.errors import InvalidError
from core.sandbox.container import IMAGE
from core.values import Value

PREFIX = 'AGENT_ORCHESTRATOR_'
DEFAULT_PORT = 8080

UnprotectedLevel = Literal['process', 'direct']
"""Named for what they are: code runs as a process of yours, with limits or without."""

LogLevel = Literal['debug', 'info', 'warning', 'error']


def default_data_dir() -> Path:
    return Path(platformdirs.user_data_dir('agent-orchestrator', appauthor=False))


class Settings(Value):
    """Everything that is chosen before the start; each field is also the variable AGENT_ORCHESTRATOR_<FIELD>."""

    data_dir: Path = Field(default_factory=default_data_dir, description='Where everything is kept.')
    host: str = Field(default='127.0.0.1', min_length=1, description='The address to listen on.')
    port: int | None = Field(default=None, ge=0, le=65535, description='None: 8080, or the next free one.')
    password: SecretStr | None = Field(default=None, description='Asked of everybody who comes in.')
    allowed_hosts: tuple[str, ...] = Field(default=(), description='Further names under which the app is reached.')
    native: bool = Field(default=False, description='Open a window of its own instead of a browser tab.')
    open_browser: bool = Field(default=True, description='Open the page after the start.')
    sandbox_image: str = Field(default=IMAGE, min_length=1, description='The image in which containers run code.')
    unprotected_code: UnprotectedLevel | None = Field(
        default=None, description='Without a sandbox, run full Python with no protection.'
    )
    log_level: LogLevel = Field(default='warning', description='The least severe line that is logged.')

    @classmethod
    def of(cls, arguments: Mapping[str, Any], environment: Mapping[str, str]) -> Self:
        """The settings from given arguments (None: not given) and the environment; InvalidError names what is wrong."""
        given = {name: value for name, value in arguments.items() if name in cls.model_fields and value is not None}
        try:
            return cls.model_validate(_from_environment(cls.model_fields, environment) | given)
        except ValidationError as error:
            problems = [(_named(str(fault['loc'][0])), fault['msg']) for fault in error.errors()]
            listed = '; '.join(f'{where}: {what}' for where, what in problems)
            raise InvalidError(f'These settings are not valid: {listed}.', problems=problems) from None

    @field_validator('data_dir')
    @classmethod
    def _anywhere(cls, path: Path) -> Path:
        return path.expanduser().absolute()

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the app."""
        return is_loopback(self.host)

    def check_access(self) -> None:
        """InvalidError where others could come in without a password, or could run code without protection."""
        others = [name for name in (self.host, *self.allowed_hosts) if not is_loopback(name)]
        if others and not (self.password and self.password.get_secret_value()):
            raise InvalidError(
                f'Being reached as {others[0]} lets others on your network in, so it needs a password. '
                f'Set {PREFIX}PASSWORD or add --password WORDS, or leave out --host to stay on this machine.'
            )
        if others and self.unprotected_code:
            raise InvalidError(
                f'Being reached as {others[0]} and running code without protection do not go together: whoever comes '
                f'in could read your files and keys. Leave out --unprotected-code ({PREFIX}UNPROTECTED_CODE), '
                'or leave out --host.'
            )


def is_loopback(host: str) -> bool:
    """Whether the name or address means this machine and nothing else."""
    name = host.strip('[]').lower()
    if name == 'localhost':
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _from_environment(fields: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in fields:
        if value := environment.get(PREFIX + name.upper()):
            found[name] = tuple(value.replace(',', ' ').split()) if name == 'allowed_hosts' else value
    return found


def _named(field: str) -> str:
    return f'--{field.replace("_", "-")} ({PREFIX}{field.upper()})'
