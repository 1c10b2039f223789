"""Anthropic: Messages and the list of models."""

import json
from collections.abc import Mapping
from typing import Any

from tests.servers.http import Request, Wire
from tests.servers.model_server import ModelServer, Route, halves, sse
from tests.servers.script import Answer, Line

_STOPS = {'end': 'end_turn', 'length': 'max_tokens', 'refusal': 'refusal'}
_TYPES = {
    400: 'invalid_request_error',
    401: 'authentication_error',
    403: 'permission_error',
    404: 'not_found_error',
    429: 'rate_limit_error',
    529: 'overloaded_error',
}


class MessagesDialect:
    """Blocks of content, each opened and closed; thinking is signed; counts in `message_delta` are cumulative."""

    content_type = 'text/event-stream'

    def opening(self, request: Request, answer: Answer) -> bytes:
        message = {**self._message(request), 'content': [], 'stop_reason': None, 'usage': self._used(answer, 1)}
        frames = self._event('message_start', message=message)
        if answer.thinking or answer.signature:
            block = {'type': 'thinking', 'thinking': '', 'signature': ''}
            frames += self._event('content_block_start', index=0, content_block=block)
        return frames + self._event('ping')

    def thought(self, piece: str) -> bytes:
        return self._event('content_block_delta', index=0, delta={'type': 'thinking_delta', 'thinking': piece})

    def between(self, answer: Answer) -> bytes:
        frames = b''
        if answer.thinking or answer.signature:
            delta = {'type': 'signature_delta', 'signature': answer.signature}
            frames += self._event('content_block_delta', index=0, delta=delta)
            frames += self._event('content_block_stop', index=0)
        return frames + self._event('content_block_start', index=1, content_block={'type': 'text', 'text': ''})

    def word(self, piece: str) -> bytes:
        return self._event('content_block_delta', index=1, delta={'type': 'text_delta', 'text': piece})

    def calls(self, answer: Answer) -> bytes:
        frames = b''
        for index, (name, arguments) in enumerate(answer.calls, 2):
            block = {'type': 'tool_use', 'id': f'toolu_{index}', 'name': name, 'input': {}}
            frames += self._event('content_block_start', index=index, content_block=block)
            for piece in halves(arguments):
                delta = {'type': 'input_json_delta', 'partial_json': piece}
                frames += self._event('content_block_delta', index=index, delta=delta)
            frames += self._event('content_block_stop', index=index)
        return frames

    def closing(self, request: Request, answer: Answer) -> bytes:
        used = {
            'output_tokens': answer.output_tokens,
            'output_tokens_details': {'thinking_tokens': answer.thinking_tokens},
        }
        delta = {'stop_reason': _stop(answer), 'stop_sequence': None}
        frames = self._event('content_block_stop', index=1)
        return frames + self._event('message_delta', delta=delta, usage=used) + self._event('message_stop')

    def broken(self, message: str) -> bytes:
        return self._event('error', error={'type': 'overloaded_error', 'message': message})

    def whole(self, request: Request, answer: Answer) -> Any:
        return {
            **self._message(request),
            'content': [{'type': 'text', 'text': answer.text}, *_blocks(answer)],
            'stop_reason': _stop(answer),
            'usage': self._used(answer, answer.output_tokens),
        }

    def error(self, status: int, message: str) -> Any:
        return {'type': 'error', 'error': {'type': _TYPES.get(status, 'api_error'), 'message': message}}

    def overflow(self) -> tuple[int, Any]:
        return 400, self.error(400, 'prompt is too long: 212345 tokens > 200000 maximum')

    def _event(self, kind: str, **data: Any) -> bytes:
        return sse({'type': kind, **data}, event=kind)

    def _message(self, request: Request) -> dict[str, Any]:
        model = request.json['model']
        return {'id': 'msg_1', 'type': 'message', 'role': 'assistant', 'model': model, 'stop_sequence': None}

    def _used(self, answer: Answer, output: int) -> dict[str, Any]:
        return {
            'input_tokens': answer.input_tokens - answer.cached_tokens,
            'cache_read_input_tokens': answer.cached_tokens,
            'cache_creation_input_tokens': 0,
            'output_tokens': output,
        }


def _stop(answer: Answer) -> str:
    return 'tool_use' if answer.calls else _STOPS[answer.stop]


def _blocks(answer: Answer) -> list[dict[str, Any]]:
    return [
        {'type': 'tool_use', 'id': f'toolu_{index}', 'name': name, 'input': json.loads(arguments)}
        for index, (name, arguments) in enumerate(answer.calls, 2)
    ]


class AnthropicServer(ModelServer):
    def __init__(
        self, *script: Line, models: tuple[str, ...] = ('test-model',), key: str | None = None, port: int = 0
    ) -> None:
        super().__init__(*script, key=key, port=port)
        self.dialects = {'/v1/messages': MessagesDialect()}
        self._models = models

    @property
    def base_url(self) -> str:
        return self.url

    def lets_in(self, request: Request) -> bool:
        """The SDK sends the key as a bearer token since version 2, and as `x-api-key` before."""
        return super().lets_in(request) or request.headers.get('x-api-key') == self.key

    def routes(self) -> Mapping[tuple[str, str], Route]:
        return {('GET', '/v1/models'): self._list}

    async def _list(self, request: Request, wire: Wire) -> None:
        data = [
            {
                'type': 'model',
                'id': name,
                'display_name': name,
                'created_at': '2026-01-01T00:00:00Z',
                'max_input_tokens': 200_000,
                'max_tokens': 64_000,
            }
            for name in self._models
        ]
        await wire.json({'data': data, 'has_more': False, 'first_id': None, 'last_id': None})


def fake_anthropic(*script: Line, **options: Any) -> AnthropicServer:
    """A server for the provider anthropic; see AnthropicServer for the options."""
    return AnthropicServer(*script, **options)
