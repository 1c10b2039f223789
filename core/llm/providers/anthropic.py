"""Anthropic by its Messages API."""

import asyncio
import re
from collections.abc import Iterator
from typing import Any, ClassVar

from core.llm.addresses import direct
from core.llm.answer import Answer
from core.llm.connection import Connection
from core.llm.faults import Faults
from core.llm.images import Image
from core.llm.messages import Message, Part, Text, Thinking, ToolCall, ToolResult
from core.llm.parameters import Parameters
from core.llm.provider import Client, ProviderType
from core.llm.providers.sdk import SdkClient
from core.llm.providers.wire import Told, arguments_of
from core.llm.reports import ModelInfo
from core.llm.requests import ModelEvent, ModelRequest, StopReason

_STOPS: dict[str, StopReason] = {
    'end_turn': 'end',
    'stop_sequence': 'end',
    'tool_use': 'tools',
    'max_tokens': 'length',
    'model_context_window_exceeded': 'length',
    'refusal': 'refusal',
}
_STATUS = {
    'invalid_request_error': 400,
    'authentication_error': 401,
    'permission_error': 403,
    'not_found_error': 404,
    'rate_limit_error': 429,
    'api_error': 500,
    'overloaded_error': 529,
}
_BY_BUDGET = re.compile(r'claude-3|claude-(?:opus|sonnet|haiku)-4-(?:[0-5]\b|2025)')
"""Models that think by a budget of tokens; later ones choose it by themselves, within an effort."""
_BUDGETS = {'low': 2048, 'medium': 8192, 'high': 16384}
_SMALLEST_BUDGET = 1024


async def open_anthropic(connection: Connection, *, api_key: str) -> Client:
    faults = Faults(provider=anthropic(), connection=connection, secret=api_key)
    return _Messages(*await asyncio.to_thread(_build, faults, api_key), faults)


def anthropic() -> ProviderType:
    return ProviderType(
        name='anthropic',
        title='Anthropic',
        local=False,
        default_url='https://api.anthropic.com',
        needs_key=True,
        key_variable='ANTHROPIC_API_KEY',
        remedies={
            'auth': 'Make a new key at https://console.anthropic.com/settings/keys and enter it in '
            'Settings › Connections.',
            'quota': 'Add credit at https://console.anthropic.com/settings/billing.',
            'overloaded': 'See https://status.anthropic.com, or choose another model.',
        },
        open=open_anthropic,
    )


def _build(faults: Faults, api_key: str) -> tuple[Any, Any, Any]:
    import anthropic as sdk  # noqa: PLC0415 - when first used, never at start: it takes more than a second
    import httpx2  # noqa: PLC0415 - only with the SDK

    timeouts = httpx2.Timeout(None, connect=faults.connection.timeouts.connect)
    client = sdk.AsyncAnthropic(
        api_key=api_key,
        base_url=faults.url.rstrip('/').removesuffix('/v1'),
        max_retries=0,
        timeout=timeouts,
        http_client=sdk.DefaultAsyncHttpxClient(timeout=timeouts, **direct(faults.url)),
    )
    client.models  # noqa: B018 - its module is imported on first touch
    return sdk, httpx2, client


class _Messages(SdkClient):
    path: ClassVar = '/v1/messages'

    def _body(self, request: ModelRequest) -> Told:
        return {
            'model': request.model.model,
            'messages': [_message(message) for message in request.messages],
            **({'system': request.instructions} if request.instructions else {}),
            **_writing(request),
        }

    def _read(self, told: Told, answer: Answer) -> Iterator[ModelEvent]:
        match told.get('type'):
            case 'content_block_delta':
                yield from _delta(told, answer)
            case 'content_block_start' if told['content_block']['type'] == 'tool_use':
                begun = told['content_block']
                yield answer.call(told['index'], name=begun['name'], id_=begun['id'])
            case 'message_start':
                _count(told['message'].get('usage') or {}, answer)
            case 'message_delta':
                _count(told.get('usage') or {}, answer)
                answer.stop = _STOPS.get(told['delta'].get('stop_reason'), 'other')
            case 'message_stop':
                answer.end(answer.stop)
            case 'error':
                error = told.get('error') or {}
                raise self._faults.status(_STATUS.get(str(error.get('type')), 500), str(error.get('message') or ''))
            case None:
                raise self._faults.malformed(str(told))

    def _info(self, model: Any) -> ModelInfo:
        return ModelInfo(name=model.id, context=getattr(model, 'max_input_tokens', None), tools=True)


