"""The http node: asks an address of the web."""

import base64
import json
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, StringConstraints

from core.errors import StepError
from core.nodes.node_type import Completed, NodeContext, NodeType, OutputField, Template
from core.tools.http_get import readable
from core.tools.tool import Effects, ToolError
from core.tools.web import Response, fetch
from core.values import Json, Value

Method = Literal['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']
HeaderName = Annotated[str, StringConstraints(pattern=r'^[A-Za-z0-9!#$%&*+.^_`|~-]{1,100}$')]

_EFFECTS: dict[Method, Effects] = {'GET': 'none', 'HEAD': 'none', 'PUT': 'idempotent', 'DELETE': 'idempotent'}
_WORTH_A_RETRY = {408, 425, 429, 500, 502, 503, 504}


class HttpHeader(Value):
    name: HeaderName = Field(description='Such as Accept.')
    value: Template = Field(
        default='', description='What it says. For keys there is the proof below, which keeps them secret.'
    )


class HttpAuth(Value):
    kind: Literal['bearer', 'basic', 'header'] = Field(
        default='bearer',
        description='bearer: a token · basic: user:password · header: the secret itself in a header of its own.',
    )
    secret: str = Field(min_length=1, description='The name of the secret, from Settings › Secrets.')
    header: HeaderName = Field(default='X-API-Key', description='The name of the header, for the kind header.')


class HttpConfig(Value):
    url: Template = Field(description='The address, beginning with https:// or http://.')
    method: Method = Field(default='GET', description='What is asked for.')
    headers: tuple[HttpHeader, ...] = Field(default=(), description='What is said besides.')
    body: Template = Field(default='', description='What is sent; JSON is sent as JSON.')
    auth: HttpAuth | None = Field(default=None, description='How to prove who asks.')
    accept_errors: bool = Field(default=False, description='Whether a status of 400 or more is a result, too.')
    seconds: float = Field(default=30.0, gt=0, le=600, description='How long it may take, in seconds.')


class HttpNode(NodeType[HttpConfig]):
    name: ClassVar = 'http'
    title: ClassVar = 'HTTP request'
    description: ClassVar = 'Asks an address of the web and gives what it answers.'
    category: ClassVar = 'tools'
    icon: ClassVar = 'http'
    Config = HttpConfig

    def summary(self, config: HttpConfig) -> str:
        return f'{config.method} {config.url}'

    def outputs(self, config: HttpConfig) -> tuple[OutputField, ...]:
        return (
            OutputField(name='text', description='The body of the answer.'),
            OutputField(name='status', description='The HTTP status.'),
            OutputField(name='headers', description='The headers of the answer, in lower case.'),
            OutputField(name='url', description='Where the last redirect led.'),
            OutputField(name='value', description='The body as data, where it is JSON.'),
        )

    def effects_of(self, config: HttpConfig) -> Effects:
        return _EFFECTS.get(config.method, 'external')

    async def run(self, config: HttpConfig, context: NodeContext) -> Completed:
        headers = {header.name: _line(header.value, header.name) for header in config.headers}
        body = config.body.encode() if config.body and config.method not in ('GET', 'HEAD') else None
        if body is not None and not any(name.lower() == 'content-type' for name in headers):
            headers['Content-Type'] = (
                'application/json' if _json(config.body) is not None else 'text/plain; charset=utf-8'
            )
        if config.auth:
            headers |= await _proof(config.auth, context)
        try:
            response = await fetch(
                config.url.strip(),
                private=await context.toolbox.private_addresses(),
                method=config.method,
                headers=headers,
                body=body,
                seconds=config.seconds,
            )
        except ToolError as error:
            raise StepError(str(error), retryable=True) from error
        return _completed(response, config)


async def _proof(auth: HttpAuth, context: NodeContext) -> dict[str, str]:
    secret = await context.toolbox.secret(auth.secret)
    if not secret:
        raise StepError(f'There is no secret {auth.secret!r}; add it in Settings › Secrets.')
    match auth.kind:
        case 'bearer':
            return {'Authorization': _line(f'Bearer {secret}', 'Authorization')}
        case 'basic':
            return {'Authorization': f'Basic {base64.b64encode(secret.encode()).decode()}'}
        case 'header':
            return {auth.header: _line(secret, auth.header)}


def _line(value: str, name: str) -> str:
    """A value that can stand in a header; one with a line break would begin another header."""
    value = value.strip()
    if not (value.isascii() and (value.isprintable() or not value)):
        raise StepError(f'The header {name} can hold only one line of plain characters.')
    return value


def _completed(response: Response, config: HttpConfig) -> Completed:
    text = readable(response)
    if response.status >= 400 and not config.accept_errors:
        raise StepError(
            f'{response.url} answered with HTTP {response.status}: {text[:300]}'.strip(),
            retryable=response.status in _WORTH_A_RETRY,
            retry_after=_seconds(response.headers.get('retry-after', '')),
        )
    output: dict[str, Any] = {
        'text': text,
        'status': response.status,
        'headers': response.headers,
        'url': response.url,
    }
    value = _json(text) if 'json' in response.content_type else None
    return Completed(output=output if value is None else {**output, 'value': value})


def _seconds(told: str) -> float | None:
    return float(told) if told.isdigit() else None


def _json(text: str) -> Json:
    try:
        return json.loads(text, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return None
