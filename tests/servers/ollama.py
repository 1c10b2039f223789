"""Ollama: chat, tags, show and ps of its native API, with models that have to be loaded first."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

from tests.servers.http import Request, Wire
from tests.servers.model_server import ModelServer, Route, lines
from tests.servers.script import Answer, Line

_WHEN = '2026-01-01T00:00:00Z'


class OllamaDialect:
    """One line of JSON for each piece; the last has `done` and the counts."""

    content_type = 'application/x-ndjson'

    def opening(self, request: Request, answer: Answer) -> bytes:
        return b''

    def thought(self, piece: str) -> bytes:
        return lines([self._piece({'content': '', 'thinking': piece})])

    def between(self, answer: Answer) -> bytes:
        return b''

    def word(self, piece: str) -> bytes:
        return lines([self._piece({'content': piece})])

    def calls(self, answer: Answer) -> bytes:
        """Each whole, in a line of its own."""
        return lines(self._piece({'content': '', 'tool_calls': [call]}) for call in _calls(answer))

    def closing(self, request: Request, answer: Answer) -> bytes:
        return lines([self._piece({'content': ''}, **self._done(answer))])

    def broken(self, message: str) -> bytes:
        return lines([{'error': message}])

    def whole(self, request: Request, answer: Answer) -> Any:
        called = {'tool_calls': _calls(answer)} if answer.calls else {}
        return self._piece({'content': answer.text, **called}, **self._done(answer))

    def error(self, status: int, message: str) -> Any:
        return {'error': message}

    def overflow(self) -> tuple[int, Any]:
        return 400, {'error': 'the input length exceeds the context length'}

    def _piece(self, message: dict[str, Any], **more: Any) -> dict[str, Any]:
        head = {'model': 'test-model', 'created_at': _WHEN, 'message': {'role': 'assistant', **message}}
        return {**head, 'done': False, **more}

    def _done(self, answer: Answer) -> dict[str, Any]:
        return {
            'done': True,
            'done_reason': 'length' if answer.stop == 'length' else 'stop',
            'total_duration': 5_000_000,
            'load_duration': 1_000_000,
            'prompt_eval_count': answer.input_tokens,
            'prompt_eval_duration': 1_000_000,
            'eval_count': answer.output_tokens,
            'eval_duration': 3_000_000,
        }


class OllamaServer(ModelServer):
    """`models` maps names to their longest context; `loaded` those in memory to the context they are loaded with.

    `reports` makes of that context what the server says it is.
    """

    streams_unasked = True

    def __init__(
        self,
        *script: Line,
        models: Mapping[str, int] | None = None,
        loaded: Mapping[str, int] | None = None,
        load_seconds: float = 0.0,
        reports: Callable[[int], int] = lambda context: context,
        thinks: bool = True,
        tools: bool = False,
        vision: bool = False,
        key: str | None = None,
        port: int = 0,
    ) -> None:
        super().__init__(*script, key=key, port=port)
        self.dialects = {'/api/chat': OllamaDialect()}
        self._models = {_full(name): size for name, size in (models or {'test-model': 32768}).items()}
        self._load_seconds = load_seconds
        self._reports = reports
        self._can = [
            'completion',
            *(['thinking'] if thinks else []),
            *(['tools'] if tools else []),
            *(['vision'] if vision else []),
        ]
        self._loading = asyncio.Lock()
        self.loaded = {_full(name): size for name, size in (loaded or {}).items()}
        self.loads = 0

    @property
    def base_url(self) -> str:
        return self.url

    def counts(self, request: Request) -> bool:
        return request.path == '/api/chat' and bool(request.json.get('messages'))

    def routes(self) -> Mapping[tuple[str, str], Route]:
        return {
            ('POST', '/api/chat'): self._chat,
            ('GET', '/api/tags'): self._tags,
            ('POST', '/api/show'): self._show,
            ('GET', '/api/ps'): self._ps,
        }

    async def _chat(self, request: Request, wire: Wire) -> None:
        body = request.json
        name = _full(body['model'])
        if name not in self._models:
            await wire.json({'error': f"model '{body['model']}' not found"}, status=404)
            return
        await self._load(name, (body.get('options') or {}).get('num_ctx', 4096))
        if body.get('messages'):
            await self.answer(request, wire)
            return
        message = {'role': 'assistant', 'content': ''}
        loaded = {'model': body['model'], 'created_at': _WHEN, 'message': message}
        await wire.json({**loaded, 'done_reason': 'load', 'done': True})

    async def _load(self, name: str, context: int) -> None:
        async with self._loading:
            if self.loaded.get(name) == context:
                return
            self.loads += 1
            self.loaded[name] = context  # as the real one lists it: from the start of loading
            await asyncio.sleep(self._load_seconds)

    async def _tags(self, request: Request, wire: Wire) -> None:
        await wire.json({'models': [self._listed(name) for name in self._models]})

    async def _ps(self, request: Request, wire: Wire) -> None:
        running = [
            {
                **self._listed(name),
                'expires_at': _WHEN,
                'size_vram': 1_000_000,
                'context_length': self._reports(size),
            }
            for name, size in self.loaded.items()
        ]
        await wire.json({'models': running})

    async def _show(self, request: Request, wire: Wire) -> None:
        name = request.json['model']
        if _full(name) not in self._models:
            await wire.json({'error': f"model '{name}' not found"}, status=404)
            return
        await wire.json(
            {
                'modelfile': '',
                'template': '',
                'details': self._details(),
                'model_info': {'general.architecture': 'llama', 'llama.context_length': self._models[_full(name)]},
                'capabilities': self._can,
            }
        )

    def _listed(self, name: str) -> dict[str, Any]:
        return {'name': name, 'model': name, 'size': 2_000_000, 'digest': 'd1', 'details': self._details()}

    def _details(self) -> dict[str, Any]:
        return {'format': 'gguf', 'family': 'llama', 'parameter_size': '1B', 'quantization_level': 'Q4_0'}


def _calls(answer: Answer) -> list[dict[str, Any]]:
    return [{'function': {'name': name, 'arguments': json.loads(arguments)}} for name, arguments in answer.calls]


def _full(name: str) -> str:
    return name if ':' in name else f'{name}:latest'


def fake_ollama(*script: Line, **options: Any) -> OllamaServer:
    """A server for the provider ollama; see OllamaServer for the options."""
    return OllamaServer(*script, **options)
