"""OpenAI: Chat Completions, Responses and the list of models; and LM Studio, which adds its own list."""

from collections.abc import Mapping
from typing import Any

from tests.servers.http import Request, Wire
from tests.servers.model_server import ModelServer, Route, halves, sse
from tests.servers.script import Answer, Line

_FINISHED = {'end': 'stop', 'length': 'length', 'refusal': 'content_filter'}
_TYPES = {
    400: 'invalid_request_error',
    401: 'invalid_request_error',
    404: 'invalid_request_error',
    429: 'rate_limit_error',
}


def _finished(answer: Answer) -> str:
    return 'tool_calls' if answer.calls else _FINISHED[answer.stop]


def _error(status: int, message: str) -> Any:
    return {'error': {'message': message, 'type': _TYPES.get(status, 'server_error'), 'param': None, 'code': None}}


def _overflow() -> tuple[int, Any]:
    body = _error(400, "This model's maximum context length is 8192 tokens. Please reduce the length of the messages.")
    body['error']['code'] = 'context_length_exceeded'
    return 400, body


class ChatDialect:
    """`usage` comes in a chunk of its own after the last choice, `[DONE]` at the end; servers differ in both."""

    content_type = 'text/event-stream'

    def __init__(self, *, thinking_field: str = 'reasoning_content', done: bool = True, usage: bool = True) -> None:
        self._thinking_field = thinking_field
        self._done = done
        self._usage = usage

    def opening(self, request: Request, answer: Answer) -> bytes:
        return self._chunk({'role': 'assistant', 'content': ''})

    def thought(self, piece: str) -> bytes:
        return self._chunk({self._thinking_field: piece})

    def between(self, answer: Answer) -> bytes:
        return b''

    def word(self, piece: str) -> bytes:
        return self._chunk({'content': piece})

    def calls(self, answer: Answer) -> bytes:
        frames = b''
        for index, (name, arguments) in enumerate(answer.calls):
            call = {
                'index': index,
                'id': f'call_{index}',
                'type': 'function',
                'function': {'name': name, 'arguments': ''},
            }
            frames += self._chunk({'tool_calls': [call]})
            for piece in halves(arguments):
                frames += self._chunk({'tool_calls': [{'index': index, 'function': {'arguments': piece}}]})
        return frames

    def closing(self, request: Request, answer: Answer) -> bytes:
        frames = self._chunk({}, finish_reason=_finished(answer))
        if self._usage and (request.json.get('stream_options') or {}).get('include_usage'):
            frames += sse({**self._base('chat.completion.chunk'), 'choices': [], 'usage': self._used(answer)})
        return frames + (sse('[DONE]') if self._done else b'')

    def broken(self, message: str) -> bytes:
        return sse(_error(500, message))

    def whole(self, request: Request, answer: Answer) -> Any:
        message: dict[str, Any] = {'role': 'assistant', 'content': answer.text, 'refusal': None}
        if answer.calls:
            message['tool_calls'] = [
                {'id': f'call_{index}', 'type': 'function', 'function': {'name': name, 'arguments': arguments}}
                for index, (name, arguments) in enumerate(answer.calls)
            ]
        choice = {'index': 0, 'message': message, 'finish_reason': _finished(answer), 'logprobs': None}
        return {**self._base('chat.completion'), 'choices': [choice], 'usage': self._used(answer)}

    def error(self, status: int, message: str) -> Any:
        return _error(status, message)

    def overflow(self) -> tuple[int, Any]:
        return _overflow()

    def _chunk(self, delta: dict[str, Any], *, finish_reason: str | None = None) -> bytes:
        choice = {'index': 0, 'delta': delta, 'logprobs': None, 'finish_reason': finish_reason}
        return sse({**self._base('chat.completion.chunk'), 'choices': [choice]})

    def _base(self, kind: str) -> dict[str, Any]:
        return {'id': 'chatcmpl-1', 'object': kind, 'created': 1_700_000_000, 'model': 'test-model'}

    def _used(self, answer: Answer) -> dict[str, Any]:
        return {
            'prompt_tokens': answer.input_tokens,
            'completion_tokens': answer.output_tokens,
            'total_tokens': answer.input_tokens + answer.output_tokens,
            'prompt_tokens_details': {'cached_tokens': answer.cached_tokens},
            'completion_tokens_details': {'reasoning_tokens': answer.thinking_tokens},
        }


