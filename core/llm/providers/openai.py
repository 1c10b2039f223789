"""OpenAI by its Responses API; nothing is stored there."""

import asyncio
import json
import re
from collections.abc import Iterator
from typing import Any, ClassVar

from core.llm.addresses import direct, with_version
from core.llm.answer import Answer
from core.llm.connection import Connection
from core.llm.faults import Faults
from core.llm.messages import Message, Text, Thinking, ToolCall, ToolResult
from core.llm.parameters import Parameters
from core.llm.provider import Client, ProviderType
from core.llm.providers.schemas import is_strict
from core.llm.providers.sdk import SdkClient
from core.llm.providers.wire import DONE, Told
from core.llm.requests import ModelEvent, ModelRequest
from core.llm.usage import Usage

_REASONING = re.compile(r'^(?:o\d|gpt-(?:[5-9]|\d\d))(?!.*chat)')
_EFFORTS = {'off': 'none', 'low': 'low', 'medium': 'medium', 'high': 'high'}


async def open_openai(connection: Connection, *, api_key: str) -> Client:
    faults = Faults(provider=openai(), connection=connection, secret=api_key)
    return _Responses(*await openai_sdk(faults, url=with_version(faults.url), api_key=api_key), faults)


def openai() -> ProviderType:
    return ProviderType(
        name='openai',
        title='OpenAI',
        local=False,
        default_url='https://api.openai.com/v1',
        needs_key=True,
        key_variable='OPENAI_API_KEY',
        remedies={
            'auth': 'Make a new key at https://platform.openai.com/api-keys and enter it in Settings › Connections.',
            'quota': 'Add credit at https://platform.openai.com/settings/organization/billing.',
            'overloaded': 'See https://status.openai.com, or choose another model.',
        },
        open=open_openai,
    )


async def openai_sdk(faults: Faults, *, url: str, api_key: str) -> tuple[Any, Any, Any]:
    """The SDK, its HTTP library and a client of it; the imports happen in a thread, since they take half a second."""
    return await asyncio.to_thread(_build, faults, url, api_key)


def _build(faults: Faults, url: str, api_key: str) -> tuple[Any, Any, Any]:
    import httpx2  # noqa: PLC0415 - only with the SDK
    import openai as sdk  # noqa: PLC0415 - when first used, never at start

    async def without_key(request: httpx2.Request) -> None:
        request.headers.pop('Authorization', None)

    # What the SDK would add from the environment is meant for OpenAI's own address, not for whoever listens here.
    omitted = {name: sdk.Omit() for name in ('OpenAI-Organization', 'OpenAI-Project')}
    timeouts = httpx2.Timeout(None, connect=faults.connection.timeouts.connect)
    client = sdk.AsyncOpenAI(
        api_key=api_key or 'none',  # the SDK insists on one
        base_url=url,
        max_retries=0,
        timeout=timeouts,
        default_headers=omitted,  # type: ignore[arg-type]  # the SDK takes Omit here, its annotation does not say so
        http_client=sdk.DefaultAsyncHttpxClient(
            timeout=timeouts,
            **direct(url),
            event_hooks={} if api_key else {'request': [without_key]},
        ),
    )
    client.models  # noqa: B018 - its module is imported on first touch
    return sdk, httpx2, client


