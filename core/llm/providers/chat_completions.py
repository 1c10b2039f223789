"""The Chat Completions dialect, which LM Studio and most other servers speak."""

import json
from collections.abc import Iterator
from typing import Any, ClassVar

from core.llm.answer import Answer
from core.llm.messages import Message, ToolSpec
from core.llm.parameters import Parameters
from core.llm.providers.schemas import is_strict
from core.llm.providers.sdk import SdkClient
from core.llm.providers.wire import DONE, Told
from core.llm.requests import ModelEvent, ModelRequest, StopReason
from core.llm.usage import Usage

_STOPS: dict[str, StopReason] = {
    'stop': 'end',
    'tool_calls': 'tools',
    'function_call': 'tools',
    'length': 'length',
    'content_filter': 'refusal',
}
_EFFORTS = {'off': 'none', 'low': 'low', 'medium': 'medium', 'high': 'high'}


class ChatCompletions(SdkClient):
    """Takes what servers really send: no `[DONE]`, usage anywhere or nowhere, thinking under either of two names."""

    path: ClassVar = '/chat/completions'

    def _body(self, request: ModelRequest) -> Told:
        return {
            'model': request.model.model,
            'messages': _messages(request),
            'stream_options': {'include_usage': True},
            **_tools(request),
            **_writing(request.parameters),
        }

    def _read(self, told: Told, answer: Answer) -> Iterator[ModelEvent]:
        if error := told.get('error'):
            raise self._faults.status(_status(error), str(error.get('message') if isinstance(error, dict) else error))
        if used := told.get('usage'):
            answer.usage = _usage(used)
        if told is DONE and not answer.ended:
            answer.end('end')
        for choice in told.get('choices') or ():
            delta = choice.get('delta') or {}
            if thought := delta.get('reasoning_content') or delta.get('reasoning'):
                yield answer.think(thought)
            if text := delta.get('content') or delta.get('refusal'):
                yield answer.text(text)
            for call in delta.get('tool_calls') or ():
                yield from _call(call, answer)
            if reason := choice.get('finish_reason'):
                answer.end(_STOPS.get(reason, 'other'))
        if told is not DONE and not told.keys() & {'choices', 'usage', 'object'}:
            raise self._faults.malformed(str(told))


def _messages(request: ModelRequest) -> list[Told]:
    system: list[Told] = [{'role': 'system', 'content': request.instructions}] if request.instructions else []
    return system + [each for message in request.messages for each in _message(message)]


def _message(message: Message) -> Iterator[Told]:
    """Each result of a tool is a message of its own here."""
    for result in message.tool_results:
        yield {'role': 'tool', 'tool_call_id': result.call_id, 'content': result.text}
    if message.tool_calls:
        yield {
            'role': message.role,
            'content': message.text or None,
            'tool_calls': [
                {'id': call.id, 'type': 'function', 'function': {'name': call.name, 'arguments': call.arguments}}
                for call in message.tool_calls
            ],
        }
    elif message.images:
        pictures = [{'type': 'image_url', 'image_url': {'url': image.url}} for image in message.images]
        yield {'role': message.role, 'content': [*pictures, {'type': 'text', 'text': message.text}]}
    elif message.text or not message.tool_results:
        yield {'role': message.role, 'content': message.text}


def _tools(request: ModelRequest) -> dict[str, Any]:
    """Held to a schema, most servers could not write a tool call, so the schema goes with the last request only."""
    if request.callable_tools:
        return {'tools': [{'type': 'function', 'function': _tool(tool)} for tool in request.callable_tools]}
    if schema := request.output_schema:
        named = {'name': 'answer', 'schema': schema, 'strict': is_strict(schema)}
        return {'response_format': {'type': 'json_schema', 'json_schema': named}}
    return {}


def _tool(tool: ToolSpec) -> Told:
    return {'name': tool.name, 'description': tool.description, 'parameters': tool.parameters}


def _call(told: Told, answer: Answer) -> Iterator[ModelEvent]:
    """A piece of a call; some servers number all calls 0 and give them different ids, some send arguments whole."""
    index, function = told.get('index') or 0, told.get('function') or {}
    name, arguments = function.get('name'), function.get('arguments')
    if not answer.calls(index, id_=told.get('id') if name else None):
        yield answer.call(index, name=name or '', id_=told.get('id'))
    if arguments:
        yield answer.arguments(index, arguments if isinstance(arguments, str) else json.dumps(arguments))


def _writing(parameters: Parameters) -> dict[str, Any]:
    named = {
        'temperature': parameters.temperature,
        'top_p': parameters.top_p,
        'max_tokens': parameters.max_tokens,
        'seed': parameters.seed,
        'reasoning_effort': _EFFORTS[parameters.thinking] if parameters.thinking else None,
    }
    return {name: value for name, value in named.items() if value is not None}


def _usage(used: Told) -> Usage:
    return Usage(
        calls=1,
        input_tokens=used.get('prompt_tokens') or 0,
        output_tokens=used.get('completion_tokens') or 0,
        cached_tokens=(used.get('prompt_tokens_details') or {}).get('cached_tokens') or 0,
        thinking_tokens=(used.get('completion_tokens_details') or {}).get('reasoning_tokens') or 0,
    )


def _status(error: Any) -> int:
    """The status that an error inside a stream stands for; servers put it under `code`, or nowhere."""
    code = error.get('code') if isinstance(error, dict) else None
    return code if isinstance(code, int) and 400 <= code < 600 else 500