class ResponsesDialect:
    """Each event has a type and a number; `response.completed` or `response.incomplete` is the last."""

    content_type = 'text/event-stream'

    def opening(self, request: Request, answer: Answer) -> bytes:
        response = self._response(request, answer, status='in_progress', output=[])
        frames = self._event('response.created', response=response)
        frames += self._event('response.in_progress', response=response)
        if answer.thinking:
            item = {'id': 'rs_1', 'type': 'reasoning', 'summary': []}
            frames += self._event('response.output_item.added', output_index=0, item=item)
        return frames

    def thought(self, piece: str) -> bytes:
        return self._event(
            'response.reasoning_summary_text.delta', item_id='rs_1', output_index=0, summary_index=0, delta=piece
        )

    def between(self, answer: Answer) -> bytes:
        frames = b''
        if answer.thinking:
            frames += self._event('response.output_item.done', output_index=0, item=self._reasoning(answer))
        item = {'id': 'msg_1', 'type': 'message', 'status': 'in_progress', 'role': 'assistant', 'content': []}
        frames += self._event('response.output_item.added', output_index=1, item=item)
        part = {'type': 'output_text', 'text': '', 'annotations': [], 'logprobs': []}
        where = {'item_id': 'msg_1', 'output_index': 1, 'content_index': 0}
        return frames + self._event('response.content_part.added', **where, part=part)

    def word(self, piece: str) -> bytes:
        return self._event(
            'response.output_text.delta', item_id='msg_1', output_index=1, content_index=0, delta=piece, logprobs=[]
        )

    def calls(self, answer: Answer) -> bytes:
        frames = b''
        for place, item in enumerate(self._called(answer), 2):
            begun = {**item, 'arguments': '', 'status': 'in_progress'}
            frames += self._event('response.output_item.added', output_index=place, item=begun)
            for piece in halves(item['arguments']):
                frames += self._event(
                    'response.function_call_arguments.delta', item_id=item['id'], output_index=place, delta=piece
                )
            done = {'item_id': item['id'], 'output_index': place, 'arguments': item['arguments'], 'name': item['name']}
            frames += self._event('response.function_call_arguments.done', **done)
            frames += self._event('response.output_item.done', output_index=place, item=item)
        return frames

    def closing(self, request: Request, answer: Answer) -> bytes:
        frames = self._event('response.output_item.done', output_index=1, item=self._message(answer))
        complete = answer.stop == 'end'
        response = self._response(
            request, answer, status='completed' if complete else 'incomplete', output=self._output(answer)
        )
        return frames + self._event(f'response.{response["status"]}', response=response)

    def broken(self, message: str) -> bytes:
        return self._event('error', code='server_error', message=message, param=None)

    def whole(self, request: Request, answer: Answer) -> Any:
        return self._response(request, answer, status='completed', output=self._output(answer))

    def error(self, status: int, message: str) -> Any:
        return _error(status, message)

    def overflow(self) -> tuple[int, Any]:
        return _overflow()

    def _event(self, kind: str, **data: Any) -> bytes:
        return sse({'type': kind, 'sequence_number': 0, **data}, event=kind)

    def _output(self, answer: Answer) -> list[dict[str, Any]]:
        reasoning = [self._reasoning(answer)] if answer.thinking else []
        return [*reasoning, self._message(answer), *self._called(answer)]

    def _called(self, answer: Answer) -> list[dict[str, Any]]:
        return [
            {
                'id': f'fc_{index}',
                'type': 'function_call',
                'status': 'completed',
                'call_id': f'call_{index}',
                'name': name,
                'arguments': arguments,
            }
            for index, (name, arguments) in enumerate(answer.calls)
        ]

    def _reasoning(self, answer: Answer) -> dict[str, Any]:
        item = {'id': 'rs_1', 'type': 'reasoning', 'summary': [{'type': 'summary_text', 'text': answer.thinking}]}
        return {**item, 'encrypted_content': answer.signature} if answer.signature else item

    def _message(self, answer: Answer) -> dict[str, Any]:
        content = [{'type': 'output_text', 'text': answer.text, 'annotations': [], 'logprobs': []}]
        return {'id': 'msg_1', 'type': 'message', 'status': 'completed', 'role': 'assistant', 'content': content}

    def _response(self, request: Request, answer: Answer, *, status: str, output: list[Any]) -> dict[str, Any]:
        reasons = {'length': 'max_output_tokens', 'refusal': 'content_filter'}
        return {
            'id': 'resp_1',
            'object': 'response',
            'created_at': 1_700_000_000,
            'status': status,
            'error': None,
            'incomplete_details': {'reason': reasons[answer.stop]} if status == 'incomplete' else None,
            'model': request.json['model'],
            'output': output,
            'parallel_tool_calls': True,
            'tool_choice': 'auto',
            'tools': [],
            'usage': None if status == 'in_progress' else self._used(answer),
        }

    def _used(self, answer: Answer) -> dict[str, Any]:
        return {
            'input_tokens': answer.input_tokens,
            'input_tokens_details': {'cached_tokens': answer.cached_tokens},
            'output_tokens': answer.output_tokens,
            'output_tokens_details': {'reasoning_tokens': answer.thinking_tokens},
            'total_tokens': answer.input_tokens + answer.output_tokens,
        }