class _Responses(SdkClient):
    path: ClassVar = '/responses'

    def _body(self, request: ModelRequest) -> Told:
        return {
            'model': request.model.model,
            'store': False,
            'input': [item for message in request.messages for item in _items(message)],
            **({'instructions': request.instructions} if request.instructions else {}),
            **_tools(request),
            **_writing(request.model.model, request.parameters),
        }

    def _read(self, told: Told, answer: Answer) -> Iterator[ModelEvent]:
        match told.get('type'):
            case 'response.output_text.delta' | 'response.refusal.delta' if told['delta']:
                yield answer.text(told['delta'])
            case 'response.reasoning_summary_text.delta' | 'response.reasoning_text.delta' if told['delta']:
                yield answer.think(told['delta'])
            case 'response.output_item.added' if told['item']['type'] == 'function_call':
                yield answer.call(told['output_index'], name=told['item']['name'], id_=told['item'].get('call_id'))
            case 'response.function_call_arguments.delta':
                yield answer.arguments(told['output_index'], told['delta'])
            case 'response.output_item.done' if told['item'].get('encrypted_content'):
                answer.sign(json.dumps({name: told['item'][name] for name in ('id', 'encrypted_content')}))
            case 'response.completed' | 'response.incomplete':
                self._end(told['response'], answer)
            case 'response.failed':
                error = told['response'].get('error') or {}
                raise self._failed(error.get('code'), error.get('message'))
            case 'error':
                raise self._failed(told.get('code'), told.get('message'))
            case None if told is not DONE:
                raise self._faults.malformed(str(told))

    def _end(self, response: Told, answer: Answer) -> None:
        used = response.get('usage') or {}
        answer.usage = Usage(
            calls=1,
            input_tokens=used.get('input_tokens') or 0,
            output_tokens=used.get('output_tokens') or 0,
            cached_tokens=(used.get('input_tokens_details') or {}).get('cached_tokens') or 0,
            thinking_tokens=(used.get('output_tokens_details') or {}).get('reasoning_tokens') or 0,
        )
        match (response.get('incomplete_details') or {}).get('reason'):
            case None:
                answer.end('end')
            case 'max_output_tokens':
                answer.end('length')
            case 'content_filter':
                answer.end('refusal')
            case _:
                answer.end('other')

    def _failed(self, code: str | None, message: str | None) -> Exception:
        status = {'rate_limit_exceeded': 429, 'insufficient_quota': 429, 'context_length_exceeded': 400}.get(code or '')
        return self._faults.status(status or 500, f'{message or "no reason given"} ({code})' if code else message or '')


def _items(message: Message) -> Iterator[Told]:
    """The parts in their order, pictures with their words; sealed reasoning goes back as it came: nothing is stored."""
    pictures = [{'type': 'input_image', 'image_url': each.url, 'detail': 'auto'} for each in message.images]
    if pictures:
        yield {'role': message.role, 'content': [*pictures, {'type': 'input_text', 'text': message.text}]}
    for part in message.parts:
        match part:
            case Text(text=text) if text and not pictures:
                yield {'role': message.role, 'content': text}
            case Thinking(signature=str(sealed)) if sealed.startswith('{'):
                summary = [{'type': 'summary_text', 'text': part.text}] if part.text else []
                yield {'type': 'reasoning', 'summary': summary, **json.loads(sealed)}
            case ToolCall():
                yield {
                    'type': 'function_call',
                    'call_id': part.id,
                    'name': part.name,
                    'arguments': part.arguments,
                }
            case ToolResult():
                yield {'type': 'function_call_output', 'call_id': part.call_id, 'output': part.text}
            case _:
                pass


def _tools(request: ModelRequest) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if request.tools:
        told['tools'] = [
            {
                'type': 'function',
                'name': tool.name,
                'description': tool.description,
                'parameters': tool.parameters,
                'strict': False,
            }
            for tool in request.tools
        ]
        told['tool_choice'] = 'auto' if request.may_call else 'none'
        if _REASONING.match(request.model.model):
            told['include'] = ['reasoning.encrypted_content']
    if schema := request.output_schema:
        form = {'type': 'json_schema', 'name': 'answer', 'schema': schema, 'strict': is_strict(schema)}
        told['text'] = {'format': form}
    return told


def _writing(model: str, parameters: Parameters) -> dict[str, Any]:
    """The parameters as this API names them; reasoning models know neither temperature nor top_p, others no effort."""
    thinks = bool(_REASONING.match(model))
    effort = _EFFORTS[parameters.thinking] if thinks and parameters.thinking else None
    reasoning = effort and {'effort': effort, **({} if effort == 'none' else {'summary': 'auto'})}
    named = {
        'temperature': None if thinks else parameters.temperature,
        'top_p': None if thinks else parameters.top_p,
        'max_output_tokens': parameters.max_tokens,
        'reasoning': reasoning,
    }
    return {name: value for name, value in named.items() if value is not None}