def _message(message: Message) -> Told:
    """Results of tools come first in their turn, or it is refused."""
    ordered = sorted(message.parts, key=lambda part: not isinstance(part, ToolResult))
    blocks = [block for part in ordered if (block := _block(part))]
    return {'role': message.role, 'content': blocks or [{'type': 'text', 'text': '(empty)'}]}


def _block(part: Part) -> Told | None:
    """Thinking goes back only as it came, with its signature; without one, or with another's, it would be refused."""
    match part:
        case Text(text=text) if text.strip():
            return {'type': 'text', 'text': text}
        case Image():
            source = {'type': 'base64', 'media_type': part.media_type, 'data': part.data}
            return {'type': 'image', 'source': source}
        case Thinking(signature=str(signature)) if not signature.startswith('{'):
            return {'type': 'thinking', 'thinking': part.text, 'signature': signature}
        case ToolCall():
            return {'type': 'tool_use', 'id': part.id, 'name': part.name, 'input': arguments_of(part)}
        case ToolResult():
            result = {'type': 'tool_result', 'tool_use_id': part.call_id, 'content': part.text}
            return {**result, 'is_error': True} if part.is_error else result
        case _:
            return None


def _delta(told: Told, answer: Answer) -> Iterator[ModelEvent]:
    delta = told['delta']
    match delta.get('type'):
        case 'text_delta' if delta['text']:
            yield answer.text(delta['text'])
        case 'thinking_delta' if delta['thinking']:
            yield answer.think(delta['thinking'])
        case 'input_json_delta' if delta['partial_json']:
            yield answer.arguments(told['index'], delta['partial_json'])
        case 'signature_delta':
            answer.sign(delta['signature'])


def _count(used: Told, answer: Answer) -> None:
    """Later counts replace earlier ones; here input does not hold what came from or went into the cache."""
    known = answer.usage
    cached = used.get('cache_read_input_tokens') or known.cached_tokens
    fresh = used.get('input_tokens')
    thought = (used.get('output_tokens_details') or {}).get('thinking_tokens')
    answer.usage = known.model_copy(
        update={
            'input_tokens': known.input_tokens
            if fresh is None
            else fresh + cached + (used.get('cache_creation_input_tokens') or 0),
            'cached_tokens': cached,
            'output_tokens': used.get('output_tokens') or known.output_tokens,
            'thinking_tokens': thought or known.thinking_tokens,
        }
    )


def _writing(request: ModelRequest) -> dict[str, Any]:
    """Tools, form of the answer, and the parameters as this API names them."""
    named = _parameters(request.model.model, request.parameters)
    if request.output_schema:
        form = {'type': 'json_schema', 'schema': request.output_schema}
        named['output_config'] = {**named.get('output_config', {}), 'format': form}
    if request.tools:
        named['tools'] = [
            {'name': tool.name, 'description': tool.description, 'input_schema': tool.parameters}
            for tool in request.tools
        ]
        named['tool_choice'] = {'type': 'auto' if request.may_call else 'none'}
    return named


def _parameters(model: str, parameters: Parameters) -> dict[str, Any]:
    """`max_tokens` is required, and thinking excludes a temperature."""
    longest = parameters.max_tokens or (4096 if model.startswith('claude-3') else 8192)
    named: dict[str, Any] = {'max_tokens': longest}
    if parameters.thinking == 'off':
        named['thinking'] = {'type': 'disabled'}
    elif parameters.thinking:
        named |= _thinking(model, parameters.thinking, longest)
    sampling = {'temperature': parameters.temperature, 'top_p': parameters.top_p}
    chosen = {name: value for name, value in sampling.items() if value is not None}
    if chosen and parameters.thinking in (None, 'off'):
        if 'temperature' in chosen:
            chosen['temperature'] = min(1.0, chosen['temperature'])
        named |= chosen
    return named


def _thinking(model: str, effort: str, longest: int) -> dict[str, Any]:
    if not _BY_BUDGET.match(model):
        return {'thinking': {'type': 'adaptive', 'display': 'summarized'}, 'output_config': {'effort': effort}}
    budget = min(_BUDGETS[effort], longest - _SMALLEST_BUDGET)
    return {'thinking': {'type': 'enabled', 'budget_tokens': budget}} if budget >= _SMALLEST_BUDGET else {}