class OpenAIServer(ModelServer):
    """`lmstudio` maps models to whether they are loaded, and adds LM Studio's own list; `sees`: they take pictures."""

    def __init__(
        self,
        *script: Line,
        models: tuple[str, ...] = ('test-model',),
        chat: ChatDialect | None = None,
        lmstudio: Mapping[str, bool] | None = None,
        sees: bool = False,
        key: str | None = None,
        port: int = 0,
    ) -> None:
        super().__init__(*script, key=key, port=port)
        self.dialects = {'/v1/chat/completions': chat or ChatDialect(), '/v1/responses': ResponsesDialect()}
        self._models = models
        self._lmstudio = lmstudio
        self._sees = sees

    @property
    def base_url(self) -> str:
        return f'{self.url}/v1'

    def routes(self) -> Mapping[tuple[str, str], Route]:
        routes: dict[tuple[str, str], Route] = {('GET', '/v1/models'): self._list}
        if self._lmstudio is not None:
            routes['GET', '/api/v0/models'] = self._list_lmstudio
        return routes

    async def _list(self, request: Request, wire: Wire) -> None:
        data = [{'id': name, 'object': 'model', 'created': 1_700_000_000, 'owned_by': 'us'} for name in self._models]
        await wire.json({'object': 'list', 'data': data})

    async def _list_lmstudio(self, request: Request, wire: Wire) -> None:
        data = [
            {
                'id': name,
                'object': 'model',
                'type': 'vlm' if self._sees else 'llm',
                'state': 'loaded' if loaded else 'not-loaded',
                'max_context_length': 32768,
            }
            for name, loaded in (self._lmstudio or {}).items()
        ]
        await wire.json({'object': 'list', 'data': data})


def fake_openai(*script: Line, **options: Any) -> OpenAIServer:
    """A server for the providers openai and compatible; see OpenAIServer for the options."""
    return OpenAIServer(*script, **options)


def fake_lmstudio(*script: Line, loaded: Mapping[str, bool] | None = None, **options: Any) -> OpenAIServer:
    """A server for the provider lmstudio."""
    return OpenAIServer(*script, lmstudio=loaded or {'test-model': True}, **options)
